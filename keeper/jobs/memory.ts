/** What of failing accounts could not be sold lately: by account, by what accounts hold, and by asset. What is not remembered here is tried. */

import type { Failing } from "./failing.js";

/** Blocks for which a failure is remembered at most. */
export const PATIENCE = 8;
/** By how much better the incentive must be before that. 18 decimals */
const BETTER = 2_000_000_000_000_000n;

interface Failure {
  readonly incentive: bigint;
  /** Block from which it is tried again. */
  readonly until: number;
}

/** A kind is a set of assets. Accounts of the same kind are sold along the same routes: what one of them tells goes for the others, for a while. */
export class Unsold {
  #block = -1;
  /** By account; with the largest size at which that failed, as the part of its slice: 1 for all of it, 8 for an eighth. */
  readonly #accounts = new Map<string, Failure & { readonly size: bigint }>();
  readonly #kinds = new Map<bigint, Failure & { readonly times: number }>();
  /** Assets whose sale itself reverts, and until which block that is believed. */
  readonly #assets = new Map<bigint, number>();

  turnTo(block: number): void {
    this.#block = block;
    for (const [account, { until }] of this.#accounts) if (until <= block) this.#accounts.delete(account);
    for (const [asset, until] of this.#assets) if (until <= block) this.#assets.delete(asset);
    // How often a kind failed in a row is kept somewhat longer than it counts.
    for (const [kind, { until }] of this.#kinds) if (until + PATIENCE <= block) this.#kinds.delete(kind);
  }

  // ---- accounts

  /** Whether selling that part of its slice is worth trying. */
  mayTry({ account, preview }: Failing, size: bigint): boolean {
    const failed = this.#accounts.get(account);
    return failed === undefined || size > failed.size || preview.incentive >= failed.incentive + BETTER;
  }

  /** Selling that part of it, alone, did not work. */
  failed({ account, preview }: Failing, size: bigint): void {
    const before = this.#accounts.get(account)?.size ?? 0n;
    const known = before > size ? before : size;
    this.#accounts.set(account, { incentive: preview.incentive, until: this.#block + PATIENCE, size: known });
  }

  // ---- kinds

  /** Whether accounts of a kind are worth trying. @param incentive The best among them. */
  mayTryKind(kind: bigint, incentive: bigint): boolean {
    const failed = this.#kinds.get(kind);
    return failed === undefined || this.#block >= failed.until || incentive >= failed.incentive + BETTER;
  }

  /** One of its accounts could not be sold: the next one is tried two blocks later, then four, then eight. */
  kindFailed(kind: bigint, incentive: bigint): void {
    const times = (this.#kinds.get(kind)?.times ?? 0) + 1;
    this.#kinds.set(kind, { incentive, until: this.#block + Math.min(2 ** times, PATIENCE), times });
  }

  kindSold(kind: bigint): void {
    this.#kinds.delete(kind);
  }

  // ---- assets

  /** It is not sold for a while, but taken as it is. */
  assetFailed(asset: bigint): void {
    this.#assets.set(asset, this.#block + PATIENCE);
  }

  isSellable(asset: bigint): boolean {
    return !this.#assets.has(asset);
  }
}
