/**
 * Candles from CSV: `timestamp,open,high,low,close` in any order of columns, stamped at their open, or `timestamp,close` alone. The rules for
 * rows that are not as they should be are the analyst's toolkit's (`risk/data/prices.ts`).
 */

import { basename } from "node:path";

import { present } from "../../sdk/present.js";
import { type Table, readTable } from "../../risk/data/csv.js";
import { pricesOf, type PriceSeries, type Rules, usualStep } from "../../risk/data/prices.js";
import { DataError } from "../../risk/errors.js";

/** What a market did from `time` on, for the length of a step. {USD/tok} */
export interface Candle {
  /** (unix seconds) */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export interface CandleSeries {
  readonly name: string;
  readonly file: string;
  /** Length of a candle. {s} */
  readonly step: number;
  /** In order of time. */
  readonly candles: readonly Candle[];
  /** What rules left out or accepted. */
  readonly notes: PriceSeries["notes"];
}

/** Which part of a file to read, and how. */
export interface CandleSelection {
  readonly name?: string;
  /** The price to take from a file without candles. */
  readonly column?: string;
  /** Included. (unix seconds) */
  readonly from?: number;
  /** Included. (unix seconds) */
  readonly to?: number;
  readonly rules?: Partial<Rules>;
}

const EXTREMES = ["open", "high", "low"] as const;

/** @throws {DataError} */
export function readCandles(path: string, selection: CandleSelection = {}): CandleSeries {
  return candlesOf(readTable(path), { name: basename(path).replace(/\.csv$/i, ""), ...selection });
}

/**
 * @throws {DataError} for a row that no rule covers: `missing`, `invalid`, `duplicates` and `order` as in the toolkit; a candle whose low is above its
 * open or close, or whose high is below, is `invalid`. A `gap` may be allowed: prices stand still until the next candle.
 */
export function candlesOf(table: Table, selection: CandleSelection = {}): CandleSeries {
  const { name, column, from, to, rules } = selection;
  const select = (each: string | undefined, gaps: Rules["gaps"] | undefined): PriceSeries =>
    pricesOf(table, {
      ...(each === undefined ? {} : { column: each }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      rules: { ...rules, ...(gaps === undefined ? {} : { gaps }) },
    });
  const hasExtremes = column === undefined && EXTREMES.every((each) => table.header.includes(each));
  const closes = select(column, undefined);
  const candles = hasExtremes
    ? wholeCandles(
        closes,
        EXTREMES.map((each) => select(each, "allow")),
      )
    : closes.times.map((time, i) => flat(time, present(closes.prices[i])));
  const kept = candles.filter((candle) => isSound(candle, table.file, rules?.invalid ?? "error"));
  const { invalid, ...notes } = closes.notes;
  return {
    name: name ?? closes.name,
    file: table.file,
    step: usualStep(closes.times),
    candles: kept,
    notes: { ...notes, invalid: invalid + candles.length - kept.length },
  };
}

/** A price that is known at one moment only. */
function flat(time: number, price: number): Candle {
  return { time, open: price, high: price, low: price, close: price };
}

/** Rows that have all four prices; where a rule dropped one of them, the row is dropped. */
function wholeCandles(closes: PriceSeries, extremes: readonly PriceSeries[]): Candle[] {
  const [opens, highs, lows] = extremes.map(({ times, prices }) => new Map(times.map((t, i) => [t, prices[i]])));
  return closes.times.flatMap((time, i) => {
    const [open, high, low] = [opens?.get(time), highs?.get(time), lows?.get(time)];
    if (open === undefined || high === undefined || low === undefined) return [];
    return [{ time, open, high, low, close: present(closes.prices[i]) }];
  });
}

function isSound({ time, open, high, low, close }: Candle, file: string, rule: Rules["invalid"]): boolean {
  if (low <= Math.min(open, close) && high >= Math.max(open, close)) return true;
  if (rule === "drop") return false;
  throw new DataError(
    file,
    undefined,
    `the candle of ${new Date(time * 1_000).toISOString()} has a low above, or a high below, its open or close`,
    "Rule: invalid=drop leaves such rows out.",
  );
}

/**
 * The same market in longer candles: open of the first, close of the last, the extremes of all of them.
 * @param step A multiple of the series' own. {s}
 * @throws {DataError} when the series is coarser than that, or does not fit into it.
 */
export function merged(series: CandleSeries, step: number): CandleSeries {
  if (step === series.step) return series;
  if (step < series.step || step % series.step !== 0) {
    throw new DataError(
      series.file,
      undefined,
      `has candles of ${series.step} s, which do not make up steps of ${step} s`,
      "Choose a --step that is a multiple of the candles of all files.",
    );
  }
  const candles: Candle[] = [];
  for (const candle of series.candles) {
    const time = Math.floor(candle.time / step) * step;
    const last = candles.at(-1);
    if (last?.time !== time) {
      candles.push({ ...candle, time });
      continue;
    }
    const { high, low, close } = candle;
    candles[candles.length - 1] = { ...last, high: Math.max(last.high, high), low: Math.min(last.low, low), close };
  }
  return { ...series, step, candles };
}

/** Which of ascending times is the last one not after `time`; -1 where all are later. */
export function lastUpTo(count: number, timeOf: (index: number) => number, time: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The place of the candle that a moment lies in, or of the last one before a gap; -1 before the first. */
export function indexAt(candles: readonly Candle[], time: number): number {
  return lastUpTo(candles.length, (i) => present(candles[i]).time, time);
}

/** That candle; undefined before the first. */
export function candleAt(candles: readonly Candle[], time: number): Candle | undefined {
  return candles[indexAt(candles, time)];
}
