/** Parametric VaR of a portfolio and what each position adds to it. Losses are positive, in the unit of the exposures. */

import { present } from "../../sdk/present.js";
import { need } from "../errors.js";
import { multiply, type Rows } from "../statistics/covariance.js";
import { dot, sum } from "../statistics/moments.js";

export interface ComponentVaR {
  readonly total: number;
  /** They add up to `total`. */
  readonly components: readonly number[];
  /** What each position would have alone. */
  readonly standalone: readonly number[];
  /** Sum of the stand-alone figures less the total. */
  readonly diversification: number;
}

/**
 * @param exposures Value held of each asset, or weights.
 * @param covariance Of one step.
 * @param z Quantile, for instance 2.326.
 * @param horizon In steps.
 * @param means Expected return of one step of each asset; 0 when left out.
 */
export function componentVaR(
  exposures: readonly number[],
  covariance: Rows,
  z: number,
  horizon = 1,
  means: readonly number[] = exposures.map(() => 0),
): ComponentVaR {
  need(horizon > 0, `a horizon is above zero, not ${horizon}`);
  const marginal = multiply(covariance, exposures);
  const variance = dot(exposures, marginal);
  need(variance >= 0, "the covariance matrix gives this portfolio a negative variance");
  const sd = Math.sqrt(variance);
  const scale = z * Math.sqrt(horizon);
  const components = exposures.map((each, i) => {
    const risk = sd === 0 ? 0 : (scale * each * present(marginal[i])) / sd;
    return risk - horizon * each * present(means[i]);
  });
  const standalone = exposures.map(
    (each, i) => scale * Math.abs(each) * Math.sqrt(present(covariance[i]?.[i])) - horizon * each * present(means[i]),
  );
  const total = scale * sd - horizon * dot(exposures, means);
  return { total, components, standalone, diversification: sum(standalone) - total };
}

/** Loss with the cost of getting out: a relative half spread on top of the normal VaR. */
export function spreadAdjustedVaR(
  value: number,
  volatility: number,
  spread: number,
  z: number,
): { readonly var: number; readonly cost: number; readonly total: number } {
  const risk = value * z * volatility;
  const cost = (value * spread) / 2;
  return { var: risk, cost, total: risk + cost };
}
