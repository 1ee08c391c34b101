import { type Command, Option } from "commander";

import { needsBuild } from "../built.js";
import type { VerifyOptions } from "../deploy/verify.js";
import { terminal } from "../terminal.js";
import { untilStopped } from "../until-stopped.js";

const EXAMPLES = `
Everything is asked of the chain: that each contract's code is what the build makes, created and called by the deployment's own transactions and by no others before they
were complete; that every setting and every list is the one of the network's file; that roles and ownership lie with timelock and guardian, nothing waits that was not
voted, and the deployer holds nothing; that feeds and tokens are what they are taken for.
What votes or the guardian have changed since is marked LATER, with the event that tells of it: that is no fault. Where history, code, roles or votes are wrong, nothing is marked.

Examples:
  plimsoll verify-deployment --network sepolia --rpc https://...
  ETHERSCAN_API_KEY=... plimsoll verify-deployment --network sepolia --rpc https://... --sources sources --submit
Exit codes: 0 everything holds or was changed since, 1 something does not, 2 not understood, 3 something is missing.
`;

/** `plimsoll verify-deployment`: a proof for whoever did not deploy it. */
export function registerVerifyDeployment(program: Command): void {
  program
    .command("verify-deployment")
    .description("prove on the chain that a deployment is what it should be")
    .addOption(new Option("--network <name>", "sepolia, base-sepolia, arbitrum-sepolia").makeOptionMandatory())
    .addOption(new Option("--rpc <url>", "node of the network").makeOptionMandatory())
    .option("--parameters <file>", "file of the network, in place of the project's own")
    .option("--out <folder>", "where the deployment was written; the project's own place if absent")
    .option("--sources <folder>", "write the compiler's input of each contract there, compiled once more and compared")
    .option("--submit", "hand them in at the network's explorer, with your ETHERSCAN_API_KEY")
    .option("--json", "one JSON object with every check")
    .addHelpText("after", EXAMPLES)
    .action(async (options: VerifyOptions) => {
      const { verify } = await needsBuild(() => import("../deploy/verify.js"));
      await untilStopped((signal) => verify(options, terminal(), signal));
    });
}
