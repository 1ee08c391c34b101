/** Whether losses exceeded a VaR as often as it promised, and without clusters. */

import { present } from "../../sdk/present.js";
import { need } from "../errors.js";
import { chiSquareTail } from "../statistics/distributions.js";

/** A likelihood-ratio test. */
export interface Test {
  readonly statistic: number;
  /** Probability of a statistic at least as large if the model is right. */
  readonly pValue: number;
}

/** `n ln p`, with 0 ln 0 = 0. */
function term(n: number, p: number): number {
  return n === 0 ? 0 : n * Math.log(p);
}

/**
 * Kupiec (1995), proportion of failures.
 * @param tail Promised share of exceedances, for instance 0.01.
 */
export function kupiec(observations: number, exceedances: number, tail: number): Test {
  need(observations > 0 && exceedances >= 0 && exceedances <= observations, "exceedances must be 0 to observations");
  need(tail > 0 && tail < 1, `a tail is between 0 and 1, not ${tail}`);
  const likelihood = (p: number): number => term(observations - exceedances, 1 - p) + term(exceedances, p);
  const statistic = Math.max(0, 2 * (likelihood(exceedances / observations) - likelihood(tail)));
  return { statistic, pValue: chiSquareTail(statistic, 1) };
}

/** How often an ordinary day (0) or an exceedance (1) was followed by either: `n01` is an exceedance after an ordinary day. */
export interface Transitions {
  readonly n00: number;
  readonly n01: number;
  readonly n10: number;
  readonly n11: number;
}

export function transitionsOf(hits: readonly boolean[]): Transitions {
  const n = { n00: 0, n01: 0, n10: 0, n11: 0 };
  for (let i = 1; i < hits.length; i++) {
    n[`n${hits[i - 1] === true ? 1 : 0}${hits[i] === true ? 1 : 0}`]++;
  }
  return n;
}

/** Christoffersen (1998): whether an exceedance makes another one on the next day more likely. */
export function independence({ n00, n01, n10, n11 }: Transitions): Test {
  const share = (hits: number, misses: number): number => (hits + misses === 0 ? 0 : hits / (hits + misses));
  const pi = share(n01 + n11, n00 + n10);
  const pi0 = share(n01, n00);
  const pi1 = share(n11, n10);
  const one = term(n00 + n10, 1 - pi) + term(n01 + n11, pi);
  const two = term(n00, 1 - pi0) + term(n01, pi0) + term(n10, 1 - pi1) + term(n11, pi1);
  const statistic = Math.max(0, 2 * (two - one));
  return { statistic, pValue: chiSquareTail(statistic, 1) };
}

/** Kupiec and independence in one. */
export function conditionalCoverage(coverage: Test, independent: Test): Test {
  const statistic = coverage.statistic + independent.statistic;
  return { statistic, pValue: chiSquareTail(statistic, 2) };
}

export type Zone = "green" | "yellow" | "red";

/** Basel: probability of at most so many exceedances if the model is right, and its zone (green < 95%, red from 99.99%). */
export function trafficLight(
  observations: number,
  exceedances: number,
  tail: number,
): { readonly cumulative: number; readonly zone: Zone } {
  need(
    Number.isInteger(exceedances) && exceedances >= 0 && exceedances <= observations,
    "exceedances must be 0 to observations",
  );
  // Binomial terms by their ratio; logarithms, because (1 - tail)^n underflows for long histories.
  let logTerm = observations * Math.log1p(-tail);
  let cumulative = Math.exp(logTerm);
  for (let k = 1; k <= exceedances; k++) {
    logTerm += Math.log((observations - k + 1) / k) + Math.log(tail) - Math.log1p(-tail);
    cumulative += Math.exp(logTerm);
  }
  cumulative = Math.min(1, cumulative);
  return { cumulative, zone: cumulative < 0.95 ? "green" : cumulative < 0.9999 ? "yellow" : "red" };
}

/** Losses against VaR figures, period by period. */
export interface BacktestResult {
  readonly observations: number;
  readonly exceedances: number;
  readonly expected: number;
  readonly hits: readonly boolean[];
  readonly kupiec: Test;
  readonly independence: Test;
  readonly conditional: Test;
  readonly zone: Zone;
  /** Whether Kupiec and both of Christoffersen's tests hold at `level`. */
  readonly passes: boolean;
}

/**
 * @param losses Positive for a loss; non-overlapping periods.
 * @param limits The VaR that was known before each of them, positive.
 * @param tail Promised share of exceedances.
 * @param level Significance of the tests.
 */
export function backtest(
  losses: readonly number[],
  limits: readonly number[],
  tail: number,
  level = 0.05,
): BacktestResult {
  need(losses.length === limits.length, `${losses.length} losses and ${limits.length} VaR figures do not fit together`);
  need(losses.length > 1, "a backtest needs at least two periods");
  const hits = losses.map((loss, i) => loss > present(limits[i]));
  const exceedances = hits.filter(Boolean).length;
  const coverage = kupiec(losses.length, exceedances, tail);
  const independent = independence(transitionsOf(hits));
  const conditional = conditionalCoverage(coverage, independent);
  return {
    observations: losses.length,
    exceedances,
    expected: losses.length * tail,
    hits,
    kupiec: coverage,
    independence: independent,
    conditional,
    zone: trafficLight(losses.length, exceedances, tail).zone,
    passes: [coverage, independent, conditional].every((test) => test.pValue > level),
  };
}
