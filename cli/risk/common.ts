/** What the `plimsoll risk` commands share: options, reading files, errors with their fix. */

import { existsSync } from "node:fs";

import { type Command, InvalidArgumentError, Option } from "commander";

import { type PriceSeries, readPrices, type Rules } from "../../risk/data/prices.js";
import { parseNumber, parseTime } from "../../risk/data/values.js";
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
      new Option("--gaps <rule>", "uneven steps: measure by time, or leave out returns over gaps")
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
    const value = parseNumber(text) ?? NaN;
    if (!(value >= minimum && value <= maximum) || (whole && !Number.isInteger(value))) {
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

/** @throws {DataError} naming the file, when it has fewer returns than a figure needs. */
export function needReturns(series: PriceSeries, count: number, minimum: number): void {
  if (count >= minimum) return;
  const problem = `has ${count} returns, at least ${minimum} are needed`;
  throw new DataError(series.file, undefined, problem, "Give more history.");
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
