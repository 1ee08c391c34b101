/** The parameter file from history: everything that `plimsoll risk calibrate` decides, with its evidence. */

import { present } from "../../sdk/present.js";
import { type Panel, panelBefore } from "../data/panel.js";
import { meter, type OnProgress } from "../progress.js";
import { quantile, sum } from "../statistics/moments.js";
import { calibrateHaircut, calibrateVaR, type HaircutChoice, type Judged, portfoliosOf } from "./calibrate.js";
import type { Evidence, ParameterFile } from "./parameters.js";
import { runModel, seedsFrom } from "./run.js";

export interface BuildOptions {
  readonly tauDays: number;
  readonly confidence: number;
  /** Days that a liquidation may take, for every asset. {d} */
  readonly horizonDays: number;
  /** Training ends, judgement begins. {s} */
  readonly split: number;
  readonly files: readonly string[];
  /**
   * More history of the same assets at other cadences: its losses are pooled too, and it is judged too. A few hundred days of
   * one cadence hold too few extremes to tell a 99% quantile from.
   */
  readonly also?: readonly { readonly label: string; readonly panel: Panel; readonly files: readonly string[] }[];
  /** Share of the VaR without diversification. */
  readonly guard: number;
  readonly intervalSeconds: number;
  readonly onProgress?: OnProgress;
}

/** What no history decides. Haircuts in bps. */
const MU = 0.7;
const SIZE_WEIGHT = 0.5;
const BOUNDS = { minInitial: 1_000, maxInitial: 8_000, minMaintenance: 700, maxMaintenance: 6_000 };
/** The floor of an asset's volatility is this quantile of its own history: calm ends without warning. */
const FLOOR_QUANTILE = 0.05;
const BPS = 10_000;
const MS = 1_000;

export interface Built {
  readonly parameters: ParameterFile;
  readonly judged: readonly Judged[];
  readonly haircuts: Readonly<Record<string, readonly HaircutChoice[]>>;
}

/** Six digits: more are noise, and a diff of two files stays readable. */
function rounded(x: number): number {
  return Number(x.toPrecision(6));
}

function isoDay(seconds: number): string {
  return new Date(seconds * MS).toISOString().slice(0, 10);
}

/** The assets are listed in the order of the panel. */
export function buildParameters(panel: Panel, options: BuildOptions): Built {
  const { tauDays, confidence, horizonDays, split } = options;
  const training = panelBefore(panel, split);
  const sources = [{ label: "", panel, files: options.files }, ...(options.also ?? [])];
  const portfolios = sources.flatMap(({ label, panel: each, files }) =>
    portfoliosOf(each, label).map((portfolio) => ({ ...portfolio, files })),
  );
  const horizons = [...new Set([horizonDays, 1, 2, 4])].sort((a, b) => a - b);
  const rows = sum(sources.map((each) => each.panel.times.length));
  const total = rows + horizons.length * training.times.length + panel.times.length;
  const onRow = meter(total, options.onProgress);
  const calibration = calibrateVaR(portfolios, { tauDays, confidence, horizonDays: 1, split, onRow });

  const runs = new Map(horizons.map((each) => [each, runModel(training, tauDays, each, { onRow })]));
  const common = { confidence, minInitial: BOUNDS.minInitial / BPS, maxInitial: BOUNDS.maxInitial / BPS };
  const haircuts = Object.fromEntries(
    panel.names.map((name, i) => {
      const weights = panel.names.map((_, j) => (i === j ? 1 : 0));
      return [name, calibrateHaircut(runs, weights, common)];
    }),
  );
  // One z for all assets on chain: the strictest of theirs at the horizon in force.
  const z = Math.max(
    ...panel.names.map((name) => present(haircuts[name]?.find((row) => row.horizonDays === horizonDays)).z),
  );

  // Floors come from the training part only; seeds from the last state, since a deployment starts from today.
  const trained = present(runs.get(1));
  const seeds = seedsFrom(present(runModel(panel, tauDays, 1, { onRow }).at(-1)).state.covariance);
  const assets = Object.fromEntries(
    panel.names.map((name, i) => {
      const history = trained.map(({ state }) => Math.sqrt(present(state.covariance[i]?.[i])));
      const seed = present(seeds[i]);
      const loadings = Object.fromEntries(seed.loadings.map((w, j) => [present(panel.names[j]), rounded(w)]));
      return [
        name,
        {
          volatilityFloor: rounded(quantile(history, FLOOR_QUANTILE)),
          horizonDays,
          bounds: BOUNDS,
          seed: { variance: rounded(seed.variance), loadings },
        },
      ];
    }),
  );
  const evidence = Object.fromEntries(
    calibration.judged.map((each, i): [string, Evidence] => [
      each.name,
      {
        files: [...present(portfolios[i]).files],
        span: { from: isoDay(each.from), to: isoDay(each.to) },
        observations: each.observations,
        exceedances: each.exceedances,
        kupiecP: rounded(each.kupiec.pValue),
        christoffersenP: rounded(each.independence.pValue),
        conditionalP: rounded(each.conditional.pValue),
        confidence,
        // Borrowing power of the smallest haircut less that of the calibrated one.
        borrowingPowerCost: rounded(costOf(haircuts, each.name, horizonDays)),
      },
    ]),
  );
  const parameters: ParameterFile = {
    version: 1,
    global: {
      tauDays,
      z: rounded(z),
      mu: MU,
      k: SIZE_WEIGHT,
      varZ: rounded(calibration.z),
      varHorizonDays: 1,
      guard: options.guard,
      intervalSeconds: options.intervalSeconds,
    },
    assets,
    evidence,
  };
  return { parameters, judged: calibration.judged, haircuts };
}

/** For a portfolio, the mean over its assets. */
function costOf(haircuts: Built["haircuts"], name: string, horizonDays: number): number {
  // The portfolios of further sources carry a label after the asset's name.
  const alone = haircuts[name.split(" ")[0] ?? name];
  const tables = alone === undefined ? Object.values(haircuts) : [alone];
  const costs = tables.map(
    (rows) => 1 - BOUNDS.minInitial / BPS - present(rows.find((row) => row.horizonDays === horizonDays)).borrowingPower,
  );
  return costs.reduce((sum, each) => sum + each, 0) / costs.length;
}
