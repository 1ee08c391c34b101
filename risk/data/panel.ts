/** Several price series at the times that all of them have. */

import { present } from "../../sdk/present.js";
import { DataError, RiskError } from "../errors.js";
import { isGap, isShort, type PriceSeries, type Rules, usualStep } from "./prices.js";
import { DAY, type ReturnKind, returnOf } from "./returns.js";

export interface Panel {
  readonly names: readonly string[];
  /** Where they come from, each file once. */
  readonly files: readonly string[];
  /** {s} */
  readonly times: readonly number[];
  /** `prices[t][i]` */
  readonly prices: readonly (readonly number[])[];
  /** The usual step. {s} */
  readonly step: number;
  /** The strictest rule of the series. */
  readonly gaps: Rules["gaps"];
}

/**
 * The times that all series have.
 * @throws {RiskError} when there are fewer than two, or when two series have one name.
 * @throws {DataError} when what is left has uneven steps that no rule allows: a file lacks a time that another one has.
 */
export function align(series: readonly PriceSeries[]): Panel {
  const [first] = series;
  if (first === undefined) throw new RiskError("no price series given");
  const names = series.map((each) => each.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new RiskError(`two series are called ${twice}`, "Give each a name of its own: ETH=eth.csv BTC=btc.csv.");
  }
  const maps = series.map((each) => new Map(each.times.map((time, i) => [time, present(each.prices[i])])));
  const times = first.times.filter((time) => maps.every((map) => map.has(time)));
  if (times.length < 2) {
    throw new RiskError(
      `${names.join(", ")} have ${times.length} times in common`,
      "Give files of the same cadence and span.",
    );
  }
  const gaps = (["error", "split"] as const).find((rule) => series.some((each) => each.gaps === rule)) ?? "allow";
  const step = usualStep(times);
  if (gaps !== "allow") checkSteps(series, times, step, gaps);
  return {
    names,
    files: [...new Set(series.map((each) => each.file))],
    times,
    prices: times.map((time) => maps.map((map) => present(map.get(time)))),
    step,
    gaps,
  };
}

function checkSteps(series: readonly PriceSeries[], times: readonly number[], step: number, gaps: Rules["gaps"]): void {
  for (let t = 1; t < times.length; t++) {
    const [before, time] = [present(times[t - 1]), present(times[t])];
    const length = time - before;
    const wrong = isShort(length, step) || (gaps === "error" && isGap(length, step));
    if (!wrong) continue;
    const between = (each: PriceSeries): number => each.times.filter((at) => at > before && at < time).length;
    const sparsest = series.reduce((a, b) => (between(b) < between(a) ? b : a));
    const at = new Date(before * 1_000).toISOString();
    throw new DataError(
      sparsest.file,
      undefined,
      `after ${at} the next price at a time that all files have comes ${length} s later, where ${step} s are usual`,
      "Give files of one cadence. Rules: gaps=allow takes the return over a gap, gaps=split leaves it out.",
    );
  }
}

/** Whether the return that ends in row `t` is one to leave out. */
export function isLeftOut(panel: Panel, t: number): boolean {
  return panel.gaps === "split" && isGap(present(panel.times[t]) - present(panel.times[t - 1]), panel.step);
}

/** Returns between consecutive rows, without those that the rule for gaps leaves out. */
export interface PanelReturns {
  /** `values[t][i]` */
  readonly values: number[][];
  /** Length of each. {d} */
  readonly days: number[];
}

/** @param last The last row to take, counted from 0; default: all. */
export function panelReturns(
  panel: Panel,
  kind: ReturnKind = "log",
  last: number = panel.times.length - 1,
): PanelReturns {
  const values: number[][] = [];
  const days: number[] = [];
  for (let t = 1; t <= last; t++) {
    if (isLeftOut(panel, t)) continue;
    const before = present(panel.prices[t - 1]);
    values.push(present(panel.prices[t]).map((price, i) => returnOf(present(before[i]), price, kind)));
    days.push((present(panel.times[t]) - present(panel.times[t - 1])) / DAY);
  }
  return { values, days };
}

/** Returns over the square root of their days: their covariance is one per day, however uneven the steps. */
export function dailyPanelReturns(panel: Panel, last?: number): number[][] {
  const { values, days } = panelReturns(panel, "log", last);
  return values.map((row, t) => {
    const scale = 1 / Math.sqrt(present(days[t]));
    return row.map((each) => each * scale);
  });
}

/** The rows before `time`. {s} */
export function panelBefore(panel: Panel, time: number): Panel {
  const at = panel.times.findIndex((each) => each >= time);
  const end = at < 0 ? panel.times.length : at;
  return { ...panel, times: panel.times.slice(0, end), prices: panel.prices.slice(0, end) };
}
