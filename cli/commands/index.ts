import type { Command } from "commander";

import { needsBuild } from "../built.js";
import { untilStopped } from "../until-stopped.js";

const EXAMPLES = `
Keepers that are told where it answers (--indexer) need not read all of the past when they start.
Flags come before the environment (PLIMSOLL_..., DATABASE_URL), which comes before the file: the keeper's own. See docs/keeper.md.

Examples:
  plimsoll index --network localhost                             beside a running demo
  plimsoll index --config keeper.json                            nodes and addresses of the keeper
  plimsoll keeper --config keeper.json --indexer http://127.0.0.1:9465
`;

/** `plimsoll index`: follows the engine's events, and serves every account's position. */
export function registerIndex(program: Command): void {
  program
    .command("index")
    .description("keep every account's position in a database, and serve them to keepers")
    .option("--network <name>", "chain to follow: localhost, mainnet, sepolia")
    .option("--rpc <url>", "node of the chain; may be given several times", collect)
    .option("--config <file>", "JSON file with the configuration")
    .option("--directory <directory>", "where positions are kept; DATABASE_URL names a PostgreSQL server instead")
    .option("--port <number>", "port of /positions, /status, /metrics, /health and /ready")
    .option("--interval <ms>", "time between two looks at the chain")
    .option("--log-level <level>", "debug, info, warn or error")
    .addHelpText("after", EXAMPLES)
    .action(async ({ config, ...flags }: { config?: string } & Record<string, unknown>) => {
      const { runIndexer } = await needsBuild(() => import("../indexer/run.js"));
      await untilStopped((signal) =>
        runIndexer({
          ...(config === undefined ? {} : { file: config }),
          environment: process.env,
          flags,
          write: (line) => process.stdout.write(line),
          progress: process.stderr,
          signal,
        }),
      );
    });
}

function collect(url: string, before: string[] | undefined): string[] {
  return [...(before ?? []), url];
}
