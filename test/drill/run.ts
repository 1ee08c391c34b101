/**
 * `npm run drill`: the crash of `npm start`, handled by keepers in processes of their own while things go wrong: two replicas that share a PostgreSQL
 * server and a key, and one with the embedded journal and a key of its own, with an indexer beside them. Processes are killed (`kill -9`) and stopped for
 * twenty seconds; the node that all prefer hangs, refuses, drops connections, answers nonsense and stays behind. Nobody helps.
 *
 *     npm run drill                         two days, coarsely
 *     npm run drill -- --hours 8-16         a part of them
 *     npm run drill -- --seed 7             another order of faults, other accounts
 *     npm run drill -- --json               last line: one JSON object
 *
 * The exit code is 0 only if every invariant of the scenario held, each key's ledger agrees with the chain to the wei, no transaction is left whose fate is open, and
 * no takeover took longer than 15 seconds.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { formatEther } from "ethers";
import { z } from "zod";

import { progressView } from "../../cli/demo/progress.js";
import { toReport, toSummary } from "../../cli/demo/summary.js";
import { removeAddressBook, writeAddressBook } from "../../deploy/address-book.js";
import { LOCAL_ANSWERS } from "../../deploy/parameters/local.js";
import { startEmbeddedChain } from "../../replay/chain/embedded.js";
import { serveRpc } from "../../replay/chain/rpc-server.js";
import { FEED_RULES, march2020, partOf, STAKING_RATIO } from "../../replay/path/path.js";
import { seeded } from "../../replay/path/random.js";
import { runScenario, type ScenarioResult } from "../../replay/scenario/run.js";
import { createWorld, type World } from "../../replay/scenario/world.js";
import { present } from "../../sdk/present.js";
import { startFaultyNode } from "../support/faulty-node.js";
import { startPostgres } from "../support/postgres.js";
import { castFor, type Cast } from "./cast.js";
import { Crew } from "./crew.js";
import { Faults } from "./faults.js";
import type { Group } from "./crew.js";
import { disagreements, ledgerOf, workOf, type Ledger } from "./ledger.js";
import { revertsOf, type Reverts } from "./reverts.js";

/** An update at each move of 2% instead of 0.5%: each block costs real time here. */
const COARSE = { ...FEED_RULES, eth: { deviation: 200, heartbeat: 3_600 }, btc: { deviation: 200, heartbeat: 3_600 } };
/** Chain time that setting the world up may take. {s} */
const SETUP_TIME = 7_200;
const HOUR = 3_600;
/** Blocks in a row without a transaction after which nobody is about to send any, and real time for each. {ms} */
const QUIET_BLOCKS = 4;
const BLOCK_TIME = 1_500;
/** Blocks for which nobody waits longer until what is open is settled: more than it takes for a transaction to be outbid or taken back, and to be final. */
const LAST_BLOCKS = 40;
/** What replicas promise. {ms} */
const TAKEOVER = 15_000;

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
  const [seed, accounts] = [count.parse(values.seed), count.parse(values.accounts)];
  return { seed, accounts, hours: [from, to], json: values.json };
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Opens the stage, plays, and clears it. Returns whether everything held. */
async function drill(options: Options): Promise<boolean> {
  const postgres = await startPostgres();
  if (postgres === undefined)
    throw new Error("a PostgreSQL server is needed (Debian: postgresql): initdb was not found");
  const [from, to] = options.hours;
  const path = partOf(march2020(options.seed, COARSE), from * HOUR, to * HOUR);
  const start = Math.floor(Date.now() / 1_000) - path.duration;
  const random = seeded(options.seed);
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-drill-"));
  const embedded = await startEmbeddedChain(start - SETUP_TIME);
  const server = await serveRpc(embedded.connection.provider, 0);
  const node = await startFaultyNode(embedded.connection.provider);
  let book: World["addresses"] | undefined;
  let cast: Cast | undefined;
  try {
    say(`Setting up, ${options.accounts.toString()} accounts (seed ${options.seed.toString()}); logs in ${folder} ...`);
    const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
    const world = await createWorld(embedded, quotes, random.fork("borrowers"), options.accounts);
    book = { ...world.addresses, rpcUrl: server.url };
    writeAddressBook(book);
    cast = await castFor({ world, nodes: [node.url, server.url], database: postgres.url, folder });
    const faults = new Faults({
      random: random.fork("faults"),
      groups: cast.groups,
      indexer: cast.indexer,
      node,
      head: () => embedded.chain.blockNumber(),
      say: (line) => void process.stderr.write(`    ${line}\n`),
    });
    const held = await play(world, cast, faults, path, start, options);
    if (held) rmSync(folder, { recursive: true });
    return held;
  } finally {
    for (const one of cast?.processes ?? []) one.signal("SIGKILL");
    if (book !== undefined) removeAddressBook(book);
    await node.close();
    await server.close();
    await embedded.close();
    await postgres.stop();
  }
}

