/** What of each asset is too much or too little, and what auctions are going to change about it. */

import { BPS } from "../../sdk/credit/valuation.js";
import { present } from "../../sdk/present.js";
import { compare } from "../order.js";
import { DOLLAR_ASSET } from "../reserve-contracts.js";

/** How a whole basis point of everything is divided here. */
const PART = 1_000_000n;
/** What weights and targets lose by being cut to whole basis points. */
const CUT = 2n * PART;

/** {bps} to what `Needs` counts in. */
export function inParts(bps: bigint): bigint {
  return bps * PART;
}

/** How far assets are from their targets, less what is promised by auctions. In millionths of a basis point of everything. */
export class Needs {
  readonly #weights: readonly bigint[];
  readonly #targets: readonly bigint[];
  /** By asset: what is held. {ledger} */
  readonly #held = new Map<bigint, bigint>();
  readonly #promised = new Map<bigint, bigint>();

  constructor(
    weights: readonly bigint[],
    targets: readonly bigint[],
    assets: readonly bigint[],
    amounts: readonly bigint[],
  ) {
    this.#weights = weights;
    this.#targets = targets;
    for (const [rank, asset] of assets.entries()) this.#held.set(asset, present(amounts[rank]));
  }

  /** Assets that are below their targets, by number. */
  light(): bigint[] {
    return this.#assets().filter((asset) => this.room(asset) > 0n);
  }

  /** Assets that are held and not below their targets, those that are furthest above first. */
  heavy(): bigint[] {
    return this.#assets()
      .filter((asset) => this.#weight(asset) > 0n && this.#above(asset) >= 0n)
      .sort((a, b) => compare(this.#above(b), this.#above(a)));
  }

  /** What is missing of an asset. */
  room(asset: bigint): bigint {
    return -this.#above(asset);
  }

  /** Notes that so much of `sold` is going to be sold for `bought`. {ledger} */
  promise(sold: bigint, bought: bigint, amount: bigint): void {
    const part = this.#part(sold, amount);
    this.#add(sold, bought === DOLLAR_ASSET ? this.#afterBurning(sold, part) : part);
    if (bought !== DOLLAR_ASSET) this.#add(bought, part);
  }

  /** Whether both still need that much. {ledger} */
  fits(sold: bigint, bought: bigint, amount: bigint): boolean {
    const part = this.#part(sold, amount);
    if (bought === DOLLAR_ASSET) return this.#afterBurning(sold, part) <= this.#left(sold, this.#above(sold));
    return part <= this.#left(sold, this.#above(sold)) && part <= this.#left(bought, this.room(bought));
  }

  #left(asset: bigint, needed: bigint): bigint {
    return needed + CUT - (this.#promised.get(asset) ?? 0n);
  }

  #add(asset: bigint, part: bigint): void {
    this.#promised.set(asset, (this.#promised.get(asset) ?? 0n) + part);
  }

  /** What is burned for makes everything smaller: it takes more to get to the target. */
  #afterBurning(sold: bigint, part: bigint): bigint {
    return (part * (BPS - present(this.#targets[Number(sold)]))) / BPS;
  }

  #part(asset: bigint, amount: bigint): bigint {
    const held = this.#held.get(asset) ?? 0n;
    return held === 0n ? 0n : (amount * this.#weight(asset) * PART) / held;
  }

  #weight(asset: bigint): bigint {
    return present(this.#weights[Number(asset)]);
  }

  #above(asset: bigint): bigint {
    return (this.#weight(asset) - present(this.#targets[Number(asset)])) * PART;
  }

  #assets(): bigint[] {
    return this.#weights.map((_, asset) => BigInt(asset));
  }
}
