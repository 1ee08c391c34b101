/** What happened, one by one. */

import { z } from "zod";

import { address, amount, asset, hash, pageOf, time } from "./wire.js";

const place = {
  block: z.number().int(),
  time,
  transaction: hash,
  /** Place in the block. */
  log: z.number().int(),
};

/** Values of an event by name: numbers as decimal text, structs as objects. Units as the interfaces in `contracts/interfaces` say. */
export type EventValue = string | boolean | readonly EventValue[] | { readonly [name: string]: EventValue };
const value: z.ZodType<EventValue> = z.lazy(() =>
  z.union([z.string(), z.boolean(), z.array(value), z.record(z.string(), value)]),
);

/** The contracts whose events are kept. */
export const CONTRACTS = [
  "engine",
  "sheet",
  "reserve",
  "rebalancer",
  "backstop",
  "risk",
  "oracle",
  "dollar",
  "rate",
  "manager",
] as const;
export type ContractName = (typeof CONTRACTS)[number];

export const eventSchema = z.object({
  ...place,
  contract: z.enum(CONTRACTS),
  event: z.string(),
  values: z.record(z.string(), value),
});
export const eventsSchema = pageOf(eventSchema);
export type RecordedEvent = z.output<typeof eventSchema>;

/** A position that failed, or a part of it. */
export const liquidationSchema = z.object({
  ...place,
  kind: z.enum(["liquidated", "absorbed", "written off"]),
  account: address,
  /** Who did it; nobody is named for what was written off. */
  caller: address.nullable(),
  /** Debt that went away. {plUSD} */
  debt: amount,
  /** What was taken for it, in token units, at the price of the end of that block. {USD/tok} 18 decimals; null where nobody could be asked. */
  seized: z.array(z.object({ asset, tokens: amount, price: amount.nullable() })),
  /** Of what was taken, at mid. {USD}; null where a price is missing. */
  value: amount.nullable(),
  /** What it cost the borrower: value - debt. {USD} */
  cost: amount.nullable(),
});
export const liquidationsSchema = pageOf(liquidationSchema);
export type Liquidation = z.output<typeof liquidationSchema>;

/** An auction from its opening on. */
export const auctionSchema = z.object({
  ...place,
  sold: asset,
  /** Null: plUSD. */
  bought: asset.nullable(),
  /** For sale at the start. {ledger} */
  lot: amount,
  /** Part of a full lot. bps */
  scale: amount,
  /** Sold so far. {ledger} */
  filled: amount,
  /** Paid for it. {ledger}, or {plUSD} */
  paid: amount,
  /** Of both, at the oracle's mid prices at each fill. {USD} */
  given: amount,
  received: amount,
  fills: z.number().int(),
  /** When it was closed, or made way for the next one of its pair. Null while neither has happened; it may be out of time. */
  endedAt: time.nullable(),
  /** Left then. {ledger} */
  left: amount.nullable(),
});
export const auctionsSchema = pageOf(auctionSchema);
export type Auction = z.output<typeof auctionSchema>;
