/**
 * 12-13 March 2020: what is known of the worst two days that ether had.
 *
 * PRICES are facts from the public hourly candles of the exchange Bitstamp (ETH/USD and BTC/USD, UTC), rounded: the price at
 * full hours where the course of the day turned, and the extremes within an hour, put at the minute at which other public
 * markets saw theirs (the low of the crash at about 02:15 UTC on the 13th).
 *
 * GAS PRICES of the 12th are rounded medians of what blocks on Ethereum mainnet paid. For the 13th no figures are at hand: an
 * assumption (high while the low is made, then back to where the days began).
 *
 * THE PRICE OF A BORROWED DOLLAR is that of DAI, whose borrowers all needed it at once to repay: it closed at 1.066 USD on the 12th
 * and at 1.015 on the 13th, and was quoted as high as 1.12 in between. plUSD is taken to grow dear in the same way: what
 * liquidators have to pay is not par. The course between these figures is an assumption.
 *
 * DEPTH is an assumption: on that day the order books of large exchanges lost most of their depth within hours. Here pools
 * lose as much of their liquidity as the figure says.
 */

/** `time` as hh:mm since 12 March 2020, 00:00 UTC: hours go to 48. `eth`, `btc` in USD. */
export interface WayPoint {
  readonly time: string;
  readonly eth: number;
  readonly btc: number;
}

/** 12 March 2020, 00:00 UTC, in unix seconds. */
export const MARCH_2020_START = Date.UTC(2020, 2, 12) / 1000;

export const MARCH_2020_PRICES: readonly WayPoint[] = [
  { time: "00:00", eth: 194.6, btc: 7935 },
  { time: "01:00", eth: 193.8, btc: 7926 },
  { time: "02:00", eth: 184.9, btc: 7717 },
  { time: "06:00", eth: 181.6, btc: 7651 },
  { time: "07:00", eth: 173.5, btc: 7494 },
  { time: "08:00", eth: 171.1, btc: 7387 },
  { time: "10:00", eth: 167.3, btc: 7342 },
  { time: "10:30", eth: 162, btc: 7100 },
  { time: "10:48", eth: 127.5, btc: 5965 },
  { time: "11:00", eth: 138.6, btc: 6334 },
  { time: "12:00", eth: 136, btc: 6031 },
  { time: "13:45", eth: 125.1, btc: 5714 },
  { time: "14:00", eth: 133.9, btc: 5967 },
  { time: "15:00", eth: 139.7, btc: 6082 },
  { time: "18:00", eth: 141.9, btc: 6113 },
  { time: "20:00", eth: 137.7, btc: 6033 },
  { time: "20:50", eth: 123.8, btc: 5592 },
  { time: "22:00", eth: 130.2, btc: 5792 },
  { time: "23:00", eth: 127.2, btc: 5802 },
  { time: "23:25", eth: 102.7, btc: 4777 },
  { time: "24:00", eth: 109.4, btc: 4842 },
  { time: "25:00", eth: 106.9, btc: 4671 },
  { time: "25:45", eth: 96.3, btc: 4007 },
  { time: "26:15", eth: 88.2, btc: 3850 },
  { time: "26:40", eth: 122.6, btc: 5427 },
  { time: "27:00", eth: 115.8, btc: 5050 },
  { time: "28:00", eth: 129.1, btc: 5365 },
  { time: "29:00", eth: 112.2, btc: 4866 },
  { time: "30:00", eth: 117, btc: 4980 },
  { time: "32:00", eth: 128.6, btc: 5432 },
  { time: "34:00", eth: 134.2, btc: 5843 },
  { time: "36:00", eth: 129.1, btc: 5454 },
  { time: "38:00", eth: 133.5, btc: 5636 },
  { time: "40:00", eth: 125.6, btc: 5251 },
  { time: "43:00", eth: 120.1, btc: 5025 },
  { time: "44:00", eth: 129.4, btc: 5454 },
  { time: "46:00", eth: 130.6, btc: 5581 },
  { time: "48:00", eth: 135.5, btc: 5623 },
];

/** {gwei} */
export const MARCH_2020_GAS: readonly (readonly [time: string, gwei: number])[] = [
  ["00:00", 7],
  ["04:00", 20],
  ["08:00", 40],
  ["11:00", 66],
  ["13:00", 117],
  ["16:00", 200],
  ["18:00", 130],
  ["20:00", 67],
  ["22:00", 90],
  ["23:00", 60],
  ["26:00", 120],
  ["28:00", 90],
  ["34:00", 30],
  ["48:00", 10],
];

/** {USD per plUSD} in the market; the protocol itself counts a debt of 1 plUSD as 1 USD. */
export const MARCH_2020_DOLLAR: readonly (readonly [time: string, price: number])[] = [
  ["00:00", 1],
  ["10:00", 1],
  ["11:00", 1.015],
  ["14:00", 1.02],
  ["22:00", 1.02],
  ["24:00", 1.066],
  ["26:15", 1.08],
  ["28:00", 1.05],
  ["36:00", 1.02],
  ["48:00", 1.015],
];

/** Liquidity in the pools, as a fraction of what there was at the start. */
export const MARCH_2020_DEPTH: readonly (readonly [time: string, fraction: number])[] = [
  ["00:00", 1],
  ["10:00", 1],
  ["11:00", 0.5],
  ["22:00", 0.5],
  ["24:00", 0.3],
  ["27:00", 0.25],
  ["32:00", 0.4],
  ["48:00", 0.7],
];

/**
 * Volatility of the bridge between way-points, per square root of an hour, from the given time on.
 *
 * Range estimates of the real day (ten-minute candles) come to a variance of about 0.086 for the 12th alone. The way-points
 * carry the large moves already; what the bridge adds is chosen a good deal below the estimate, because much of what is
 * measured within ten minutes is the bounce between bid and ask, which a feed that takes the median of many sources does not
 * see. It gives some 1,700 to 1,900 moves of 0.5% over the two days.
 */
export const MARCH_2020_VOLATILITY: readonly (readonly [time: string, perSqrtHour: number])[] = [
  ["00:00", 0.018],
  ["10:00", 0.055],
  ["14:00", 0.036],
  ["20:00", 0.045],
  ["23:00", 0.06],
  ["30:00", 0.039],
  ["36:00", 0.028],
];

/** Bitcoin moved about four fifths as much, and mostly together with ether. */
export const MARCH_2020_BTC = { volatilityRatio: 0.8, correlation: 0.9 } as const;
