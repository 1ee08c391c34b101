import { LOCAL_ANSWERS } from "../../deploy/parameters/local.js";
import { type EmbeddedChain, startEmbeddedChain } from "../../replay/chain/embedded.js";
import { type FeedName, STAKING_RATIO } from "../../replay/path/path.js";
import { seeded } from "../../replay/path/random.js";
import { createWorld, marketPrices, pushQuotes, type World } from "../../replay/scenario/world.js";

/** Chain time that setting up may take. {s} */
const SETUP_TIME = 7_200;

export interface SmallWorld {
  accounts: number;
  seed?: number;
  /** When the world is ready. (unix seconds) */
  start?: number;
}

/** Makes worlds as the demo does, small ones, and closes them after each test. */
export function smallWorlds(): (options: SmallWorld) => Promise<World> {
  const open: EmbeddedChain[] = [];
  afterEach(async () => {
    for (const chain of open.splice(0)) await chain.close();
  });
  return async ({ accounts, seed = 1, start = 1_800_000_000 }) => {
    const chain = await startEmbeddedChain(start - SETUP_TIME);
    open.push(chain);
    const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
    return await createWorld(chain, quotes, seeded(seed).fork("borrowers"), accounts);
  };
}

/** Lets feeds and pools fall to `percent` of what they are, within one block. */
export async function crash(world: World, percent: bigint): Promise<void> {
  const names: FeedName[] = ["eth", "btc"];
  for (const name of names) world.quotes.answers[name] = (world.quotes.answers[name] * percent) / 100n;
  await pushQuotes(world, names);
  await world.market.follow(marketPrices(world.quotes));
  await world.chain.mine();
}
