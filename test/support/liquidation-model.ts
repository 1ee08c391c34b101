import { Rational } from "./rational.js";

/** What liquidation looks at, in exact numbers. {USD}; debt in {plUSD} */
export interface ModelExposure {
  /** V: priced collateral at mid. */
  value: Rational;
  /** M_s: its part of the maintenance limit. */
  priced: Rational;
  /** M: the whole maintenance limit. */
  limit: Rational;
  /** D */
  debt: Rational;
}

/** Liquidation parameters as fractions of 1. */
export interface ModelParameters {
  targetHealth: Rational;
  minIncentive: Rational;
  maxIncentive: Rational;
  fullIncentiveHealth: Rational;
}

/** A slice in exact numbers. */
export interface ModelSlice {
  insolvent: boolean;
  incentive: Rational;
  fraction: Rational;
  /** {plUSD} */
  repay: Rational;
}

/** "Insolvent means V M < M_s D (with M_s = 0: V < D and M = 0)." */
export function isInsolvent({ value, priced, limit, debt }: ModelExposure): boolean {
  if (priced.compare(0n) === 0n) return value.below(debt) && limit.compare(0n) === 0n;
  return value.times(limit).below(priced.times(debt));
}

/** "Incentive l between lmin and lmax, growing as health falls": a straight line. */
export function curve(health: Rational, p: ModelParameters): Rational {
  if (Rational.ONE.atMost(health)) return p.minIncentive;
  if (health.atMost(p.fullIncentiveHealth)) return p.maxIncentive;
  const fallen = Rational.ONE.minus(health).over(Rational.ONE.minus(p.fullIncentiveHealth));
  return p.minIncentive.plus(p.maxIncentive.minus(p.minIncentive).times(fallen));
}

/** "Capped so that (1+l) M_s D <= V M": undefined where nothing priced counts towards M. */
export function capByHealth({ value, priced, limit, debt }: ModelExposure): Rational | undefined {
  if (priced.compare(0n) === 0n) return undefined;
  return value.times(limit).over(priced.times(debt)).minus(1n);
}

/** "And l <= V/D - 1 where V >= D, else lmin." */
export function capByValue({ value, debt }: ModelExposure, p: ModelParameters): Rational {
  return debt.atMost(value) ? value.over(debt).minus(1n) : p.minIncentive;
}

/** The incentive of an exposure. */
export function incentive(e: ModelExposure, p: ModelParameters): Rational {
  if (isInsolvent(e)) return p.minIncentive;
  const byValue = capByValue(e, p);
  const byHealth = capByHealth(e) ?? byValue;
  return Rational.min(curve(e.limit.over(e.debt), p), Rational.min(byHealth, byValue));
}

/** "f = min(1, (H D - M)/(H V/(1+l) - M_s))": the fraction that brings health to H, before the minimum debt is looked at. */
export function targetFraction(e: ModelExposure, p: ModelParameters, l: Rational): Rational {
  const wanted = p.targetHealth.times(e.debt).minus(e.limit);
  const gained = p.targetHealth.times(e.value).over(l.plus(1n)).minus(e.priced);
  if (gained.atMost(0n)) return Rational.ONE;
  return Rational.min(Rational.ONE, wanted.over(gained));
}

/** The largest slice of an exposure with D > M; `l` defaults to the exact incentive. */
export function slice(e: ModelExposure, p: ModelParameters, minimumDebt: Rational, l = incentive(e, p)): ModelSlice {
  const price = e.value.over(l.plus(1n));
  if (isInsolvent(e)) {
    return { insolvent: true, incentive: l, fraction: Rational.ONE, repay: Rational.min(e.debt, price) };
  }
  let fraction = targetFraction(e, p, l);
  if (e.debt.minus(fraction.times(price)).below(minimumDebt)) {
    // "If less than the minimum debt would remain, f = min(1, D(1+l)/V) and D is repaid."
    fraction = e.value.compare(0n) === 0n ? Rational.ONE : Rational.min(Rational.ONE, e.debt.over(price));
  }
  return { insolvent: false, incentive: l, fraction, repay: Rational.min(e.debt, fraction.times(price)) };
}
