import { type Command, InvalidArgumentError, Option } from "commander";

import { CLIENTS } from "../../replay/chain/client.js";
import { parseDuration } from "../../replay/history/outage.js";
import { parseWindow, type Window } from "../../replay/history/window.js";
import { needsBuild } from "../built.js";
import type { ReplayOptions } from "../replay/options.js";
import { number, told, withDataOptions } from "../risk/common.js";
import { collect, integer } from "./options.js";

const DEFAULT_SEED = 2_020;
const DEFAULT_ACCOUNTS = 100;
const MAX_ACCOUNTS = 2_000;
/** A node's memory grows with what it has computed: a season fits every machine. {d} */
const DEFAULT_CHAPTER = 90;

const EXAMPLES = `
CSV as plimsoll risk reads it: timestamp and close, or open, high, low and close, UTC; candles are stamped at their open. Rows that are not as they should be
are an error unless a rule covers them; with --gaps allow prices stand still over a gap.

Examples:
  plimsoll replay --price ETH=eth_1h.csv --price BTC=btc_1h.csv --from 2020-03-01 --to 2020-04-01 --report march.html
  plimsoll replay --price ETH=eth_1h.csv --price BTC=btc_1h.csv --gas gas.csv --keeper-outage worst:6h --ratio wstETH=0.94
  plimsoll replay --price ETH=eth_1h.csv --price BTC=btc_1h.csv --window 2020-03-01/2020-04-01 --window 2021-05-10/2021-06-01 --compare --json
`;

/** `plimsoll replay`: real market history through the deployed contracts. */
export function registerReplay(program: Command): void {
  withDataOptions(program.command("replay"))
    .description("play real market history through the contracts and the keeper, and report what happened")
    .requiredOption("--price <name=file>", "candles of ETH, and of BTC; give both", collect)
    .option("--ratio <wstETH=file|number>", "what the market pays for staked ether, as a part of the ether in it")
    .option(
      "--window <from/to>",
      "2020-03-01/2020-04-01 instead of --from and --to; may be given several times",
      window,
    )
    .option("--step <length>", "of a step: 1h, 10m, ...; default: the longest candle of the files", duration)
    .option("--gas <file#column>", "gas prices over time, in gwei; 20 where it says nothing")
    .option("--keeper-outage <when>", "worst:6h, or 2020-03-12T10:00:00Z/6h; may be given several times", collect)
    .option("--policy <file>", "how haircuts are governed, JSON; default: measured, as deployed")
    .option("--compare", "play the same under fixed loan-to-values as well")
    .option("--accounts <number>", "how many borrow", integer(1, MAX_ACCOUNTS), DEFAULT_ACCOUNTS)
    .option("--seed <number>", "of everything random", integer(0, 2 ** 32 - 1), DEFAULT_SEED)
    .option("--lag <length>", "of feeds behind the market: 30s, 2m, ...", duration)
    .option(
      "--chapter <days>",
      "length of the chapters that are played side by side",
      number(1, 400, true),
      DEFAULT_CHAPTER,
    )
    .addOption(
      new Option(
        "--client <name>",
        "what it is played on: hardhat, in this process, or anvil, which is quicker",
      ).choices(CLIENTS),
    )
    .option("--cores <number>", "default: all", number(1, 1_024, true))
    .option("--results <folder>", "where finished chapters are kept, so that a run that was stopped goes on")
    .option("--report <file>", "write an HTML file with tables and pictures")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ReplayOptions) => {
      const { replay } = await needsBuild(() => import("../replay/run.js"));
      await told(() => replay(options));
    });
}

function duration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError("a length such as 30s, 10m, 1h or 1d is needed.");
  return seconds;
}

function window(text: string, before: readonly Required<Window>[] = []): readonly Required<Window>[] {
  const found = parseWindow(text);
  if (found === undefined) throw new InvalidArgumentError("a beginning and a later end such as 2020-03-01/2020-04-01.");
  return [...before, found];
}
