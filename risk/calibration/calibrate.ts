/**
 * Calibration without looking ahead: parameters come from before a date, the verdict from after it.
 *
 * One z serves all assets: losses in units of their volatility are pooled, because a 99% quantile of one asset's few hundred
 * days is decided by three or four of them.
 */

import { present } from "../../sdk/present.js";
import { type BacktestResult, backtest } from "../backtest/backtest.js";
import { type Panel } from "../data/returns.js";
import { need } from "../errors.js";
import { mean, quantile } from "../statistics/moments.js";
import { runModel, standardizedLosses } from "./run.js";

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

/**
 * @param split Training ends, judgement begins. A period that straddles it belongs to neither. {s}
 * @param z A quantile to judge instead of the calibrated one.
 */
export function calibrateVaR(
  portfolios: readonly Portfolio[],
  options: { tauDays: number; confidence: number; horizonDays: number; split: number; z?: number; offset?: number },
): VaRCalibration {
  const { tauDays, confidence, horizonDays, split } = options;
  const runs = new Map<Panel, ReturnType<typeof runModel>>();
  const all = portfolios.map(({ name, panel, weights }) => {
    const periods = runs.get(panel) ?? runModel(panel, tauDays, horizonDays, options.offset);
    runs.set(panel, periods);
    // A portfolio of several assets tells nothing new about the tail of one.
    const alone = weights.filter((each) => each !== 0).length === 1;
    return { name, alone, losses: standardizedLosses(periods, weights, horizonDays) };
  });
  const training = all.flatMap(({ alone, losses }) =>
    alone ? losses.filter(({ time }) => time + horizonDays * 86_400 <= split).map(({ ratio }) => ratio) : [],
  );
  need(
    options.z !== undefined || training.length * (1 - confidence) >= 5,
    `${training.length} training periods are too few for a confidence of ${confidence}`,
    "Move the split later, or give more history.",
  );
  const z = options.z ?? quantile(training, confidence);
  const judged = all.map(({ name, losses }) => {
    const after = losses.filter(({ time }) => time >= split);
    need(after.length > 1, `${name} has ${after.length} periods after the split`, "Move the split earlier.");
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

/** For each horizon the z that would have held, and what that costs in borrowing power. */
export function calibrateHaircut(
  panel: Panel,
  asset: number,
  options: {
    tauDays: number;
    confidence: number;
    horizons: readonly number[];
    minInitial: number;
    maxInitial: number;
    from?: number;
  },
): HaircutChoice[] {
  const weights = panel.names.map((_, i) => (i === asset ? 1 : 0));
  const rows = options.horizons.map((horizonDays) => {
    const losses = standardizedLosses(runModel(panel, options.tauDays, horizonDays), weights, horizonDays).filter(
      ({ time }) => time >= (options.from ?? -Infinity),
    );
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
      maxHaircut: Math.max(...haircuts),
      borrowingPower: 1 - meanHaircut,
      breaches: breaches / losses.length,
      periods: losses.length,
    };
  });
  const best = rows[0]?.borrowingPower ?? 1;
  return rows.map((row) => ({ ...row, borrowingPowerCost: best - row.borrowingPower }));
}
