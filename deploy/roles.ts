/**
 * Who may do what. Every function that governance can call (the `restricted` ones) has a role in `PERMISSIONS`; AccessManager enforces it.
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
import type { GovernedContract, Permission } from "../sdk/governance/permissions.js";
import type { RoleName } from "../sdk/governance/roles.js";

export { PERMISSIONS, type GovernedContract } from "../sdk/governance/permissions.js";
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
