/** Tables from CSV files, with the line that each record came from. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { CsvError, parse } from "csv-parse/sync";

import { DataError } from "../errors.js";

/** One record and where it stands. */
export interface Row {
  /** 1 is the header. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A CSV file. */
export interface Table {
  /** Name of the file, without its folder: names belong in evidence, the paths of a machine do not. */
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * Parses a table with a header.
 * @param file Only for messages.
 * @throws {DataError}
 */
export function parseTable(text: string, file: string): Table {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = (error as { lines?: number }).lines;
    throw new DataError(file, line, error.message, "Every row needs as many cells as the header.");
  }
  const [header, ...rows] = records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  if (header === undefined) throw new DataError(file, undefined, "is empty", "A header and rows are needed.");
  return { file, header: header.cells, rows };
}

/** @throws {DataError} */
export function readTable(path: string): Table {
  const file = basename(path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new DataError(file, undefined, `cannot be read (${code}) at ${path}`, "Check the path.");
  }
  return parseTable(text, file);
}

/**
 * Where a column is.
 * @throws {DataError} when there is none of that name.
 */
export function columnOf(table: Table, name: string): number {
  const index = table.header.indexOf(name);
  if (index < 0) {
    throw new DataError(table.file, 1, `has no column "${name}"`, `Its columns: ${table.header.join(", ")}.`);
  }
  return index;
}
