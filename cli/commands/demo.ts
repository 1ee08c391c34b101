import type { Command } from "commander";

import { needsBuild } from "../built.js";
import { DEFAULT_PORT, type DemoOptions } from "../demo/options.js";
import { integer } from "./options.js";

const MAX_PORT = 65_535;
const DEFAULT_SEED = 2_020;
const DEFAULT_ACCOUNTS = 250;
const MAX_ACCOUNTS = 5_000;

const EXAMPLES = `
Examples:
  plimsoll demo                    the crash, then a chain that stays up for a wallet
  plimsoll demo --once             end with the crash; exit code 0 only if every invariant held
  plimsoll demo --once --json      the same; the last line is one JSON object
  plimsoll demo --seed 7           other accounts and another path between the same way-points
`;

/** `plimsoll demo`: the crash scenario on a local chain. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("run the crash of 12-13 March 2020 through the protocol on a local chain that a wallet can connect to")
    .option("--once", "end when the scenario ends")
    .option("--json", "print one JSON object as the last line")
    .option("--port <number>", "port of the chain on 127.0.0.1; 0 takes a free one", integer(0, MAX_PORT), DEFAULT_PORT)
    .option("--seed <number>", "seed of everything random", integer(0, 2 ** 32 - 1), DEFAULT_SEED)
    .option("--accounts <number>", "how many accounts borrow", integer(1, MAX_ACCOUNTS), DEFAULT_ACCOUNTS)
    .addHelpText("after", EXAMPLES)
    .action(async (options: DemoOptions) => {
      const { demo } = await needsBuild(() => import("../demo/run.js"));
      await demo(options);
    });
}
