/** What votes decide on: the functions that a role of the authority is needed for, and those that the contracts that govern leave to the timelock. */

import type { RoleName } from "./roles.js";

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

/** Functions of a contract that whoever has the role may call. */
export interface Permission {
  readonly contract: GovernedContract;
  readonly role: RoleName;
  readonly functions: readonly string[];
}

/** Every function that the authority restricts. */
export const PERMISSIONS: readonly Permission[] = [
  { contract: "dollar", role: "limits", functions: ["setFacilitator", "setFlashMintCap"] },
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
  { contract: "risk", role: "risk", functions: ["setDepth", "setParameters"] },
  { contract: "risk", role: "limits", functions: ["setAssetParameters"] },
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
      "setTipFloor",
      "setDepthFraction",
    ],
  },
  { contract: "engine", role: "limits", functions: ["setAssetCap", "setDebtLimits"] },
  { contract: "engine", role: "guardian", functions: ["pause"] },
  { contract: "sheet", role: "governor", functions: ["setModules"] },
  { contract: "sheet", role: "risk", functions: ["setParameters", "setJump"] },
  {
    contract: "reserve",
    role: "governor",
    functions: ["listAsset", "unpause", "setModules", "listVault", "removeVault", "writeOffVault"],
  },
  { contract: "reserve", role: "risk", functions: ["setTerms", "setInKindFee"] },
  { contract: "reserve", role: "limits", functions: ["setVaultTerms"] },
  { contract: "reserve", role: "guardian", functions: ["pause"] },
  { contract: "reserve", role: "treasurer", functions: ["fund"] },
  { contract: "rebalancer", role: "governor", functions: ["setModules"] },
  { contract: "rebalancer", role: "risk", functions: ["setWeights", "setTerms"] },
  { contract: "backstop", role: "governor", functions: ["setModules", "setExitTerms"] },
  { contract: "rate", role: "risk", functions: ["setTerms"] },
  { contract: "stakedEtherFeed", role: "risk", functions: ["setGrowthCap"] },
];

/** What contracts that govern do for the timelock, which no role is needed for: they know it themselves, or it is PLIM that the timelock has. */
const OWN_RULES: Readonly<Record<string, readonly string[]>> = {
  authority: [
    "labelRole",
    "grantRole",
    "revokeRole",
    "setRoleAdmin",
    "setRoleGuardian",
    "setGrantDelay",
    "setTargetFunctionRole",
    "setTargetAdminDelay",
    "setTargetClosed",
  ],
  plim: ["delegate", "transfer"],
  governor: [
    "setVotingDelay",
    "setVotingPeriod",
    "setProposalThreshold",
    "setLateQuorumVoteExtension",
    "updateQuorumNumerator",
    "updateTimelock",
    "relay",
  ],
  timelock: ["updateDelay", "cancel", "grantRole", "revokeRole"],
  guardian: ["appoint", "dismiss"],
};

/** What proposals have a contract do, by its name among those that proposals call: not what anybody does with it. */
export function decidedBy(contract: string): string[] {
  const restricted = PERMISSIONS.flatMap((one) => (one.contract === contract ? one.functions : []));
  return [...restricted, ...(OWN_RULES[contract] ?? [])].sort();
}
