/** Tables from CSV files, with the line that each record came from. */

import { isUtf8 } from "node:buffer";
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
    const { lines } = error as { lines?: number };
    throw new DataError(file, lines, ...faultOf(error));
  }
  const [header, ...rows] = records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  if (header === undefined) throw new DataError(file, undefined, "is empty", "A header and rows are needed.");
  return { file, header: header.cells, rows };
}

/** What is wrong with the form of a table, and what to do: the parser's own words repeat the content, whatever it is. */
function faultOf(error: CsvError): [problem: string, fix: string] {
  const { column, record } = error as { column?: unknown; record?: readonly string[] };
  if (error.code.startsWith("CSV_RECORD_INCONSISTENT")) {
    return [
      `has ${record?.length ?? "other"} cells, unlike the header`,
      "Every row needs as many cells as the header.",
    ];
  }
  if (error.code === "INVALID_OPENING_QUOTE" || error.code === "CSV_INVALID_CLOSING_QUOTE") {
    return [
      `has a quotation mark inside of cell ${String(column)}`,
      'A cell with a quotation mark is written """like this""".',
    ];
  }
  if (error.code === "CSV_QUOTE_NOT_CLOSED")
    return ["opens a quotation that never ends", "Close it, or remove the mark."];
  return [`is not understood as CSV (${error.code})`, "A header and rows of cells between commas are needed."];
}

/** @throws {DataError} */
export function readTable(path: string): Table {
  const file = basename(path);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new DataError(file, undefined, `cannot be read (${code}) at ${path}`, "Check the path.");
  }
  if (bytes.includes(0) || !isUtf8(bytes)) {
    throw new DataError(
      file,
      undefined,
      "is not a text file",
      "CSV in UTF-8 is needed: unpack an archive, export a spreadsheet.",
    );
  }
  return parseTable(bytes.toString("utf8"), file);
}

/** Characters of a cell that a message repeats. */
const SHOWN = 40;

/** Text from a file for a message: on one line, not endless, nothing that a terminal would obey. */
function plain(text: string): string {
  const printable = text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "?");
  return printable.length > SHOWN ? `${printable.slice(0, SHOWN)}...` : printable;
}

/** A cell for a message. */
export function shown(cell: string): string {
  return `"${plain(cell)}"`;
}

/** The names of the columns, for a message. */
export function columnsOf(table: Table): string {
  return table.header.map(plain).join(", ");
}

/**
 * Where a column is.
 * @throws {DataError} when there is none of that name.
 */
export function columnOf(table: Table, name: string): number {
  const index = table.header.indexOf(name);
  if (index < 0) {
    throw new DataError(table.file, 1, `has no column "${name}"`, `Its columns: ${columnsOf(table)}.`);
  }
  return index;
}
