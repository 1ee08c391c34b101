/** What goes on after a scenario: the chain in real time, its feeds, the market around them, and the keeper. */

import { setTimeout as sleep } from "node:timers/promises";

import type { Keeper } from "../../keeper/keeper.js";
import { FeedSampler } from "../path/feed.js";
import { FEED_RULES, STAKING_GROWTH_PER_DAY, type FeedName } from "../path/path.js";
import type { Random } from "../path/random.js";
import { marketPrices, pushQuotes, setRatio, type World } from "./world.js";

const FEEDS = ["eth", "btc", "usdc"] as const;
const DAY = 86_400;
const ANSWER_UNIT = 1e8;
/** {wei} per gas */
const CALM_BASE_FEE = 1_000_000_000n;
const KEEPER_POLL_MS = 2_000;

/** Volatility of each price per square root of an hour: quiet days. */
const VOLATILITY: Readonly<Record<FeedName, number>> = { eth: 0.004, btc: 0.003, usdc: 0 };

/** Prices that move a little, sampled as feeds do: at each move of the threshold, and at each heartbeat. */
export class LiveFeeds {
  readonly #random: Random;
  readonly #prices: Record<FeedName, number>;
  readonly #samplers: Record<FeedName, FeedSampler>;

  constructor(random: Random, answers: Readonly<Record<FeedName, bigint>>) {
    this.#random = random;
    const price = (name: FeedName): number => Number(answers[name]) / ANSWER_UNIT;
    this.#prices = { eth: price("eth"), btc: price("btc"), usdc: price("usdc") };
    this.#samplers = {
      eth: new FeedSampler(FEED_RULES.eth),
      btc: new FeedSampler(FEED_RULES.btc),
      usdc: new FeedSampler(FEED_RULES.usdc),
    };
  }

  /** Lets `elapsed` seconds pass until `time`. Returns the feeds that update, with their answers. */
  advance(time: number, elapsed: number): Partial<Record<FeedName, bigint>> {
    const updates: Partial<Record<FeedName, bigint>> = {};
    for (const name of FEEDS) {
      this.#prices[name] *= Math.exp(VOLATILITY[name] * Math.sqrt(elapsed / 3_600) * this.#random.normal());
      const update = this.#samplers[name].observe(time, this.#prices[name]);
      if (update !== undefined) updates[name] = update.answer;
    }
    return updates;
  }
}

/**
 * The market around a chain that others use too. All time is the chain's: whoever moves its clock (a wallet's `evm_increaseTime`) finds
 * feeds that kept their heartbeats.
 */
export class LiveMarket {
  readonly #world: World;
  readonly #random: Random;
  #feeds: LiveFeeds;
  #before: number;
  #ratioAt: number;

  /** @param time The chain's. (unix seconds) */
  constructor(world: World, random: Random, time: number) {
    this.#world = world;
    this.#random = random;
    this.#feeds = new LiveFeeds(random, world.quotes.answers);
    this.#before = time;
    this.#ratioAt = time;
  }

  /** One look at the market: what is due by the chain's time is sent, and a block mined. */
  async step(): Promise<void> {
    const { chain, market, quotes } = this.#world;
    const time = await chain.time();
    // Somebody took the chain back to a snapshot: the feeds are what they were then, and start anew.
    if (time < this.#before) {
      this.#feeds = new LiveFeeds(this.#random, quotes.answers);
      this.#ratioAt = Math.min(this.#ratioAt, time);
    }
    const elapsed = Math.min(Math.max(time - this.#before, 0), DAY);
    this.#before = time;
    const updates = this.#feeds.advance(time, elapsed);
    Object.assign(quotes.answers, updates);
    await pushQuotes(this.#world, Object.keys(updates) as FeedName[]);
    const days = Math.floor((time - this.#ratioAt) / DAY);
    if (days > 0) {
      quotes.ratio += STAKING_GROWTH_PER_DAY * BigInt(days);
      this.#ratioAt += days * DAY;
      await setRatio(this.#world, quotes.ratio);
    }
    await market.follow(marketPrices(quotes));
    await chain.mine();
  }
}

export interface LiveOptions {
  readonly random: Random;
  /** Seconds between two looks at the market, and at least one block each. */
  readonly interval: number;
  /** Stops everything. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Sets the clock to now, and lets wallets' transactions be mined at once. Returns the market as of then. */
export async function goLive(world: World, random: Random): Promise<LiveMarket> {
  const { chain } = world;
  await chain.setNextBaseFee(CALM_BASE_FEE);
  // From here on the chain's clock goes with the real one, unless somebody moves it.
  const time = Math.max(Math.floor(Date.now() / 1000), await chain.time());
  await chain.mine({ time });
  await chain.setAutomine(true);
  return new LiveMarket(world, random, time);
}

/** Keeps chain, feeds, market and keeper going in real time until `signal` aborts. */
export async function keepAlive(world: World, keeper: Keeper, options: LiveOptions): Promise<void> {
  const { signal, interval, onError } = options;
  const live = await goLive(world, options.random);
  const market = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await live.step();
      } catch (error) {
        onError(error);
      }
      await sleep(interval * 1000, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all([market(), keeper.run(signal, KEEPER_POLL_MS, onError)]);
}
