/** `plimsoll risk returns`, `volatility` and `var`: one price series. */

import * as risk from "../../risk/index.js";
import type { PriceSeries } from "../../risk/data/prices.js";
import { DataError } from "../../risk/errors.js";
import { present } from "../../sdk/present.js";
import { type DataOptions, loadSeries, needReturns } from "./common.js";
import { answer, columns, isoTime, percent, stepText, withProgress } from "./output.js";

/** Four moments of a sample need as many values. */
const FEWEST = 4;

/** What the rules left out or accepted. */
function notesOf({ notes, gaps }: PriceSeries): string {
  const left = `Left out: ${notes.missing} missing, ${notes.invalid} invalid, ${notes.duplicates} duplicate rows`;
  const uneven = `${notes.gaps} ${notes.gaps === 1 ? "gap" : "gaps"}${notes.gaps > 0 && gaps === "split" ? " (not in the figures)" : ""}`;
  return `${left}; ${uneven}${notes.short > 0 ? `, ${notes.short} short steps` : ""}.`;
}

export function returns(spec: string, options: DataOptions & { kind: "log" | "simple" }): void {
  const series = loadSeries(spec, options);
  const r = risk.returnsOf(series, options.kind);
  needReturns(series, r.values.length, FEWEST);
  const m = risk.moments(r.values, "sample");
  const worst = risk.least(r.values);
  const value = {
    name: series.name,
    file: series.file,
    kind: options.kind,
    notes: series.notes,
    ...m,
    worst,
    best: risk.greatest(r.values),
    returns: r,
  };
  answer(options.json, value, () => [
    `${series.name}: ${m.n} ${options.kind} returns of ${stepText(series.step)}, ${isoTime(present(series.times[0]))} to ${isoTime(present(series.times.at(-1)))}`,
    ...columns([
      ["mean", percent(m.mean, 4)],
      ["standard deviation", percent(m.sd)],
      ["skewness", m.skewness.toFixed(3)],
      ["excess kurtosis", m.excessKurtosis.toFixed(3)],
      ["worst", `${percent(worst)} (${isoTime(present(r.times[r.values.indexOf(worst)]))})`],
      ["best", percent(value.best)],
    ]),
    notesOf(series),
  ]);
}

export function volatility(spec: string, options: DataOptions & { tau: number; window: number }): void {
  const series = loadSeries(spec, options);
  const r = risk.returnsOf(series);
  needReturns(series, r.values.length, FEWEST);
  const daily = risk.dailyReturns(r);
  const starts = r.times.map((time, i) => time - present(r.days[i]) * risk.DAY);
  const within = (from: number, to: number): number[] =>
    daily.filter((_, i) => present(starts[i]) >= from - series.step / 2 && present(r.times[i]) <= to + series.step / 2);
  const [start, end] = [present(starts[0]), present(r.times.at(-1))];
  const recent = within(end - options.window * risk.DAY, end);
  if (recent.length < 2) {
    const problem = `the last ${options.window} days hold ${recent.length} returns`;
    throw new DataError(series.file, undefined, problem, "Choose a longer --window.");
  }
  if (end - start < (options.window - 0.5) * risk.DAY) {
    const problem = `has ${(end - start) / risk.DAY} days, fewer than the window of ${options.window}`;
    throw new DataError(series.file, undefined, problem, "Choose a shorter --window, or give more history.");
  }
  const seed = risk.mean(within(start, start + 30 * risk.DAY).map((each) => each * each));
  const ewma = risk.ewmaVarianceByTime(daily, r.days, options.tau, seed).map(Math.sqrt);
  const value = {
    name: series.name,
    simple: risk.volatility(daily),
    ewma: present(ewma.at(-1)),
    ewmaHighest: risk.greatest(ewma),
    rolling: risk.volatility(recent),
    tauDays: options.tau,
    windowDays: options.window,
  };
  answer(options.json, value, () => [
    `${series.name}, volatility per day (a year: times ${Math.sqrt(365).toFixed(2)})`,
    ...columns([
      ["whole history", percent(value.simple)],
      [`last ${options.window} days`, percent(value.rolling)],
      [`EWMA, tau ${options.tau} d, at the end`, percent(value.ewma)],
      ["EWMA, highest", percent(value.ewmaHighest)],
    ]),
  ]);
}

export async function valueAtRisk(
  spec: string,
  options: DataOptions & { confidence: number; degrees: number; paths: number; seed: number },
): Promise<void> {
  const series = loadSeries(spec, options);
  if (series.notes.short > 0) {
    const problem = `holds steps of several lengths: a VaR of one step of ${stepText(series.step)} does not fit them`;
    throw new DataError(series.file, undefined, problem, "Read each cadence by itself: --from, --to.");
  }
  const r = risk.returnsOf(series, "simple").values;
  needReturns(series, r.length, FEWEST);
  const logs = risk.returnsOf(series).values;
  const c = options.confidence;
  const variance = [[risk.variance(logs)]];
  const simulation = { exposures: [1], covariance: variance, paths: options.paths, seed: options.seed };
  const [normal, student] = await withProgress("paths", (onProgress) => [
    risk.monteCarlo(simulation, c, (done, total) => {
      onProgress(done, 2 * total);
    }),
    risk.monteCarlo({ ...simulation, degrees: options.degrees }, c, (done, total) => {
      onProgress(total + done, 2 * total);
    }),
  ]);
  const methods = [
    { method: "historical", var: -risk.historicalVaR(r, c), es: -risk.historicalES(r, c) },
    { method: "normal", var: -risk.normalVaR(r, c), es: -risk.normalES(r, c) },
    { method: "Cornish-Fisher (modified)", var: -risk.modifiedVaR(r, c), es: -risk.modifiedES(r, c) },
    { method: "Monte Carlo, normal", var: normal.var, es: normal.expectedShortfall },
    { method: `Monte Carlo, Student-t (${options.degrees})`, var: student.var, es: student.expectedShortfall },
  ];
  const tail = r.length * (1 - c);
  const warnings = [
    ...(tail < 1
      ? [`Fewer returns than one in the tail: the historical figures say no more than the worst days.`]
      : []),
    ...(series.notes.gaps > 0 && series.gaps === "allow"
      ? [`${series.notes.gaps} of the returns span a gap, and are longer than a step.`]
      : []),
  ];
  answer(
    options.json,
    { name: series.name, confidence: c, seed: options.seed, observations: r.length, methods, warnings },
    () => [
      `${series.name}: loss over one step of ${stepText(series.step)} at ${percent(c, 1)} (${r.length} returns, seed ${options.seed})`,
      ...columns([
        ["method", "VaR", "expected shortfall"],
        ...methods.map((each) => [each.method, percent(each.var), percent(each.es)]),
      ]),
      ...warnings,
    ],
  );
}
