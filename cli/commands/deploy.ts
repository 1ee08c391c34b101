import { type Command, Option } from "commander";

import { needsBuild } from "../built.js";
import type { DeployOptions } from "../deploy/run.js";
import { terminal } from "../terminal.js";
import { untilStopped } from "../until-stopped.js";
import { withSigner } from "./options.js";

const EXAMPLES = `
First the chain is looked at (every feed, every token, Uniswap), then it is said what the deployment costs, then it is asked whether to go on. Whatever stops it, the
same command goes on where it was; once everything is there it does nothing. In the end the deployer holds nothing. See docs/deploy.md.

Examples:
  plimsoll deploy --network sepolia --rpc https://... --estimate --from 0x... --guardian 0x... --plim-holder 0x...
  plimsoll deploy --network sepolia --rpc https://... --keystore key.json --password-file password --guardian 0x... --plim-holder 0x...
  plimsoll deploy --network base-sepolia --rpc https://... --from 0x... --signer http://127.0.0.1:1248 --guardian 0x... --plim-holder 0x...
Exit codes: 0 done, 1 refused or failed, 2 not understood, 3 something is missing, 130 and 143 stopped on the way.
`;

/** `plimsoll deploy`: the protocol on a public test network. */
export function registerDeploy(program: Command): void {
  withSigner(program.command("deploy"))
    .description("deploy the protocol to a public test network, or go on with a deployment that was interrupted")
    .addOption(new Option("--network <name>", "sepolia, base-sepolia, arbitrum-sepolia").makeOptionMandatory())
    .addOption(new Option("--rpc <url>", "node of the network").makeOptionMandatory())
    .option("--guardian <address>", "who acts as guardian: a Safe")
    .option("--plim-holder <address>", "who gets PLIM, and hands votes out")
    .option("--parameters <file>", "file of the network, in place of the project's own")
    .option("--out <folder>", "where journal, record and address book go; the project's own place if absent")
    .option("--estimate", "look and say what it costs; send nothing")
    .option("--yes", "send without asking")
    .option("--json", "one JSON object, amounts in wei")
    .addHelpText("after", EXAMPLES)
    .action(async (options: DeployOptions) => {
      const { deploy } = await needsBuild(() => import("../deploy/run.js"));
      await untilStopped((signal) => deploy(options, terminal(), signal));
    });
}
