/** The contracts around a reserve, as its jobs call them, and where what they sell is sold. */

import type { Signer } from "ethers";

import { DOLLAR, type ReserveConfig } from "./config.js";
import {
  AuctionFiller__factory,
  IBackstop__factory,
  IBalanceSheet__factory,
  IRebalancer__factory,
  IReserve__factory,
  type AuctionFiller,
  type IBackstop,
  type IBalanceSheet,
  type ICreditEngine,
  type IPriceOracle,
  type IRebalancer,
  type IReserve,
  type IRisk,
} from "../types/contracts/index.js";

/** `IRebalancer`'s number of plUSD. */
export const DOLLAR_ASSET = 2n ** 256n - 1n;

export interface ReserveContracts {
  readonly engine: ICreditEngine;
  readonly oracle: IPriceOracle;
  readonly risk: IRisk;
  readonly sheet: IBalanceSheet;
  readonly reserve: IReserve;
  readonly rebalancer: IRebalancer;
  readonly backstop: IBackstop;
  readonly filler: AuctionFiller | undefined;
}

export function reserveContracts(
  config: ReserveConfig,
  signer: Signer,
  others: Pick<ReserveContracts, "engine" | "oracle" | "risk">,
): ReserveContracts {
  return {
    ...others,
    sheet: IBalanceSheet__factory.connect(config.sheet, signer),
    reserve: IReserve__factory.connect(config.reserve, signer),
    rebalancer: IRebalancer__factory.connect(config.rebalancer, signer),
    backstop: IBackstop__factory.connect(config.backstop, signer),
    filler: config.filler === undefined ? undefined : AuctionFiller__factory.connect(config.filler, signer),
  };
}

/** The route from one asset to another or to plUSD, if there is one. */
export function pathBetween(config: ReserveConfig, sold: bigint, bought: bigint): string | undefined {
  const to = bought === DOLLAR_ASSET ? DOLLAR : Number(bought);
  return config.routes.find((r) => r.sold === Number(sold) && r.bought === to)?.path;
}

/** What an amount is worth at low. {ledger} to {USD}, rounded down */
export async function worthOf(
  { oracle, risk }: Pick<ReserveContracts, "oracle" | "risk">,
  asset: bigint,
  amount: bigint,
): Promise<bigint> {
  const { low } = await oracle.price(asset);
  return (amount * low) / 10n ** (await risk.unitDecimals(asset));
}

/** What a bidder's profit is worth: token units of an asset at low, or plUSD. {bought} token units to {plUSD}, and back */
export async function worthOfToken(
  contracts: Pick<ReserveContracts, "oracle" | "risk" | "reserve">,
  asset: bigint,
): Promise<{ toDollars: (units: bigint) => bigint; toUnits: (dollars: bigint) => bigint }> {
  if (asset === DOLLAR_ASSET) return { toDollars: (units) => units, toUnits: (dollars) => dollars };
  const { low } = await contracts.oracle.price(asset);
  const { scale } = await contracts.reserve.assetTerms(asset);
  const whole = scale * 10n ** (await contracts.risk.unitDecimals(asset));
  return {
    toDollars: (units) => (units * low) / whole,
    // Up: what is asked for on chain is no less. Without a price nothing is enough.
    toUnits: (dollars) => (low === 0n ? 2n ** 256n - 1n : (dollars * whole + low - 1n) / low),
  };
}

/** The asset numbers in a mask, ascending. */
export function assetsOf(mask: bigint): bigint[] {
  const assets: bigint[] = [];
  for (let asset = 0n; mask >> asset !== 0n; asset++) if (((mask >> asset) & 1n) === 1n) assets.push(asset);
  return assets;
}
