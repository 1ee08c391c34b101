/**
 * What is told over time. Values in 18 decimals ({USD}, {plUSD}) unless said otherwise; {ledger} are units of the protocol's books, 10^8 of a token where nothing else
 * was chosen; haircuts, weights and requirements in bps.
 */

import { z } from "zod";

import { amount, asset, blockSchema, time } from "./wire.js";

const bps = z.number().int();

/** Fields that a statement tells in its event: there since deployment. What is optional needs a view, and has gaps. */
const statement = z.object({
  /** Reserve assets at low. {USD} */
  reserve: amount,
  /** All debts. {plUSD} */
  loans: amount,
  /** plUSD outstanding. */
  supply: amount,
  /** reserve + loans - supply. {USD} */
  equity: amount,
  /** Staked and not cooling. {plUSD} */
  backstop: amount,
  /** equity + backstop. {USD} */
  capital: amount,
  valueAtRisk: amount,
  /** What capital must not fall below. {USD} */
  required: amount,
  /** What may be minted. {plUSD} */
  headroom: amount,
  cooling: amount.optional(),
  midEquity: amount.optional(),
  jump: amount.optional(),
  loanPart: amount.optional(),
  /** 18 decimals; not there where nothing is owed. */
  backing: amount.optional(),
  coverage: amount.optional(),
  borrowable: amount.optional(),
  fullyPriced: z.boolean().optional(),
});

const rate = z.object({
  /** {1/s} 18 decimals, continuously compounded: a year costs e^(rate * 31,536,000) - 1. */
  rate: amount,
  /** Where it heads for. {1/s} 18 decimals */
  aim: amount.optional(),
  /** Debt index. 18 decimals {1e-8 plUSD/share} */
  index: amount.optional(),
});

/** plUSD's market price. {USD} 18 decimals. */
const dollar = z.object({
  mid: amount,
  low: amount.optional(),
  high: amount.optional(),
});

const reserve = z.object({
  /** Assets outside their bands. */
  offTarget: z.number().int(),
  assets: z.array(
    z.object({
      asset,
      /** {ledger}: at hand, in the engine's ledger, in vaults. */
      cash: amount,
      credit: amount,
      vaulted: amount,
      /** {USD} at low and at mid. */
      value: amount,
      midValue: amount,
      weight: bps,
      target: bps,
      band: bps,
    }),
  ),
});

const collateral = z.object({
  assets: z.array(
    z.object({
      asset,
      /** {USD/tok} 18 decimals. */
      low: amount,
      mid: amount,
      high: amount,
      /** 0 unpriced, 1 disagreeing, 2 live. */
      status: z.number().int(),
      initialHaircut: bps,
      maintenanceHaircut: bps,
      /** {asset} token units. */
      borrowDepth: amount,
      maintenanceDepth: amount,
      deposited: amount,
      cap: amount,
      /** {USD} at mid. */
      value: amount,
      pauses: z.number().int(),
      delisted: z.boolean(),
    }),
  ),
});

/** Where haircuts head for, as of an observation or a sample of depth. */
const targets = z.object({ assets: z.array(z.object({ asset, initial: bps, maintenance: bps })) });

const risk = z.object({
  /** Of the reserve. {USD} */
  valueAtRisk: amount,
  assets: z.array(
    z.object({
      asset,
      /** Daily. 18 decimals, and so are the parts that haircuts are made of. */
      volatility: amount,
      volatilityPart: amount,
      sizePart: amount,
      /** What the reserve's holding adds to the value at risk. {USD} */
      component: amount,
      /** In force. */
      initialHaircut: bps,
      maintenanceHaircut: bps,
    }),
  ),
  /** Of two assets. 18 decimals. */
  correlations: z.array(z.tuple([asset, asset, amount])),
});

const backstop = z.object({
  /** {plUSD}: what shares are worth, what still streams in, and what cools. */
  active: amount,
  streaming: amount,
  cooling: amount,
  /** {share}, 24 decimals. */
  shares: amount,
  /** {plUSD} 18 decimals for one whole share (10^24). */
  sharePrice: amount,
  /** Grows with each wipe. */
  epoch: z.number().int(),
});

/** Values by series. */
export const SERIES = { statement, rate, dollar, reserve, collateral, targets, risk, backstop } as const;
export type SeriesName = keyof typeof SERIES;
export const SERIES_NAMES = Object.keys(SERIES) as SeriesName[];

/** Series that need views: they have gaps where nobody looked. */
export const OBSERVED: ReadonlySet<SeriesName> = new Set<SeriesName>(["reserve", "collateral", "risk", "backstop"]);

/** Values as they travel, and as they are read. */
export type WireValues<N extends SeriesName> = z.input<(typeof SERIES)[N]>;
export type Values<N extends SeriesName> = z.output<(typeof SERIES)[N]>;

/** A stretch that no view looked at; events in it are there. `from` is null where nobody ever had looked. */
const gap = z.object({ from: time.nullable(), to: time });

const frame = {
  block: blockSchema.nullable(),
  from: time,
  to: time,
  /** Where views say what this series tells, or part of it. */
  gaps: z.array(gap),
};

/** One point: what was so from its time on. */
export interface Point<V> {
  /** (unix seconds) */
  readonly time: number;
  readonly block: number;
  /** An event tells what happened then, a view what was found at the end of the block. */
  readonly source: "event" | "view";
  readonly values: V;
}

export interface SeriesAnswer<N extends SeriesName> {
  readonly series: N;
  readonly block: z.output<typeof blockSchema> | null;
  readonly from: number;
  readonly to: number;
  readonly gaps: readonly z.output<typeof gap>[];
  readonly points: readonly Point<Values<N>>[];
}

/** Reads the answer to `/history/<series>`. @throws where it is none. */
export function readSeries<N extends SeriesName>(series: N, answer: unknown): SeriesAnswer<N> {
  const point = z.object({
    time,
    block: z.number().int(),
    source: z.enum(["event", "view"]),
    values: SERIES[series],
  });
  const { points, ...rest } = z.object({ ...frame, points: z.array(point) }).parse(answer);
  return { ...rest, series, points: points as unknown as Point<Values<N>>[] };
}

/** What was done with plUSD in a stretch of time, by kind (`engine.Borrow`, `reserve.Issue`, ...). {plUSD}; fills of auctions {USD} */
export const volumesSchema = z.object({
  ...frame,
  points: z.array(
    z.object({
      /** First and last second. */
      from: time,
      to: time,
      sums: z.record(z.object({ count: z.number().int(), amount, fees: amount })),
    }),
  ),
});
export type Volumes = z.output<typeof volumesSchema>;
