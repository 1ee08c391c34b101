/** `plimsoll risk returns`, `volatility` and `var`: one price series. */

import { present } from "../../sdk/present.js";
import { answer, columns, type DataOptions, isoTime, loadSeries, percent } from "./common.js";

export async function returns(spec: string, options: DataOptions & { kind: "log" | "simple" }): Promise<void> {
  const risk = await import("../../risk/index.js");
  const series = loadSeries(spec, options);
  const r = risk.returnsOf(series, options.kind);
  const m = risk.moments(r.values, "sample");
  const worst = Math.min(...r.values);
  const value = {
    name: series.name,
    file: series.file,
    kind: options.kind,
    notes: series.notes,
    ...m,
    worst,
    returns: r,
  };
  answer(options.json, value, () => [
    `${series.name}: ${m.n} ${options.kind} returns of ${series.step / risk.DAY} d, ${isoTime(present(series.times[0]))} to ${isoTime(present(series.times.at(-1)))}`,
    ...columns([
      ["mean", percent(m.mean, 4)],
      ["standard deviation", percent(m.sd)],
      ["skewness", m.skewness.toFixed(3)],
      ["excess kurtosis", m.excessKurtosis.toFixed(3)],
      ["worst", `${percent(worst)} (${isoTime(present(r.times[r.values.indexOf(worst)]))})`],
      ["best", percent(Math.max(...r.values))],
    ]),
    `Left out: ${series.notes.missing} missing, ${series.notes.invalid} invalid, ${series.notes.duplicates} duplicate rows; ${series.notes.gaps} gaps.`,
  ]);
}

export async function volatility(spec: string, options: DataOptions & { tau: number; window: number }): Promise<void> {
  const risk = await import("../../risk/index.js");
  const series = loadSeries(spec, options);
  const r = risk.returnsOf(series);
  const step = series.step / risk.DAY;
  const daily = (x: number): number => x / Math.sqrt(step);
  const seed = risk.mean(r.values.slice(0, Math.ceil(30 / step)).map((each) => each * each));
  const ewma = risk.ewmaVariance(r.values, Math.exp(-step / options.tau), seed).map((v) => daily(Math.sqrt(v)));
  const window = Math.round(options.window / step);
  const rolling = risk.rollingVolatility(r.values, window).map(daily);
  const value = {
    name: series.name,
    simple: daily(risk.volatility(r.values)),
    ewma: present(ewma.at(-1)),
    ewmaHighest: Math.max(...ewma),
    rolling: present(rolling.at(-1)),
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
  const risk = await import("../../risk/index.js");
  const series = loadSeries(spec, options);
  const r = risk.returnsOf(series, "simple").values;
  const logs = risk.returnsOf(series).values;
  const c = options.confidence;
  const variance = [[risk.variance(logs)]];
  const simulation = { exposures: [1], covariance: variance, paths: options.paths, seed: options.seed };
  const normal = risk.monteCarlo(simulation, c);
  const student = risk.monteCarlo({ ...simulation, degrees: options.degrees }, c);
  const methods = [
    { method: "historical", var: -risk.historicalVaR(r, c), es: -risk.historicalES(r, c) },
    { method: "normal", var: -risk.normalVaR(r, c), es: -risk.normalES(r, c) },
    { method: "Cornish-Fisher (modified)", var: -risk.modifiedVaR(r, c), es: -risk.modifiedES(r, c) },
    { method: "Monte Carlo, normal", var: normal.var, es: normal.expectedShortfall },
    { method: `Monte Carlo, Student-t (${options.degrees})`, var: student.var, es: student.expectedShortfall },
  ];
  answer(
    options.json,
    { name: series.name, confidence: c, seed: options.seed, observations: r.length, methods },
    () => [
      `${series.name}: loss over one step of ${series.step / risk.DAY} d at ${percent(c, 1)} (${r.length} returns, seed ${options.seed})`,
      ...columns([
        ["method", "VaR", "expected shortfall"],
        ...methods.map((each) => [each.method, percent(each.var), percent(each.es)]),
      ]),
    ],
  );
}
