/** Runs a market path through a world: feeds update, the market follows, the keeper acts, block by block. */

import type { FeedName, MarketPath } from "../path/path.js";
import { Auditor, type Audit } from "./invariants.js";
import type { Keepers, KeepersWork } from "./keepers.js";
import { measured, type Measured } from "./measured.js";
import { Outcome } from "./outcome.js";
import { Rebalancing } from "./rebalancing.js";
import { marketPrices, pushQuotes, setRatio, type World } from "./world.js";
import { present } from "../../sdk/present.js";

/** Seconds between a block of updates and the keepers' block after it. */
const KEEPER_DELAY = 4;
/** Blocks that keepers have at the end to finish what the last update began. */
const LAST_BLOCKS = 20;
/** After the path the market stands still, and keepers have this long to bring the reserve back to its targets. {s} */
const CALM = 86_400;
const CALM_STEP = 300;
/** Feeds keep their heartbeats meanwhile. {s} */
const CALM_UPDATE = 1_800;
/** Rebalancing may cost no more of what is traded. bps */
const MAX_COST = 100;
/** Steps between two looks at the books. */
const AUDIT_EVERY = 200;
/** Steps between two looks at what the risk model makes of ether. */
const MEASURED_EVERY = 10;
/** Gas at the end does not stay at zero. {wei} */
const MIN_BASE_FEE = 1_000_000_000n;

/** Where a running scenario is. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  /** Seconds since the start of the path. */
  readonly time: number;
  /** {USD} 8 decimals */
  readonly eth: bigint;
  readonly lowestEth: bigint;
  /** {wei} per gas */
  readonly gasPrice: bigint;
  readonly depth: number;
  readonly failing: number;
  /** What the risk model makes of ether. */
  readonly ether: Measured;
  readonly outcome: Outcome;
}

export interface ScenarioResult {
  readonly path: MarketPath;
  readonly accounts: number;
  /** Updates of the ether feed. */
  readonly priceUpdates: number;
  /** Updates of all feeds. */
  readonly feedUpdates: number;
  /** {USD} 8 decimals */
  readonly lowestEth: bigint;
  readonly outcome: Outcome;
  readonly keeper: KeepersWork;
  /** What the risk model made of ether before and after. */
  readonly ether: { readonly before: Measured; readonly after: Measured };
  readonly rebalancing: Rebalancing;
  readonly audit: Audit;
}

/**
 * @param startTime Chain time of the path's start; after the world's last block.
 * @param onProgress Called after each step.
 */
