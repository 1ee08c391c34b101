/** What reserve, balance sheet, auctions, Backstop and borrow rate are deployed with; docs/reserve.md says why. */

const WAD = 10n ** 18n;
const HOUR = 3_600;
const DAY = 86_400;
const YEAR = 365 * DAY;

/** plUSD's own market price in the oracle: not among the sixteen that carry a covariance. */
export const DOLLAR_ASSET = 16;

/** How statements are taken, and what loans require. s, bps, {1e-6}, h, bps, bps a day, bps, s */
export const SHEET = {
  maxAge: HOUR,
  liquidShare: 1_000,
  loanZ: 3_000_000,
  loanHorizon: 24,
  loanFloor: 200,
  shareFall: 2_400,
  surplusFactor: 12_000,
  deficitDelay: 2 * HOUR,
} as const;

/** How the Backstop is left, and over how long it earns. s */
export const EXIT = {
  delay: 7 * DAY,
  settle: 6 * HOUR,
  window: 2 * DAY,
  exitWindow: 2 * HOUR,
  stream: 7 * DAY,
} as const;

/** From 1% above the oracle to 1% below it within half an hour; lots of 2% of an asset's depth; at most 50 bps of the reserve lost a day. */
export const AUCTIONS = {
  premium: 100,
  maxSlippage: 100,
  duration: HOUR / 2,
  depthShare: 200,
  minLot: 1_000,
  dailyLoss: 50,
} as const;

/** bps, bps a day, bps */
export const DERISK = { minScale: 2_000, pace: 2_000, margin: 500 } as const;

/** `percent` a year, continuously compounded. {1/s} 18 decimals */
const perYear = (percent: number): bigint => BigInt(Math.round((Math.log1p(percent / 100) * 1e18) / YEAR));

/** 4% a year at par, between 0.5% and 50%; e times as much at 5% below par; by 10% a year each day; 5% more while capital is short. */
export const RATE = {
  base: perYear(4),
  minimum: perYear(0.5),
  maximum: perYear(50),
  sensitivity: WAD / 20n,
  pace: perYear(10),
  surcharge: perYear(5),
} as const;

/** What an account pays for the keeper's gas when it has nothing left for a tip. {plUSD} */
export const TIP_FUND = 1_000n * WAD;
