/** Interest: the debt index at another moment than the one it was read at, to the wei. */

import { ceilDiv, min, WAD } from "./integer.js";

const MAX_INDEX = (1n << 88n) - 1n;
/** The engine goes no further: e^26 is beyond what the index holds. 18 decimals */
const MAX_EXPONENT = 26n * WAD;
/** Growth has 27 decimals. */
const RAY = 10n ** 27n;
/** Where the series is summed. 27 decimals */
const SMALL = RAY / 64n;

/** The debt index as read at a block, and how it grows. */
export interface DebtIndex {
  /** `ICreditEngine.index` at `readAt`. 18 decimals */
  readonly index: bigint;
  /** {1/s} 18 decimals, continuously compounded */
  readonly rate: bigint;
  /** When the stored index was brought up to date. {unix seconds} */
  readonly accruedAt: bigint;
  /** {unix seconds} */
  readonly readAt: bigint;
}

// ---- the index

/**
 * `e^(rate * elapsed)` with the engine's roundings (`contracts/credit/Growth.sol`): the exponent is halved until it is small, the series summed, and the sum squared as often.
 * @param rate {1/s} 18 decimals
 * @param elapsed {s}
 * @returns 27 decimals
 */
export function growthOver(rate: bigint, elapsed: bigint): bigint {
  if (rate < 0n) throw new RangeError(`a rate of ${rate} is below 0`);
  if (elapsed < 0n) throw new RangeError(`${elapsed} seconds are below 0`);
  let x = (min(rate * elapsed, MAX_EXPONENT) * RAY) / WAD;
  let halvings = 0;
  for (; x > SMALL; x /= 2n) halvings++;
  let sum = RAY + x;
  let divisor = 2n * RAY;
  for (let term = (x * x) / divisor; term > 0n; term = (term * x) / divisor) {
    sum += term;
    divisor += RAY;
  }
  for (; halvings > 0; halvings--) sum = (sum * sum) / RAY;
  return sum;
}

/**
 * The index at another moment, if nobody accrues and the rate stays. 18 decimals, rounded up
 *
 * What is read is the stored index times its growth since, rounded up. Growth is at least one, so there is one stored index only that gives
 * what was read; from that one the engine will go on.
 */
export function indexAt({ index, rate, accruedAt, readAt }: DebtIndex, time: bigint): bigint {
  if (time < readAt) throw new RangeError(`the index was read at ${readAt}, which is after ${time}`);
  if (time === readAt || rate === 0n) return index;
  const stored = (index * RAY) / growthOver(rate, readAt - accruedAt);
  return min(ceilDiv(stored * growthOver(rate, time - accruedAt), RAY), MAX_INDEX);
}

/** What rates are a year's of. {s} */
export const YEAR = 31_536_000;

/** What a rate comes to in a year of 365 days, compounded. {1/s} to a plain number (0.04: 4%) */
export function yearly(rate: bigint): number {
  return Math.expm1((Number(rate) / 1e18) * YEAR);
}
