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

export interface LiveOptions {
  readonly random: Random;
  /** Seconds between two looks at the market, and at least one block each. */
  readonly interval: number;
  /** Stops everything. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Keeps chain, feeds, market and keeper going in real time until `signal` aborts. Wallets' transactions are mined at once. */
export async function keepAlive(world: World, keeper: Keeper, options: LiveOptions): Promise<void> {
  const { chain, quotes } = world;
  const { signal, interval } = options;
  await chain.setNextBaseFee(CALM_BASE_FEE);
  // From here on the chain's clock is the real one.
  const now = (): number => Math.floor(Date.now() / 1000);
  const last = await chain.time();
  await chain.mine({ time: Math.max(now(), last) });
  await chain.setAutomine(true);

  const feeds = new LiveFeeds(options.random, quotes.answers);
  let ratioAt = now();
  let before = now();
  const market = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const time = now();
        const updates = feeds.advance(time, time - before);
        before = time;
        Object.assign(quotes.answers, updates);
        await pushQuotes(world, Object.keys(updates) as FeedName[]);
        if (time - ratioAt >= DAY) {
          quotes.ratio += STAKING_GROWTH_PER_DAY;
          ratioAt = time;
          await setRatio(world, quotes.ratio);
        }
        await world.market.follow(marketPrices(quotes));
        await chain.mine();
      } catch (error) {
        options.onError(error);
      }
      await sleep(interval * 1000, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all([market(), keeper.run(signal, KEEPER_POLL_MS, options.onError)]);
}
