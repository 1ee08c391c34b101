/** What following the engine's events is about: blocks, positions, and where they are kept. */

import type { Run } from "../keeper/journal/database.js";
import type { Position } from "../sdk/credit/valuation.js";

export interface BlockRef {
  readonly number: number;
  readonly hash: string;
}

export interface Header extends BlockRef {
  readonly parentHash: string;
  /** (unix seconds) */
  readonly timestamp: number;
}

/** An event as nodes tell it. */
export interface EventLog {
  /** Of the contract. */
  readonly address: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  /** Place in the block. */
  readonly index: number;
  readonly topics: readonly string[];
  readonly data: string;
}

/** What following asks of a chain. "Events" are those of the contracts that are followed. */
export interface ChainReader {
  /** Undefined where the node knows no such block. */
  header(number: number): Promise<Header | undefined>;
  /** Those in a block; a node that does not know the block must fail, not answer that there are none. */
  eventsIn(blockHash: string): Promise<EventLog[]>;
  /** Those in blocks that no reorganisation replaces. */
  eventsBetween(first: number, last: number): Promise<EventLog[]>;
}

/** Token units per ledger unit, by asset number. */
export type Scales = ReadonlyMap<number, bigint>;

/** Positions and scales as they are from some block on. */
export interface Positions {
  readonly positions: ReadonlyMap<string, Position>;
  readonly scales: Scales;
}

/** Positions as of a block, and enough of the past to go back a few blocks. */
export interface PositionStore {
  /** Blocks that it can be taken back to, newest first; the first is the one that it is at. */
  recent(): Promise<readonly BlockRef[]>;
  /** What is known of the accounts that are named, and all scales. */
  known(accounts: ReadonlySet<string>): Promise<Positions>;
  /**
   * Goes on to a block; all of it or nothing.
   * @param changes Positions and scales that are other ones from there on.
   * @param final Nothing before the block will be replaced any more: it is the oldest one to go back to.
   * @param also What else is written with it, where it is kept in a database.
   */
  advance(to: BlockRef, changes: Positions, final: boolean, also?: Also): Promise<void>;
  /** Goes back to a recent block. */
  rollBack(to: BlockRef): Promise<void>;
  /** Forgets everything. */
  reset(): Promise<void>;
}

/** Part of a step's transaction. */
export type Also = (run: Run) => Promise<void>;

/** Keeps more of what is followed than positions, in the same steps. */
export interface Chronicle {
  /** Learns what it needs to know of the blocks up to `to` and their events; what is returned is written with them. */
  prepare(to: Header, logs: readonly EventLog[]): Promise<Also>;
}

/** What is kept beside positions goes back with them. */
export interface Companion {
  rollBack(run: Run, to: BlockRef): Promise<void>;
  reset(run: Run): Promise<void>;
}

/** Blocks that a store can be taken back by. */
export const DEPTH = 64;

/** The events do not fit what is known: some are missing. What is known cannot be trusted. */
export class EventsDoNotFit extends Error {
  override readonly name = "EventsDoNotFit";
}

/** The chain became another one while it was read; the next attempt may find it at rest. */
export class ChainMoved extends Error {
  override readonly name = "ChainMoved";
}
