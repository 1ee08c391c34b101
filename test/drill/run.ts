/**
 * `npm run drill`: the crash of `npm start`, handled by keepers in processes of their own while things go wrong: two replicas that share a PostgreSQL
 * server and a key, and one with the embedded journal and a key of its own. Processes are killed (`kill -9`) and stopped for twenty seconds; the node
 * that all prefer hangs, refuses, drops connections, answers nonsense and stays behind. Nobody helps.
 *
 *     npm run drill                         two days, coarsely
 *     npm run drill -- --hours 8-16         a part of them
 *     npm run drill -- --seed 7             another order of faults, other accounts
 *     npm run drill -- --json               last line: one JSON object
 *
 * The exit code is 0 only if every invariant of the scenario held, and each key's ledger agrees with the chain to the wei.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Contract, formatEther, type BaseWallet } from "ethers";
import { z } from "zod";

import { progressView } from "../../cli/demo/progress.js";
import { toReport, toSummary } from "../../cli/demo/summary.js";
import { removeAddressBook, writeAddressBook } from "../../deploy/address-book.js";
import { LOCAL_ANSWERS } from "../../deploy/parameters/local.js";
import { localWallet, startEmbeddedChain } from "../../replay/chain/embedded.js";
import { serveRpc } from "../../replay/chain/rpc-server.js";
import { seeded } from "../../replay/path/random.js";
import { FEED_RULES, march2020, partOf, STAKING_RATIO } from "../../replay/path/path.js";
import type { KeepersWork } from "../../replay/scenario/keepers.js";
import { runScenario } from "../../replay/scenario/run.js";
import { createWorld, type World } from "../../replay/scenario/world.js";
import { present } from "../../sdk/present.js";
import { AuctionFiller__factory, FlashLiquidator__factory } from "../../types/contracts/index.js";
import { startFaultyNode } from "../support/faulty-node.js";
import { startPostgres } from "../support/postgres.js";
import { Crew, Group } from "./crew.js";
import { Faults } from "./faults.js";
import { KeeperProcess } from "./keeper-process.js";

const bin = fileURLToPath(new URL("../../cli/bin.mjs", import.meta.url));
/** An update at each move of 2% instead of 0.5%: each block costs real time here. */
const COARSE = { ...FEED_RULES, eth: { deviation: 200, heartbeat: 3_600 }, btc: { deviation: 200, heartbeat: 3_600 } };
/** Chain time that setting the world up may take. {s} */
const SETUP_TIME = 7_200;
const HOUR = 3_600;
/** Which of the node's accounts keepers have. */
const SHARED = 1;
const OWN = 9;
/** Blocks after which keepers take a transaction to stay. */
const CONFIRMATIONS = "2";

const amount = z.string().transform(BigInt);
const Account = z.object({
  states: z.record(z.number()),
  realised: amount,
  fees: amount,
  flows: z.record(amount),
});
const Ledger = z.object({ jobs: z.array(Account.extend({ job: z.string() })), total: Account });
type Ledger = z.infer<typeof Ledger>;

interface Options {
  readonly seed: number;
  readonly accounts: number;
  readonly hours: readonly [number, number];
  readonly json: boolean;
}

