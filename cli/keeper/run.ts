/** Runs a keeper until it is told to stop. Needs the contracts' bindings. */

import { IndexerClient } from "../../indexer/client.js";
import { keystorePassword, loadWallet, PASSWORD, PRIVATE_KEY, type Environment } from "../../keeper/config/key.js";
import type { OperatorConfig } from "../../keeper/config/operator.js";
import { withoutSecrets } from "../../keeper/config/sources.js";
import type { Answer } from "../../keeper/execution/broadcast.js";
import { Relay } from "../../keeper/execution/relay.js";
import { ledgerOf, toJson } from "../../keeper/journal/ledger.js";
import { MemoryJournal } from "../../keeper/journal/memory.js";
import { openJournal } from "../../keeper/journal/open.js";
import { Keeper, LookIncomplete, type Tick } from "../../keeper/keeper.js";
import { reasonOf, type Log } from "../../keeper/log.js";
import { unescaped } from "../../keeper/rpc/credentials.js";
import { Health } from "../../keeper/operation/health.js";
import { createLog } from "../../keeper/operation/log.js";
import { Metrics } from "../../keeper/operation/metrics.js";
import { serve, type WatchServer } from "../../keeper/operation/server.js";
import { repeat } from "../../keeper/repeat.js";
import { NotLeading, type Role } from "../../keeper/replicas/leadership.js";
import type { NodePool } from "../../keeper/rpc/pool.js";
import { configOf, forTheUser, type Sources } from "./config.js";
import { RouteWatch } from "./routes.js";
import { connect, findDeployment, keeperOptionsOf, signerOf } from "./setup.js";

/** {ms} */
const MS = 1_000;
/** How often it is asked what the key has. {ms} */
const PURSE_INTERVAL = 60_000;
/** A look that takes so many times as long as a keeper may be behind has died. */
const STUCK = 5;

