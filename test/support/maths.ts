/**
 * The protocol's arithmetic once more, written from the formulas and not from the contracts, for tests to compare with.
 * Amounts as in the contracts: {USD}, {plUSD}, rates and fractions with 18 decimals, haircuts in bps.
 */
import { WAD } from "./world.js";

const BPS = 10_000n;

/** What {@link borrowTerm} and the like need of one asset: `Quote` of the risk model. */
export interface QuoteLike {
  low: bigint;
  mid: bigint;
  high: bigint;
  initialHaircut: bigint;
  maintenanceHaircut: bigint;
  borrowDepth: bigint;
  maintenanceDepth: bigint;
  unit: bigint;
}

/** Rounded up. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** `low v (1 - h)`, rounded down. {USD} */
export function borrowTerm(q: QuoteLike, balance: bigint): bigint {
  return (q.low * balance * q.borrowDepth * (BPS - q.initialHaircut)) / ((q.borrowDepth + balance) * q.unit * BPS);
}

/** `high v (1 - m)`, rounded down. {USD} */
export function maintenanceTerm(q: QuoteLike, balance: bigint): bigint {
  return (
    (q.high * balance * q.maintenanceDepth * (BPS - q.maintenanceHaircut)) /
    ((q.maintenanceDepth + balance) * q.unit * BPS)
  );
}

/** `mid q`, without any discount. {USD} */
export function plainValue(q: QuoteLike, balance: bigint): bigint {
  return (q.mid * balance) / q.unit;
}

/** `e^x` for `0 <= x < 50`, 18 decimals in and out, rounded to nearest. */
export function exp(x: bigint): bigint {
  return (exp60(x) + 5n * 10n ** 41n) / 10n ** 42n;
}

/** `e^x` for `0 <= x < 50`, 18 decimals in and 60 out, cut off: a Taylor series without any reduction. */
export function exp60(x: bigint): bigint {
  const one = 10n ** 60n;
  const y = x * 10n ** 42n;
  let term = one;
  let sum = one;
  for (let n = 1n; term > 0n; ++n) {
    term = (term * y) / (one * n);
    sum += term;
  }
  return sum;
}

/** The largest float of `mantissaBits` not above `value`. */
export function floatDown(value: bigint, mantissaBits: bigint): bigint {
  let exponent = 0n;
  while (value >> exponent >= 1n << mantissaBits) ++exponent;
  return (value >> exponent) << exponent;
}

/** V, M_s, M and D of an account. {USD} */
export interface ExposureLike {
  value: bigint;
  priced: bigint;
  limit: bigint;
  debt: bigint;
}

/** How slices are cut. bps; {plUSD} */
export interface SliceParameters {
  targetHealth: bigint;
  minIncentive: bigint;
  maxIncentive: bigint;
  fullIncentiveHealth: bigint;
  minimumDebt: bigint;
}

/** The largest slice of a failing account: fraction and incentive with 18 decimals, repayment in {plUSD}. */
export interface SliceLike {
  fraction: bigint;
  incentive: bigint;
  repay: bigint;
  insolvent: boolean;
}

/** DESIGN section 3, "Account", for an account whose collateral is all priced (M_s = M > 0). */
export function slice(e: ExposureLike, p: SliceParameters): SliceLike {
  const toWad = WAD / BPS;
  const insolvent = e.value * e.limit < e.priced * e.debt;
  if (insolvent) {
    const incentive = p.minIncentive * toWad;
    const price = ceilDiv(e.value * WAD, WAD + incentive);
    return { fraction: WAD, incentive, repay: price < e.debt ? price : e.debt, insolvent };
  }
  const health = (e.limit * WAD) / e.debt;
  const [low, high, full] = [p.minIncentive * toWad, p.maxIncentive * toWad, p.fullIncentiveHealth * toWad];
  let incentive = health <= full ? high : low + ((high - low) * (WAD - health)) / (WAD - full);
  const caps = [
    ((e.value * e.limit - e.priced * e.debt) * WAD) / (e.priced * e.debt),
    e.value >= e.debt ? ((e.value - e.debt) * WAD) / e.debt : low,
  ];
  for (const cap of caps) if (incentive > cap) incentive = cap;

  // Everything with 18 decimals more, so that this side's own rounding does not matter.
  const wanted = ((p.targetHealth * e.debt) / BPS - e.limit) * WAD;
  const gained = (p.targetHealth * e.value * WAD * WAD) / (BPS * (WAD + incentive)) - e.priced * WAD;
  let fraction = gained <= wanted ? WAD : (wanted * WAD) / gained;
  let repay = ceilDiv(e.value * fraction, WAD + incentive);
  if (repay >= e.debt || e.debt - repay < p.minimumDebt) {
    const all = ceilDiv(e.value * WAD, WAD + incentive);
    repay = all > e.debt ? e.debt : all;
    fraction = all > e.debt ? (e.debt * (WAD + incentive)) / e.value : WAD;
  }
  return { fraction, incentive, repay, insolvent };
}

/** Whether `a` and `b` differ by at most `tolerance`. */
export function near(a: bigint, b: bigint, tolerance: bigint): boolean {
  const d = a > b ? a - b : b - a;
  return d <= tolerance;
}
