/** What `plimsoll replay` is asked for, and the files that go with it. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";

import type { Client } from "../../replay/chain/client.js";
import { type CandleSeries, readCandles } from "../../replay/history/candles.js";
import { readGas } from "../../replay/history/market.js";
import type { History } from "../../replay/history/path.js";
import { PAST } from "../../replay/history/terms.js";
import type { Window } from "../../replay/history/window.js";
import { parseNumber } from "../../risk/data/values.js";
import { EnvironmentError, UsageError } from "../errors.js";
import type { DataOptions } from "../risk/common.js";

export interface ReplayOptions extends DataOptions {
  readonly price: readonly string[];
  readonly ratio?: string;
  /** Instead of `from` and `to`. */
  readonly window?: readonly Required<Window>[];
  /** {s} */
  readonly step?: number;
  readonly gas?: string;
  readonly keeperOutage?: readonly string[];
  readonly policy?: string;
  readonly compare?: boolean;
  readonly accounts: number;
  readonly seed: number;
  /** {s} */
  readonly lag?: number;
  /** {d} */
  readonly chapter: number;
  readonly cores?: number;
  /** What it is played on: nothing that comes of it depends on that. */
  readonly client?: Client;
  readonly results?: string;
  readonly report?: string;
}

const MARKETS = ["ETH", "BTC"] as const;
/** Characters of a digest that tell files apart. */
const DIGEST = 12;
const STAKED = "wstETH";

/** What is read, and from what. */
export interface Inputs {
  readonly history: History;
  /** Names and digests. */
  readonly files: readonly string[];
}

/** @throws {UsageError | EnvironmentError | DataError} */
export function readInputs(options: ReplayOptions): Inputs {
  if (options.gaps === "split") {
    throw new UsageError(
      "a replay cannot leave a gap out",
      "Use --gaps allow: prices stand still until the next candle.",
    );
  }
  const paths = new Map(options.price.map((spec) => named(spec, "--price")));
  const unknown = [...paths.keys()].find((name) => !MARKETS.some((each) => each === name));
  if (unknown !== undefined)
    throw new UsageError(`there is no market ${unknown}`, "Give --price ETH=FILE and --price BTC=FILE.");
  const files: string[] = [];
  const market = (name: (typeof MARKETS)[number]): CandleSeries => {
    const spec = paths.get(name);
    if (spec === undefined) throw new UsageError(`the prices of ${name} are missing`, `Add --price ${name}=FILE.`);
    return candles(spec, name, options, files);
  };
  const [eth, btc] = [market("ETH"), market("BTC")];
  const ratio = options.ratio === undefined ? undefined : ratioOf(options.ratio, options, files);
  const gas = options.gas === undefined ? undefined : readGas(checked(options.gas, files));
  return {
    history: {
      eth,
      btc,
      ...(ratio === undefined ? {} : { stakedRatio: ratio }),
      ...(gas === undefined ? {} : { gas }),
    },
    files,
  };
}

/** What is to be replayed. @throws {UsageError} where it is said in two ways. */
export function windowsOf({ window = [], from, to }: ReplayOptions): readonly Window[] {
  if (window.length === 0) return [{ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  if (from === undefined && to === undefined) return window;
  throw new UsageError("--window says already what is replayed", "Leave --from and --to away, or --window.");
}

/** `NAME=VALUE` */
function named(spec: string, option: string): [string, string] {
  const at = spec.indexOf("=");
  if (at < 1) throw new UsageError(`"${spec}" is not understood`, `Write ${option} NAME=FILE.`);
  return [spec.slice(0, at), spec.slice(at + 1)];
}

function candles(spec: string, name: string, options: ReplayOptions, files: string[]): CandleSeries {
  const [path = "", column] = checked(spec, files).split("#");
  const { missing, invalid, duplicates, order, gaps } = options;
  const windows = windowsOf(options);
  const [from, to] = [
    Math.min(...windows.map((each) => each.from ?? -Infinity)),
    Math.max(...windows.map((each) => each.to ?? Infinity)),
  ];
  return readCandles(path, {
    name,
    ...(column === undefined ? {} : { column }),
    // What comes before is what the model has measured by then.
    ...(Number.isFinite(from) ? { from: from - PAST } : {}),
    ...(Number.isFinite(to) ? { to } : {}),
    rules: { missing, invalid, duplicates, order, gaps },
  });
}

function ratioOf(spec: string, options: ReplayOptions, files: string[]): CandleSeries | number {
  const [name, value] = named(spec, "--ratio");
  if (name !== STAKED)
    throw new UsageError(`there is no ratio of ${name}`, `Write --ratio ${STAKED}=FILE or ${STAKED}=0.94.`);
  const constant = parseNumber(value);
  if (constant === undefined) return candles(value, name, options, files);
  if (constant > 0 && constant <= 2) return constant;
  throw new UsageError(
    `a ratio of ${value} cannot be`,
    "Write what the market pays for one ether of it, such as 0.94.",
  );
}

/** `FILE[#COLUMN]` whose file is there; it is noted with its digest. */
function checked(spec: string, files: string[]): string {
  const path = spec.replace(/#.*$/, "");
  if (!existsSync(path)) throw new EnvironmentError(`there is no file ${path}`, "Check the path.");
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, DIGEST);
  files.push(`${basename(path)} (sha256 ${digest}...)`);
  return spec;
}

/** The command that makes the same report again: files by their names, wherever they are. */
export function commandOf(options: ReplayOptions): string {
  const file = (spec: string): string => spec.replace(/[^=]*[/\\](?=[^/\\]+$)/, "");
  const date = (time: number): string => new Date(time * 1_000).toISOString().replace(".000Z", "Z");
  const words = options.price.map((spec) => `--price ${file(spec)}`);
  if (options.ratio !== undefined) words.push(`--ratio ${file(options.ratio)}`);
  if (options.from !== undefined) words.push(`--from ${date(options.from)}`);
  if (options.to !== undefined) words.push(`--to ${date(options.to)}`);
  for (const { from, to } of options.window ?? []) words.push(`--window ${date(from)}/${date(to)}`);
  if (options.step !== undefined) words.push(`--step ${options.step.toString()}s`);
  if (options.gas !== undefined) words.push(`--gas ${file(options.gas)}`);
  for (const outage of options.keeperOutage ?? []) words.push(`--keeper-outage ${outage}`);
  if (options.policy !== undefined) words.push(`--policy ${file(options.policy)}`);
  if (options.compare === true) words.push("--compare");
  for (const rule of ["missing", "invalid", "duplicates", "order", "gaps"] as const) {
    if (options[rule] !== "error") words.push(`--${rule} ${options[rule]}`);
  }
  words.push(`--accounts ${options.accounts.toString()}`, `--seed ${options.seed.toString()}`);
  if (options.lag !== undefined) words.push(`--lag ${options.lag.toString()}s`);
  words.push(`--chapter ${options.chapter.toString()}`);
  return `plimsoll replay ${words.join(" ")}`;
}
