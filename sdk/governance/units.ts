/** In which unit each argument of a privileged function, also of the guardian's, is counted, and how that is written. */

/** How a number is written in a proposal: always with its unit. */
export type Unit =
  /** "WETH": an asset by its symbol, or by its number. */
  | "asset"
  /** "12.5%": hundredths of a percent. */
  | "bps"
  /** "1,000 plUSD", 18 decimals */
  | "plusd"
  /** "5 USD", 18 decimals */
  | "usd"
  /** "5 USD", whole */
  | "wholeUsd"
  /** "1,000 PLIM", 18 decimals */
  | "plim"
  /** "12.5 WETH": ledger units of the asset that is named. */
  | "ledger"
  /** "12.5 WETH": units of the asset's token. */
  | "tokens"
  /** "12.5 WETH": 18 decimals, whatever the token has. */
  | "tokens18"
  /** "3 days", "12 hours", "90 s" */
  | "seconds"
  /** "24 hours", counted in hours. */
  | "hours"
  /** "2027-03-01T12:00:00Z", counted in unix seconds. */
  | "time"
  /** "2.33": six decimals. */
  | "millionths"
  /** "0.99": 18 decimals. */
  | "wad"
  /** "0.000000001547 /s": interest of a second, 18 decimals. 5% a year */
  | "perSecond"
  /** "1,000,000 smallest units": shares of a vault, whose decimals nothing here knows. */
  | "shares"
  /** "4%": whole percents. */
  | "percent"
  /** ["deposit", "borrow"] */
  | "creditPauses"
  /** ["issue", "invest"] */
  | "reservePauses"
  /** "governor": a role of the authority. */
  | "role"
  /** { "WETH": "40%" }: sixteen parts of ten thousand, by asset. */
  | "bpsByAsset";

type Units = Readonly<Record<string, Unit>>;

const HAIRCUTS = (path: string): Units =>
  Object.fromEntries(
    ["minInitial", "maxInitial", "minMaintenance", "maxMaintenance"].map((field) => [`${path}.${field}`, "bps"]),
  );
const FEED: Units = {
  asset: "asset",
  "config.heartbeat": "seconds",
  "config.deviation": "bps",
  "config.minPrice": "usd",
  "config.maxPrice": "usd",
  tolerance: "bps",
  limit: "bps",
};
const PAUSES: Units = { asset: "asset", pauses: "creditPauses" };
const VAULT: Units = { "terms.absoluteCap": "ledger", "terms.relativeCap": "bps", "terms.growthPerDay": "millionths" };
const RESERVE_TERMS: Units = {
  asset: "asset",
  "terms.cap": "ledger",
  "terms.liquidFloor": "ledger",
  "terms.liquidCeiling": "ledger",
  "terms.baseFee": "bps",
  "terms.maxFee": "bps",
};

