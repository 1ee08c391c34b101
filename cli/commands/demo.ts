import type { Command } from "commander";

import { CliError } from "../errors.js";

/** `plimsoll demo`: the crash scenario on a local chain. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("run a market crash through the protocol on a local chain")
    .option("--once", "end when the scenario ends")
    .option("--json", "print one JSON object as the last line")
    .action(() => {
      throw new CliError("the demo is not there yet");
    });
}
