/** Whether anything is missing: what all accounts owe and hold must be what the engine says that they do, to the unit. */

import { assetsOf } from "../keeper/reserve-contracts.js";
import type { ICreditEngine } from "../types/contracts/index.js";
import type { BlockRef } from "./types.js";

/** All that is owed and held. */
export interface Totals {
  /** {share} */
  readonly shares: bigint;
  /** By asset number. {ledger} */
  readonly balances: ReadonlyMap<number, bigint>;
}

export interface AuditOptions {
  readonly engine: ICreditEngine;
  /** Of what is known now. */
  readonly totals: () => Totals | Promise<Totals>;
  /** Between two comparisons while all is right. {s} */
  readonly interval: number;
}

/** What is known does not add up to what the engine says. */
export class AccountsDiffer extends Error {
  override readonly name = "AccountsDiffer";

  constructor(difference: string) {
    super(`the accounts known do not add up to what the engine says: ${difference}`);
  }
}

/** After that long everything may be read anew once more, though it did not help the last time. {s} */
const AGAIN = 3_600;
/** So often in a row they must differ: a block may be replaced between two questions, and a node may be behind. */
const CERTAIN = 3;

export class Audit {
  readonly #options: AuditOptions;
  /** When sums were right last. (unix seconds) */
  #rightAt = -Infinity;
  #doubts = 0;
  /** When everything was read anew last. (unix seconds) */
  #rereadAt = -Infinity;
  #rightSince = false;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /**
   * Compares, if it is time to.
   * @param at Where what is known is.
   * @param time Of that block. (unix seconds)
   * @returns What differs, when it is certain.
   */
  async check(at: BlockRef, time: number): Promise<string | undefined> {
    if (this.#doubts === 0 && time - this.#rightAt < this.#options.interval) return undefined;
    const difference = await this.#difference({ blockTag: at.number });
    if (difference === undefined) {
      this.#rightAt = time;
      this.#rightSince = true;
      this.#doubts = 0;
      return undefined;
    }
    this.#doubts += 1;
    return this.#doubts < CERTAIN ? undefined : difference;
  }

  /**
   * Whether to read everything anew now that sums differ: if they were right since that was done last, or it was an hour ago. Otherwise it does not help: nodes
   * keep something back, or it came before the first block.
   * @param time Of the block. (unix seconds)
   */
  mayReread(time: number): boolean {
    return this.#rightSince || time - this.#rereadAt >= AGAIN;
  }

  /** Everything is read anew: what was found before says nothing. */
  forget(time: number): void {
    this.#rereadAt = time;
    this.#rightSince = false;
    this.#rightAt = -Infinity;
    this.#doubts = 0;
  }

  async #difference(at: { blockTag: number }): Promise<string | undefined> {
    const { engine, totals } = this.#options;
    const { shares, balances } = await totals();
    const owed = await engine.totalDebtShares(at);
    if (owed !== shares) return `${shares} of ${owed} debt shares`;
    for (const asset of assetsOf(await engine.listedMask(at))) {
      const { total } = await engine.assetInfo(asset, at);
      const known = balances.get(Number(asset)) ?? 0n;
      if (known !== total) return `${known} of ${total} units of asset ${asset}`;
    }
    return undefined;
  }
}
