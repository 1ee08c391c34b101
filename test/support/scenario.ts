import { LOCAL_ANSWERS } from "../../deploy/parameters/local.js";
import {
  type EmbeddedChain,
  embeddedChainOn,
  startDirectChain,
  startEmbeddedChain,
} from "../../replay/chain/embedded.js";
import { type FeedName, STAKING_RATIO } from "../../replay/path/path.js";
import { seeded } from "../../replay/path/random.js";
import { furnishWorld, marketPrices, pushQuotes, type World } from "../../replay/scenario/world.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { deployRecorded } from "./recorded.js";

/** Chain time that setting up may take. {s} */
const SETUP_TIME = 7_200;

export interface SmallWorld {
  accounts: number;
  seed?: number;
  /** When the world is ready. (unix seconds) */
  start?: number;
}

/** A chain with everything deployed on it, to which it is taken back for each world. */
interface Deployed {
  readonly embedded: EmbeddedChain;
  readonly addresses: AddressBook;
  snapshot: string;
}

/**
 * Makes worlds as the demo does, small ones, and closes them after each test. What a suite's worlds stand on is deployed once for each time that they
 * start at; the second world of one test, beside a first, gets a chain of its own.
 * @param isDirect Asks the nodes directly, which is faster; their clocks are then moved by blocks alone.
 */
export function smallWorlds(isDirect = false): (options: SmallWorld) => Promise<World> {
  const deployed = new Map<number, Deployed>();
  const inUse = new Set<number>();
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
    inUse.clear();
  });
  after(async () => {
    for (const { embedded } of deployed.values()) await embedded.close();
  });

  async function deploy(start: number): Promise<Deployed> {
    const embedded = await (isDirect ? startDirectChain : startEmbeddedChain)(start - SETUP_TIME);
    const addresses = await deployRecorded(embedded);
    return { embedded, addresses, snapshot: await snapshotOf(embedded) };
  }

  async function fresh(start: number): Promise<{ embedded: EmbeddedChain; addresses: AddressBook }> {
    if (inUse.has(start)) {
      const own = await deploy(start);
      open.push(() => own.embedded.close());
      return own;
    }
    const known = deployed.get(start) ?? (await deploy(start));
    deployed.set(start, known);
    inUse.add(start);
    const { connection } = known.embedded;
    await connection.provider.request({ method: "evm_setIntervalMining", params: [0] });
    if (!(await connection.provider.request({ method: "evm_revert", params: [known.snapshot] })))
      throw new Error("the chain cannot be taken back");
    known.snapshot = await snapshotOf(known.embedded);
    if (isDirect) return known;
    const embedded = await embeddedChainOn(connection);
    open.push(() => {
      embedded.provider.destroy();
      return Promise.resolve();
    });
    return { embedded, addresses: known.addresses };
  }

  return async ({ accounts, seed = 1, start = 1_800_000_000 }) => {
    const { embedded, addresses } = await fresh(start);
    const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
    return await furnishWorld(embedded, addresses, quotes, seeded(seed).fork("borrowers"), accounts);
  };
}

async function snapshotOf({ connection }: EmbeddedChain): Promise<string> {
  return (await connection.provider.request({ method: "evm_snapshot" })) as string;
}

/** Lets feeds and pools fall to `percent` of what they are, within one block. */
export async function crash(world: World, percent: bigint): Promise<void> {
  const names: FeedName[] = ["eth", "btc"];
  for (const name of names) world.quotes.answers[name] = (world.quotes.answers[name] * percent) / 100n;
  await pushQuotes(world, names);
  await world.market.follow(marketPrices(world.quotes));
  await world.chain.mine();
}
