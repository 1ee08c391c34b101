/**
 * Price series from CSV: `timestamp|date,close[,...]`. Whatever is not as it should be is an error with its line, unless the
 * caller has opted into a rule; what a rule left out is counted, so that it can be told.
 */

import { present } from "../../sdk/present.js";
import { DataError } from "../errors.js";
import { median } from "../statistics/moments.js";
import { columnOf, columnsOf, parseTable, readTable, shown, type Table } from "./csv.js";
import { parseNumber, parseTime } from "./values.js";

/** What to do with rows that are not as they should be. */
export interface Rules {
  /** An empty cell. `drop` leaves the row out. */
  readonly missing: "error" | "drop";
  /** Zero, a negative number, or text. `drop` leaves the row out. */
  readonly invalid: "error" | "drop";
  /** Two rows of the same time. */
  readonly duplicates: "error" | "first" | "last";
  /** A row earlier than the one before it. */
  readonly order: "error" | "sort";
  /**
   * Uneven steps: longer than 1.5 times the median one (a gap) or shorter than the median by as much (two cadences in one file).
   * `allow` takes returns of any length, and whatever is measured is measured by time; `split` leaves out the returns over gaps,
   * and short steps stay an error. Rows that other rules dropped make gaps as well.
   */
  readonly gaps: "error" | "allow" | "split";
}

export const STRICT: Rules = { missing: "error", invalid: "error", duplicates: "error", order: "error", gaps: "error" };

/** Prices in order of time, all above zero. */
export interface PriceSeries {
  readonly name: string;
  readonly file: string;
  /** {s} since 1970, UTC */
  readonly times: readonly number[];
  readonly prices: readonly number[];
  /** The usual step. {s} */
  readonly step: number;
  /** The rule for gaps, which `returnsOf` needs. */
  readonly gaps: Rules["gaps"];
  /** What rules left out or accepted. */
  readonly notes: {
    readonly missing: number;
    readonly invalid: number;
    readonly duplicates: number;
    readonly gaps: number;
    /** Steps that are shorter than usual. */
    readonly short: number;
  };
}

/** Which part of a file to read. */
export interface Selection {
  /** Default: `close`, or the only column besides the time. */
  readonly column?: string;
  /** Default: `timestamp`, then `date`. */
  readonly time?: string;
  /** First and last time wanted, both included. {s} */
  readonly from?: number;
  readonly to?: number;
  readonly rules?: Partial<Rules>;
  /** What to call the series; default: the column. */
  readonly name?: string;
}

/** A step longer than this many usual ones is a gap; the usual one longer than this many of a step makes it a short one. */
const UNEVEN = 1.5;

export function isGap(length: number, step: number): boolean {
  return length > UNEVEN * step;
}

export function isShort(length: number, step: number): boolean {
  return length < step / UNEVEN;
}

/** @throws {DataError} */
export function readPrices(path: string, selection: Selection = {}): PriceSeries {
  return pricesOf(readTable(path), selection);
}

/** The same from text. @throws {DataError} */
export function parsePrices(text: string, file: string, selection: Selection = {}): PriceSeries {
  return pricesOf(parseTable(text, file), selection);
}

interface Point {
  readonly line: number;
  readonly time: number;
  readonly price: number;
}