async function play(
  world: World,
  cast: Cast,
  faults: Faults,
  path: ReturnType<typeof march2020>,
  start: number,
  { json }: Options,
): Promise<boolean> {
  const started = Date.now();
  const { keys, groups, processes } = cast;
  const firstBlock = await world.provider.getBlockNumber();
  let ledgers: Ledger[] = [];
  let codes: (number | null)[] = [];
  const end = async (): Promise<ReturnType<typeof workOf>> => {
    await faults.settle();
    codes = await finish(world, cast);
    ledgers = keys.map(ledgerOf);
    return workOf(ledgers);
  };
  for (const one of processes) one.start();
  const crew = new Crew(groups, world.provider, end, () => faults.turn());
  const view = progressView(path.steps.length, process.stderr);
  const result = await runScenario(world, crew, path, start, (progress) => {
    view.show(progress);
  }).finally(() => {
    view.stop();
  });
  const wrong = (await Promise.all(keys.map((key, i) => disagreements(world, key, present(ledgers[i]))))).flat();
  const ended = codes.every((code) => code === 0);
  const reverts = await revertsOf(world, keys, firstBlock);
  const late = groups.flatMap(lateOf);
  const open = ledgers.map(openOf);
  const settled = open.every((count) => count === 0);
  const sound = result.audit.checks.every((check) => check.holds);
  const held = wrong.length === 0 && ended && late.length === 0 && settled && sound;
  for (const line of toSummary(result)) say(line);
  tell(cast, faults, crew, ledgers);
  tellReverts(reverts);
  const limit = `${(TAKEOVER / 1_000).toString()} s`;
  say(
    late.length === 0
      ? `  ok     each takeover took less than ${limit}`
      : `  BROKEN longer than ${limit}: ${late.join("; ")}`,
  );
  say(
    settled
      ? "  ok     the fate of each transaction is known"
      : `  BROKEN open: ${open.join(", ")} transactions were sent, and no block had them ${LAST_BLOCKS.toString()} blocks after the end`,
  );
  say(wrong.length === 0 ? "  ok     each ledger agrees with the chain to the wei" : `  BROKEN ${wrong.join("; ")}`);
  say(`  ${ended ? "ok    " : "BROKEN"} each process ended when told to (exit codes ${codes.join(", ")})`);
  if (json)
    say(
      JSON.stringify(
        toJson(result, cast, faults, crew, { wrong, held, late, open, reverts, durationMs: Date.now() - started }),
      ),
    );
  return held;
}

/** What went wrong, and what the keepers did about it. */
function tell({ keys, groups }: Cast, { counts }: Faults, { missed }: Crew, ledgers: readonly Ledger[]): void {
  const list = (all: Readonly<Record<string, number>>): string =>
    Object.entries(all)
      .map(([name, n]) => `${n.toString()} ${name}`)
      .join(", ");
  say("");
  say(`  Faults: ${list(counts)}. A group had nobody at ${missed.toString()} looks.`);
  for (const { name, gaps } of groups) {
    const longest = Math.max(0, ...gaps) / 1_000;
    say(`  ${name}: ${gaps.length.toString()} times without a leader, ${longest.toFixed(1)} s at the longest.`);
  }
  keys.forEach(({ name }, i) => {
    const { total } = present(ledgers[i]);
    say(`  ${name}: ${list(total.states)}; fees ${formatEther(total.fees)} ether.`);
  });
}

function tellReverts({ total, overtaken, others }: Reverts): void {
  if (total === 0) return;
  say(
    `  Reverted: ${total.toString()}, ${overtaken.toString()} of them where the same function was called with success in that block or the three before: two keys do one job, and whoever comes second pays for it.`,
  );
  if (others.length > 0) say(`  Reverted for other reasons: ${others.join("; ")}.`);
}

/** Takeovers of replicas that took too long, the last one included if nobody leads yet; a keeper that is alone has to be started again, which is not its doing. */
function lateOf({ name, members, gaps, headlessFor }: Group): string[] {
  if (members.length < 2) return [];
  return [...gaps, headlessFor].filter((ms) => ms > TAKEOVER).map((ms) => `${name}, ${(ms / 1_000).toFixed(1)} s`);
}

/** Transactions whose fate the journal does not know. */
function openOf({ total: { states } }: Ledger): number {
  return (states.prepared ?? 0) + (states.sent ?? 0) + (states.included ?? 0);
}

function toJson(
  result: ScenarioResult,
  { groups }: Cast,
  { counts }: Faults,
  { missed }: Crew,
  { durationMs, ...verdict }: { held: boolean; durationMs: number } & Record<string, unknown>,
): object {
  const gaps = Object.fromEntries(groups.map((group) => [group.name, group.gaps.map(Math.round)]));
  return { ...toReport(result, durationMs), faults: counts, missed, leaderlessMs: gaps, ...verdict };
}

/** Lets everything on its way be final, and ends all processes. Returns their exit codes. */
async function finish(world: World, { groups, processes }: Cast): Promise<(number | null)[]> {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, BLOCK_TIME));
  for (const one of processes) if (!one.running) one.start();
  let quiet = 0;
  for (let blocks = 0; blocks < LAST_BLOCKS && quiet < QUIET_BLOCKS; blocks++) {
    await pause();
    await world.chain.mine();
    const block = await world.provider.getBlock("latest");
    const leaders = await Promise.all(groups.map((group) => group.leader()));
    // Who does not answer may have something open.
    const isOpen = leaders.some((leader) => leader === undefined || leader.vitals.open > 0);
    quiet = (block === null || block.length === 0) && !isOpen ? quiet + 1 : 0;
  }
  await pause();
  const codes: (number | null)[] = [];
  for (const one of processes) {
    one.signal("SIGTERM");
    codes.push(await one.ended());
  }
  return codes;
}

try {
  process.exitCode = (await drill(optionsFrom(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
