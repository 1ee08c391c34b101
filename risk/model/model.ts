/**
 * The on-chain risk model in doubles: what the contract must compute, written from the formulas. A state is a value: every step
 * returns a new one. Covariances are per day; an asset is a number, in the order of listing.
 */

import { present } from "../../sdk/present.js";
import { need } from "../errors.js";
import { multiply } from "../statistics/covariance.js";
import { dot, sum } from "../statistics/moments.js";

/** {s} */
const DAY = 86_400;
/** The largest variance that one return may stand for: |r| <= sqrt(90 dt) keeps the contract's packed word in range. {1/d} */
export const MAX_VARIANCE = 90;

/** Parameters of the whole model. */
export interface ModelParameters {
  /** Time constant of the covariance. {d} */
  readonly tauDays: number;
  /** Quantile of the haircuts. */
  readonly z: number;
  /** Share of the initial haircut for the maintenance one. */
  readonly mu: number;
  /** Weight of the size term of the initial haircut. */
  readonly k: number;
  /** Quantile of the VaR. */
  readonly varZ: number;
  /** {d} */
  readonly varHorizonDays: number;
  /** Share of the VaR that assumes that everything falls together, 0 to 1. */
  readonly guard: number;
}

/** Parameters of one asset. */
export interface AssetParameters {
  /** {1/sqrt(d)} */
  readonly volatilityFloor: number;
  /** Days that a liquidation may take. {d} */
  readonly horizonDays: number;
  /** As fractions of 1. */
  readonly minInitial: number;
  readonly maxInitial: number;
  readonly minMaintenance: number;
  readonly maxMaintenance: number;
}

/** How a new asset relates to those listed before it. */
export interface Seed {
  /** Variance that is its own. {1/d} */
  readonly variance: number;
  /** Loadings on the assets listed before it, in their order. */
  readonly loadings: readonly number[];
}

export interface ModelState {
  /** {1/d} */
  readonly covariance: readonly (readonly number[])[];
  /** ln of the price when last priced; undefined before the first time. */
  readonly logPrices: readonly (number | undefined)[];
  /** When each asset was last priced. {s} */
  readonly pricedAt: readonly number[];
  /** {s} */
  readonly observedAt: number;
}

/** A model without assets. @param now {s} */
export function emptyModel(now: number): ModelState {
  return { covariance: [], logPrices: [], pricedAt: [], observedAt: now };
}

/**
 * Lists an asset: its covariances are `c = C w`, its variance `w'C w + variance`, so that the matrix stays positive semi-definite.
 * @param price {USD/tok}; undefined while it has none.
 */
export function listAsset(state: ModelState, seed: Seed, price: number | undefined, now: number): ModelState {
  const w = seed.loadings;
  need(
    w.length === state.covariance.length,
    `${w.length} loadings for ${state.covariance.length} assets listed before`,
  );
  need(seed.variance >= 0, `a variance is not negative: ${seed.variance}`);
  const c = multiply(state.covariance, w);
  return {
    ...state,
    covariance: [...state.covariance.map((row, i) => [...row, present(c[i])]), [...c, dot(w, c) + seed.variance]],
    logPrices: [...state.logPrices, price === undefined ? undefined : logOf(price)],
    pricedAt: [...state.pricedAt, now],
  };
}

function logOf(price: number): number {
  need(price > 0 && price < Infinity, `a price is above zero, not ${price}`);
  return Math.log(price);
}

/**
 * One observation.
 * @param now {s}
 * @param prices {USD/tok} of every asset; undefined for the unpriced.
 */
