/** The distributions in use, from a library, with the two densities that the formulas need beside them. */

import chisquareCdf from "@stdlib/stats-base-dists-chisquare-cdf";
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import normalQuantileOf from "@stdlib/stats-base-dists-normal-quantile";
import tQuantileOf from "@stdlib/stats-base-dists-t-quantile";

import { need } from "../errors.js";

/** Standard normal: the value that is not exceeded with probability p. */
export function normalQuantile(p: number): number {
  return normalQuantileOf(p, 0, 1);
}

export function normalProbability(x: number): number {
  return normalCdf(x, 0, 1);
}

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Student's t with `degrees` degrees of freedom, scaled to variance 1. */
export function scaledTQuantile(p: number, degrees: number): number {
  need(degrees > 2, `Student's t with ${degrees} degrees of freedom has no variance`, "More than 2 are needed.");
  return tQuantileOf(p, degrees) * Math.sqrt((degrees - 2) / degrees);
}

/** Probability that a chi-square variable is at least x. */
export function chiSquareTail(x: number, degrees: number): number {
  return 1 - chisquareCdf(Math.max(0, x), degrees);
}
