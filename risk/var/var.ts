/**
 * Value at risk and expected shortfall of a series of returns. Results are *returns*, as PerformanceAnalytics reports them: a VaR of
 * -0.05 is a loss of 5%. `confidence` is 0.95 or 0.99; the tail is what is left of it.
 */

import { need } from "../errors.js";
import { normalDensity, normalQuantile, scaledTQuantile } from "../statistics/distributions.js";
import { mean, moments, quantile } from "../statistics/moments.js";

function tailOf(confidence: number): number {
  need(confidence > 0.5 && confidence < 1, `a confidence is above 0.5 and below 1, not ${confidence}`);
  return 1 - confidence;
}

/** The type-7 quantile of what happened. */
export function historicalVaR(returns: readonly number[], confidence: number): number {
  return quantile(returns, tailOf(confidence));
}

/** Mean of the returns below the historical VaR. */
export function historicalES(returns: readonly number[], confidence: number): number {
  const limit = historicalVaR(returns, confidence);
  const worse = returns.filter((each) => each < limit);
  // With so few returns that none lies below the quantile, the quantile is the worst of them.
  return worse.length === 0 ? limit : mean(worse);
}

export function normalVaR(returns: readonly number[], confidence: number): number {
  const { mean: m, sd } = moments(returns, "population");
  return m + normalQuantile(tailOf(confidence)) * sd;
}

export function normalES(returns: readonly number[], confidence: number): number {
  const { mean: m, sd } = moments(returns, "population");
  const tail = tailOf(confidence);
  return m - (normalDensity(normalQuantile(tail)) / tail) * sd;
}

/** Quantile of Student's t with the mean and the variance of the returns. */
export function studentVaR(returns: readonly number[], confidence: number, degrees: number): number {
  const { mean: m, sd } = moments(returns, "population");
  return m + scaledTQuantile(tailOf(confidence), degrees) * sd;
}

/** The Cornish-Fisher expansion: a normal quantile bent by skewness and excess kurtosis. */
export function cornishFisher(z: number, skewness: number, excessKurtosis: number): number {
  return (
    z +
    ((z ** 2 - 1) * skewness) / 6 +
    ((z ** 3 - 3 * z) * excessKurtosis) / 24 -
    ((2 * z ** 3 - 5 * z) * skewness ** 2) / 36
  );
}

/** "Modified" VaR (Favre and Galeano). */
export function modifiedVaR(returns: readonly number[], confidence: number): number {
  const { mean: m, sd, skewness, excessKurtosis } = moments(returns, "population");
  return m + cornishFisher(normalQuantile(tailOf(confidence)), skewness, excessKurtosis) * sd;
}

/**
 * "Modified" expected shortfall (Boudt, Peterson and Croux 2008): the mean of the Edgeworth density beyond the modified VaR.
 * Never better than the modified VaR itself, where the expansion breaks down.
 */
export function modifiedES(returns: readonly number[], confidence: number): number {
  const { mean: m, sd, skewness: s, excessKurtosis: k } = moments(returns, "population");
  const tail = tailOf(confidence);
  const h = cornishFisher(normalQuantile(tail), s, k);
  const density = normalDensity(h);
  const expectation =
    density *
    (1 +
      (h ** 3 * s) / 6 +
      ((h ** 6 - 9 * h ** 4 + 9 * h ** 2 + 3) * s ** 2) / 72 +
      ((h ** 4 - 2 * h ** 2 - 1) * k) / 24);
  return m + Math.min(-expectation / tail, h) * sd;
}