/** @throws {DataError} */
export function pricesOf(table: Table, selection: Selection = {}): PriceSeries {
  const rules: Rules = { ...STRICT, ...selection.rules };
  const time = timeColumn(table, selection.time);
  const value = valueColumn(table, time, selection.column);
  const notes = { missing: 0, invalid: 0, duplicates: 0, gaps: 0, short: 0 };

  const points: Point[] = [];
  for (const { line, cells } of table.rows) {
    const at = parseTime(present(cells[time], "time cell"));
    if (at === undefined) {
      throw new DataError(
        table.file,
        line,
        `${shown(present(cells[time]))} is not a time`,
        "A day of the calendar in ISO 8601 (2020-03-12 or 2020-03-12T10:00:00Z) or seconds since 1970 are understood.",
      );
    }
    if (at < (selection.from ?? -Infinity) || at > (selection.to ?? Infinity)) continue;
    const text = present(cells[value], "price cell");
    const price = parseNumber(text) ?? NaN;
    if (text === "") {
      if (rules.missing === "error") {
        throw new DataError(table.file, line, "the price is missing", "Rule: missing=drop leaves such rows out.");
      }
      notes.missing++;
    } else if (!(price > 0 && price < Infinity)) {
      if (rules.invalid === "error") {
        throw new DataError(
          table.file,
          line,
          `${shown(text)} is not a price above zero`,
          "Rule: invalid=drop leaves such rows out.",
        );
      }
      notes.invalid++;
    } else {
      points.push({ line, time: at, price });
    }
  }

  const ordered = deduplicated(inOrder(points, table.file, rules), table.file, rules, notes);
  if (ordered.length < 2) {
    throw new DataError(table.file, undefined, `has ${ordered.length} usable prices`, "At least two are needed.");
  }
  const step = usualStep(ordered.map((point) => point.time));
  for (let i = 1; i < ordered.length; i++) {
    const { line, time: at } = present(ordered[i]);
    const length = at - present(ordered[i - 1]).time;
    if (isGap(length, step)) {
      if (rules.gaps === "error") {
        throw new DataError(
          table.file,
          line,
          `a gap: ${length} s since the price before, where ${step} s are usual`,
          "Rules: gaps=allow takes the return over the gap, gaps=split leaves it out.",
        );
      }
      notes.gaps++;
    } else if (isShort(length, step)) {
      if (rules.gaps !== "allow") {
        throw new DataError(
          table.file,
          line,
          `a short step: ${length} s since the price before, where ${step} s are usual`,
          "Read each cadence by itself (from and to cut the history), or measure by time. Rule: gaps=allow.",
        );
      }
      notes.short++;
    }
  }
  return {
    name: selection.name ?? present(table.header[value]),
    file: table.file,
    times: ordered.map((point) => point.time),
    prices: ordered.map((point) => point.price),
    step,
    gaps: rules.gaps,
    notes,
  };
}

/** The median step. {s} */
export function usualStep(times: readonly number[]): number {
  return median(times.slice(1).map((time, i) => time - present(times[i])));
}

function timeColumn(table: Table, name: string | undefined): number {
  if (name !== undefined) return columnOf(table, name);
  const index = ["timestamp", "date"].map((each) => table.header.indexOf(each)).find((each) => each >= 0);
  if (index !== undefined) return index;
  throw new DataError(
    table.file,
    1,
    'has neither a column "timestamp" nor "date"',
    `Name the column of the time. There are: ${columnsOf(table)}.`,
  );
}

function valueColumn(table: Table, time: number, name: string | undefined): number {
  if (name !== undefined) return columnOf(table, name);
  const close = table.header.indexOf("close");
  if (close >= 0) return close;
  if (table.header.length === 2) return 1 - time;
  throw new DataError(
    table.file,
    1,
    'has no column "close"',
    `Name the column of the price. There are: ${columnsOf(table)}.`,
  );
}

function inOrder(points: readonly Point[], file: string, rules: Rules): readonly Point[] {
  const late = points.findIndex((point, i) => i > 0 && point.time < present(points[i - 1]).time);
  if (late < 0) return points;
  if (rules.order === "error") {
    const { line } = present(points[late]);
    throw new DataError(file, line, "is earlier than the row before", "Rule: order=sort puts rows in order of time.");
  }
  // `sort` is stable: of two rows of one time, the one that came first stays first.
  return [...points].sort((a, b) => a.time - b.time);
}

function deduplicated(
  points: readonly Point[],
  file: string,
  rules: Rules,
  notes: { duplicates: number },
): readonly Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (last?.time !== point.time) {
      kept.push(point);
      continue;
    }
    if (rules.duplicates === "error") {
      throw new DataError(
        file,
        point.line,
        `has the same time as line ${last.line}`,
        "Rules: duplicates=first or duplicates=last keeps one of them.",
      );
    }
    notes.duplicates++;
    if (rules.duplicates === "last") kept[kept.length - 1] = point;
  }
  return kept;
}
