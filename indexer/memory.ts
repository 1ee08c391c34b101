/** Positions in memory. */

import type { Position } from "../sdk/credit/valuation.js";
import { present } from "../sdk/present.js";
import type { Totals } from "./audit.js";
import { EMPTY } from "./fold.js";
import { DEPTH, type BlockRef, type Positions, type PositionStore, type Scales } from "./types.js";

/** What a block changed, as it was before. */
interface Undo {
  readonly block: BlockRef;
  readonly positions: ReadonlyMap<string, Position>;
  /** Assets listed in it. */
  readonly listed: readonly number[];
}

export class MemoryStore implements PositionStore {
  readonly #told: (account: string, position: Position) => void;
  readonly #depth: number;
  readonly #positions = new Map<string, Position>();
  readonly #scales = new Map<number, bigint>();
  /** The oldest block to go back to. */
  #base: BlockRef | undefined;
  /** Of the blocks after it, oldest first. */
  #undo: Undo[] = [];

  /** @param told Told of each position that becomes another one. */
  constructor(told: (account: string, position: Position) => void = () => undefined, depth = DEPTH) {
    this.#told = told;
    this.#depth = depth;
  }

  /** The block that it is at. */
  get tip(): BlockRef | undefined {
    return this.#undo.at(-1)?.block ?? this.#base;
  }

  /** Takes over what somebody else knows, in place of everything. */
  load(block: BlockRef, positions: Iterable<readonly [string, Position]>, scales: Scales): void {
    this.#clear();
    for (const [account, position] of positions) this.#set(account, position);
    for (const [asset, scale] of scales) this.#scales.set(asset, scale);
    this.#base = block;
  }

  totals(): Totals {
    let shares = 0n;
    const balances = new Map<number, bigint>();
    for (const { debtShares, holdings } of this.#positions.values()) {
      shares += debtShares;
      for (const { asset, amount } of holdings) {
        balances.set(Number(asset), (balances.get(Number(asset)) ?? 0n) + amount);
      }
    }
    return { shares, balances };
  }

  /** {@link known} at once. */
  read(accounts: Iterable<string>): Positions {
    const found = [...accounts].map((account) => [account, this.#positions.get(account) ?? EMPTY] as const);
    return { positions: new Map(found), scales: this.#scales };
  }

  recent(): Promise<readonly BlockRef[]> {
    const blocks = [...(this.#base === undefined ? [] : [this.#base]), ...this.#undo.map(({ block }) => block)];
    return Promise.resolve(blocks.reverse());
  }

  known(accounts: ReadonlySet<string>): Promise<Positions> {
    return Promise.resolve(this.read(accounts));
  }

  advance(to: BlockRef, { positions, scales }: Positions, final: boolean): Promise<void> {
    // Without a block before it there is nothing to go back to.
    if (final || this.#base === undefined) {
      this.#base = to;
      this.#undo = [];
    } else {
      const before = this.read(positions.keys()).positions;
      this.#undo.push({ block: to, positions: before, listed: [...scales.keys()] });
      if (this.#undo.length > this.#depth) this.#base = present(this.#undo.shift()).block;
    }
    for (const [asset, scale] of scales) this.#scales.set(asset, scale);
    for (const [account, position] of positions) this.#set(account, position);
    return Promise.resolve();
  }

  rollBack(to: BlockRef): Promise<void> {
    for (let last = this.#undo.at(-1); last !== undefined && last.block.number > to.number; last = this.#undo.at(-1)) {
      for (const [account, position] of last.positions) this.#set(account, position);
      for (const asset of last.listed) this.#scales.delete(asset);
      this.#undo.pop();
    }
    return Promise.resolve();
  }

  reset(): Promise<void> {
    this.#clear();
    return Promise.resolve();
  }

  #clear(): void {
    for (const account of this.#positions.keys()) this.#told(account, EMPTY);
    this.#positions.clear();
    this.#scales.clear();
    this.#base = undefined;
    this.#undo = [];
  }

  #set(account: string, position: Position): void {
    if (position.debtShares === 0n && position.holdings.length === 0) this.#positions.delete(account);
    else this.#positions.set(account, position);
    this.#told(account, position);
  }
}
