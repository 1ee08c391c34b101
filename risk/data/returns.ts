/** Returns of price series. */

import { present } from "../../sdk/present.js";
import { need, RiskError } from "../errors.js";
import type { PriceSeries } from "./prices.js";

/** {s} */
export const DAY = 86_400;
const GAP = 1.5;

/** `log`: ln(p1/p0), adds up over time. `simple`: p1/p0 - 1, adds up over a portfolio. */
export type ReturnKind = "log" | "simple";

/** Returns, each at the time of its later price. */
export interface Returns {
  readonly name: string;
  readonly kind: ReturnKind;
  /** {s} */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** Length of each return. {d} */
  readonly days: readonly number[];
}

export function returnOf(from: number, to: number, kind: ReturnKind): number {
  return kind === "log" ? Math.log(to / from) : to / from - 1;
}

export function returnsOf(series: PriceSeries, kind: ReturnKind = "log"): Returns {
  const times: number[] = [];
  const values: number[] = [];
  const days: number[] = [];
  for (let i = 1; i < series.prices.length; i++) {
    const time = present(series.times[i]);
    const length = time - present(series.times[i - 1]);
    if (series.gaps === "split" && length > GAP * series.step) continue;
    times.push(time);
    values.push(returnOf(present(series.prices[i - 1]), present(series.prices[i]), kind));
    days.push(length / DAY);
  }
  return { name: series.name, kind, times, values, days };
}

/** Several assets at the same times. */
export interface Panel {
  readonly names: readonly string[];
  /** {s} */
  readonly times: readonly number[];
  /** `prices[t][i]` */
  readonly prices: readonly (readonly number[])[];
}

/** The times that all series have. @throws {RiskError} when there are fewer than two. */
export function align(series: readonly PriceSeries[]): Panel {
  need(series.length > 0, "no price series given");
  const maps = series.map((each) => new Map(each.times.map((time, i) => [time, present(each.prices[i])])));
  const first = present(series[0]);
  const times = first.times.filter((time) => maps.every((map) => map.has(time)));
  if (times.length < 2) {
    const names = series.map((each) => each.name).join(", ");
    throw new RiskError(`${names} have ${times.length} times in common`, "Give files of the same cadence and span.");
  }
  return {
    names: series.map((each) => each.name),
    times,
    prices: times.map((time) => maps.map((map) => present(map.get(time)))),
  };
}

/** `returns[t][i]` between consecutive rows. */
export function panelReturns(panel: Panel, kind: ReturnKind = "log"): number[][] {
  return panel.prices
    .slice(1)
    .map((row, t) => row.map((price, i) => returnOf(present(panel.prices[t]?.[i]), price, kind)));
}
