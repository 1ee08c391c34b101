/** What all chapters come to together. */

import type { ChapterResult, HandledSum } from "../chapters/chapter.js";
import type { Breach, ReserveDay, Sample } from "../chronicle/chronicle.js";

const BPS = 10_000;
const YEAR = 365 * 86_400;

/** The last line of `--json`, in this order. Ratios are of 1; amounts decimal strings in plUSD. */
export interface Totals {
  /** Moments at which a feed updated. */
  readonly steps: number;
  /** Updates of the ether feed. */
  readonly priceUpdates: number;
  /** Accounts, counted anew in each chapter. */
  readonly liquidated: number;
  readonly absorbed: number;
  /** Booked losses and debts written off. */
  readonly badDebt: string;
  /** Null where nothing was ever owed. */
  readonly minBacking: number | null;
  /** Capital over what is required. */
  readonly minCapitalRatio: number | null;
  /** Days in a row on which the reserve lost more than the value at risk of their beginning. */
  readonly maxVarBreachRun: number;
  /** What auctions lost of what they sold; negative where they earned. */
  readonly rebalanceCostBps: number;
  /** What liquidations and absorptions took beyond the debt that they ended. */
  readonly borrowerCostBps: number;
  /** Mean over the hours of what can be borrowed against a dollar of volatile collateral. */
  readonly avgBorrowingPower: number;
  readonly durationMs: number;
}

export function totalsOf(results: readonly ChapterResult[], durationMs: number): Totals {
  const sum = (of: (each: ChapterResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  const handled = handledOf(results);
  const [traded, lost] = [
    amount(results, ({ rebalancing }) => rebalancing.traded),
    amount(results, ({ rebalancing }) => rebalancing.lost),
  ];
  return {
    steps: sum(({ steps }) => steps),
    priceUpdates: sum(({ priceUpdates }) => priceUpdates),
    liquidated: sum(({ liquidated }) => liquidated.accounts),
    absorbed: sum(({ absorbed }) => absorbed.accounts),
    badDebt: decimal(amount(results, ({ badDebt }) => badDebt)),
    minBacking: least(results.map(({ minBacking }) => minBacking)),
    minCapitalRatio: least(results.map(({ minCapitalRatio }) => minCapitalRatio)),
    maxVarBreachRun: Math.max(0, ...results.map(({ days }) => longestRun(days))),
    rebalanceCostBps: bps(lost, traded),
    borrowerCostBps: bps(handled.collateral - handled.debt, handled.debt),
    avgBorrowingPower: rounded(mean(samplesOf(results).map(({ borrowingPower }) => borrowingPower))),
    durationMs,
  };
}

/** All that was taken off, and for what. {plUSD} {USD} */
export function handledOf(results: readonly ChapterResult[]): { debt: bigint; collateral: bigint } {
  const of = (what: keyof Pick<HandledSum, "debt" | "collateral">): bigint =>
    amount(results, ({ liquidated }) => liquidated[what]) + amount(results, ({ absorbed }) => absorbed[what]);
  return { debt: of("debt"), collateral: of("collateral") };
}

export function samplesOf(results: readonly ChapterResult[]): Sample[] {
  return results.flatMap(({ samples }) => samples);
}

export function breachesOf(results: readonly ChapterResult[]): Breach[] {
  return results.flatMap(({ breaches }) => breaches).sort((a, b) => a.time - b.time);
}

/**
 * What borrowers and the protocol lost, a year, for each dollar lent: what makes policies comparable under which more or less is lent. bps
 */
export function lossRate(results: readonly ChapterResult[]): number {
  const { debt, collateral } = handledOf(results);
  const lost = Number(collateral - debt) / 1e18 + Number(amount(results, ({ badDebt }) => badDebt)) / 1e18;
  const lent = mean(samplesOf(results).map((sample) => sample.debt));
  const years = results.reduce((total, { from, to }) => total + (to - from), 0) / YEAR;
  return lent === 0 || years === 0 ? 0 : rounded((lost / lent / years) * BPS);
}

/** Days in a row on which the loss was larger than the value at risk. */
export function longestRun(days: readonly ReserveDay[]): number {
  let [longest, run] = [0, 0];
  for (const { loss, valueAtRisk } of days) {
    run = loss > valueAtRisk ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Days on which the loss was larger than the value at risk. */
export function exceedances(results: readonly ChapterResult[]): { exceeded: number; days: number } {
  const days = results.flatMap((each) => each.days);
  return { exceeded: days.filter(({ loss, valueAtRisk }) => loss > valueAtRisk).length, days: days.length };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
}

function amount(results: readonly ChapterResult[], of: (each: ChapterResult) => string): bigint {
  return results.reduce((total, each) => total + BigInt(of(each)), 0n);
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((each) => each !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** A tenth of a basis point is the smallest that is told. */
function bps(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * BigInt(BPS) * 10n) / whole) / 10;
}

function rounded(x: number): number {
  return Number(x.toPrecision(6));
}

/** 18 decimals as a decimal, cut to a millionth. */
function decimal(value: bigint): string {
  const units = value / 10n ** 12n;
  const text = (units < 0n ? -units : units).toString().padStart(7, "0");
  const sign = units < 0n ? "-" : "";
  return `${sign}${text.slice(0, -6)}.${text.slice(-6).replace(/0+$/, "") || "0"}`;
}

/** The same of a day as of a whole replay: what happened between two samples. */
export function between(
  first: Sample,
  last: Sample,
): { debt: number; collateral: number; losses: number; accounts: number } {
  return {
    debt: last.handledDebt - first.handledDebt,
    collateral: last.handledCollateral - first.handledCollateral,
    losses: last.losses - first.losses,
    accounts: last.liquidated + last.absorbed - first.liquidated - first.absorbed,
  };
}
