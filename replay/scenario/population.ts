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

/** Draws `count` borrowers. */
export function drawBorrowers(random: Random, kinds: readonly CollateralKind[], count: number): Borrower[] {
  return Array.from({ length: count }, (_, i) => {
    const debt = Math.round(drawDebt(random));
    const mix = drawMix(random, kinds);
    // Few borrow to the limit, few hardly at all.
    const use = MIN_USE + (MAX_USE - MIN_USE) * random.uniform();
    const borrowable = kinds.reduce((sum, kind) => sum + (mix.get(kind.symbol) ?? 0) * kind.borrowable, 0);
    const worth = debt / use / borrowable;
    return {
      account: borrowerAddress(i),
      collateral: new Map([...mix].map(([symbol, part]) => [symbol, part * worth])),
      debt,
    };
  });
}

/** An address that nobody has the key of; the embedded chain lets the scenario act for it. */
export function borrowerAddress(index: number): string {
  return dataSlice(id(`plimsoll borrower ${index}`), 12);
}
