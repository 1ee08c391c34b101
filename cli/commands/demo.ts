import { type Command, InvalidArgumentError } from "commander";

import { removeAddressBook, writeAddressBook } from "../../deploy/address-book.js";
import { LOCAL_ANSWERS } from "../../deploy/parameters/local.js";
import { type EmbeddedChain, LOCAL_CHAIN_ID, startEmbeddedChain } from "../../replay/chain/embedded.js";
import { PortInUse, serveRpc, type RpcServer } from "../../replay/chain/rpc-server.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { march2020, STAKING_RATIO } from "../../replay/path/path.js";
import { seeded } from "../../replay/path/random.js";
import { runScenario, type ScenarioResult } from "../../replay/scenario/run.js";
import { keepAlive } from "../../replay/scenario/live.js";
import { createWorld, type World } from "../../replay/scenario/world.js";
import { progressView } from "../demo/progress.js";
import { requireHeld, toReport, toSummary } from "../demo/summary.js";
import { EnvironmentError, Interrupted } from "../errors.js";
import { whenOrphaned } from "../runtime.mjs";

const DEFAULT_PORT = 8_545;
const DEFAULT_URL = `http://127.0.0.1:${DEFAULT_PORT}`;
const MAX_PORT = 65_535;
const DEFAULT_SEED = 2_020;
const DEFAULT_ACCOUNTS = 250;
const MAX_ACCOUNTS = 5_000;
/** Chain time that setting the world up may take. {s} */
const SETUP_TIME = 7_200;
/** Seconds between two looks at the market after the scenario. */
const LIVE_INTERVAL = 4;
/** {ms} */
const MS = 1_000;

interface DemoOptions {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly port: number;
  readonly seed: number;
  readonly accounts: number;
}

const EXAMPLES = `
Examples:
  plimsoll demo                    the crash, then a chain that stays up for a wallet
  plimsoll demo --once             end with the crash; exit code 0 only if every invariant held
  plimsoll demo --once --json      the same; the last line is one JSON object
  plimsoll demo --seed 7           other accounts and another path between the same way-points
`;

/** `plimsoll demo`: the crash scenario on a local chain. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("run the crash of 12-13 March 2020 through the protocol on a local chain that a wallet can connect to")
    .option("--once", "end when the scenario ends")
    .option("--json", "print one JSON object as the last line")
    .option("--port <number>", "port of the chain on 127.0.0.1; 0 takes a free one", integer(0, MAX_PORT), DEFAULT_PORT)
    .option("--seed <number>", "seed of everything random", integer(0, 2 ** 32 - 1), DEFAULT_SEED)
    .option("--accounts <number>", "how many accounts borrow", integer(1, MAX_ACCOUNTS), DEFAULT_ACCOUNTS)
    .addHelpText("after", EXAMPLES)
    .action(demo);
}

/** Parses a whole number of an option. */
function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`a whole number from ${minimum} to ${maximum} is needed.`);
    }
    return value;
  };
}

async function demo(options: DemoOptions): Promise<void> {
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
  try {
    chain = await startEmbeddedChain(pathStart - SETUP_TIME);
    // First of all: a taken port is told at once, and wallets can watch from the beginning.
    server = await serve(chain, options.port);
    say(`The chain answers at ${server.url} (chain id ${LOCAL_CHAIN_ID}).`);
    say(`Setting up the protocol, Uniswap v3 pools, ${options.accounts} accounts (seed ${options.seed}) ...`);
    const random = seeded(options.seed);
    const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
    const world = await createWorld(chain, quotes, random.fork("borrowers"), options.accounts, stop.signal);
    book = { ...world.addresses, rpcUrl: server.url };
    writeAddressBook(book);

    const keeper = world.newKeeper();
    const result = await play(world, keeper, path, pathStart, stop.signal);
    for (const line of toSummary(result)) say(line);

    if (options.once !== true) {
      for (const line of howToConnect(world, server.url)) say(line);
      if (options.json === true) say(JSON.stringify(toReport(result, Date.now() - started)));
      await keepAlive(world, keeper, {
        random: random.fork("afterwards"),
        interval: LIVE_INTERVAL,
        signal: stop.signal,
        onError: (error) => process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`),
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
      keeper,
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

function howToConnect(world: World, url: string): string[] {
  const { contracts, tokens } = world.addresses;
  return [
    "",
    "The chain, the feeds and the keeper stay alive; Ctrl-C ends them.",
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
