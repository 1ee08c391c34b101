/** What transactions offer for gas, and how one outbids another. */

import { max, min } from "../order.js";

/** {wei} per gas */
export interface Offer {
  readonly maxFee: bigint;
  readonly tip: bigint;
}

export interface FeeRules {
  /** {wei} per gas */
  readonly priorityFee: bigint;
  /** No transaction ever offers more. {wei} per gas */
  readonly ceiling: bigint;
  /** By how much one outbids another: nodes ask for 10%, and some for 12.5%. */
  readonly bumpPercent: number;
}

/** Hundredths of a percent. */
const WHOLE = 10_000n;

function bumped(value: bigint, { bumpPercent }: FeeRules): bigint {
  const factor = WHOLE + BigInt(Math.ceil(bumpPercent * 100));
  return (value * factor + WHOLE - 1n) / WHOLE;
}

/** The most that work may offer: what takes it back must still be able to outbid it. */
export function workCeiling(rules: FeeRules): bigint {
  return (rules.ceiling * WHOLE) / (WHOLE + BigInt(Math.ceil(rules.bumpPercent * 100)));
}

/** Enough for a base fee that doubles, as far as the ceiling lets it; undefined where not even the present one is paid. */
export function firstOffer(baseFee: bigint, rules: FeeRules): Offer | undefined {
  const price = baseFee + rules.priorityFee;
  const most = workCeiling(rules);
  return price > most ? undefined : { maxFee: min(2n * price, most), tip: rules.priorityFee };
}

/**
 * What outbids `last` and would be included now; undefined where that is more than the ceiling, so that nothing can be done but wait.
 * @param most The ceiling, or less for work.
 */
export function outbid(last: Offer, baseFee: bigint, rules: FeeRules, most: bigint): Offer | undefined {
  const tip = bumped(last.tip, rules);
  const least = max(bumped(last.maxFee, rules), baseFee + tip);
  return least > most ? undefined : { maxFee: min(max(least, 2n * baseFee + tip), most), tip };
}
