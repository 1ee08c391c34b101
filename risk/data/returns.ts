/** Returns of price series. */

import { present } from "../../sdk/present.js";
import { isGap, type PriceSeries } from "./prices.js";

/** {s} */
export const DAY = 86_400;

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
    if (series.gaps === "split" && isGap(length, series.step)) continue;
    times.push(time);
    values.push(returnOf(present(series.prices[i - 1]), present(series.prices[i]), kind));
    days.push(length / DAY);
  }
  return { name: series.name, kind, times, values, days };
}

/** Each return over the square root of its days: the mean of their squares is a variance per day, however uneven the steps. */
export function dailyReturns({ values, days }: Pick<Returns, "values" | "days">): number[] {
  return values.map((value, i) => value / Math.sqrt(present(days[i])));
}
