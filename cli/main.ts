import { Command } from "commander";

import packageJson from "../package.json" with { type: "json" };
import { registerAccount } from "./commands/account.js";
import { registerDemo } from "./commands/demo.js";
import { registerDeploy } from "./commands/deploy.js";
import { registerFaucet } from "./commands/faucet.js";
import { registerGovernance } from "./commands/governance.js";
import { registerIndex } from "./commands/index.js";
import { registerKeeper } from "./commands/keeper.js";
import { registerProtocol } from "./commands/protocol.js";
import { registerReplay } from "./commands/replay.js";
import { registerRisk } from "./commands/risk.js";
import { registerVerifyDeployment } from "./commands/verify-deployment.js";
import { errorObject, type ExitCode, EXIT, report } from "./errors.js";
import { json } from "./present.js";

/** Adds one sub-command to the program. */
export type Registration = (program: Command) => void;

/** Every sub-command, in the order of the help. */
const COMMANDS: readonly Registration[] = [
  registerDemo,
  registerFaucet,
  registerAccount,
  registerProtocol,
  registerGovernance,
  registerDeploy,
  registerVerifyDeployment,
  registerKeeper,
  registerIndex,
  registerReplay,
  registerRisk,
];

const EXAMPLES = `
Examples:
  plimsoll demo                  a market crash on a local chain, which then stays up for a wallet
  plimsoll demo --once --json    the same, ending with the scenario and with one line of JSON
  plimsoll faucet 0x...          test tokens for a wallet, while the demo runs
  plimsoll account --help        deposit, borrow, repay, withdraw
  plimsoll watch                 prices, haircuts and the balance sheet, live
  plimsoll governance --help     proposals in plain words, what they would do, votes
  plimsoll keeper --help         run a keeper on a chain; a dry run unless told otherwise
  plimsoll index --help          keep every account's position at hand for keepers
  plimsoll deploy --help         deploy the protocol to a public test network
  plimsoll replay --help         real market history through the contracts
  plimsoll risk --help           measure and calibrate risk on price history
  plimsoll help demo             everything that a command can do
`;

/** Where a command's words go. */
export interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
}

const TERMINAL: Output = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/** The `plimsoll` command with its sub-commands. It throws instead of ending the process. */
export function createProgram(commands: readonly Registration[] = COMMANDS, output: Output = TERMINAL): Command {
  const program = new Command()
    .name("plimsoll")
    .description(packageJson.description)
    .version(packageJson.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    // Inherited by the sub-commands, so before they are added.
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .showSuggestionAfterError()
    .showHelpAfterError("See: plimsoll --help");
  for (const register of commands) register(program);
  return program;
}

/**
 * Runs one command line.
 * @param args The arguments, without the program's name.
 * @returns What the process should end with.
 */
export async function run(
  args: readonly string[],
  commands: readonly Registration[] = COMMANDS,
  output: Output = TERMINAL,
): Promise<ExitCode> {
  try {
    await createProgram(commands, output).parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    const exitCode = report(error, output.err, (process.env.PLIMSOLL_DEBUG ?? "") !== "");
    if (exitCode !== EXIT.ok && args.includes("--json")) output.out(`${json(errorObject(error))}\n`);
    return exitCode;
  }
}
