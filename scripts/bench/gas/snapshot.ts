/** The committed figures, and the tables in `docs/gas.md` that are made of them. */

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { z } from "zod";

import { FEED_KINDS, type FeedKind } from "./feeds.js";
import { COLUMNS, OPERATIONS, PEERS, type Column, type Figures, type Operation } from "./figures.js";
import { markdownTable } from "./table.js";

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const SNAPSHOT = at("test/gas-snapshot.json");
const DOCUMENT = at("docs/gas.md");

const Row = z.record(z.enum(COLUMNS), z.number().int().positive());
const Rows = z.record(z.enum(OPERATIONS), Row);
const Snapshot = z.object({ oneSlot: Rows, proxied: Rows });

/** Figures by the feeds they were measured with. */
export type Measured = Record<FeedKind, Figures>;

export async function readSnapshot(): Promise<Measured> {
  return Snapshot.parse(JSON.parse(await readFile(SNAPSHOT, "utf8")));
}

/** Writes figures to the snapshot and the tables of the documentation. */
export async function updateSnapshot(measured: Measured): Promise<void> {
  await writeFile(SNAPSHOT, `${JSON.stringify(measured, null, 2)}\n`);
  await writeFile(DOCUMENT, withTables(await readFile(DOCUMENT, "utf8"), measured));
}

export async function readDocument(): Promise<string> {
  return await readFile(DOCUMENT, "utf8");
}

/** Where a table stands in the documentation. */
const MARKS = (kind: FeedKind): readonly [begin: string, end: string] => [
  `<!-- table: ${kind} -->`,
  `<!-- end: ${kind} -->`,
];

/** The documentation with the tables of these figures. */
export function withTables(document: string, measured: Measured): string {
  return FEED_KINDS.reduce((text, kind) => {
    const [begin, end] = MARKS(kind);
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/gas.md has no place for the table of ${kind}`);
    return `${text.slice(0, from + begin.length)}\n\n${markdownTable(measured[kind])}\n\n${text.slice(to)}`;
  }, document);
}

/** A figure that is not what it was. */
export interface Change {
  operation: Operation;
  column: Column;
  /** {gas} both; undefined where it was not measured */
  was: number | undefined;
  is: number | undefined;
}

/** Our own figures that differ from the snapshot. */
export function changes(snapshot: Figures, figures: Figures): Change[] {
  const ours = COLUMNS.filter((column) => !(PEERS as readonly Column[]).includes(column));
  return OPERATIONS.flatMap((operation) =>
    ours.flatMap((column) => {
      const [was, is] = [snapshot[operation]?.[column], figures[operation]?.[column]];
      return is === was ? [] : [{ operation, column, was, is }];
    }),
  );
}

/** Those that got dearer, that were never measured before, or are not any more. */
export function increases(snapshot: Figures, figures: Figures): Change[] {
  return changes(snapshot, figures).filter(({ was, is }) => was === undefined || is === undefined || is > was);
}
