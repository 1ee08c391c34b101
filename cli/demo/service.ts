/** What goes on after the scenario: blocks, feeds within their heartbeats, the keeper. */

import { setTimeout as sleep } from "node:timers/promises";

import type { Keeper } from "../../keeper/keeper.js";
import { FEED_RULES, type FeedName } from "../../replay/path/path.js";
import type { Random } from "../../replay/path/random.js";
import { marketPrices, pushQuotes, type World } from "../../replay/scenario/world.js";

/** {ms} */
const BLOCK_INTERVAL = 4_000;
/** Typical move of a price from block to block: a calm market. */
const NOISE = 0.0004;
/** Feeds update when half of their heartbeat has passed, or sooner when the price has moved by their threshold. */
const EARLY = 2;
const BPS = 10_000n;
/** Digits kept of a random move. */
const PRECISION = 1_000_000;

/** Keeps the world alive until `signal` aborts. {wei} per gas: the base fee that blocks have from here on. */
export async function keepAlive(world: World, keeper: Keeper, random: Random, signal: AbortSignal): Promise<void> {
  const { chain, market, quotes } = world;
  // Wallets' transactions are mined with the next block; what this loop sends goes with it.
  const truth: Record<FeedName, bigint> = { ...quotes.answers };
  const updatedAt: Record<FeedName, number> = { eth: 0, btc: 0, usdc: 0 };
  await chain.setAutomine(true);
  while (!signal.aborted) {
    const time = await chain.time();
    for (const name of Object.keys(FEED_RULES) as FeedName[]) {
      const noise = name === "usdc" ? NOISE / 10 : NOISE;
      truth[name] += (truth[name] * BigInt(Math.round(random.normal() * noise * PRECISION))) / BigInt(PRECISION);
      const answer = quotes.answers[name];
      const move = truth[name] > answer ? truth[name] - answer : answer - truth[name];
      const rules = FEED_RULES[name];
      const due = time - updatedAt[name] >= rules.heartbeat / EARLY;
      if (!due && move * BPS < answer * BigInt(rules.deviation)) continue;
      quotes.answers[name] = truth[name];
      await pushQuotes(world, [name]);
      updatedAt[name] = time;
    }
    await market.follow(marketPrices(quotes));
    await chain.mine();
    await keeper.tick();
    await sleep(BLOCK_INTERVAL, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
