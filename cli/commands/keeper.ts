import type { Command } from "commander";

import { needsBuild } from "../built.js";
import { untilStopped } from "../until-stopped.js";
import { collect, withKey, withNodes, withOperation } from "./options.js";

const EXAMPLES = `
Without --execute nothing is sent: the keeper looks, simulates and says what it would send.
Flags come before the environment (PLIMSOLL_...), which comes before the file. See docs/keeper.md.

Examples:
  plimsoll keeper --network localhost                          watch the chain of a running demo
  plimsoll keeper --rpc https://a --rpc https://b              two nodes, the first preferred
  plimsoll keeper --config keeper.json --execute               act
  plimsoll keeper key                                          a new key: key.json and password
  plimsoll keeper --network sepolia --rpc https://a --addresses mine/addresses.json    a deployment of your own
  plimsoll keeper deploy --config keeper.json                  what your own two contracts would cost
  plimsoll keeper rehearse --config keeper.json                what each account would earn, in a fork
  plimsoll keeper report --json                                what was expected and what came of it
`;

const WHERE = "JSON file with the configuration";
const DIRECTORY = "directory of the journal; DATABASE_URL names a PostgreSQL server instead";

/** `plimsoll keeper`: keeps the protocol going, and reports on it. */
export function registerKeeper(program: Command): void {
  const keeper = withNodes(program.command("keeper"), "look after")
    .description("run a keeper: liquidate, absorb, keep books, auctions and vaults going")
    .option("--relay <url>", "private relay that is told of transactions first; may be given several times", collect)
    .option("--config <file>", WHERE)
    .option("--execute", "send transactions")
    .option("--address <address>", "whom a dry run without a key looks as")
    .option("--journal <directory>", DIRECTORY)
    .option("--indexer <url>", "indexer to begin from; without one all events are read at the start")
    .option("--confirmations <blocks>", "blocks after which a transaction is taken to stay");
  withOperation(withKey(keeper), "/metrics, /health, /ready and /report; 0 for none")
    .addHelpText("after", EXAMPLES)
    .action(async ({ config, ...flags }: { config?: string } & Record<string, unknown>) => {
      const { runKeeper } = await needsBuild(() => import("../keeper/run.js"));
      await untilStopped((signal) =>
        runKeeper({
          ...(config === undefined ? {} : { file: config }),
          environment: process.env,
          flags,
          write: (line) => process.stdout.write(line),
          signal,
        }),
      );
    });

  keeper
    .command("key")
    .description("make a key of its own for a keeper: --keystore and --password-file say where (key.json and password)")
    .action(async (_: unknown, command: Command) => {
      const { keystore = "key.json", passwordFile = "password" } = command.optsWithGlobals<{
        keystore?: string;
        passwordFile?: string;
      }>();
      const { newKey } = await import("../keeper/key.js");
      await newKey({ keystore, passwordFile, say: (line) => process.stdout.write(`${line}\n`) });
    });

  keeper
    .command("deploy")
    .description(
      "deploy the two contracts that obey your key, and write them into the configuration; without --execute say what that takes",
    )
    .option("--json", "one JSON object, amounts in wei")
    .action(async (_: unknown, command: Command) => {
      const { config, json, ...flags } = command.optsWithGlobals<
        { config?: string; json?: boolean } & Record<string, unknown>
      >();
      const { deploy } = await needsBuild(() => import("../keeper/deploy.js"));
      await untilStopped(async (signal) => {
        await deploy({
          ...(config === undefined ? {} : { file: config }),
          environment: process.env,
          flags,
          json: json === true,
          say: (line) => process.stdout.write(`${line}\n`),
          signal,
        });
      });
    });

  keeper
    .command("report")
    .description("what was expected of the transactions in the journal, and what came of it")
    .option("--json", "one JSON object, amounts in wei")
    .option("--config <file>", WHERE)
    .option("--journal <directory>", DIRECTORY)
    .option("--port <number>", "where a keeper that runs serves its report")
    .action(async (_: unknown, command: Command) => {
      // The parent has options of the same names, and takes them wherever they stand.
      const { config, json, ...flags } = command.optsWithGlobals<
        { config?: string; json?: boolean } & Record<string, unknown>
      >();
      const { report } = await import("../keeper/report.js");
      await report({
        ...(config === undefined ? {} : { file: config }),
        environment: process.env,
        flags,
        json: json === true,
        say: (line) => process.stdout.write(`${line}\n`),
      });
    });

  keeper
    .command("rehearse")
    .description(
      "make every account fail in a fork of the chain, and show what liquidating it would earn; nothing is sent",
    )
    .option("--account <address>", "this account alone; may be given several times", collect)
    .option("--json", "one JSON object, amounts in wei")
    .action(async (_: unknown, command: Command) => {
      const { config, json, account, ...flags } = command.optsWithGlobals<
        { config?: string; json?: boolean; account?: string[] } & Record<string, unknown>
      >();
      const { rehearse } = await needsBuild(() => import("../keeper/rehearse.js"));
      await rehearse({
        ...(config === undefined ? {} : { file: config }),
        environment: process.env,
        flags,
        json: json === true,
        accounts: account ?? [],
        say: (line) => process.stdout.write(`${line}\n`),
        progress: (text) => process.stderr.isTTY && process.stderr.write(text),
      });
    });
}