export function observe(
  state: ModelState,
  parameters: Pick<ModelParameters, "tauDays">,
  now: number,
  prices: readonly (number | undefined)[],
): ModelState {
  need(prices.length === state.covariance.length, `${prices.length} prices for ${state.covariance.length} assets`);
  const dt = (now - state.observedAt) / DAY;
  need(dt > 0, "an observation needs time to have passed since the one before");
  const weightOf = (days: number): number => -Math.expm1(-days / parameters.tauDays);
  const a = weightOf(dt);
  const cap = Math.sqrt(MAX_VARIANCE * dt);

  const logs = prices.map((price) => (price === undefined ? undefined : logOf(price)));
  /** Returns times the root of what they weigh. */
  const factors = logs.map((log, i) => {
    const last = state.logPrices[i];
    if (log === undefined || last === undefined) return 0;
    // An asset that was away brings the return of its whole absence, which weighs as one step of that length. One that was listed since the
    // last observation counts as if it had been there all the time: a short while scaled up would be mostly noise.
    const step = Math.max(dt, (now - present(state.pricedAt[i])) / DAY);
    return Math.min(cap, Math.max(-cap, log - last)) * Math.sqrt(weightOf(step) / step);
  });
  const covariance = state.covariance.map((row, i) =>
    row.map((each, j) => {
      // Nothing is known of an unpriced asset: its own variance stays, its covariances fade.
      if (i === j && logs[i] === undefined) return each;
      return (1 - a) * each + present(factors[i]) * present(factors[j]);
    }),
  );
  return {
    covariance,
    logPrices: logs.map((log, i) => log ?? state.logPrices[i]),
    pricedAt: logs.map((log, i) => (log === undefined ? present(state.pricedAt[i]) : now)),
    observedAt: now,
  };
}

/** The covariance with variances raised to the floors, `C^`. */
export function flooredCovariance(state: ModelState, floors: readonly number[]): number[][] {
  return state.covariance.map((row, i) =>
    row.map((each, j) => (i === j ? Math.max(each, present(floors[i]) ** 2) : each)),
  );
}

/** Daily volatility of every asset, floored. */
export function volatilities(state: ModelState, floors: readonly number[]): number[] {
  return flooredCovariance(state, floors).map((row, i) => Math.sqrt(present(row[i])));
}

/** A haircut and what it is made of, as fractions of 1. */
export interface Haircut {
  readonly initial: number;
  readonly maintenance: number;
  /** `z vol sqrt(horizon)` */
  readonly volatilityPart: number;
  /** `k Q / (X + Q)` */
  readonly liquidityPart: number;
}

/**
 * Targets of one asset, unrounded.
 * @param volatility {1/sqrt(d)}
 * @param quantity Q: all that is held of the asset. {tok}
 * @param depth X. {tok}
 */
export function haircutTargets(
  parameters: Pick<ModelParameters, "z" | "mu" | "k">,
  asset: AssetParameters,
  volatility: number,
  quantity: number,
  depth: number,
): Haircut {
  const volatilityPart = parameters.z * volatility * Math.sqrt(asset.horizonDays);
  const liquidityPart = quantity === 0 ? 0 : (parameters.k * quantity) / (depth + quantity);
  return {
    initial: clamp(volatilityPart + liquidityPart, asset.minInitial, asset.maxInitial),
    maintenance: clamp(parameters.mu * volatilityPart, asset.minMaintenance, asset.maxMaintenance),
    volatilityPart,
    liquidityPart,
  };
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}

export interface ModelVaR {
  /** {USD} */
  readonly total: number;
  /** They add up to `total`. {USD} */
  readonly components: readonly number[];
}

/**
 * `(1-g) z sqrt(hor E'C^E) + g sum z sqrt(hor) vol_i E_i`, and each asset's part of it.
 * @param exposures {USD}, not negative.
 */
export function valueAtRisk(
  state: ModelState,
  parameters: Pick<ModelParameters, "varZ" | "varHorizonDays" | "guard">,
  floors: readonly number[],
  exposures: readonly number[],
): ModelVaR {
  need(
    exposures.every((each) => each >= 0),
    "an exposure is not negative",
  );
  const c = flooredCovariance(state, floors);
  const marginal = multiply(c, exposures);
  const sd = Math.sqrt(Math.max(0, dot(exposures, marginal)));
  const scale = parameters.varZ * Math.sqrt(parameters.varHorizonDays);
  const g = parameters.guard;
  const components = exposures.map((each, i) => {
    const together = sd === 0 ? 0 : (each * present(marginal[i])) / sd;
    return scale * ((1 - g) * together + g * Math.sqrt(present(c[i]?.[i])) * each);
  });
  return { total: sum(components), components };
}
