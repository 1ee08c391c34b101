import type { Command } from "commander";

import { needsBuild } from "../built.js";
import type { ReadOptions, WatchOptions } from "../protocol/run.js";
import { untilStopped } from "../until-stopped.js";
import { integer, withChain } from "./options.js";

const DEFAULT_INTERVAL = 2;
const MAX_INTERVAL = 3_600;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `plimsoll assets`, `balance-sheet`, `auctions` and `watch`: what anybody may know. */
export function registerProtocol(program: Command): void {
  withChain(program.command("assets"))
    .description("what can be deposited: prices, haircuts, caps")
    .addHelpText("after", "\nExamples:\n  plimsoll assets\n  plimsoll assets --json --rpc http://127.0.0.1:8545\n")
    .action(async (options: ReadOptions) => {
      const { showAssets } = await needsBuild(() => import("../protocol/run.js"));
      await showAssets(options, say);
    });

  withChain(program.command("balance-sheet"))
    .description("what is owned and owed, and how much loss could be absorbed")
    .addHelpText(
      "after",
      "\nExamples:\n  plimsoll balance-sheet\n  plimsoll balance-sheet --json | jq .sheet.capital\n",
    )
    .action(async (options: ReadOptions) => {
      const { showBalanceSheet } = await needsBuild(() => import("../protocol/run.js"));
      await showBalanceSheet(options, say);
    });

  withChain(program.command("auctions"))
    .description("the reserve's open auctions, its weights and targets")
    .addHelpText("after", "\nExample:\n  plimsoll auctions\n")
    .action(async (options: ReadOptions) => {
      const { showAuctions } = await needsBuild(() => import("../protocol/run.js"));
      await showAuctions(options, say);
    });

  withChain(program.command("watch"))
    .description("the protocol, and an account, live in the terminal")
    .option("--account <address>", "whose health to watch as well")
    .option("--interval <seconds>", "time between two looks", integer(1, MAX_INTERVAL), DEFAULT_INTERVAL)
    .option("--once", "one picture, then end")
    .addHelpText(
      "after",
      "\nExamples:\n  plimsoll watch\n  plimsoll watch --account 0x... --interval 5\n  plimsoll watch --json\n",
    )
    .action(async (options: WatchOptions) => {
      const { watch } = await needsBuild(() => import("../protocol/run.js"));
      const screen = { write: (text: string) => void process.stdout.write(text), live: process.stdout.isTTY };
      await untilStopped((signal) => watch(options, screen, signal));
    });
}
