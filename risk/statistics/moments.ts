/**
 * Moments and quantiles. Two conventions are in use among published tools and both are here: *population* moments divide by
 * n (PerformanceAnalytics), *sample* moments by n - 1 and are unbiased (QuantLib).
 */

import { present } from "../../sdk/present.js";
import { need } from "../errors.js";

export type Convention = "population" | "sample";

export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
  readonly sd: number;
  /** 0 for a normal distribution. */
  readonly skewness: number;
  /** Kurtosis less 3: 0 for a normal distribution. */
  readonly excessKurtosis: number;
}

export function sum(x: readonly number[]): number {
  return x.reduce((total, each) => total + each, 0);
}

/** Not `Math.min(...x)`: a long series does not fit on the stack. */
export function least(x: readonly number[]): number {
  return x.reduce((a, b) => Math.min(a, b), Infinity);
}

export function greatest(x: readonly number[]): number {
  return x.reduce((a, b) => Math.max(a, b), -Infinity);
}

export function mean(x: readonly number[]): number {
  need(x.length > 0, "the mean of nothing is not defined");
  return sum(x) / x.length;
}

export function dot(x: readonly number[], y: readonly number[]): number {
  need(x.length === y.length, `vectors of ${x.length} and ${y.length} entries do not fit together`);
  return x.reduce((total, each, i) => total + each * present(y[i]), 0);
}

/** Variance with n - 1 (`sample`) or n below. */
export function variance(x: readonly number[], convention: Convention = "sample"): number {
  const n = x.length - (convention === "sample" ? 1 : 0);
  need(n > 0, `a variance needs more than ${x.length} values`);
  const m = mean(x);
  return sum(x.map((each) => (each - m) ** 2)) / n;
}

export function moments(x: readonly number[], convention: Convention): Moments {
  const n = x.length;
  need(convention === "population" ? n > 1 : n > 3, `moments need more than ${n} values`);
  const m = mean(x);
  const central = (k: number): number => sum(x.map((each) => (each - m) ** k)) / n;
  const m2 = central(2);
  need(m2 > 0, "all values are the same: their skewness is not defined", "Check that the series moves at all.");
  const g1 = central(3) / m2 ** 1.5;
  const g2 = central(4) / m2 ** 2 - 3;
  if (convention === "population") {
    return { n, mean: m, variance: m2, sd: Math.sqrt(m2), skewness: g1, excessKurtosis: g2 };
  }
  const unbiased = (m2 * n) / (n - 1);
  return {
    n,
    mean: m,
    variance: unbiased,
    sd: Math.sqrt(unbiased),
    skewness: (g1 * Math.sqrt(n * (n - 1))) / (n - 2),
    excessKurtosis: ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * g2 + 6),
  };
}

/** Quantile of type 7 (Hyndman and Fan): linear between order statistics, the default of R and NumPy. */
export function quantile(x: readonly number[], p: number): number {
  return quantileSorted(Float64Array.from(x).sort(), p);
}

/** The same for values in ascending order. */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  need(sorted.length > 0, "a quantile of nothing is not defined");
  need(p >= 0 && p <= 1, `a quantile is taken at a probability from 0 to 1, not ${p}`);
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = present(sorted[below]);
  const high = present(sorted[Math.min(below + 1, sorted.length - 1)]);
  return low + (high - low) * (position - below);
}

export function median(x: readonly number[]): number {
  return quantile(x, 0.5);
}
