/**
 * Calibration without looking ahead: parameters come from before a date, the verdict from after it.
 *
 * One z serves all assets: losses in units of their volatility are pooled, because a 99% quantile of one asset's few hundred
 * days is decided by three or four of them.
 */

import { present } from "../../sdk/present.js";
import { type BacktestResult, backtest } from "../backtest/backtest.js";
import type { Panel } from "../data/panel.js";
import { DAY } from "../data/returns.js";
import { DataError, need } from "../errors.js";
import { meter, type OnProgress } from "../progress.js";
import { greatest, mean, quantile, sum } from "../statistics/moments.js";
import { type Period, runModel, standardizedLosses } from "./run.js";

export interface Judged extends BacktestResult {
  readonly name: string;
  /** First and last period judged. {s} */
  readonly from: number;
  readonly to: number;
}

export interface VaRCalibration {
  /** Quantile of the pooled training losses. */
  readonly z: number;
  readonly trainingObservations: number;
  readonly judged: readonly Judged[];
}

/** One portfolio of a panel: weights of a single asset, or of several. */
export interface Portfolio {
  readonly name: string;
  readonly panel: Panel;
  readonly weights: readonly number[];
}

/** Every asset alone, and all in equal parts. */
export function portfoliosOf(panel: Panel, label = ""): Portfolio[] {
  const n = panel.names.length;
  const alone = panel.names.map((name, i) => ({
    name: `${name}${label}`,
    panel,
    weights: panel.names.map((_, j) => (i === j ? 1 : 0)),
  }));
  if (n === 1) return alone;
  return [...alone, { name: `equal parts${label}`, panel, weights: panel.names.map(() => 1 / n) }];
}

export interface VaROptions {
  readonly tauDays: number;
  readonly confidence: number;
  readonly horizonDays: number;
  /** Training ends, judgement begins. A period that straddles it belongs to neither. {s} */
  readonly split: number;
  /** A quantile to judge instead of the calibrated one. */
  readonly z?: number;
  /** Rows by which the periods are shifted. */
  readonly offset?: number;
  /** Least daily volatility by asset; default: none. {1/sqrt(d)} */
  readonly floors?: Readonly<Record<string, number>>;
  /** Share of the VaR that assumes that everything falls together; default: 0. */
  readonly guard?: number;
  readonly onProgress?: OnProgress;
  /** Called for every row instead, where this is a part of longer work. */
  readonly onRow?: () => void;
}

/** The floors of a panel's assets, in its order. */
export function floorsOf(panel: Panel, floors: VaROptions["floors"] = {}): number[] {
  return panel.names.map((name) => floors[name] ?? 0);
}

export function calibrateVaR(portfolios: readonly Portfolio[], options: VaROptions): VaRCalibration {
  const { tauDays, confidence, horizonDays, split, guard = 0 } = options;
  const panels = [...new Set(portfolios.map(({ panel }) => panel))];
  const onRow = options.onRow ?? meter(sum(panels.map(({ times }) => times.length)), options.onProgress);
  const run = { onRow, ...(options.offset === undefined ? {} : { offset: options.offset }) };
  const runs = new Map(panels.map((panel) => [panel, runModel(panel, tauDays, horizonDays, run)]));
  const all = portfolios.map(({ name, panel, weights }) => {
    // A portfolio of several assets tells nothing new about the tail of one.
    const alone = weights.filter((each) => each !== 0).length === 1;
    const shape = { guard, floors: floorsOf(panel, options.floors) };
    return { name, panel, alone, losses: standardizedLosses(present(runs.get(panel)), weights, shape) };
  });
  const training = all.flatMap(({ alone, losses }) =>
    alone ? losses.filter(({ time, days }) => time + days * DAY <= split).map(({ ratio }) => ratio) : [],
  );
  need(
    options.z !== undefined || training.length * (1 - confidence) >= 5,
    `${training.length} training periods are too few for a confidence of ${confidence}`,
    "Move the split later, or give more history.",
  );
  const z = options.z ?? quantile(training, confidence);
  const judged = all.map(({ name, panel, losses }) => {
    const after = losses.filter(({ time }) => time >= split);
    if (after.length < 2) {
      const files = panel.files.join(", ");
      throw new DataError(files, undefined, `${name} has ${after.length} periods after the split`, "Move it earlier.");
    }
    const result = backtest(
      after.map(({ loss }) => loss),
      after.map(({ volatility }) => z * volatility),
      1 - confidence,
    );
    return { ...result, name, from: present(after[0]).time, to: present(after.at(-1)).time };
  });
  return { z, trainingObservations: training.length, judged };
}

export interface HaircutChoice {
  readonly horizonDays: number;
  /** The z that would have held the confidence. */
  readonly z: number;
  /** Mean haircut over the history, after the clamp. */
  readonly meanHaircut: number;
  readonly maxHaircut: number;
  /** What one dollar of the asset borrows on average. */
  readonly borrowingPower: number;
  /** Against the shortest horizon of the table. */
  readonly borrowingPowerCost: number;
  /** Share of periods in which the asset fell by more than the haircut. */
  readonly breaches: number;
  readonly periods: number;
}

/**
 * For each horizon the z that would have held, and what that costs in borrowing power.
 * @param runs The model's periods by horizon, the shortest first. {d}
 */
export function calibrateHaircut(
  runs: ReadonlyMap<number, readonly Period[]>,
  weights: readonly number[],
  options: { readonly confidence: number; readonly minInitial: number; readonly maxInitial: number },
): HaircutChoice[] {
  const rows = [...runs].map(([horizonDays, periods]) => {
    const losses = standardizedLosses(periods, weights);
    const z = quantile(
      losses.map(({ ratio }) => ratio),
      options.confidence,
    );
    const haircuts = losses.map(({ volatility }) =>
      Math.min(options.maxInitial, Math.max(options.minInitial, z * volatility)),
    );
    const breaches = losses.filter(({ loss }, i) => loss > present(haircuts[i])).length;
    const meanHaircut = mean(haircuts);
    return {
      horizonDays,
      z,
      meanHaircut,
      maxHaircut: greatest(haircuts),
      borrowingPower: 1 - meanHaircut,
      breaches: breaches / losses.length,
      periods: losses.length,
    };
  });
  const best = rows[0]?.borrowingPower ?? 1;
  return rows.map((row) => ({ ...row, borrowingPowerCost: best - row.borrowingPower }));
}
