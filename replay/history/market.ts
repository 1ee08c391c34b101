/** What a market is like besides its prices: how deep it is, what plUSD costs in it, what gas costs. Stated rules, where no file says. */

import { present } from "../../sdk/present.js";
import { DataError } from "../../risk/errors.js";
import { parseNumber, parseTime } from "../../risk/data/values.js";
import { columnOf, columnsOf, readTable, shown, type Table } from "../../risk/data/csv.js";
import { type Candle, lastUpTo } from "./candles.js";

const HOUR = 3_600;
const DAY = 86_400;

// ---- depth

/**
 * Pools keep all of their liquidity up to the volatility of an ordinary day of ether, and lose it in inverse proportion beyond, down to a fifth: on 12 March
 * 2020 order books were left with a quarter.
 */
const DEPTH = {
  /** Per square root of an hour. */
  calm: 0.011,
  least: 0.2,
  /** How fast bad hours are forgotten. {s} */
  memory: 6 * HOUR,
} as const;

/** Of a uniform walk, the mean square of the range is so many times its variance (Parkinson). */
const RANGE_FACTOR = 4 * Math.LN2;

/**
 * The part of their liquidity that pools have in each candle, by the variance of the candles up to and with it, estimated from their ranges.
 * @param step {s}
 */
export function depths(candles: readonly Candle[], step: number): number[] {
  const kept = Math.exp(-step / DEPTH.memory);
  let variance = DEPTH.calm ** 2;
  let before: Candle | undefined;
  return candles.map((candle) => {
    const range = Math.log(candle.high / candle.low) ** 2 / RANGE_FACTOR;
    const jump = before === undefined ? 0 : Math.log(candle.open / before.close) ** 2;
    before = candle;
    variance = kept * variance + (1 - kept) * ((range + jump) * (HOUR / step));
    return Math.min(1, Math.max(DEPTH.least, DEPTH.calm / Math.sqrt(variance)));
  });
}

// ---- the peg

/**
 * What traders would pay for plUSD if nobody could issue or redeem it. When ether falls, borrowers need it to repay, all at once: DAI cost up to 1.12 USD
 * on 12 March 2020, after a fall by half. When ether climbs, they sell it for more ether.
 */
const PEG = {
  /** A fall within a day beyond the first part makes it dearer by the second of what is beyond. */
  fall: { free: 0.1, weight: 0.25, most: 0.08 },
  /** The same of a rise within a week, which makes it cheaper. */
  rise: { free: 0.15, weight: 0.05, most: 0.01 },
  /** How fast a panic ends. {s} */
  memory: 12 * HOUR,
} as const;

/**
 * Pressure on the price of plUSD in each candle, by what ether did in the day and in the week before. Added to 1. {USD}
 * @param step {s}
 */
export function pressures(candles: readonly Candle[], step: number): number[] {
  const kept = Math.exp(-step / PEG.memory);
  const [days, weeks] = [new Extreme(DAY, Math.max), new Extreme(7 * DAY, Math.min)];
  let premium = 0;
  return candles.map(({ time, high, low, close }) => {
    const fall = 1 - low / days.with(time, high);
    const rise = close / weeks.with(time, low) - 1;
    const over = (move: number, { free, weight, most }: typeof PEG.fall | typeof PEG.rise): number =>
      Math.min(most, Math.max(0, weight * (move - free)));
    premium = Math.max(premium * kept, over(fall, PEG.fall));
    return premium > 0.0005 ? premium : -over(rise, PEG.rise);
  });
}

/** The extreme of what was seen within a window of time. */
class Extreme {
  readonly #window: number;
  readonly #pick: (a: number, b: number) => number;
  /** Those that may still be the extreme, the present one first. */
  readonly #candidates: { time: number; value: number }[] = [];

  constructor(window: number, pick: (a: number, b: number) => number) {
    this.#window = window;
    this.#pick = pick;
  }

  with(time: number, value: number): number {
    const candidates = this.#candidates;
    while (candidates.length > 0 && this.#pick(present(candidates.at(-1)).value, value) === value) candidates.pop();
    candidates.push({ time, value });
    while (present(candidates[0]).time <= time - this.#window) candidates.shift();
    return present(candidates[0]).value;
  }
}

// ---- gas

/** Where no file says. {gwei} */
export const CALM_GAS = 20;
/** A gas price is taken to hold until the next one, for so long at most. {s} */
const GAS_HOLDS = DAY;
/** What files call it, the first that is there. */
const GAS_COLUMNS = ["gas_p60_gwei", "gas_avg_gwei", "gwei", "gas_price", "close"];

/** Gas prices over time. */
export interface GasSeries {
  readonly file: string;
  /** Ascending. (unix seconds) */
  readonly times: readonly number[];
  /** {gwei} */
  readonly prices: readonly number[];
}

/** @param spec `FILE[#COLUMN]` @throws {DataError} */
export function readGas(spec: string): GasSeries {
  const [path, column] = spec.split("#");
  return gasOf(readTable(present(path)), column);
}

/**
 * Days need not follow each other: what is known of single days may stand in one file. Rows must be in order.
 * @throws {DataError}
 */
export function gasOf(table: Table, column?: string): GasSeries {
  const time = columnOf(table, "timestamp");
  const name = column ?? GAS_COLUMNS.find((each) => table.header.includes(each));
  if (name === undefined) {
    throw new DataError(
      table.file,
      1,
      "has no column of gas prices that is known",
      `Name one, FILE#COLUMN. There are: ${columnsOf(table)}.`,
    );
  }
  const price = columnOf(table, name);
  const [times, prices]: [number[], number[]] = [[], []];
  for (const { line, cells } of table.rows) {
    const [at, gwei] = [parseTime(present(cells[time])), parseNumber(present(cells[price]))];
    if (at === undefined)
      throw new DataError(table.file, line, `${shown(present(cells[time]))} is not a time`, "Write ISO 8601.");
    if (gwei === undefined || gwei < 0) {
      throw new DataError(
        table.file,
        line,
        `${shown(present(cells[price]))} is no gas price`,
        "A number of gwei from 0 is needed.",
      );
    }
    if (at <= (times.at(-1) ?? -Infinity)) {
      throw new DataError(
        table.file,
        line,
        "is not later than the row before",
        "Put rows in order of time, each time once.",
      );
    }
    times.push(at);
    prices.push(gwei);
  }
  return { file: table.file, times, prices };
}

/** {gwei} at a time: the last that is known, if it is not older than a day; else {@link CALM_GAS}. */
export function gasAt(series: GasSeries | undefined, time: number): number {
  if (series === undefined) return CALM_GAS;
  const { times, prices } = series;
  const last = lastUpTo(times.length, (i) => present(times[i]), time);
  const at = times[last];
  return at === undefined || time - at > GAS_HOLDS ? CALM_GAS : present(prices[last]);
}
