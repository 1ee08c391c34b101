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

/** The last `window` returns' standard deviation at every time from the `window`-th on. */
export function rollingVolatility(returns: readonly number[], window: number): number[] {
  need(window > 1 && window <= returns.length, `a window of ${window} does not fit into ${returns.length} returns`);
  return Array.from({ length: returns.length - window + 1 }, (_, i) => volatility(returns.slice(i, i + window)));
}

/** Weight left after one day of a time constant in days; 16.16 d is RiskMetrics' 0.94. */
export function lambdaOf(tauDays: number): number {
  return Math.exp(-1 / tauDays);
}