/** By contract and function, then by the argument's path. What is not here is a number, an address, a text or a yes or no as it stands. */
export const UNITS: Readonly<Record<string, Units>> = {
  "dollar.setFacilitator": { cap: "plusd" },
  "dollar.setFlashMintCap": { cap: "plusd" },
  "oracle.listFeed": FEED,
  "oracle.migrateFeed": FEED,
  "oracle.setSecondFeed": FEED,
  "oracle.removeSecondFeed": { asset: "asset" },
  "oracle.setDecay": { duration: "seconds" },
  "risk.listAsset": {
    asset: "asset",
    "listed.depth": "ledger",
    ...HAIRCUTS("listed.bounds"),
    ...HAIRCUTS("listed.clamps"),
    "listed.volatilityFloor": "bps",
    "listed.horizon": "hours",
  },
  "risk.delist": { asset: "asset" },
  "risk.setPaces": {
    "paces.maintenanceRise": "bps",
    "paces.initialFall": "bps",
    "paces.depthFall": "bps",
    "paces.minGap": "bps",
  },
  "risk.setAssetParameters": {
    asset: "asset",
    ...HAIRCUTS("clamps"),
    volatilityFloor: "bps",
    horizon: "hours",
  },
  "risk.setDepth": { asset: "asset", depth: "ledger" },
  "risk.setParameters": {
    "parameters.tau": "seconds",
    "parameters.interval": "seconds",
    "parameters.z": "millionths",
    "parameters.varZ": "millionths",
    "parameters.maintenanceShare": "bps",
    "parameters.sizeFactor": "bps",
    "parameters.varHorizon": "hours",
    "parameters.guard": "bps",
  },
  "depth.setRoutes": { asset: "asset", cap: "tokens18" },
  "depth.removeRoutes": { asset: "asset" },
  "depth.setCap": { asset: "asset", cap: "tokens18" },
  "engine.listAsset": { asset: "asset", governedCap: "ledger" },
  "engine.setAssetCap": { asset: "asset", governedCap: "ledger" },
  "engine.pause": PAUSES,
  "engine.unpause": PAUSES,
  "engine.setLiquidationParameters": {
    "parameters.targetHealth": "bps",
    "parameters.minIncentive": "bps",
    "parameters.maxIncentive": "bps",
    "parameters.fullIncentiveHealth": "bps",
    "parameters.absorbHealth": "bps",
    "parameters.tipShare": "bps",
  },
  "engine.setDebtLimits": { minimumDebt: "plusd", debtCeiling: "plusd" },
  "engine.setTipFloor": { tipFloor: "usd" },
  "engine.setDepthFraction": { depthFraction: "bps" },
  "sheet.setParameters": {
    "parameters.maxAge": "seconds",
    "parameters.liquidShare": "bps",
    "parameters.loanZ": "millionths",
    "parameters.loanHorizon": "hours",
    "parameters.loanFloor": "bps",
    "parameters.shareFall": "bps",
    "parameters.surplusFactor": "bps",
    "parameters.deficitDelay": "seconds",
  },
  "sheet.setJump": { asset: "asset", jump: "bps" },
  "reserve.fund": { asset: "asset", amount: "tokens" },
  "reserve.listAsset": RESERVE_TERMS,
  "reserve.setTerms": RESERVE_TERMS,
  "reserve.setInKindFee": { fee: "bps" },
  "reserve.pause": { asset: "asset", pauses: "reservePauses" },
  "reserve.unpause": { asset: "asset", pauses: "reservePauses" },
  "reserve.listVault": { ...VAULT, minSupply: "shares" },
  "reserve.setVaultTerms": VAULT,
  "rebalancer.setWeights": { targets: "bpsByAsset", bands: "bpsByAsset" },
  "rebalancer.setTerms": {
    "auctions.premium": "bps",
    "auctions.maxSlippage": "bps",
    "auctions.duration": "seconds",
    "auctions.depthShare": "bps",
    "auctions.minLot": "wholeUsd",
    "auctions.dailyLoss": "bps",
    "derisk.minScale": "bps",
    "derisk.pace": "bps",
    "derisk.margin": "bps",
  },
  "backstop.setExitTerms": {
    "terms.delay": "seconds",
    "terms.settle": "seconds",
    "terms.window": "seconds",
    "terms.exitWindow": "seconds",
    "terms.stream": "seconds",
  },
  "rate.setTerms": {
    "terms.base": "perSecond",
    "terms.minimum": "perSecond",
    "terms.maximum": "perSecond",
    "terms.sensitivity": "wad",
    "terms.pace": "perSecond",
    "terms.surcharge": "perSecond",
  },
  "stakedEtherFeed.setGrowthCap": { growthPerYear: "bps" },
  "authority.grantRole": { roleId: "role", executionDelay: "seconds" },
  "authority.revokeRole": { roleId: "role" },
  "authority.labelRole": { roleId: "role" },
  "authority.setRoleAdmin": { roleId: "role", admin: "role" },
  "authority.setRoleGuardian": { roleId: "role", guardian: "role" },
  "authority.setGrantDelay": { roleId: "role", newDelay: "seconds" },
  "authority.setTargetFunctionRole": { roleId: "role" },
  "authority.setTargetAdminDelay": { newDelay: "seconds" },
  "governor.setVotingDelay": { newVotingDelay: "seconds" },
  "governor.setVotingPeriod": { newVotingPeriod: "seconds" },
  "governor.setProposalThreshold": { newProposalThreshold: "plim" },
  "governor.setLateQuorumVoteExtension": { newVoteExtension: "seconds" },
  "governor.updateQuorumNumerator": { newQuorumNumerator: "percent" },
  "timelock.updateDelay": { newDelay: "seconds" },
  "plim.transfer": { value: "plim" },
  "guardian.pauseCredit": PAUSES,
  "guardian.pauseReserve": { asset: "asset", pauses: "reservePauses" },
  "guardian.lowerAssetCap": { asset: "asset", cap: "ledger" },
  "guardian.lowerDebtCeiling": { ceiling: "plusd" },
  "guardian.lowerFacilitatorCap": { cap: "plusd" },
  "guardian.lowerFlashMintCap": { cap: "plusd" },
  "guardian.raiseHaircut": { asset: "asset", minInitial: "bps" },
  "guardian.lowerVaultCaps": { absoluteCap: "ledger", relativeCap: "bps" },
  "guardian.appoint": { expiresAt: "time" },
};
