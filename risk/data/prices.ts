/**
 * Price series from CSV: `timestamp|date,close[,...]`. Whatever is not as it should be is an error with its line, unless the
 * caller has opted into a rule; what a rule left out is counted, so that it can be told.
 */

import { present } from "../../sdk/present.js";
import { DataError } from "../errors.js";
import { median } from "../statistics/moments.js";
import { columnOf, parseTable, readTable, type Table } from "./csv.js";

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
   * A step longer than 1.5 times the median one. `allow` takes the return over the whole gap, `split` leaves that return out.
   * Rows that other rules dropped make gaps as well.
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

const MS = 1_000;
/** A step longer than this many usual ones is a gap. */
const GAP = 1.5;
const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Seconds since 1970 of an ISO 8601 date or time (UTC when it names no zone), or of a number of seconds. */
export function parseTime(text: string): number | undefined {
  if (/^\d{9,11}$/.test(text)) return Number(text);
  if (!DATE.test(text)) return undefined;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const iso = text.length === 10 || zoned ? text : `${text}Z`;
  const ms = Date.parse(iso.replace(" ", "T"));
  if (Number.isNaN(ms)) return undefined;
  // `Date.parse` rolls 31 February over into March.
  if (text.length === 10 && new Date(ms).toISOString().slice(0, 10) !== text) return undefined;
  return ms / MS;
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
  const notes = { missing: 0, invalid: 0, duplicates: 0, gaps: 0 };

  const points: Point[] = [];
  for (const { line, cells } of table.rows) {
    const at = parseTime(present(cells[time], "time cell"));
    if (at === undefined) {
      throw new DataError(
        table.file,
        line,
        `"${present(cells[time])}" is not a time`,
        "ISO 8601 (2020-03-12 or 2020-03-12T10:00:00Z) or seconds since 1970 are understood.",
      );
    }
    if (at < (selection.from ?? -Infinity) || at > (selection.to ?? Infinity)) continue;
    const text = present(cells[value], "price cell");
    const price = Number(text);
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
          `"${text}" is not a price above zero`,
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
  const steps = ordered.slice(1).map((point, i) => point.time - present(ordered[i]).time);
  const step = median(steps);
  steps.forEach((length, i) => {
    if (length <= GAP * step) return;
    if (rules.gaps === "error") {
      const { line } = present(ordered[i + 1]);
      throw new DataError(
        table.file,
        line,
        `a gap: ${length} s since the price before, where ${step} s are usual`,
        "Rules: gaps=allow takes the return over the gap, gaps=split leaves it out.",
      );
    }
    notes.gaps++;
  });
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

function timeColumn(table: Table, name: string | undefined): number {
  if (name !== undefined) return columnOf(table, name);
  const index = ["timestamp", "date"].map((each) => table.header.indexOf(each)).find((each) => each >= 0);
  if (index !== undefined) return index;
  throw new DataError(
    table.file,
    1,
    'has neither a column "timestamp" nor "date"',
    `Name the column of the time. There are: ${table.header.join(", ")}.`,
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
    `Name the column of the price. There are: ${table.header.join(", ")}.`,
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
