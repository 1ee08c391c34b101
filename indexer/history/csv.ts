/** Answers as tables. */

import type { EventValue } from "../api/records.js";

const SECOND = 1_000;

type Cell = string | number | boolean | null | undefined;

/** What a table of records is: one line each, in the order of the columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** As RFC 4180 has it. */
export function toCsv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

function cellOf(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  const text = String(cell);
  // Spreadsheets take such text for a formula.
  const safe = /^[=+@\t\r]/.test(text) || /^-(?!\d+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** {unix seconds} as a date that people and spreadsheets read. */
export function dateOf(time: number): string {
  return new Date(time * SECOND).toISOString().replace(".000Z", "Z");
}

/**
 * A table of records, with a column for each field that any of them has; what is in objects and lists is flattened: `assets.0.value`. Times are dates as well.
 * @param first Columns that are there always, in that order.
 */
export function tableOf(records: readonly Readonly<Record<string, unknown>>[], first: readonly string[]): Table {
  const columns = new Set(first);
  const rows = records.map((record) => {
    const cells = new Map<string, Cell>();
    flatten(record, "", cells);
    if (typeof record.time === "number") cells.set("date", dateOf(record.time));
    for (const name of cells.keys()) columns.add(name);
    return cells;
  });
  const names = [...columns];
  return { columns: names, rows: rows.map((cells) => names.map((name) => cells.get(name))) };
}

function flatten(value: unknown, name: string, into: Map<string, Cell>): void {
  if (typeof value !== "object" || value === null) {
    into.set(name, value as Cell);
    return;
  }
  // Of what is told of an asset the number is part of the name, so that columns keep their meaning.
  const entries = Array.isArray(value)
    ? value.map((item: unknown, i) => [keyOf(item) ?? i.toString(), item] as const)
    : Object.entries(value as Record<string, EventValue>);
  for (const [key, item] of entries) flatten(item, name === "" || name === "values" ? key : `${name}.${key}`, into);
}

function keyOf(item: unknown): string | undefined {
  const asset = (item as { asset?: unknown } | null | undefined)?.asset;
  return typeof asset === "number" ? asset.toString() : undefined;
}
