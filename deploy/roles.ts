/**
 * Who may do what. Every function that governance can call (the `restricted` ones) has a role here; AccessManager enforces it.
 * A function that were missing would belong to the admin alone; a test sees to it that none is missing.
 *
 * On a public network the governor is the timelock, the guardian a multisig that can act at once but only tighten, and the admin role
 * is held by the timelock and renounced by whoever deployed.
 */

import type { Interface } from "ethers";

import {
  ExchangeRateFeed__factory,
  IBackstop__factory,
  IBalanceSheet__factory,
  ICreditEngine__factory,
  IMarketRate__factory,
  IPlimsollDollar__factory,
  IPriceOracle__factory,
  IRebalancer__factory,
  IReserve__factory,
  IRisk__factory,
  IUniswapDepth__factory,
} from "../types/contracts/index.js";

/** Role ids of AccessManager; 0 is its own admin role. */
export const ROLES = {
  /** Lists assets, sets parameters and modules. */
  governor: 1n,
  /** Pauses. Never what would stop repaying, being liquidated or the exit of a debt-free account: no function does that. */
  guardian: 2n,
  /** Sets risk targets within their immutable bounds and paces, and what may be deposited or absorbed. */
  risk: 3n,
  /** Gives the reserve seed capital. */
  treasurer: 4n,
} as const;

export type RoleName = keyof typeof ROLES;

/** The contracts under AccessManager. */
export type GovernedContract =
  | "dollar"
  | "oracle"
  | "risk"
  | "depth"
  | "engine"
  | "sheet"
  | "reserve"
  | "rebalancer"
  | "backstop"
  | "rate"
  | "stakedEtherFeed";

interface Permission {
  readonly contract: GovernedContract;
  readonly role: RoleName;
  readonly functions: readonly string[];
}

export const PERMISSIONS: readonly Permission[] = [
  { contract: "dollar", role: "governor", functions: ["setFacilitator", "setFlashMintCap"] },
  {
    contract: "oracle",
    role: "governor",
    functions: ["listFeed", "migrateFeed", "setSecondFeed", "removeSecondFeed", "setDecay"],
  },
  {
    contract: "risk",
    role: "governor",
    functions: ["listAsset", "delist", "setPaces", "setDepthSource", "setHoldingsSource"],
  },
  { contract: "risk", role: "risk", functions: ["setAssetParameters", "setDepth", "setParameters"] },
  { contract: "depth", role: "governor", functions: ["setRoutes", "removeRoutes"] },
  { contract: "depth", role: "risk", functions: ["setCap"] },
  {
    contract: "engine",
    role: "governor",
    functions: [
      "listAsset",
      "unpause",
      "setRiskModel",
      "setIssuanceGate",
      "setAbsorber",
      "setRateSource",
      "setLiquidationParameters",
      "setDebtLimits",
      "setTipFloor",
      "setDepthFraction",
    ],
  },
  { contract: "engine", role: "risk", functions: ["setAssetCap"] },
  { contract: "engine", role: "guardian", functions: ["pause"] },
  { contract: "sheet", role: "governor", functions: ["setModules"] },
  { contract: "sheet", role: "risk", functions: ["setParameters", "setJump"] },
  {
    contract: "reserve",
    role: "governor",
    functions: ["listAsset", "unpause", "setModules", "listVault", "removeVault", "writeOffVault"],
  },
  { contract: "reserve", role: "risk", functions: ["setTerms", "setInKindFee", "setVaultTerms"] },
  { contract: "reserve", role: "guardian", functions: ["pause"] },
  { contract: "reserve", role: "treasurer", functions: ["fund"] },
  { contract: "rebalancer", role: "governor", functions: ["setModules"] },
  { contract: "rebalancer", role: "risk", functions: ["setWeights", "setTerms"] },
  { contract: "backstop", role: "governor", functions: ["setModules", "setExitTerms"] },
  { contract: "rate", role: "risk", functions: ["setTerms"] },
  { contract: "stakedEtherFeed", role: "risk", functions: ["setGrowthCap"] },
];

const INTERFACES: Readonly<Record<GovernedContract, Interface>> = {
  dollar: IPlimsollDollar__factory.createInterface(),
  oracle: IPriceOracle__factory.createInterface(),
  risk: IRisk__factory.createInterface(),
  depth: IUniswapDepth__factory.createInterface(),
  engine: ICreditEngine__factory.createInterface(),
  sheet: IBalanceSheet__factory.createInterface(),
  reserve: IReserve__factory.createInterface(),
  rebalancer: IRebalancer__factory.createInterface(),
  backstop: IBackstop__factory.createInterface(),
  rate: IMarketRate__factory.createInterface(),
  stakedEtherFeed: ExchangeRateFeed__factory.createInterface(),
};

/** Selectors of a permission's functions. */
export function selectorsOf(permission: Permission): string[] {
  return permission.functions.map((name) => {
    const fragment = INTERFACES[permission.contract].getFunction(name);
    if (fragment === null) throw new RangeError(`${permission.contract} has no function ${name}`);
    return fragment.selector;
  });
}