function optionsFrom(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: "string", default: "2020" },
      accounts: { type: "string", default: "60" },
      hours: { type: "string", default: "0-48" },
      json: { type: "boolean", default: false },
    },
  });
  const count = z.coerce.number().int().positive();
  const hours = /^(\d+)-(\d+)$/.exec(values.hours);
  const [from, to] = [Number(hours?.[1]), Number(hours?.[2])];
  if (!(from < to && to <= 48))
    throw new Error(`--hours is "${values.hours}": two hours of the two days, such as 8-16`);
  return {
    seed: count.parse(values.seed),
    accounts: count.parse(values.accounts),
    hours: [from, to],
    json: values.json,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A key, where its keepers keep their journal, and what it had at the start. */
interface Key {
  readonly name: string;
  readonly wallet: BaseWallet;
  readonly journal: Readonly<Record<string, string>>;
  before: Balances;
}

interface Balances {
  readonly ether: bigint;
  readonly nonce: number;
  readonly tokens: Readonly<Record<string, bigint>>;
}

async function balancesOf({ provider, tokens }: World, owner: string): Promise<Balances> {
  const held: Record<string, bigint> = {};
  for (const { address } of tokens.values()) {
    const token = new Contract(address, ["function balanceOf(address) view returns (uint256)"], provider);
    held[address] = (await token.getFunction("balanceOf")(owner)) as bigint;
  }
  return {
    ether: await provider.getBalance(owner),
    nonce: await provider.getTransactionCount(owner),
    tokens: held,
  };
}

/** `plimsoll keeper report`, once nobody has the journal open. */
function ledgerOf(key: Key): Ledger {
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, "keeper", "report", "--json", "--port", "0"], {
    env: { ...process.env, ...key.journal },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${key.name}: no report: ${stderr}`);
  return Ledger.parse(JSON.parse(stdout));
}

/** What the ledger says that the chain does not; nothing if they agree to the wei. */
async function disagreements(world: World, key: Key, { total }: Ledger): Promise<string[]> {
  const after = await balancesOf(world, key.wallet.address);
  const wrong: string[] = [];
  const compare = (what: string, ledger: bigint, chain: bigint): void => {
    if (ledger !== chain)
      wrong.push(`${key.name}: ${what} ${ledger.toString()} in the ledger, ${chain.toString()} on the chain`);
  };
  compare("fees", total.fees, key.before.ether - after.ether);
  const included = (total.states.confirmed ?? 0) + (total.states.reverted ?? 0);
  // A replaced intent shares its number with the one in its place, which is counted.
  compare("transactions", BigInt(included), BigInt(after.nonce - key.before.nonce));
  for (const [token, held] of Object.entries(after.tokens)) {
    compare(`token ${token}`, total.flows[token] ?? 0n, held - present(key.before.tokens[token]));
  }
  return wrong;
}

function workOf(ledgers: readonly Ledger[]): KeepersWork {
  const of = (job: string): number =>
    ledgers.reduce((sum, { jobs }) => sum + (jobs.find((j) => j.job === job)?.states.confirmed ?? 0), 0);
  return {
    liquidations: of("liquidate"),
    absorptions: of("absorb"),
    observations: of("observe"),
    profit: ledgers.reduce((sum, { total }) => sum + total.realised, 0n),
    gasSpent: ledgers.reduce((sum, { total }) => sum + total.fees, 0n),
  };
}

async function drill(options: Options): Promise<boolean> {
  const started = Date.now();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const random = seeded(options.seed);
  const [from, to] = options.hours;
  const path = partOf(march2020(options.seed, COARSE), from * HOUR, to * HOUR);
  const start = Math.floor(started / 1_000) - path.duration;
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-drill-"));
  const postgres = await startPostgres();
  if (postgres === undefined)
    throw new Error("a PostgreSQL server is needed (Debian: postgresql): initdb was not found");
  const embedded = await startEmbeddedChain(start - SETUP_TIME);
  const server = await serveRpc(embedded.connection.provider, 0);
  const node = await startFaultyNode(embedded.connection.provider);
  const processes: KeeperProcess[] = [];
  let book: World["addresses"] | undefined;
  try {
    say(`Setting up, ${options.accounts.toString()} accounts (seed ${options.seed.toString()}); logs in ${folder} ...`);
    const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
    const world = await createWorld(embedded, quotes, random.fork("borrowers"), options.accounts);
    book = { ...world.addresses, rpcUrl: server.url };
    writeAddressBook(book);

    const shared = localWallet(SHARED, embedded.provider);
    const own = localWallet(OWN, embedded.provider);
    const contracts = await contractsFor(world, own);
    const keys: Key[] = [
      {
        name: "replicas",
        wallet: shared,
        journal: { DATABASE_URL: postgres.url },
        before: await balancesOf(world, shared.address),
      },
      {
        name: "single",
        wallet: own,
        journal: { PLIMSOLL_JOURNAL: join(folder, "journal"), DATABASE_URL: "" },
        before: await balancesOf(world, own.address),
      },
    ];
    const [replicas, single] = [present(keys[0]), present(keys[1])];
    const process_ = async (name: string, key: Key, more: Record<string, string> = {}): Promise<KeeperProcess> => {
      const made = new KeeperProcess({
        name,
        folder,
        port: await freePort(),
        args: [
          "--rpc",
          node.url,
          "--rpc",
          server.url,
          "--execute",
          "--interval",
          "50",
          "--confirmations",
          CONFIRMATIONS,
        ],
        environment: {
          ...key.journal,
          PLIMSOLL_PRIVATE_KEY: key.wallet.signingKey.privateKey,
          PLIMSOLL_NODE_TIMEOUT: "1000",
          PLIMSOLL_LOG_LEVEL: "info",
          ...more,
        },
      });
      processes.push(made);
      return made;
    };
    const groups = [
      new Group("replicas", [await process_("replica-1", replicas), await process_("replica-2", replicas)]),
      new Group("single", [await process_("single", single, contracts)]),
    ];
    for (const one of processes) one.start();
    const faults = new Faults({
      random: random.fork("faults"),
      groups,
      node,
      head: () => embedded.chain.blockNumber(),
      say: (line) => void process.stderr.write(`    ${line}\n`),
    });
    let ledgers: Ledger[] = [];
    const codes: (number | null)[] = [];
    const crew = new Crew(
      groups,
      embedded.provider,
      async () => {
        await faults.settle();
        await finish(world, processes, codes);
        ledgers = keys.map(ledgerOf);
        return workOf(ledgers);
      },
      () => faults.turn(),
    );
    const view = progressView(path.steps.length, process.stderr);
    const result = await runScenario(world, crew, path, start, (progress) => {
      view.show(progress);
    }).finally(() => {
      view.stop();
    });

    for (const line of toSummary(result)) say(line);
    const gaps = present(groups[0]).gaps;
    const wrong = (await Promise.all(keys.map((key, i) => disagreements(world, key, present(ledgers[i]))))).flat();
    const longest = Math.max(0, ...gaps) / 1_000;
    say("");
    say(
      `  Faults: ${Object.entries(faults.counts)
        .map(([name, n]) => `${name} ${n.toString()}`)
        .join(", ")}; a group had nobody at ${crew.missed.toString()} looks.`,
    );
    say(
      `  The replicas were without a leader ${gaps.length.toString()} times, ${longest.toFixed(1)} s at the longest.`,
    );
    keys.forEach((key, i) => {
      const { total } = present(ledgers[i]);
      const states = Object.entries(total.states)
        .map(([state, n]) => `${n.toString()} ${state}`)
        .join(", ");
      say(`  ${key.name}: ${states}; fees ${formatEther(total.fees)} ether.`);
    });
    say(wrong.length === 0 ? "  ok     each ledger agrees with the chain to the wei" : `  BROKEN ${wrong.join("; ")}`);
    const ended = codes.every((code) => code === 0);
    say(`  ${ended ? "ok    " : "BROKEN"} each keeper ended when told to (exit codes ${codes.join(", ")})`);
    const held = wrong.length === 0 && ended && result.audit.checks.every((check) => check.holds);
    if (options.json) {
      const report = toReport(result, Date.now() - started);
      say(
        JSON.stringify({
          ...report,
          faults: faults.counts,
          missed: crew.missed,
          takeovers: gaps.map(Math.round),
          wrong,
          held,
        }),
      );
    }
    if (held) rmSync(folder, { recursive: true });
    return held;
  } finally {
    for (const one of processes) one.signal("SIGKILL");
    if (book !== undefined) removeAddressBook(book);
    await node.close();
    await server.close();
    await embedded.close();
    await postgres.stop();
  }
}

/** What the second key needs of its own: contracts that obey it. */
async function contractsFor(world: World, owner: BaseWallet): Promise<Record<string, string>> {
  const { contracts, uniswap } = world.addresses;
  const router = present(uniswap).router;
  await world.chain.setAutomine(true);
  const liquidator = await new FlashLiquidator__factory(owner).deploy(contracts.engine, router, owner.address);
  const filler = await new AuctionFiller__factory(owner).deploy(
    contracts.rebalancer,
    contracts.reserve,
    contracts.dollar,
    router,
    owner.address,
  );
  await filler.waitForDeployment();
  await world.chain.setAutomine(false);
  return { PLIMSOLL_LIQUIDATOR: await liquidator.getAddress(), PLIMSOLL_FILLER: await filler.getAddress() };
}

/** Lets everything on its way be final, and ends all processes. */
async function finish(world: World, processes: readonly KeeperProcess[], codes: (number | null)[]): Promise<void> {
  for (const one of processes) if (!one.running) one.start();
  // What is sent meanwhile is part of it: until a few blocks in a row bring nothing.
  for (let quiet = 0; quiet < 4;) {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await world.chain.mine();
    const block = await world.provider.getBlock("latest");
    quiet = block === null || block.length === 0 ? quiet + 1 : 0;
  }
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  for (const one of processes) {
    one.signal("SIGTERM");
    codes.push(await one.ended());
  }
}

try {
  process.exitCode = (await drill(optionsFrom(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
