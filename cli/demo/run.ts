/** The crash scenario on a local chain. Needs the contracts' bindings. */

import { removeAddressBook, writeAddressBook } from "../../deploy/address-book.js";
import { LOCAL_ANSWERS } from "../../deploy/parameters/local.js";
import { type EmbeddedChain, LOCAL_CHAIN_ID, startEmbeddedChain } from "../../replay/chain/embedded.js";
import { PortInUse, serveRpc, type RpcServer } from "../../replay/chain/rpc-server.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { march2020, STAKING_RATIO } from "../../replay/path/path.js";
import { seeded } from "../../replay/path/random.js";
import { oneKeeper } from "../../replay/scenario/keepers.js";
import { runScenario, type ScenarioResult } from "../../replay/scenario/run.js";
import { keepAlive } from "../../replay/scenario/live.js";
import { createWorld, type World } from "../../replay/scenario/world.js";
import { DEFAULT_PORT, type DemoOptions } from "./options.js";
import { serveDashboard, type Dashboard } from "./dashboard.js";
import { startIndexer, type DemoIndexer } from "./indexer.js";
import { progressView } from "./progress.js";
import { requireHeld, toReport, toSummary } from "./summary.js";
import { EnvironmentError, Interrupted } from "../errors.js";
import { unlessStopped } from "../until-stopped.js";
import { whenOrphaned } from "../runtime.mjs";

const DEFAULT_URL = `http://127.0.0.1:${DEFAULT_PORT}`;
/** Chain time that setting the world up may take. {s} */
const SETUP_TIME = 7_200;
/** Seconds between two looks at the market after the scenario. */
const LIVE_INTERVAL = 4;
/** {ms} */
const MS = 1_000;

export async function demo(options: DemoOptions): Promise<void> {
  const started = Date.now();
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const stop = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    stop.abort(new Interrupted(signal === "SIGINT" ? "SIGINT" : "SIGTERM", "the scenario"));
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const unwatch = whenOrphaned(() => {
    interrupt("SIGTERM");
  });

  const path = march2020(options.seed);
  // The scenario ends about now, so that a wallet that connects afterwards sees a clock like its own.
  const pathStart = Math.floor(started / MS) - path.duration;
  let chain: EmbeddedChain | undefined;
  let server: RpcServer | undefined;
  let book: AddressBook | undefined;
  let history: DemoIndexer | undefined;
  let dashboard: Dashboard | undefined;
  const complain = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  };
  try {
    chain = await startEmbeddedChain(pathStart - SETUP_TIME);
    // First of all: a taken port is told at once, and wallets can watch from the beginning.
    server = await serve(chain, options.port);
    say(`The chain answers at ${server.url} (chain id ${LOCAL_CHAIN_ID}).`);
    say(`Setting up the protocol, Uniswap v3 pools, ${options.accounts} accounts (seed ${options.seed}) ...`);
    const random = seeded(options.seed);
    const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
    const setUp = createWorld(chain, quotes, random.fork("borrowers"), options.accounts, {
      signal: stop.signal,
    });
    const world = await unlessStopped(setUp, stop.signal);
    book = { ...world.addresses, rpcUrl: server.url };
    writeAddressBook(book);
    // Nobody asks about the past of a chain that ends with the scenario.
    if (options.once !== true) {
      history = await startIndexer(world, complain);
      dashboard = await serveDashboard({
        answers: history.indexer.pages,
        book,
        port: options.port === 0 ? 0 : server.port + 1,
      });
      say(
        dashboard.built
          ? `The dashboard is at ${dashboard.url}.`
          : `What has happened is told at ${dashboard.url}/api/history.`,
      );
    }

    const keeper = world.newKeeper();
    const result = await play(world, keeper, path, pathStart, stop.signal);
    for (const line of toSummary(result)) say(line);

    if (options.once !== true) {
      for (const line of howToConnect(world, server.url, dashboard)) say(line);
      if (options.json === true) say(JSON.stringify(toReport(result, Date.now() - started)));
      history?.goLive();
      await keepAlive(world, keeper, {
        random: random.fork("afterwards"),
        interval: LIVE_INTERVAL,
        signal: stop.signal,
        onError: complain,
      });
      say("Stopped.");
    } else if (options.json === true) {
      say(JSON.stringify(toReport(result, Date.now() - started)));
    }
    requireHeld(result);
  } finally {
    unwatch();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    // The chain ends with this process, and what is known of it with the chain.
    if (book !== undefined) removeAddressBook(book);
    await dashboard?.close();
    await history?.close();
    await server?.close();
    await chain?.close();
  }
}

async function play(
  world: World,
  keeper: ReturnType<World["newKeeper"]>,
  path: ReturnType<typeof march2020>,
  start: number,
  signal: AbortSignal,
): Promise<ScenarioResult> {
  const view = progressView(path.steps.length, process.stderr);
  try {
    return await runScenario(
      world,
      oneKeeper(keeper),
      path,
      start,
      (progress) => {
        view.show(progress);
      },
      signal,
    );
  } finally {
    view.stop();
  }
}

async function serve(chain: EmbeddedChain, port: number): Promise<RpcServer> {
  try {
    return await serveRpc(chain.connection.provider, port);
  } catch (error) {
    if (!(error instanceof PortInUse)) throw error;
    throw new EnvironmentError(
      error.message,
      `End that program, or choose another port: npm start -- --port ${port + 1}`,
    );
  }
}

function howToConnect(world: World, url: string, dashboard: Dashboard | undefined): string[] {
  const { contracts, tokens } = world.addresses;
  return [
    "",
    "The chain, the feeds and the keeper stay alive; Ctrl-C ends them.",
    ...(dashboard?.built === true ? [`  Dashboard: ${dashboard.url}, in a browser with a wallet.`] : []),
    `  Wallet: add a network with RPC URL ${url}, chain id ${LOCAL_CHAIN_ID}, currency ETH.`,
    `  Test tokens and ether: npm run plimsoll -- faucet <your address>${url === DEFAULT_URL ? "" : ` --rpc ${url}`}`,
    `  CreditEngine   ${contracts.engine}`,
    `  CreditLens     ${contracts.lens}`,
    `  plUSD          ${contracts.dollar}`,
    ...world.assets.map((asset) => `  ${asset.symbol.padEnd(14)} ${tokens[asset.symbol] ?? ""}  (asset ${asset.id})`),
    "  Then: WETH.approve(engine, amount), engine.deposit(0, amount, you), engine.borrow(amount, you, you). See the README.",
    "",
  ];
}
