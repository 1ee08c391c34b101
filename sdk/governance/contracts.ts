/** The contracts that a proposal can call, by the names that proposals call them. */

import { getAddress, type Interface } from "ethers";

import { IBackstop__factory } from "../../types/contracts/factories/contracts/interfaces/IBackstop__factory.js";
import { IBalanceSheet__factory } from "../../types/contracts/factories/contracts/interfaces/IBalanceSheet__factory.js";
import { ICreditEngine__factory } from "../../types/contracts/factories/contracts/interfaces/ICreditEngine.sol/ICreditEngine__factory.js";
import { IExchangeRateFeed__factory } from "../../types/contracts/factories/contracts/interfaces/IExchangeRateFeed__factory.js";
import { IMarketRate__factory } from "../../types/contracts/factories/contracts/interfaces/IMarketRate__factory.js";
import { IPlimsollDollar__factory } from "../../types/contracts/factories/contracts/interfaces/IPlimsollDollar__factory.js";
import { IPriceOracle__factory } from "../../types/contracts/factories/contracts/interfaces/IPriceOracle__factory.js";
import { IRebalancer__factory } from "../../types/contracts/factories/contracts/interfaces/IRebalancer__factory.js";
import { IReserve__factory } from "../../types/contracts/factories/contracts/interfaces/IReserve.sol/IReserve__factory.js";
import { IRisk__factory } from "../../types/contracts/factories/contracts/interfaces/IRisk__factory.js";
import { IUniswapDepth__factory } from "../../types/contracts/factories/contracts/interfaces/IUniswapDepth__factory.js";
import type { AddressBook } from "../addresses.js";
import { AUTHORITY, GOVERNOR, GUARDIAN, PLIM, TIMELOCK } from "./abi.js";

/** Something that a proposal can call. */
export interface Callable {
  readonly name: string;
  readonly address: string;
  readonly abi: Interface;
}

/** All that there are in a deployment. */
export function callables(book: AddressBook): Callable[] {
  const { contracts, governance, depth, feeds } = book;
  const found: readonly (readonly [name: string, address: string | undefined, abi: Interface])[] = [
    ["dollar", contracts.dollar, IPlimsollDollar__factory.createInterface()],
    ["oracle", contracts.oracle, IPriceOracle__factory.createInterface()],
    ["risk", contracts.risk, IRisk__factory.createInterface()],
    ["depth", depth, IUniswapDepth__factory.createInterface()],
    ["engine", contracts.engine, ICreditEngine__factory.createInterface()],
    ["sheet", contracts.sheet, IBalanceSheet__factory.createInterface()],
    ["reserve", contracts.reserve, IReserve__factory.createInterface()],
    ["rebalancer", contracts.rebalancer, IRebalancer__factory.createInterface()],
    ["backstop", contracts.backstop, IBackstop__factory.createInterface()],
    ["rate", contracts.rate, IMarketRate__factory.createInterface()],
    ["stakedEtherFeed", feeds.stakedEther, IExchangeRateFeed__factory.createInterface()],
    ["authority", contracts.manager, AUTHORITY],
    ["plim", governance?.plim, PLIM],
    ["governor", governance?.governor, GOVERNOR],
    ["timelock", governance?.timelock, TIMELOCK],
    ["guardian", governance?.guardian, GUARDIAN],
  ];
  return found.flatMap(([name, address, abi]) =>
    address === undefined ? [] : [{ name, address: getAddress(address), abi }],
  );
}

/** The deployment has no governance that the address book knows. */
export class NoGovernance extends Error {
  override readonly name = "NoGovernance";

  constructor(readonly chainId: number) {
    super(`the address book of chain ${chainId} names no governor`);
  }
}

export type GovernanceAddresses = NonNullable<AddressBook["governance"]>;

/** @throws {NoGovernance} */
export function governanceOf({ governance, chainId }: AddressBook): GovernanceAddresses {
  if (governance === undefined) throw new NoGovernance(chainId);
  return governance;
}
