/** Runs an indexer until it is told to stop. Needs the contracts' bindings. */

import { join } from "node:path";
import { homedir } from "node:os";

import { AccountsDiffer, Audit } from "../../indexer/audit.js";
import { headerOf } from "../../indexer/chain.js";
import { IndexHealth } from "../../indexer/health.js";
import { findContracts } from "../../indexer/history/contracts.js";
import { Indexer } from "../../indexer/indexer.js";
import { pagesOf } from "../../indexer/pages.js";
import { IndexTaken } from "../../indexer/sql.js";
import type { OperatorConfig } from "../../keeper/config/operator.js";
import { INDEX_FLAGS } from "../../keeper/config/sources.js";
import { embeddedDatabase, serverDatabase } from "../../keeper/journal/database.js";
import { identityOf } from "../../keeper/journal/identity.js";
import { reasonOf, type Log } from "../../keeper/log.js";
import { createLog } from "../../keeper/operation/log.js";
import { serve } from "../../keeper/operation/server.js";
import { repeat } from "../../keeper/repeat.js";
import type { NodePool } from "../../keeper/rpc/pool.js";
import { present } from "../../sdk/present.js";
import { ICreditEngine__factory } from "../../types/contracts/index.js";
import { EnvironmentError } from "../errors.js";
import { configOf, forTheUser } from "../keeper/config.js";
import { secretsOf, type RunOptions } from "../keeper/run.js";
import { connect, findDeployment, needed } from "../keeper/setup.js";
import { progressOf, type Progress } from "./progress.js";

export interface IndexOptions extends RunOptions {
  /** Where a bar may be drawn. */
  readonly progress: NodeJS.WriteStream;
}

/** Where positions are kept, if nobody says. */
const USUAL_DIRECTORY = join(homedir(), ".plimsoll", "indexer");
/** A step that takes so many times as long as an indexer may be behind has died. */
const STUCK = 5;
/** Between two comparisons of all sums with the engine's. {s} */
const AUDIT = 3_600;

export async function runIndexer(options: IndexOptions): Promise<void> {
  const config = configOf({ ...options, flagFields: INDEX_FLAGS });
  const secrets = secretsOf(config, options.environment);
  const log = createLog({ level: config.log.level, secrets, write: options.write, name: "plimsoll-indexer" });
  const closing: (() => Promise<void> | void)[] = [];
  try {
    await run(config, options, log, closing);
  } catch (error) {
    throw error instanceof IndexTaken ? new EnvironmentError(error.message) : forTheUser(error);
  } finally {
    for (const close of closing.reverse()) await close();
  }
  log.info({}, "stopped");
}

async function run(
  config: OperatorConfig,
  { signal, books, progress: stream }: IndexOptions,
  log: Log,
  closing: (() => Promise<void> | void)[],
): Promise<void> {
  const pool = await connect(config, log);
  closing.push(() => pool.destroy());
  const { addresses, firstBlock } = await findDeployment(config, pool, books);
  const identity = { chain: await identityOf(pool), engine: needed(addresses, "engine") };

  const { databaseUrl } = config.journal;
  const { directory = USUAL_DIRECTORY, host, port } = config.indexer;
  const database = await (databaseUrl === undefined
    ? embeddedDatabase(directory, "index")
    : serverDatabase(databaseUrl));
  closing.push(() => database.close());
  const { readyWithin } = config.operation;
  const health = new IndexHealth({ readyWithin, stuckAfter: STUCK * readyWithin });
  const progress = progressOf(log, stream);
  closing.push(() => progress.stop());
  const contracts = await findContracts(pool, { ...addresses, engine: identity.engine });
  const indexer = await Indexer.open({
    provider: pool,
    database,
    identity,
    contracts: { ...contracts, lens: addresses.lens },
    firstBlock,
    log,
    onStep: (at, head) => {
      health.stepped(at, head);
      progress.step(at, head);
    },
    onReorganised: (blocks) => health.reorganised(blocks),
  });
  closing.push(() => indexer.close());
  const { store } = indexer;
  const pages = pagesOf(identity, store, health);
  const server = await serve({ health, registry: health.registry, pages, more: indexer.pages }, host, port);
  closing.push(() => server.close());

  const [from] = await store.recent();
  log.info({ ...identity, firstBlock, from: from?.number, url: server.url }, "indexer started");
  const engine = ICreditEngine__factory.connect(identity.engine, pool);
  const audit = new Audit({ engine, interval: AUDIT, totals: () => store.totals() });
  const looking: Looking = { pool, indexer, audit, health, progress, log };
  await repeat(lookAgain(looking, signal), config.interval, signal);
}

interface Looking {
  readonly pool: NodePool;
  readonly indexer: Indexer;
  readonly audit: Audit;
  readonly health: IndexHealth;
  readonly progress: Progress;
  readonly log: Log;
}

function lookAgain(parts: Looking, signal: AbortSignal): () => Promise<void> {
  const { pool, indexer, audit, health, progress, log } = parts;
  const { store } = indexer;
  let last = "";
  let first = true;
  return async () => {
    try {
      await pool.survey();
      const head = present(await pool.getBlock("latest"), "head");
      const header = headerOf(head);
      if (!(await indexer.follow(header, { signal }))) return;
      const [at] = await store.recent();
      if (at?.hash === header.hash) {
        const difference = await audit.check(at, head.timestamp);
        health.compared(difference);
        if (difference !== undefined) {
          if (audit.mayReread(head.timestamp)) {
            log.error({ block: at.number, difference }, "positions do not add up: everything is read again");
            await indexer.reset();
            audit.forget(head.timestamp);
          }
          throw new AccountsDiffer(difference);
        }
      }
      health.arrived(at, { ...header, timestamp: head.timestamp });
      progress.stop();
      if (first) log.info({ block: at?.number, ...(await store.count()) }, "at the head");
      else if (last !== "") log.info({ block: at?.number }, "looks succeed again");
      first = false;
      last = "";
    } catch (error) {
      if (error instanceof IndexTaken) throw error;
      health.failed(error);
      const reason = reasonOf(error);
      log[reason === last ? "debug" : "error"]({ reason }, "a look failed");
      last = reason;
    }
  };
}