export async function runScenario(
  world: World,
  keepers: Keepers,
  path: MarketPath,
  startTime: number,
  onProgress: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<ScenarioResult> {
  const { chain, market, quotes } = world;
  const outcome = new Outcome(world.provider, world.addresses, world.assets);
  let [priceUpdates, feedUpdates] = [0, 0];
  let lowestEth = quotes.answers.eth;
  const rebalancing = new Rebalancing(world.provider, world.addresses);
  const auditor = new Auditor(world.provider, world.addresses);
  const before = await measured(world);
  const records = { outcome, rebalancing };
  let ether = before;

  for (const [index, step] of path.steps.entries()) {
    signal?.throwIfAborted();
    const baseFee = step.gasPrice > MIN_BASE_FEE ? step.gasPrice : MIN_BASE_FEE;
    const updated = Object.keys(step.updates) as FeedName[];
    for (const name of updated) quotes.answers[name] = present(step.updates[name]).answer;
    await pushQuotes(world, updated);
    feedUpdates += updated.length;
    if (updated.includes("eth")) priceUpdates += 1;
    if (quotes.answers.eth < lowestEth) lowestEth = quotes.answers.eth;
    if (step.ratio !== undefined) {
      quotes.ratio = step.ratio;
      await setRatio(world, step.ratio);
    }
    quotes.dollar = BigInt(Math.round(step.dollar * 1e6)) * 10n ** 12n;
    // Traders do not wait for feeds: by the time that a feed has updated, the pools are there. The same trades undo what keepers'
    // sales did to the price since the last step.
    await market.setDepth(step.depth);
    await market.follow(marketPrices(quotes));
    await chain.mine({ time: startTime + step.time, baseFee });
    const keepersTime = startTime + step.time + KEEPER_DELAY;
    const failing = await keeperBlock(world, keepers, records, keepersTime, baseFee);
    await rebalancing.look(keepersTime);
    if (index % MEASURED_EVERY === 0) ether = await measured(world);
    if ((index + 1) % AUDIT_EVERY === 0) await auditor.look(`after step ${index + 1}`);
    onProgress({
      step: index + 1,
      steps: path.steps.length,
      time: step.time,
      eth: quotes.answers.eth,
      lowestEth,
      gasPrice: step.gasPrice,
      depth: step.depth,
      failing,
      ether,
      outcome,
    });
  }

  const lastFee = present(path.steps[path.steps.length - 1]).gasPrice;
  let time = startTime + path.duration + KEEPER_DELAY;
  for (let i = 0; i < LAST_BLOCKS; i++) {
    time += KEEPER_DELAY;
    await market.follow(marketPrices(quotes));
    const failing = await keeperBlock(world, keepers, records, time, lastFee);
    if (failing === 0) break;
  }
  await calm(world, keepers, records, time, lastFee);

  return {
    path,
    accounts: world.borrowers.length,
    priceUpdates,
    feedUpdates,
    lowestEth,
    outcome,
    keeper: await keepers.work(),
    ether: { before, after: await measured(world) },
    rebalancing,
    audit: withRebalancing(await auditor.conclude(), rebalancing),
  };
}

/** What is kept of a run. */
interface Records {
  readonly outcome: Outcome;
  readonly rebalancing: Rebalancing;
}

/** Prices stand still until the reserve is back on target, or for a day. */
async function calm(world: World, keepers: Keepers, records: Records, start: number, baseFee: bigint): Promise<void> {
  const feeds = Object.keys(world.quotes.answers) as FeedName[];
  await records.rebalancing.look(start);
  for (let passed = CALM_STEP; passed <= CALM && records.rebalancing.offTarget > 0; passed += CALM_STEP) {
    if (passed % CALM_UPDATE === 0) await pushQuotes(world, feeds);
    await world.market.follow(marketPrices(world.quotes));
    await world.chain.mine({ time: start + passed, baseFee });
    await keeperBlock(world, keepers, records, start + passed + KEEPER_DELAY, baseFee);
    await records.rebalancing.look(start + passed + KEEPER_DELAY);
  }
}

/** The audit, with what must hold of the reserve's way back. */
function withRebalancing(audit: Audit, { offTarget, longestOff, costBps, traded }: Rebalancing): Audit {
  const checks = [
    ...audit.checks,
    {
      name: "the reserve is back inside its bands, and never was outside for a day",
      holds: offTarget === 0 && longestOff <= CALM,
      detail: `${offTarget} assets outside, ${(longestOff / 3_600).toFixed(1)} hours at the longest`,
    },
    {
      name: `rebalancing cost less than ${MAX_COST} bps of what was traded`,
      holds: costBps < MAX_COST,
      detail: `${costBps} bps of ${traded / 10n ** 18n} USD`,
    },
  ];
  return { ...audit, checks };
}

/** Lets keepers look at the chain and mines what they send. Returns how many accounts they found failing. */
async function keeperBlock(
  world: World,
  keepers: Keepers,
  { outcome, rebalancing }: Records,
  time: number,
  baseFee: bigint,
): Promise<number> {
  const failing = await keepers.look();
  await world.chain.mine({ time, baseFee });
  const block = await world.chain.blockNumber();
  await outcome.read(block, block, marketPrices(world.quotes));
  await rebalancing.read(block, block);
  return failing;
}
