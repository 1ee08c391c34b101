/** What the `plimsoll risk` commands share: options, reading files, errors with their fix, progress. */

import { existsSync } from "node:fs";

import cliProgress from "cli-progress";
import { type Command, InvalidArgumentError, Option } from "commander";

import { parseTime, type PriceSeries, readPrices, type Rules } from "../../risk/data/prices.js";
import { DataError, RiskError } from "../../risk/errors.js";
import { CliError, EnvironmentError, UsageError } from "../errors.js";

/** Options of every command that reads prices. */
export interface DataOptions {
  readonly missing: Rules["missing"];
  readonly invalid: Rules["invalid"];
  readonly duplicates: Rules["duplicates"];
  readonly order: Rules["order"];
  readonly gaps: Rules["gaps"];
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

export function withDataOptions(command: Command): Command {
  return command
    .addOption(new Option("--missing <rule>", "empty prices").choices(["error", "drop"]).default("error"))
    .addOption(
      new Option("--invalid <rule>", "prices that are not above zero").choices(["error", "drop"]).default("error"),
    )
    .addOption(
      new Option("--duplicates <rule>", "rows of one time").choices(["error", "first", "last"]).default("error"),
    )
    .addOption(new Option("--order <rule>", "rows out of order").choices(["error", "sort"]).default("error"))
    .addOption(
      new Option("--gaps <rule>", "steps longer than usual: take their return, or leave it out")
        .choices(["error", "allow", "split"])
        .default("error"),
    )
    .option("--from <date>", "first date or time, UTC", time)
    .option("--to <date>", "last date or time, UTC", time)
    .option("--json", "print one JSON object");
}

export function time(text: string): number {
  const seconds = parseTime(text);
  if (seconds === undefined)
    throw new InvalidArgumentError("a date such as 2020-03-12 or 2020-03-12T10:00:00Z is needed.");
  return seconds;
}

/** Parses a number of an option. */
export function number(minimum: number, maximum: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= minimum && value <= maximum) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`a ${whole ? "whole " : ""}number from ${minimum} to ${maximum} is needed.`);
    }
    return value;
  };
}

/** `[NAME=]FILE[#COLUMN]` */
export function loadSeries(spec: string, options: DataOptions): PriceSeries {
  const match = /^(?:([A-Za-z0-9._-]+)=)?([^#]+)(?:#(.+))?$/.exec(spec);
  const path = match?.[2];
  if (match === null || path === undefined) {
    throw new UsageError(`"${spec}" is not understood`, "Write [NAME=]FILE[#COLUMN], for instance WETH=eth.csv#close.");
  }
  if (!existsSync(path)) throw new EnvironmentError(`there is no file ${path}`, "Check the path.");
  const { missing, invalid, duplicates, order, gaps, from, to } = options;
  const fallback = path.replace(/^.*[/\\]/, "").replace(/\.csv$/i, "");
  return readPrices(path, {
    name: match[1] ?? match[3] ?? fallback,
    rules: { missing, invalid, duplicates, order, gaps },
    ...(match[3] === undefined ? {} : { column: match[3] }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}

/** Runs an action, turning the toolkit's errors into the command line's. */
export async function told<T>(action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof RiskError)) throw error;
    const fix = error.fix?.replace(/\b(missing|invalid|duplicates|order|gaps)=(\w+)/g, "--$1 $2");
    if (error instanceof DataError) throw new EnvironmentError(error.message, fix);
    throw new CliError(error.message, undefined, fix);
  }
}

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** One JSON object, or lines for people. */
export function answer(json: boolean | undefined, value: unknown, lines: () => readonly string[]): void {
  if (json === true) say(JSON.stringify(value));
  else for (const line of lines()) say(line);
}

/** Columns under each other; the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

export function percent(x: number, digits = 2): string {
  return `${(100 * x).toFixed(digits)}%`;
}

export function isoTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(/T00:00:00.000Z$|\.000Z$/, "");
}

/** A bar on a terminal, silence elsewhere: results go to standard output, progress to standard error. */
export function progress(
  total: number,
  what: string,
): {
  readonly update: (done: number) => void;
  readonly stop: () => void;
} {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new cliProgress.SingleBar(
    {
      format: `{bar} {percentage}%  ${what} {value}/{total}  ETA {eta_formatted}`,
      stream: process.stderr,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    update: (done) => {
      bar.update(done);
    },
    stop: () => {
      bar.stop();
    },
  };
}
