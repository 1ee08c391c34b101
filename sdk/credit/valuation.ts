/**
 * What holdings are worth and what is owed, to the wei as the contracts have it (`contracts/risk/Valuation.sol`, `CreditLens`).
 * Values and debts have 18 decimals.
 */

import type { Holding } from "./holdings.js";

/** One, in basis points. */
export const BPS = 10_000n;

/** A debt share is worth `index / 1e18` units of 1e-8 plUSD. */
const SHARES_PER_DOLLAR = 10n ** 8n;

/** What counts of an asset when deciding on liquidation: of what `IRiskModel.quote` returns. */
export interface Quote {
  /** {USD/tok} 18 decimals */
  readonly high: bigint;
  /** bps */
  readonly maintenanceHaircut: bigint;
  /** {ledger} */
  readonly maintenanceDepth: bigint;
  /** {ledger/tok} */
  readonly unit: bigint;
}

/** Quotes by asset number; an asset that is not there counts nothing. */
export type Quotes = ReadonlyMap<bigint, Quote>;

/** What a price may be used for, as `IPriceOracle` numbers it. */
export const PRICE_STATUS = { unpriced: 0n, disagreeing: 1n, live: 2n } as const;

/** All of what `IRiskModel.quote` returns, and whether borrowing against the asset is paused. */
export interface FullQuote extends Quote {
  /** {USD/tok} 18 decimals */
  readonly low: bigint;
  /** {USD/tok} 18 decimals */
  readonly mid: bigint;
  /** One of {@link PRICE_STATUS}. */
  readonly status: bigint;
  /** bps */
  readonly initialHaircut: bigint;
  /** {ledger} */
  readonly borrowDepth: bigint;
  /** It counts 0 towards borrow limits then. */
  readonly borrowPaused: boolean;
}

export type FullQuotes = ReadonlyMap<bigint, FullQuote>;

/** What an account holds and owes. */
export interface Position {
  /** {share} */
  readonly debtShares: bigint;
  readonly holdings: readonly Holding[];
}

/** Value of a balance sold into a depth, less a haircut: `P q X (1 - h) / ((X + q) U)`, rounded down. {USD} */
export function limitTerm(price: bigint, balance: bigint, depth: bigint, unit: bigint, haircut: bigint): bigint {
  if (depth === 0n) return 0n;
  return (price * balance * depth * (BPS - haircut)) / ((depth + balance) * unit * BPS);
}

/** M: below it by the debt, an account may be liquidated. Each term is rounded down. {USD} */
export function maintenanceLimit(holdings: readonly Holding[], quotes: Quotes): bigint {
  let sum = 0n;
  for (const { asset, amount } of holdings) {
    const q = quotes.get(asset);
    if (q !== undefined) sum += limitTerm(q.high, amount, q.maintenanceDepth, q.unit, q.maintenanceHaircut);
  }
  return sum;
}

/** What a holding counts towards B: what the debt may reach by borrowing or withdrawing. Rounded down. {USD} */
export function borrowTerm(amount: bigint, q: FullQuote): bigint {
  if (q.status !== PRICE_STATUS.live || q.borrowPaused) return 0n;
  return limitTerm(q.low, amount, q.borrowDepth, q.unit, q.initialHaircut);
}

/** B: what the debt may reach by borrowing or withdrawing. Each term is rounded down. {USD} */
export function borrowLimit(holdings: readonly Holding[], quotes: FullQuotes): bigint {
  let sum = 0n;
  for (const { asset, amount } of holdings) {
    const q = quotes.get(asset);
    if (q !== undefined) sum += borrowTerm(amount, q);
  }
  return sum;
}

/** Priced collateral at mid, without haircut or liquidity discount. Each term is rounded down. {USD} */
export function collateralValue(holdings: readonly Holding[], quotes: FullQuotes): bigint {
  let sum = 0n;
  for (const { asset, amount } of holdings) {
    const q = quotes.get(asset);
    if (q !== undefined && q.status !== PRICE_STATUS.unpriced) sum += (q.mid * amount) / q.unit;
  }
  return sum;
}

/** What shares owe, rounded up. {plUSD} */
export function debtOf(shares: bigint, index: bigint): bigint {
  return (shares * index + SHARES_PER_DOLLAR - 1n) / SHARES_PER_DOLLAR;
}

/** Shares for a loan, rounded up: who borrows owes at least what was minted. {share} */
export function sharesForLoan(amount: bigint, index: bigint): bigint {
  return (amount * SHARES_PER_DOLLAR + index - 1n) / index;
}

/** Shares that a payment takes off, rounded down: no more than it pays for. {share} */
export function sharesForPayment(amount: bigint, index: bigint): bigint {
  return (amount * SHARES_PER_DOLLAR) / index;
}
