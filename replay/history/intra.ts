/** What a price did inside of a candle, of which four prices and no order are known. */

import { type Candle, candleAt } from "./candles.js";

/** Looks at the market per candle: calm ones are seen at the four prices that are known, wild ones twice in between. */
export const LOOKS = { calm: 4, wild: 12 } as const;
/** A candle is wild when its low is so far below its high. */
const WILD = 0.04;

/** Parts of a candle at whose end the price is high, low, and what it closes at. */
const [HIGH_AT, LOW_AT, CLOSE_AT] = [1 / 4, 2 / 4, 3 / 4];

/**
 * The price at a moment of a candle. It opens, climbs to the high, falls to the low and returns to the close, in equal times and at an even pace of
 * the logarithm, and then stands. High before low is the worse order for a lender: the fall is as deep as it can have been, and as quick.
 * @param part Of the candle, from 0 on; at 1 and later it has closed.
 */
export function priceWithin({ open, high, low, close }: Candle, part: number): number {
  const between = (from: number, to: number, start: number, end: number): number =>
    from * (to / from) ** ((part - start) / (end - start));
  if (part <= 0) return open;
  if (part < HIGH_AT) return between(open, high, 0, HIGH_AT);
  if (part < LOW_AT) return between(high, low, HIGH_AT, LOW_AT);
  if (part < CLOSE_AT) return between(low, close, LOW_AT, CLOSE_AT);
  return close;
}

/**
 * The price at any time: inside of candles as above, the last close in gaps.
 * @throws {RangeError} before the first candle.
 */
export function priceAt(candles: readonly Candle[], step: number, time: number): number {
  const candle = candleAt(candles, time);
  if (candle === undefined) throw new RangeError(`no price is known at ${new Date(time * 1_000).toISOString()}`);
  return priceWithin(candle, (time - candle.time) / step);
}

/**
 * When to look at the market between two times: at the beginning of each step of the grid, and at even distances after it, more of them where any of the
 * markets is wild. The four prices of each candle are among what is seen.
 * @param markets Candles of each market, all of the same step.
 * @param from On the grid. (unix seconds)
 * @param to Excluded. (unix seconds)
 */
export function* looksBetween(
  markets: readonly (readonly Candle[])[],
  step: number,
  from: number,
  to: number,
): Generator<number> {
  for (let start = from; start < to; start += step) {
    const wild = markets.some((candles) => {
      const candle = candleAt(candles, start);
      return candle?.time === start && candle.low < (1 - WILD) * candle.high;
    });
    const looks = wild ? LOOKS.wild : LOOKS.calm;
    for (let i = 0; i < looks; i++) {
      const time = start + Math.round((i * step) / looks);
      if (time < to) yield time;
    }
  }
}
