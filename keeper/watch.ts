/**
 * Which accounts to look at in this block. Most borrowers are far from failing, and only time, a fall of a price or risk that they take
 * themselves can change that: so the healthy ones are left alone until one of these may have.
 */

import type { AccountHealthStructOutput, ICreditLens } from "../types/contracts/contracts/interfaces/ICreditLens.js";
import type { ICreditEngine, IPriceOracle } from "../types/contracts/index.js";
import type { BorrowerBook } from "./accounts.js";
import { present } from "../sdk/present.js";

const BPS = 10_000n;

export interface WatchOptions {
  /** bps */
  readonly watchHealth: number;
  /** {s} */
  readonly sweepInterval: number;
  /** Accounts per view call. */
  readonly chunk: number;
}

export class Watch {
  readonly #engine: ICreditEngine;
  readonly #lens: ICreditLens;
  readonly #oracle: IPriceOracle;
  readonly #book: BorrowerBook;
  readonly #options: WatchOptions;
  /** Accounts below `watchHealth` at the last sweep, and those that took risk since. */
  #watched = new Set<string>();
  #sweptAt = -Infinity;
  #mask = 0n;
  /** What each asset counted at when the sweep was made. */
  #highs: readonly bigint[] = [];

  constructor(
    engine: ICreditEngine,
    lens: ICreditLens,
    oracle: IPriceOracle,
    book: BorrowerBook,
    options: WatchOptions,
  ) {
    this.#engine = engine;
    this.#lens = lens;
    this.#oracle = oracle;
    this.#book = book;
    this.#options = options;
  }

  /** Accounts with D > M as of the latest block. */
  async failing(block: number, time: number): Promise<AccountHealthStructOutput[]> {
    const touched = await this.#book.update(block);
    const mask = await this.#engine.listedMask();
    if (mask === 0n) return [];
    const highs = (await this.#oracle.prices(mask)).map((price) => price.high);
    if (this.#sweepIsDue(time, mask, highs)) {
      const close = await this.#look(this.#book.accounts, BigInt(this.#options.watchHealth));
      this.#watched = new Set(close.map((h) => h.account));
      this.#sweptAt = time;
      this.#mask = mask;
      this.#highs = highs;
      return close.filter((h) => h.debt > h.maintenanceLimit);
    }
    for (const account of touched) this.#watched.add(account);
    return await this.#look([...this.#watched], BPS);
  }

  #sweepIsDue(time: number, mask: bigint, highs: readonly bigint[]): boolean {
    if (time - this.#sweptAt >= this.#options.sweepInterval || mask !== this.#mask) return true;
    // A maintenance limit falls by no more than the price that falls most. Half of the distance is kept for what time does (interest,
    // haircuts and depths on their way), which is far less within an interval.
    const kept = (BPS * BPS) / BigInt(this.#options.watchHealth);
    const trigger = (BPS + kept) / 2n;
    return highs.some((high, i) => high * BPS < present(this.#highs[i]) * trigger);
  }

  async #look(accounts: readonly string[], health: bigint): Promise<AccountHealthStructOutput[]> {
    const found: AccountHealthStructOutput[] = [];
    for (let i = 0; i < accounts.length; i += this.#options.chunk) {
      found.push(...(await this.#lens.failing(accounts.slice(i, i + this.#options.chunk), health)));
    }
    return found;
  }
}
