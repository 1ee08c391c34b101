/**
 * The journal of what the keeper means to do. Whatever is sent is written here first, signed: after a crash the same bytes are sent again, and nothing
 * that was sent is forgotten or done twice.
 */

import type { JobName } from "../types.js";
import type { Flows } from "./flows.js";

/**
 * Where an intent stands.
 * - prepared: written, and perhaps known to a node
 * - sent: a node took it
 * - included: it is in a block that may still be reorganised away
 * - confirmed: it did its work, and stays
 * - reverted: it failed in a block, and stays there
 * - replaced: what took its place was included, and does nothing
 * - dropped: it never took place, and never will: no node took it, or its number belongs to a transaction that is not the journal's
 */
export type IntentState = "prepared" | "sent" | "included" | "confirmed" | "reverted" | "replaced" | "dropped";

/** States that change no more, but by a reorganisation deeper than what was taken for final. */
export const FINAL: readonly IntentState[] = ["confirmed", "reverted", "replaced", "dropped"];

/** A job, or `gap`: a transaction that does nothing but use a number that later ones wait for. */
export type IntentJob = JobName | "gap";

/** Whose money is lost where a transaction costs more than it brings. */
export type Purse = "solvency" | "rest";

/** A transaction as it is sent: the work, or nothing (to oneself) in its place. */
export interface SignedTransaction {
  readonly hash: string;
  /** The bytes that are sent. */
  readonly raw: string;
  readonly kind: "work" | "nothing";
  /** {wei} per gas */
  readonly maxFee: bigint;
  readonly tip: bigint;
  /** Head when it was signed. */
  readonly block: number;
}

/** What the work calls. */
export interface Call {
  readonly to: string;
  readonly data: string;
  /** {wei} */
  readonly value: bigint;
  readonly gasLimit: bigint;
}

/** Where it was included. */
export interface Inclusion {
  readonly hash: string;
  readonly block: number;
  readonly blockHash: string;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  /** {wei} */
  readonly fee: bigint;
}

/** What it came to. */
export interface Outcome {
  readonly flows: Flows;
  /** What is left after gas, at the prices of the time. {plUSD} */
  readonly realised: bigint;
}

export interface Intent {
  readonly id: string;
  readonly nonce: number;
  readonly job: IntentJob;
  /** Which asset or vault it is about, where a job has several. */
  readonly subject: string;
  readonly accounts: readonly string[];
  /** Assets that it sells. */
  readonly sales: number;
  /** What is expected to be left after gas. {plUSD} */
  readonly expected: bigint;
  /** What of the purse's budget it was allowed to lose. {plUSD} */
  readonly loss: bigint;
  readonly purse: Purse;
  /** What a whole coin of gas was worth. {plUSD} 18 decimals */
  readonly coinPrice: bigint;
  /** What gas was taken to cost in `expected`. {wei} per gas */
  readonly gasPrice: bigint;
  readonly call: Call;
  /** Time of the head that it was made at. (unix seconds) */
  readonly time: number;
  readonly state: IntentState;
  /** Oldest first; never empty. */
  readonly transactions: readonly SignedTransaction[];
  readonly inclusion?: Inclusion;
  readonly outcome?: Outcome;
}

/** What the ledger needs of an intent. */
export type Entry = Pick<Intent, "job" | "state" | "expected" | "outcome"> & {
  readonly inclusion?: Pick<Inclusion, "fee">;
};

/** What is expected of an intent; outbidding it changes that. */
export type Terms = Pick<Intent, "expected" | "loss" | "gasPrice">;

/** How an intent stands now. What is absent is forgotten: a transaction that was reorganised away was never included. */
export interface Standing {
  readonly state: IntentState;
  readonly inclusion?: Inclusion;
  readonly outcome?: Outcome;
}

export interface Journal {
  /** Intents that are not final, by number. */
  open(): Promise<Intent[]>;
  /** Numbers from `first` on that intents have, dropped ones apart, with the intents' states. */
  numbers(first: number): Promise<Map<number, Intent>>;
  /**
   * Writes an intent with its first transaction.
   * @throws {NumberTaken} if another intent that is not dropped has the number.
   */
  prepare(intent: Intent): Promise<void>;
  /** Writes a transaction that is to take the place of the intent's last one, and what is expected of the intent from now on. */
  replace(id: string, transaction: SignedTransaction, terms: Terms): Promise<void>;
  advance(id: string, standing: Standing): Promise<void>;
  /** Intents made at `time` or later, oldest first. (unix seconds) */
  since(time: number): Promise<Intent[]>;
  /** All intents, without what was signed and called: there may be very many. */
  entries(): Promise<Entry[]>;
  /** Resolves only if something can be written. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** Two intents would have the same number. */
export class NumberTaken extends Error {
  override readonly name = "NumberTaken";

  constructor(readonly nonce: number) {
    super(`an intent in the journal has number ${nonce.toString()} already`);
  }
}

/** The journal cannot be opened or does not hold what it should. */
export class JournalError extends Error {
  override readonly name = "JournalError";
}
