/** The on-chain model fed with history at the history's own cadence, and judged on non-overlapping periods. */

import { present } from "../../sdk/present.js";
import { dailyPanelReturns, isLeftOut, type Panel } from "../data/panel.js";
import { DAY } from "../data/returns.js";
import { DataError } from "../errors.js";
import { emptyModel, listAsset, type ModelState, observe, valueAtRisk } from "../model/model.js";
import { cholesky, sampleCovariance } from "../statistics/covariance.js";
import { dot } from "../statistics/moments.js";
import { Matrix, solve } from "ml-matrix";

/** {d} of history that seed the model before anything is judged. */
export const WARM_UP = 30;

/** What was known at a time, and what the next period brought. */
export interface Period {
  /** {s} */
  readonly time: number;
  /** Its length: the horizon, unless it spans a gap. {d} */
  readonly days: number;
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

export interface RunOptions {
  /** Rows by which the periods are shifted, to see whether the time of day matters. */
  readonly offset?: number;
  /** Called for every row. */
  readonly onRow?: () => void;
}

/**
 * Observes every row of the panel, seeded by the covariance of the first `WARM_UP` days, and keeps the state at the start of every period.
 *
 * Periods follow each other without overlap. Where the history has a gap, `allow` lets a period span it, with its true length;
 * `split` leaves that period out, and the model goes on after the gap as if no time had passed.
 * @param horizonDays Length of a period, a multiple of the usual step.
 */
export function runModel(panel: Panel, tauDays: number, horizonDays: number, options: RunOptions = {}): Period[] {
  const { times, prices } = panel;
  const start = present(times[0], "first row");
  const warm = firstAt(times, 1, start + WARM_UP * DAY, panel.step);
  checkLength(panel, horizonDays, warm);

  let state = emptyModel(start);
  seedsFrom(sampleCovariance(dailyPanelReturns(panel, warm), "population")).forEach((each, i) => {
    state = listAsset(state, each, present(prices[0]?.[i]), start);
  });
  const periods: Period[] = [];
  let opening = warm + (options.offset ?? 0);
  for (let t = 0; t < times.length; t++) {
    const [time, now] = [present(times[t]), present(prices[t])];
    options.onRow?.();
    if (t > 0) state = isLeftOut(panel, t) ? skip(state, time, now) : observe(state, { tauDays }, time, now);
    if (t !== opening) continue;
    const end = firstAt(times, t + 1, time + horizonDays * DAY, panel.step);
    opening = end;
    const later = prices[end];
    if (later === undefined || hasHole(panel, t, end)) continue;
    const days = (present(times[end]) - time) / DAY;
    periods.push({ time, days, state, next: later.map((price, i) => price / present(now[i]) - 1) });
  }
  return periods;
}

/** The row from `from` on that is nearest to `target` if one is within half a step of it, else the first one after it. */
function firstAt(times: readonly number[], from: number, target: number, step: number): number {
  let t = from;
  while (t < times.length && present(times[t]) < target - step / 2) t++;
  while (t + 1 < times.length && Math.abs(present(times[t + 1]) - target) < Math.abs(present(times[t]) - target)) t++;
  return t;
}

/** Whether a return between two rows is left out. */
function hasHole(panel: Panel, from: number, to: number): boolean {
  for (let t = from + 1; t <= to; t++) if (isLeftOut(panel, t)) return true;
  return false;
}

/** The state after a gap whose returns are left out. */
function skip(state: ModelState, time: number, prices: readonly number[]): ModelState {
  return { ...state, logPrices: prices.map(Math.log), pricedAt: prices.map(() => time), observedAt: time };
}

/** How far a horizon may be from a whole number of steps: 0.04 d stands for an hour. */
const ROUNDING = 0.05;

function checkLength(panel: Panel, horizonDays: number, warm: number): void {
  const files = panel.files.join(", ");
  const step = panel.step / DAY;
  const steps = horizonDays / step;
  if (steps < 1 - ROUNDING || Math.abs(steps - Math.round(steps)) > ROUNDING) {
    const problem = `its steps of ${Number(step.toPrecision(6))} d do not make up a horizon of ${horizonDays} d`;
    throw new DataError(files, undefined, problem, "Choose a multiple of the step.");
  }
  if (warm + Math.round(steps) < panel.times.length) return;
  const days = (present(panel.times.at(-1)) - present(panel.times[0])) / DAY;
  throw new DataError(
    files,
    undefined,
    `${Number(days.toFixed(2))} days of history are too few: ${WARM_UP} days of warm-up and one period of ${horizonDays} d are needed`,
    "Give more history.",
  );
}

/** What a VaR of the model is made of besides the covariance. */
export interface VaRShape {
  /** Least daily volatility of each asset, in the order of the panel; default: none. {1/sqrt(d)} */
  readonly floors?: readonly number[];
  /** Share of the VaR that assumes that everything falls together; default: 0. */
  readonly guard?: number;
}

/**
 * Loss of a portfolio over each period, in units of what its VaR at the start is for z = 1 over the period's length: what z is a quantile of.
 * @param weights Not negative.
 */
export function standardizedLosses(
  periods: readonly Period[],
  weights: readonly number[],
  { floors = weights.map(() => 0), guard = 0 }: VaRShape = {},
): { time: number; days: number; loss: number; volatility: number; ratio: number }[] {
  return periods.map(({ time, days, state, next }) => {
    const volatility = valueAtRisk(state, { varZ: 1, varHorizonDays: days, guard }, floors, weights).total;
    const loss = -dot(weights, next);
    return { time, days, loss, volatility, ratio: loss / volatility };
  });
}
