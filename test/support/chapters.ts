/** Chapters that nobody played, for what is done with their results. */

import type { ChapterResult } from "../../replay/chapters/chapter.js";
import type { Sample } from "../../replay/chronicle/chronicle.js";

const WAD = 10n ** 18n;

/** A sample of an uneventful hour, but for what is said. */
export function sampleOf(time: number, differs: Partial<Sample> = {}): Sample {
  return {
    time,
    eth: 200,
    btc: 8_000,
    dollar: 1,
    gas: 20,
    initial: [0.25, 0.25, 0.3, 0.1],
    maintenance: [0.17, 0.17, 0.21, 0.06],
    volatility: 0.05,
    capital: 2_000_000,
    required: 1_000_000,
    backing: 1.4,
    supply: 5_000_000,
    debt: 1_000_000,
    weights: [0.2, 0.2, 0.1, 0.5],
    borrowingPower: 0.74,
    failing: 0,
    liquidated: 0,
    absorbed: 0,
    handledDebt: 0,
    handledCollateral: 0,
    losses: 0,
    fills: 0,
    traded: 0,
    rebalanceLost: 0,
    ...differs,
  };
}

/** A chapter in which nothing happened, but for what is said. */
export function chapterOf(differs: Partial<ChapterResult> = {}): ChapterResult {
  const nothing = { accounts: 0, slices: 0, debt: "0", collateral: "0" };
  return {
    from: 0,
    to: 365 * 86_400,
    steps: 10,
    priceUpdates: 8,
    accounts: 5,
    liquidated: nothing,
    absorbed: nothing,
    badDebt: "0",
    minBacking: 1.4,
    minCapitalRatio: 2,
    rebalancing: { opened: 0, fills: 0, traded: "0", lost: "0", longestOff: 0 },
    keeper: { liquidations: 0, absorptions: 0, observations: 0, gasSpent: "0" },
    deeds: {},
    audits: 1,
    breaches: [],
    samples: [sampleOf(0)],
    days: [],
    ...differs,
  };
}

/** So many whole units with 18 decimals. */
export function wads(amount: number): string {
  return (BigInt(amount) * WAD).toString();
}
