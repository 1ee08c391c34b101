import type { Command } from "commander";

import { needsBuild } from "../built.js";

/** `plimsoll faucet`: test tokens for an address, on the local chain of `plimsoll demo`. */
export function registerFaucet(program: Command): void {
  program
    .command("faucet")
    .description("hand out test tokens and ether on the local chain of a running demo")
    .argument("<address>", "who gets them")
    .option("--rpc <url>", "the demo's chain; needed only while several are running")
    .addHelpText("after", "\nExample:\n  plimsoll faucet 0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n")
    .action(async (recipient: string, options: { rpc?: string }) => {
      const { handOut } = await needsBuild(() => import("../faucet/hand-out.js"));
      await handOut(recipient, { ...options, say: (line) => process.stdout.write(`${line}\n`) });
    });
}
