/** Who borrows: accounts with mixed collateral and mixed leverage, drawn from a seed. */

import { dataSlice, id } from "ethers";

import type { Random } from "../path/random.js";

/** What the population needs to know of an asset. */
export interface CollateralKind {
  readonly symbol: string;
  /** USD per token when accounts are opened. */
  readonly price: number;
  /** Part of its value that may be borrowed against it. */
  readonly borrowable: number;
  /** How many of a hundred accounts hold it. */
  readonly popularity: number;
  /** What all accounts together hold of it at most. {USD} */
  readonly room: number;
}

/** Even the smallest debts need more collateral than the market has room for. */
export class TooManyBorrowers extends Error {
  override readonly name = "TooManyBorrowers";

  constructor(readonly count: number) {
    super(`${count} accounts do not fit the deposit caps, however little each borrows`);
  }
}

export interface Borrower {
  readonly account: string;
  /** USD worth of each collateral, by symbol. */
  readonly collateral: ReadonlyMap<string, number>;
  /** plUSD */
  readonly debt: number;
}

/** Largest part of its borrow limit that an account uses at the start: beyond the spread of prices and the discount for size. */
const MAX_USE = 0.95;
const MIN_USE = 0.3;

/** Debts in plUSD: from a little above the minimum to a hundred thousand and more; most are small, as everywhere. */
const SMALLEST_DEBT = 110;
const LARGEST_DEBT = 250_000;
const SMALL_SHARE = 0.35;
/** Halvings in the search for a scale: to a thousandth and less. */
const SCALE_STEPS = 16;

function drawDebt(random: Random): number {
  if (random.uniform() < SMALL_SHARE) return random.between(SMALLEST_DEBT, 500);
  // Log-normal around 4,000.
  return Math.min(LARGEST_DEBT, Math.max(500, 4_000 * Math.exp(1.5 * random.normal())));
}

/** Parts of the collateral by symbol: one to three kinds, each in a random proportion. */
function drawMix(random: Random, kinds: readonly CollateralKind[]): Map<string, number> {
  const chosen = new Map<string, number>();
  while (chosen.size < 1) {
    for (const kind of kinds) {
      if (chosen.size < 3 && random.uniform() * 100 < kind.popularity) chosen.set(kind.symbol, random.between(0.15, 1));
    }
  }
  const sum = [...chosen.values()].reduce((a, b) => a + b, 0);
  for (const [symbol, part] of chosen) chosen.set(symbol, part / sum);
  return chosen;
}

/** A borrower before it is known how much of its debt there is room for. */
interface Draft {
  readonly debt: number;
  /** USD worth of each collateral by symbol, per plUSD of debt. */
  readonly backing: ReadonlyMap<string, number>;
}

function draft(random: Random, kinds: readonly CollateralKind[]): Draft {
  const debt = drawDebt(random);
  const mix = drawMix(random, kinds);
  // Few borrow to the limit, few hardly at all.
  const use = MIN_USE + (MAX_USE - MIN_USE) * random.uniform();
  const borrowable = kinds.reduce((sum, kind) => sum + (mix.get(kind.symbol) ?? 0) * kind.borrowable, 0);
  return { debt, backing: new Map([...mix].map(([symbol, part]) => [symbol, part / use / borrowable])) };
}

function scaled(debt: number, scale: number): number {
  return Math.max(SMALLEST_DEBT, Math.round(debt * scale));
}

/** Whether there is room for everybody's collateral when debts are `scale` times as large as drawn. */
function fits(drafts: readonly Draft[], kinds: readonly CollateralKind[], scale: number): boolean {
  return kinds.every(({ symbol, room }) => {
    const held = drafts.reduce((sum, d) => sum + scaled(d.debt, scale) * (d.backing.get(symbol) ?? 0), 0);
    return held <= room;
  });
}

/** The largest scale, at most 1, at which everybody fits. */
function scaleOf(drafts: readonly Draft[], kinds: readonly CollateralKind[]): number {
  if (fits(drafts, kinds, 1)) return 1;
  if (!fits(drafts, kinds, 0)) throw new TooManyBorrowers(drafts.length);
  let [low, high] = [0, 1];
  for (let i = 0; i < SCALE_STEPS; i++) {
    const middle = (low + high) / 2;
    if (fits(drafts, kinds, middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Draws `count` borrowers. The book is as large as the deposit caps allow at most: where a seed or a number of accounts asks for more,
 * all debts shrink by the same factor (down to the smallest), and what secures them with them.
 * @throws {TooManyBorrowers}
 */
export function drawBorrowers(random: Random, kinds: readonly CollateralKind[], count: number): Borrower[] {
  const drafts = Array.from({ length: count }, () => draft(random, kinds));
  const scale = scaleOf(drafts, kinds);
  return drafts.map(({ debt, backing }, i) => {
    const borrowed = scaled(debt, scale);
    return {
      account: borrowerAddress(i),
      collateral: new Map([...backing].map(([symbol, worth]) => [symbol, worth * borrowed])),
      debt: borrowed,
    };
  });
}

/** An address that nobody has the key of; the embedded chain lets the scenario act for it. */
export function borrowerAddress(index: number): string {
  return dataSlice(id(`plimsoll borrower ${index}`), 12);
}
