/** A chain on paper: blocks with events of an engine, that a test replaces as it likes. */

import { getAddress, id, toBeHex } from "ethers";

import { changesOf, fold, type Change } from "../../indexer/fold.js";
import type { BlockRef, ChainReader, EventLog, Header } from "../../indexer/types.js";
import type { Position } from "../../sdk/credit/valuation.js";
import { ICreditEngine__factory } from "../../types/contracts/index.js";
import type { Random } from "./random.js";

const abi = ICreditEngine__factory.createInterface();
/** Token units per ledger unit of every asset. */
export const SCALE = 10n;

/** An account by number. */
export function accountOf(number: number): string {
  return `0x${number.toString(16).padStart(40, "0")}`;
}

export const ENGINE = getAddress(accountOf(0xe9911e));
export const GENESIS = 1_800_000_000;
/** {s} */
export const BLOCK_TIME = 12;

/** One event, without its place; the engine's, if it does not say otherwise. */
export type Told = Pick<EventLog, "topics" | "data"> & Partial<Pick<EventLog, "address">>;

function told(name: "AssetListed" | "Deposit" | "Borrow" | "Repay" | "WriteOff", values: unknown[]): Told {
  return abi.encodeEventLog(name, values);
}

export const listed = (asset: number): Told => told("AssetListed", [asset, accountOf(0xee00 + asset), SCALE]);
/** {ledger} */
export const deposited = (account: string, asset: number, units: bigint): Told =>
  told("Deposit", [asset, account, account, units * SCALE]);
/** {share} */
export const borrowed = (account: string, shares: bigint): Told =>
  told("Borrow", [account, account, account, shares, shares]);
export const repaid = (account: string, shares: bigint): Told => told("Repay", [account, account, shares, shares]);
export const writtenOff = (account: string): Told => told("WriteOff", [account, 1]);

export class PaperChain implements ChainReader {
  readonly #blocks: { header: Header; logs: EventLog[]; changes: Change[] }[] = [];
  #made = 0;
  /** Blocks do not name their parents, as some local nodes have it. */
  orphans = false;
  /** What it was asked, since last looked at. */
  asked: string[] = [];

  constructor() {
    this.mine([listed(0), listed(1)]);
  }

  get head(): Header {
    return this.#blocks.at(-1)!.header;
  }

  at(number: number): BlockRef {
    return this.#blocks[number]!.header;
  }

  mine(events: readonly Told[] = []): void {
    const number = this.#blocks.length;
    const hash = id(`block ${(this.#made++).toString()}`);
    const parent = this.orphans ? undefined : this.#blocks.at(-1)?.header.hash;
    const header = { number, hash, parentHash: parent ?? toBeHex(0, 32), timestamp: GENESIS + number * BLOCK_TIME };
    const logs = events.map((event, index) => ({
      address: ENGINE,
      ...event,
      blockNumber: number,
      blockHash: hash,
      transactionHash: id(`transaction ${index.toString()} of ${hash}`),
      index,
    }));
    this.#blocks.push({ header, logs, changes: changesOf(logs) });
  }

  /** Blocks with something of everything in them, for a few accounts. */
  mineAny(random: Random, count = 1): void {
    for (let i = 0; i < count; i++) {
      this.mine(
        Array.from({ length: random.below(4) }, () => {
          const account = accountOf(1 + random.below(6));
          const amount = random.between(1n, 1_000n);
          if (random.below(5) === 0) return writtenOff(account);
          return random.below(2) === 0 ? borrowed(account, amount) : deposited(account, random.below(2), amount);
        }),
      );
    }
  }

  /** Forgets the last blocks. */
  drop(count: number): void {
    this.#blocks.splice(this.#blocks.length - count, count);
  }

  /** What positions are, all events read at once; those that are nothing left out. */
  positions(): Map<string, Position> {
    const changes = this.#blocks.flatMap((block) => block.changes);
    return solid(fold(changes, { positions: new Map(), scales: new Map() }).positions);
  }

  header(number: number): Promise<Header | undefined> {
    this.asked.push("header");
    return Promise.resolve(this.#blocks[number]?.header);
  }

  eventsIn(blockHash: string): Promise<EventLog[]> {
    this.asked.push("eventsIn");
    const block = this.#blocks.find(({ header }) => header.hash === blockHash);
    return block === undefined ? Promise.reject(new Error("unknown block")) : Promise.resolve(block.logs);
  }

  eventsBetween(first: number, last: number): Promise<EventLog[]> {
    this.asked.push("eventsBetween");
    return Promise.resolve(this.#blocks.slice(first, last + 1).flatMap(({ logs }) => logs));
  }
}

/** Positions that are something, in the order of accounts. */
export function solid(positions: Iterable<readonly [string, Position]>): Map<string, Position> {
  const some = [...positions].filter(([, p]) => p.debtShares !== 0n || p.holdings.length > 0);
  return new Map(some.sort(([a], [b]) => (a < b ? -1 : 1)));
}
