/** Volatility of one series. Variances are those of one step of the series, unless said otherwise. */

import { present } from "../../sdk/present.js";
import { need } from "../errors.js";
import { type Convention, variance } from "./moments.js";

/** Standard deviation of returns. */
export function volatility(returns: readonly number[], convention: Convention = "sample"): number {
  return Math.sqrt(variance(returns, convention));
}

/** One step of the exponentially weighted average: works for variances and, with the product of two returns, covariances. */
export function ewmaStep(before: number, product: number, lambda: number): number {
  return lambda * before + (1 - lambda) * product;
}

/** `out[t]` is the variance known *before* `returns[t]`; the last entry is the one after all of them. */
export function ewmaVariance(returns: readonly number[], lambda: number, seed: number): number[] {
  need(lambda > 0 && lambda < 1, `lambda is between 0 and 1, not ${lambda}`);
  const out = [seed];
  for (const r of returns) out.push(ewmaStep(present(out.at(-1)), r * r, lambda));
  return out;
}

/** Number, mean and sum of squared deviations: what variances of two parts are put together from. */
interface Part {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
}

function together(a: Part, b: Part): Part {
  const n = a.n + b.n;
  const delta = b.mean - a.mean;
  return { n, mean: a.mean + (delta * b.n) / n, m2: a.m2 + b.m2 + (delta * delta * a.n * b.n) / n };
}

const single = (x: number): Part => ({ n: 1, mean: x, m2: 0 });

/**
 * The last `window` returns' standard deviation at every time from the `window`-th on.
 *
 * A window is the end of one block of `window` returns and the beginning of the next: running figures from each border, backwards and
 * forwards, give any window by one addition. Nothing is ever subtracted, so that a crash that has left the window leaves no
 * rounding error behind.
 */
export function rollingVolatility(returns: readonly number[], window: number): number[] {
  need(
    Number.isInteger(window) && window > 1 && window <= returns.length,
    `a window of ${window} does not fit into ${returns.length} returns`,
  );
  const out: number[] = [];
  const ends: (Part | undefined)[] = new Array<Part | undefined>(window);
  for (let border = window; border <= returns.length; border += window) {
    // ends[k]: from k returns after the block's start to its end.
    let end = single(present(returns[border - 1]));
    ends[window - 1] = end;
    for (let k = window - 2; k >= 0; k--) ends[k] = end = together(single(present(returns[border - window + k])), end);
    out.push(Math.sqrt(end.m2 / (window - 1)));
    let start: Part | undefined;
    for (let k = 1; k < window && border + k <= returns.length; k++) {
      const next = single(present(returns[border + k - 1]));
      start = start === undefined ? next : together(start, next);
      out.push(Math.sqrt(together(present(ends[k]), start).m2 / (window - 1)));
    }
  }
  return out;
}

/**
 * The same over returns of any length: `values` per square root of a day, each with its `days`; the weight of the past falls with time.
 * @param seed {1/d}
 */
export function ewmaVarianceByTime(
  values: readonly number[],
  days: readonly number[],
  tauDays: number,
  seed: number,
): number[] {
  need(tauDays > 0, `a time constant is above zero, not ${tauDays}`);
  const out = [seed];
  values.forEach((r, t) => {
    out.push(ewmaStep(present(out[t]), r * r, Math.exp(-present(days[t]) / tauDays)));
  });
  return out;
}

/** Weight left after one day of a time constant in days; 16.16 d is RiskMetrics' 0.94. */
export function lambdaOf(tauDays: number): number {
  return Math.exp(-1 / tauDays);
}
