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
/** Seconds between the further blocks that they may have. */
const BLOCK_TIME = 12;
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

/** A moment of a scenario: market and keepers have had their blocks. */
export interface Moment {
  /** Counted from 1. */
  readonly step: number;
  /** Of the market's block. (unix seconds) */
  readonly time: number;
  /** {wei} per gas */
  readonly baseFee: bigint;
  /** Accounts that keepers have found failing. */
  readonly failing: number;
}

/** Somebody else who acts once market and keepers have: what he queues is in a block of its own. */
export interface Actor {
  act(moment: Omit<Moment, "failing">): Promise<void>;
}

/** What is kept of a run. */
export interface Records {
  readonly outcome: Outcome;
  readonly rebalancing: Rebalancing;
}

/** Looks on when all of a step is over, and changes nothing. */
export interface Watcher {
  look(moment: Moment, records: Records): Promise<void>;
}

/** Who takes part besides market and keepers, and how the play ends. */
export interface Staging {
  readonly actors?: readonly Actor[];
  readonly watchers?: readonly Watcher[];
  /** Blocks that keepers have at most after each of the market's, as long as accounts fail. */
  readonly keeperBlocks?: number;
  /** While auctions run keepers have a block so often, where prices are further apart than that. {s} */
  readonly auctionPace?: number;
  /**
   * Seconds between the market's block and the keepers'. With 0 what may be done once an hour is done each hour, although keepers look at the market's
   * blocks only, which come at even distances.
   */
  readonly keeperDelay?: number;
  /** What follows the auctions, where somebody else wants to know of them as well. */
  readonly rebalancing?: Rebalancing;
  /** Whether the market stands still at the end until the reserve is back on target, and it counts as broken if it is not. */
  readonly calm?: boolean;
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
  {
    actors = [],
    watchers = [],
    keeperBlocks = 1,
    keeperDelay = KEEPER_DELAY,
    auctionPace,
    rebalancing = new Rebalancing(world.provider, world.addresses),
    calm: endsCalm = true,
  }: Staging = {},
): Promise<ScenarioResult> {
  const { chain, market, quotes } = world;
  const outcome = new Outcome(world.provider, world.addresses, world.assets);
  let [priceUpdates, feedUpdates] = [0, 0];
  let lowestEth = quotes.answers.eth;
  const auditor = new Auditor(world.provider, world.addresses);
  const before = await measured(world);
  const records: Reader = { outcome, rebalancing, read: await chain.blockNumber() };
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
    quotes.dollar = wad(step.dollar);
    if (step.market !== undefined) quotes.market = step.market;
    if (step.stakedRatio !== undefined) quotes.stakedRatio = wad(step.stakedRatio);
    // Traders do not wait for feeds: by the time that a feed has updated, the pools are there. The same trades undo what keepers'
    // sales did to the price since the last step.
    await market.setDepth(step.depth);
    await market.follow(marketPrices(quotes));
    const time = startTime + step.time;
    await chain.mine({ time, baseFee });
    let failing = await keeperBlock(world, keepers, records, time + keeperDelay, baseFee);
    await rebalancing.look(time + keeperDelay);
    // After keepers have brought the books up to date: what they allow is what others go by.
    for (const actor of actors) await actor.act({ step: index + 1, time, baseFee });
    let at = time + keeperDelay;
    if (actors.length > 0 && chain.hasQueued) await chain.mine({ time: ++at, baseFee });
    const next = startTime + (path.steps[index + 1]?.time ?? path.duration);
    for (let hurried = 1; ;) {
      const hurries = failing > 0 && hurried < keeperBlocks;
      if (!hurries && (auctionPace === undefined || !rebalancing.isRunning)) break;
      at += hurries ? BLOCK_TIME : present(auctionPace);
      if (at >= next) break;
      if (hurries) hurried += 1;
      await market.follow(marketPrices(quotes));
      await chain.mine({ time: at, baseFee });
      at += keeperDelay;
      failing = await keeperBlock(world, keepers, records, at, baseFee);
      await rebalancing.look(at);
    }
    for (const watcher of watchers) await watcher.look({ step: index + 1, time, baseFee, failing }, records);
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
  if (endsCalm) await calm(world, keepers, records, time, lastFee);
  const audit = await auditor.conclude();

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
    audit: endsCalm ? withRebalancing(audit, rebalancing) : audit,
  };
}

/** What is kept of a run, and up to which block. */
interface Reader extends Records {
  read: number;
}

/** Prices stand still until the reserve is back on target, or for a day. */
async function calm(world: World, keepers: Keepers, records: Reader, start: number, baseFee: bigint): Promise<void> {
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

/** Lets keepers look at the chain and mines what they, or anybody else, sent. Returns how many accounts they found failing. */
async function keeperBlock(
  world: World,
  keepers: Keepers,
  records: Reader,
  time: number,
  baseFee: bigint,
): Promise<number> {
  const { chain } = world;
  // What they estimate is estimated for the block that is going to be, whatever the machine's clock says.
  await chain.setNextTime(time);
  const failing = await keepers.look();
  if (keepers.isIdle !== true || chain.hasQueued) await chain.mine({ time, baseFee });
  const block = await chain.blockNumber();
  await Promise.all([
    records.outcome.read(records.read + 1, block, marketPrices(world.quotes)),
    records.rebalancing.read(records.read + 1, block),
  ]);
  records.read = block;
  return failing;
}

/** 18 decimals, six of them significant. */
function wad(value: number): bigint {
  return BigInt(Math.round(value * 1e6)) * 10n ** 12n;
}
