/**
 * Who may do what. Every function that governance can call (the `restricted` ones) has a role here; AccessManager enforces it.
 * A function that were missing would belong to the admin alone; a test sees to it that none is missing.
 *
 * On a public network the timelock holds every role, admin included; the Guardian contract, which can only tighten, holds `guardian` and `limits`
 * beside it, and whoever deployed has renounced all of them (`deploy/modules/Governance.ts`).
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
import type { RoleName } from "../sdk/governance/roles.js";

export { ROLES, type RoleName } from "../sdk/governance/roles.js";

/** Who holds a role once votes decide. `guardian` is the contract that can only tighten. */
export type HolderName = "timelock" | "guardian";

export const HOLDERS: Readonly<Record<RoleName, readonly HolderName[]>> = {
  governor: ["timelock"],
  guardian: ["timelock", "guardian"],
  risk: ["timelock"],
  treasurer: ["timelock"],
  limits: ["timelock", "guardian"],
};

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

/** The interface through which a governed contract is called. */
export function interfaceOf(contract: GovernedContract): Interface {
  return INTERFACES[contract];
}

/** Selectors of a permission's functions. */
export function selectorsOf(permission: Permission): string[] {
  return permission.functions.map((name) => {
    const fragment = INTERFACES[permission.contract].getFunction(name);
    if (fragment === null) throw new RangeError(`${permission.contract} has no function ${name}`);
    return fragment.selector;
  });
}
