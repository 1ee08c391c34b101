/** The price of the reserve's auctions, to the wei as `contracts/reserve/AuctionMath.sol` has it. */

import { ceilDiv, WAD } from "./integer.js";

const BP = 10n ** 14n;

/** How auctions run. bps, bps, s */
export interface AuctionPath {
  readonly premium: bigint;
  readonly maxSlippage: bigint;
  readonly duration: bigint;
}

/** The price in terms of the oracle's, so long after the start. 18 decimals, rounded up */
export function factorAt({ premium, maxSlippage, duration }: AuctionPath, elapsed: bigint): bigint {
  if (elapsed < 0n || elapsed > duration)
    throw new RangeError(`an auction of ${duration} s has no price after ${elapsed} s`);
  return WAD + premium * BP - ((premium + maxSlippage) * BP * elapsed) / duration;
}

/**
 * What is asked now for an amount of what is sold, paid in another asset, as long as the reserve's loss budget lasts; the contract never asks for less.
 * {sold ledger} to {bought ledger}
 */
export function askedFor(
  amount: bigint,
  sold: { readonly mid: bigint; readonly unit: bigint },
  bought: { readonly mid: bigint; readonly unit: bigint },
  factor: bigint,
): bigint {
  const given = ceilDiv(amount * sold.mid, sold.unit);
  return ceilDiv(ceilDiv(given * factor, WAD) * bought.unit, bought.mid);
}
