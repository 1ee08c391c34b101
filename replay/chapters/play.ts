/** Plays a chapter: the engine of `npm start`, in a world of its day, with people who act. */

import type { Client } from "../chain/client.js";
import { startDirectChain } from "../chain/embedded.js";
import { absentDuring } from "../actors/absent.js";
import { AttentiveKeepers } from "../actors/attentive.js";
import { Borrowers } from "../actors/borrowers.js";
import { PegTraders } from "../actors/peg-traders.js";
import { Chronicle } from "../chronicle/chronicle.js";
import { STAKING_RATIO } from "../path/path.js";
import { seeded } from "../path/random.js";
import { oneKeeper } from "../scenario/keepers.js";
import type { Handled } from "../scenario/outcome.js";
import { Rebalancing } from "../scenario/rebalancing.js";
import { runScenario, type ScenarioResult } from "../scenario/run.js";
import { WAD } from "../../sdk/arithmetic/integer.js";
import { createWorld, type World } from "../scenario/world.js";
import type { ChapterJob, ChapterProgress, ChapterResult, HandledSum } from "./chapter.js";

/** Chain time that setting a world up may take: blocks of a second each, and a window of plUSD's price. {s} */
const SETUP_TIME = 7_200;
/** Keepers' blocks after each of the market's, as long as accounts fail. */
const KEEPER_BLOCKS = 4;
/** Auctions last half an hour: prices are further apart than bidders would wait. {s} */
const AUCTION_PACE = 600;
/**
 * Jobs that had nothing to do are asked again every other hour rather than every few minutes, as looks are further apart than that in any case; feeds do not die here,
 * so last good prices are recorded four times a day; the rate is looked after once a day. {s}
 * What solvency may lose in a day is what it took on 19 May 2021, when handing one account over cost 200 USD and more, and something to spare: with the keeper's usual
 * purse it stopped at noon. {plUSD}
 */
const KEEPING = {
  solvencyBudget: 25_000n * WAD,
  recheck: { deficits: 7_200, auctions: 30, rest: 7_200 },
  recordInterval: 21_600,
  rateInterval: 86_400,
} as const;
const ANSWER_UNIT = 1e8;

export interface PlayOptions {
  /** What it is played on; Hardhat's node in this process if absent. Nothing that comes of it depends on that. */
  readonly client?: Client;
  readonly onProgress?: (progress: ChapterProgress) => void;
  readonly signal?: AbortSignal;
}

export async function playChapter(
  job: ChapterJob,
  { client = "hardhat", onProgress, signal }: PlayOptions = {},
): Promise<ChapterResult> {
  const { from, seed, accounts, terms, path, outages } = job;
  signal?.throwIfAborted();
  const embedded = await startDirectChain(from - SETUP_TIME, { client });
  try {
    const random = seeded(seed).fork(`chapter ${from.toString()}`);
    const quotes = { answers: { ...terms.answers }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
    const world = await createWorld(embedded, quotes, random.fork("borrowers"), accounts, {
      terms,
      keeping: KEEPING,
      ...(signal === undefined ? {} : { signal }),
    });
    const borrowers = new Borrowers(world, random.fork("habits"), from);
    const traders = new PegTraders(world);
    const chronicle = new Chronicle(world, { allowsLosses: outages.length > 0 });
    const rebalancing = new Rebalancing(world.provider, world.addresses);
    const attentive = new AttentiveKeepers(oneKeeper(world.newKeeper()), world, () => rebalancing.isRunning);
    const keepers = absentDuring(attentive, outages, () => world.chain.time());
    const result = await runScenario(
      world,
      keepers,
      path,
      from,
      ({ step, steps, time, eth }) => {
        onProgress?.({ step, steps, time: from + time, eth: Number(eth) / ANSWER_UNIT });
      },
      signal,
      {
        actors: [traders, borrowers],
        watchers: [chronicle],
        keeperBlocks: KEEPER_BLOCKS,
        keeperDelay: 0,
        auctionPace: AUCTION_PACE,
        rebalancing,
        calm: false,
      },
    );
    return summed(job, world, result, chronicle, { ...borrowers.deeds, ...traded(traders) });
  } finally {
    await embedded.close();
  }
}

function traded({ issued, redeemed, refused }: PegTraders): Record<string, number> {
  return { issued, redeemed, refused };
}

function handledSum({ accounts, slices, debt, collateral }: Handled): HandledSum {
  return { accounts: accounts.size, slices, debt: debt.toString(), collateral: collateral.toString() };
}

function summed(
  { from, path, outages }: ChapterJob,
  world: World,
  { outcome, audit, rebalancing, keeper, priceUpdates, accounts }: ScenarioResult,
  chronicle: Chronicle,
  deeds: Readonly<Record<string, number>>,
): ChapterResult {
  const to = from + path.duration;
  // What was lost while keepers were away was seen, and judged, when it happened.
  const forgiven = outages.length > 0 ? ["nothing was lost"] : [];
  const atTheEnd = audit.checks
    .filter(({ name, holds }) => !holds && !forgiven.includes(name))
    .map(({ name, detail }) => ({ time: to, what: `at the end: ${name}: ${detail}` }));
  const { opened, fills, traded: sold, lost, longestOff } = rebalancing;
  return {
    from,
    to,
    steps: path.steps.length,
    priceUpdates,
    accounts,
    liquidated: handledSum(outcome.liquidated),
    absorbed: handledSum(outcome.absorbed),
    badDebt: (outcome.losses + outcome.writtenOff).toString(),
    minBacking: finite(chronicle.minBacking),
    minCapitalRatio: finite(chronicle.minCapitalRatio),
    rebalancing: { opened, fills, traded: sold.toString(), lost: lost.toString(), longestOff },
    keeper: {
      liquidations: keeper.liquidations,
      absorptions: keeper.absorptions,
      observations: keeper.observations,
      gasSpent: keeper.gasSpent.toString(),
    },
    deeds,
    audits: chronicle.audits,
    breaches: [...chronicle.breaches, ...atTheEnd],
    samples: chronicle.samples,
    days: chronicle.days,
  };
}

function finite(x: number): number | null {
  return Number.isFinite(x) ? Number(x.toPrecision(9)) : null;
}
