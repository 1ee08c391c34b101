/** The arithmetic of Uniswap v3 that the protocol's tools need, on bigints. */

import { concat, getAddress, toBeHex } from "ethers";
import { present } from "../present.js";

export const Q96 = 1n << 96n;

/** The range of prices that a pool can have, as square roots (Q64.96). */
export const MIN_SQRT_RATIO = 4_295_128_739n;
export const MAX_SQRT_RATIO = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342n;
const MAX_TICK = 887_272;

/** Ticks between two initialisable ticks of a fee tier. */
export const TICK_SPACING: Readonly<Record<number, number>> = { 100: 1, 500: 10, 3000: 60, 10000: 200 };

/** Square root, rounded down. */
export function sqrt(x: bigint): bigint {
  if (x < 0n) throw new RangeError("square root of a negative number");
  if (x < 2n) return x;
  let y = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (y + x / y) >> 1n;
    if (next >= y) return y;
    y = next;
  }
}

/** A token at its market price. */
export interface Priced {
  readonly address: string;
  readonly decimals: number;
  /** {USD/tok} 18 decimals */
  readonly price: bigint;
}

/** Whether `a` is token0 of a pool with `b`. */
export function isToken0(a: string, b: string): boolean {
  return BigInt(a) < BigInt(b);
}

/** The square-root price (Q64.96: token1 units per token0 unit) at which both tokens trade at their market prices. */
export function sqrtPriceOf(a: Priced, b: Priced): bigint {
  const [token0, token1] = isToken0(a.address, b.address) ? [a, b] : [b, a];
  const numerator = token0.price * 10n ** BigInt(token1.decimals);
  const denominator = token1.price * 10n ** BigInt(token0.decimals);
  const root = sqrt((numerator << 192n) / denominator);
  if (root < MIN_SQRT_RATIO || root >= MAX_SQRT_RATIO) throw new RangeError(`no pool has the price ${root}`);
  return root;
}

/** Token units of the pool's token0 and token1 that the liquidity stands for when it is spread over all prices. */
export function virtualReserves(liquidity: bigint, sqrtPrice: bigint): { amount0: bigint; amount1: bigint } {
  return { amount0: (liquidity * Q96) / sqrtPrice, amount1: (liquidity * sqrtPrice) / Q96 };
}

/** The widest range of ticks of a fee tier. */
export function fullRange(fee: number): { lower: number; upper: number } {
  const spacing = spacingOf(fee);
  const upper = Math.floor(MAX_TICK / spacing) * spacing;
  return { lower: -upper, upper };
}

/** The range of ticks around a square-root price that reaches `width` either way (0.02: 2%), cut to the tier's spacing. */
export function rangeAround(sqrtPrice: bigint, width: number, fee: number): { lower: number; upper: number } {
  const spacing = spacingOf(fee);
  // A double is exact enough to choose a range by.
  const price = (Number(sqrtPrice) / Number(Q96)) ** 2;
  const tick = Math.log(price) / Math.log(1.0001);
  const reach = Math.log(1 + width) / Math.log(1.0001);
  return {
    lower: Math.floor((tick - reach) / spacing) * spacing,
    upper: Math.ceil((tick + reach) / spacing) * spacing,
  };
}

function spacingOf(fee: number): number {
  const spacing = TICK_SPACING[fee];
  if (spacing === undefined) throw new RangeError(`no fee tier of ${fee}`);
  return spacing;
}

/** A route as the router takes it: `tokens[0] fees[0] tokens[1] ...`, packed. */
export function encodePath(tokens: readonly string[], fees: readonly number[]): string {
  if (tokens.length !== fees.length + 1 || fees.length === 0)
    throw new RangeError("a path has one more token than fees");
  return concat(
    tokens.flatMap((token, i) =>
      i === 0 ? [getAddress(token)] : [toBeHex(present(fees[i - 1]), 3), getAddress(token)],
    ),
  );
}
