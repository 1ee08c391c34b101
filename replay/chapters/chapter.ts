/** A chapter: a stretch of history in a world of its own, from what is given to what is kept. Both can be sent to another process. */

import type { LocalTerms } from "../../deploy/parameters/local.js";
import type { Breach, ReserveDay, Sample } from "../chronicle/chronicle.js";
import type { Outage } from "../history/outage.js";
import type { MarketPath } from "../path/path.js";

/** What a chapter is played from: nothing else decides what comes of it. */
export interface ChapterJob {
  /** Of its first candle. (unix seconds) */
  readonly from: number;
  readonly seed: number;
  readonly accounts: number;
  readonly terms: LocalTerms;
  readonly path: MarketPath;
  readonly outages: readonly Outage[];
}

/** One way of ending positions. {plUSD}, {USD} at the market's price */
export interface HandledSum {
  readonly accounts: number;
  readonly slices: number;
  readonly debt: string;
  readonly collateral: string;
}

/** What came of it. Amounts are decimal integers with 18 decimals. */
export interface ChapterResult {
  /** (unix seconds) */
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly priceUpdates: number;
  readonly accounts: number;
  readonly liquidated: HandledSum;
  readonly absorbed: HandledSum;
  /** Booked losses and written-off debts. */
  readonly badDebt: string;
  /** Null where nothing was ever owed. */
  readonly minBacking: number | null;
  readonly minCapitalRatio: number | null;
  readonly rebalancing: {
    readonly opened: number;
    readonly fills: number;
    readonly traded: string;
    readonly lost: string;
    /** {s} */
    readonly longestOff: number;
  };
  readonly keeper: {
    readonly liquidations: number;
    readonly absorptions: number;
    readonly observations: number;
    readonly gasSpent: string;
  };
  /** What the others did. */
  readonly deeds: Readonly<Record<string, number>>;
  readonly audits: number;
  readonly breaches: readonly Breach[];
  readonly samples: readonly Sample[];
  readonly days: readonly ReserveDay[];
}

/** Where a chapter is. */
export interface ChapterProgress {
  readonly step: number;
  readonly steps: number;
  /** (unix seconds) */
  readonly time: number;
  /** {USD} */
  readonly eth: number;
}