export interface RunOptions extends Sources {
  readonly write: (line: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Where address books are, if not where deployments put them. */
  readonly books?: string;
}

export async function runKeeper(options: RunOptions): Promise<void> {
  const config = configOf(options);
  const { environment } = options;
  // Before there is a log: what the keystore holds must not get into it either.
  const wallet = await loadWallet(config, environment).catch((error: unknown) => {
    throw forTheUser(error);
  });
  const secrets = [...secretsOf(config, environment), ...(wallet === undefined ? [] : [wallet.privateKey])];
  const log = createLog({ level: config.log.level, secrets, write: options.write });
  const closing: (() => Promise<void> | void)[] = [];
  try {
    await run(config, wallet, options, log, closing);
  } catch (error) {
    throw forTheUser(error);
  } finally {
    // In reverse: what was opened last needs what was opened first.
    for (const close of closing.reverse()) await close();
  }
  log.info({}, "stopped");
}

async function run(
  config: OperatorConfig,
  wallet: Awaited<ReturnType<typeof loadWallet>>,
  { signal, books }: RunOptions,
  log: Log,
  closing: (() => Promise<void> | void)[],
): Promise<void> {
  const pool = await connect(config, log);
  closing.push(() => pool.destroy());
  const deployment = await findDeployment(config, pool, books);
  const signer = await signerOf(config, wallet, deployment, pool);
  const keeperOptions = await keeperOptionsOf(config, deployment, pool);
  const sender = await signer.getAddress();
  // A dry run leaves nothing behind, and a keeper that runs has its journal for itself.
  const { journal, lease } = config.execute
    ? await openJournal(config.journal, pool, sender, { log })
    : { journal: new MemoryJournal(), lease: undefined };
  closing.push(() => journal.close());
  if (lease !== undefined) closing.push(() => lease.close());
  const role = (): Role => {
    if (!config.execute) return "dry run";
    return lease === undefined || lease.term !== undefined ? "leading" : "standby";
  };

  const metrics = new Metrics();
  const { readyWithin } = config.operation;
  const doubt = (): string | undefined => lease?.fault;
  const unchecked = (): string | undefined => pool.unchecked;
  const health = new Health({ journal, readyWithin, stuckAfter: STUCK * readyWithin, role, doubt, unchecked });
  metrics.readiness(health);
  const keeper = new Keeper(keeperOptions, {
    provider: pool,
    signer,
    journal,
    execute: config.execute,
    ...(config.indexer.url === undefined ? {} : { accounts: new IndexerClient(config.indexer.url) }),
    ...(lease === undefined ? {} : { leadership: lease }),
    ...(config.relay.rpc.length === 0 ? {} : { relay: relayOf(config, log, metrics) }),
    log,
    watch: (step, intent) => {
      metrics.step(step);
      if (step === "final") metrics.settled(intent);
    },
  });
  const report = async (): Promise<string> => toJson(ledgerOf(await journal.entries()));
  const server = await watchServer(config, { health, registry: metrics.registry, pages: { "/report": report } });
  if (server !== undefined) closing.push(() => server.close());

  const { chainId } = await pool.getNetwork();
  const routes = { liquidations: keeperOptions.routes.length, auctions: keeperOptions.reserve?.routes?.length ?? 0 };
  log.info(
    { chainId, address: sender, execute: config.execute, routes, metrics: server?.url },
    config.execute ? "keeper started: it acts" : "keeper started: dry run, nothing is sent",
  );
  const purse = { address: sender, at: -Infinity };
  const ways = new RouteWatch(config, { ...deployment, engine: keeper.config.engine }, pool, log);
  await loop(keeper, pool, { metrics, health, purse, ways }, { interval: config.interval, signal, log });
  health.stopping();
}

interface Watching {
  readonly metrics: Metrics;
  readonly health: Health;
  /** Whose ether is looked at, and when it was. {ms} */
  readonly purse: { readonly address: string; at: number };
  readonly ways: RouteWatch;
}

/** Looks, waits, looks again. What is being done when the signal comes is finished. */
async function loop(
  keeper: Keeper,
  pool: NodePool,
  { metrics, health, purse, ways }: Watching,
  { interval, signal, log }: { interval: number; signal: AbortSignal; log: Log },
): Promise<void> {
  let last = "";
  const look = async (): Promise<void> => {
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / MS;
    try {
      await pool.survey();
      const { tick, failure } = await lookOf(keeper);
      // Also what is known where one job failed: what is sent, fails and is left to spend does not wait until all of them succeed.
      metrics.looked(tick, keeper);
      if (started - purse.at > PURSE_INTERVAL) {
        metrics.balance(await pool.getBalance(purse.address));
        purse.at = started;
      }
      await ways.look(keeper.config, tick.time);
      if (failure !== undefined) throw failure;
      health.looked(tick.time);
      metrics.succeeded(seconds());
      const { block, failing, borrowers, sent, planned } = tick;
      log.debug({ block, failing, borrowers, sent: sent.length, planned: planned.length }, "looked");
      if (last !== "") log.info({ block }, "looks succeed again");
      last = "";
    } catch (error) {
      const reason = reasonOf(error);
      if (isHandedOver(error)) {
        // Another process has what is left to do: the next look is one of a process that stands by.
        log.warn({ reason }, "a look was cut short");
      } else {
        health.failed(error);
        metrics.failed(seconds());
        // The same again and again is worth saying once.
        log[reason === last ? "debug" : "error"]({ reason }, "a look failed");
        last = reason;
      }
    }
    metrics.nodes(pool.nodes);
    metrics.role(health.role);
  };
  await repeat(look, interval, signal);
}

function relayOf({ relay, nodes }: OperatorConfig, log: Log, metrics: Metrics): Relay {
  const { rpc: urls, method, signed, patience, solvency } = relay;
  const onAnswer = (kind: Answer["kind"]): void => metrics.relayed(kind);
  return new Relay({
    urls,
    method,
    signed,
    patience,
    solvencyToAll: solvency === "both",
    timeout: nodes.timeout,
    log,
    onAnswer,
  });
}

/** A look, also one in which something went wrong. */
async function lookOf(keeper: Keeper): Promise<{ tick: Tick; failure: LookIncomplete | undefined }> {
  try {
    return { tick: await keeper.tick(), failure: undefined };
  } catch (error) {
    if (error instanceof LookIncomplete) return { tick: error.tick, failure: error };
    throw error;
  }
}

/** Whether nothing else went wrong than that the process ceased to lead. */
function isHandedOver(error: unknown): boolean {
  return error instanceof AggregateError ? error.errors.every(isHandedOver) : error instanceof NotLeading;
}

async function watchServer(
  { operation: { host, port } }: OperatorConfig,
  watched: Parameters<typeof serve>[0],
): Promise<WatchServer | undefined> {
  return port === 0 ? undefined : await serve(watched, host, port);
}

/** What must not get into any log, whoever's words it is in; the key of a keystore apart, which only who opens it knows. */
export function secretsOf(config: OperatorConfig, environment: Environment): string[] {
  const { rpc = [], relay, journal, indexer } = config;
  const urls = [...rpc, ...relay.rpc, journal.databaseUrl, indexer.url].filter((url) => url !== undefined);
  const hidden = urls.filter((url) => url !== withoutSecrets(url) && `${withoutSecrets(url)}/` !== url);
  const parts = hidden.flatMap((url) => {
    const { pathname, search, password, username } = new URL(url);
    // Words that everybody has in a URL are no secrets.
    const words = [username, ...pathname.split("/"), search.slice(1)].filter((part) => part.length >= 8);
    return [url, password, unescaped(password), ...words];
  });
  const known = [environment[PRIVATE_KEY], environment[PASSWORD], keystorePassword(config, environment), ...parts];
  return known.flatMap((s) => (s === undefined || s.trim() === "" ? [] : [s.trim()]));
}
