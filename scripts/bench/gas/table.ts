/** Figures as a table for the terminal and for `docs/gas.md`. */

import {
  ALIKE_WITH_ONE,
  COLUMNS,
  compared,
  COMPARED,
  GOALS,
  OPERATIONS,
  PEERS,
  winners,
  type Column,
  type Figures,
  type Operation,
} from "./figures.js";

const TITLES: Readonly<Record<Column, string>> = {
  plimsoll: "Plimsoll",
  plimsoll1: "Plimsoll 1",
  plimsoll3: "Plimsoll 3",
  plimsoll8: "Plimsoll 8",
  morphoBlue: "Morpho Blue",
  aaveV3: "Aave v3",
};

/** `12345` as `12,345`. */
const grouped = (gas: number): string => gas.toString().replace(/\B(?=(\d{3})+$)/g, ",");

/** What a row says about an aim: with three collaterals, or where their number plays no part. */
function goalCell(figures: Figures, operation: Operation): string {
  const goal = GOALS[operation];
  if (goal === undefined) return "";
  const gas = figures[operation]?.plimsoll3 ?? figures[operation]?.plimsoll;
  if (gas === undefined) return grouped(goal);
  return `${grouped(goal)} ${gas <= goal ? "met" : "missed"}`;
}

/** Who of us and the peers costs least; with several collaterals we are beside peers that have one. */
function winnerCell(figures: Figures, operation: Operation): string {
  const row = { ...compared(figures, operation) };
  if (ALIKE_WITH_ONE.has(operation)) {
    delete row.plimsoll3;
    delete row.plimsoll8;
  }
  return winners(row)
    .map((column) => TITLES[column])
    .join(", ");
}

/** Whether three collaterals here cost no more than one at the best peer; undefined where there is none to compare with. */
export function threeBeatOne(figures: Figures, operation: Operation): boolean | undefined {
  if (ALIKE_WITH_ONE.has(operation)) return undefined;
  const row = compared(figures, operation);
  const theirs = PEERS.flatMap((peer) => row[peer] ?? []);
  if (row.plimsoll3 === undefined || theirs.length === 0) return undefined;
  return row.plimsoll3 <= Math.min(...theirs);
}

/** The table, a list of cells a row, titles first. */
export function rowsOf(figures: Figures): string[][] {
  const columns = COLUMNS.filter((column) =>
    OPERATIONS.some((operation) => figures[operation]?.[column] !== undefined),
  );
  const compare = columns.some((column) => (PEERS as readonly Column[]).includes(column));
  const head = ["operation", ...columns.map((column) => TITLES[column])];
  if (compare) head.push("least", "3 here <= 1 there");
  const body = OPERATIONS.filter((operation) => figures[operation] !== undefined).map((operation) => {
    const own = figures[operation] ?? {};
    const row = compared(figures, operation);
    const cells = columns.map((column) => {
      const gas = row[column];
      if (gas === undefined) return "";
      // What is only there to be compared with.
      return own[column] === undefined && COMPARED[operation] !== undefined ? `(${grouped(gas)})` : grouped(gas);
    });
    const line = [operation, ...cells];
    if (compare) {
      const beats = threeBeatOne(figures, operation);
      line.push(winnerCell(figures, operation), beats === undefined ? "" : beats ? "yes" : "no");
    }
    return [...line, goalCell(figures, operation)];
  });
  return [[...head, "goal"], ...body];
}

/** For the terminal. */
export function plainTable(figures: Figures): string {
  const rows = rowsOf(figures);
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** For the documentation, as Prettier lays tables out. */
export function markdownTable(figures: Figures): string {
  const rows = rowsOf(figures);
  const widths = (rows[0] ?? []).map((_, i) => Math.max(3, ...rows.map((row) => (row[i] ?? "").length)));
  const isNumber = (i: number): boolean => i !== 0 && (rows[0]?.[i] ?? "") in NUMBERS;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const [head = [], ...body] = rows.map((row) =>
    row.map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))),
  );
  const rule = widths.map((width, i) => (isNumber(i) ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

/** Titles of columns of numbers. */
const NUMBERS: Readonly<Record<string, true>> = Object.fromEntries(Object.values(TITLES).map((title) => [title, true]));
