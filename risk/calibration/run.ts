/** The on-chain model fed with history at the history's own cadence, and judged on non-overlapping periods. */

import { present } from "../../sdk/present.js";
import { DAY, type Panel, panelReturns } from "../data/returns.js";
import { need } from "../errors.js";
import { emptyModel, listAsset, type ModelState, observe } from "../model/model.js";
import { cholesky, multiply, sampleCovariance } from "../statistics/covariance.js";
import { dot } from "../statistics/moments.js";
import { Matrix, solve } from "ml-matrix";

/** {d} of history that seed the model before anything is judged. */
export const WARM_UP = 30;

/** What was known at a time, and what the next period brought. */
export interface Period {
  /** {s} */
  readonly time: number;
  readonly state: ModelState;
  /** Simple return of each asset over the period that follows. */
  readonly next: readonly number[];
}

/** An estimated covariance as seeds that the contract takes: `w = C^-1 c`, `s2 = C_nn - w'c`, one asset after the other. */
export function seedsFrom(covariance: readonly (readonly number[])[]): { variance: number; loadings: number[] }[] {
  // Not positive definite means that some asset is wholly explained by those before it: loadings would be arbitrary.
  cholesky(covariance);
  return covariance.map((row, n) => {
    const c = row.slice(0, n);
    if (n === 0) return { variance: present(row[0]), loadings: [] };
    const block = covariance.slice(0, n).map((each) => each.slice(0, n));
    const loadings = solve(new Matrix(block), Matrix.columnVector(c)).to1DArray();
    return { variance: present(row[n]) - dot(loadings, c), loadings };
  });
}

/**
 * Observes every row of the panel, seeded by the covariance of the first `WARM_UP` days, and keeps the state at the start of every period.
 * @param horizonDays Length of a period, a multiple of the cadence.
 * @param offset Rows by which the periods are shifted, to see whether the time of day matters.
 */
export function runModel(panel: Panel, tauDays: number, horizonDays: number, offset = 0): Period[] {
  const step = (present(panel.times[1]) - present(panel.times[0])) / DAY;
  const rows = Math.round(horizonDays / step);
  need(rows >= 1, `a horizon of ${horizonDays} d is shorter than the cadence of ${step} d`);
  const warm = Math.round(WARM_UP / step);
  need(panel.times.length > warm + rows, `${WARM_UP} days of warm-up and one period are needed`);
  const seed = sampleCovariance(panelReturns({ ...panel, prices: panel.prices.slice(0, warm + 1) }), "population");
  const daily = seed.map((row) => row.map((each) => each / step));

  let state = emptyModel(present(panel.times[0]));
  seedsFrom(daily).forEach((each, i) => {
    state = listAsset(state, each, present(panel.prices[0]?.[i]), present(panel.times[0]));
  });
  const periods: Period[] = [];
  panel.times.forEach((time, t) => {
    if (t > 0) state = observe(state, { tauDays }, time, present(panel.prices[t]));
    const later = panel.prices[t + rows];
    if (t < warm + offset || (t - warm - offset) % rows !== 0 || later === undefined) return;
    periods.push({ time, state, next: later.map((price, i) => price / present(panel.prices[t]?.[i]) - 1) });
  });
  return periods;
}

/** Loss of a portfolio over each period in units of its volatility at the start: what z is a quantile of. */
export function standardizedLosses(
  periods: readonly Period[],
  weights: readonly number[],
  horizonDays: number,
): { time: number; loss: number; volatility: number; ratio: number }[] {
  return periods.map(({ time, state, next }) => {
    const volatility = Math.sqrt(dot(weights, multiply(state.covariance, weights)) * horizonDays);
    const loss = -dot(weights, next);
    return { time, loss, volatility, ratio: loss / volatility };
  });
}
