import type { Command } from "commander";

import { needsBuild } from "../built.js";
import { untilStopped } from "../until-stopped.js";
import { withNodes, withOperation } from "./options.js";

const EXAMPLES = `
Keepers that are told where it answers (--indexer) need not read all of the past when they start. History (series, events by account,
liquidations, auctions, governance) is told over HTTP, as JSON or CSV: see docs/indexer.md.
Flags come before the environment (PLIMSOLL_..., DATABASE_URL), which comes before the file: the keeper's own. See docs/keeper.md.

Examples:
  plimsoll index --network localhost                             beside a running demo
  curl 'http://127.0.0.1:9465/history/statement?points=50'
  plimsoll index --config keeper.json                            nodes and addresses of the keeper
  plimsoll keeper --config keeper.json --indexer http://127.0.0.1:9465
`;

/** `plimsoll index`: follows the protocol's events, and serves every account's position and history. */
export function registerIndex(program: Command): void {
  const command = withNodes(program.command("index"), "follow")
    .description("keep every account's position and the protocol's history in a database, and serve them")
    .option("--config <file>", "JSON file with the configuration")
    .option("--directory <directory>", "where positions are kept; DATABASE_URL names a PostgreSQL server instead");
  withOperation(command, "/history, /positions, /status, /metrics, ...")
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
