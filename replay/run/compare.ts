/** The same history under fixed loan-to-value parameters and under measured haircuts. */

import { present } from "../../sdk/present.js";
import type { ChapterResult } from "../chapters/chapter.js";
import { type Collateral, ESTABLISHED, LEAST_GAP, nameOf, type Policy } from "../policy/policy.js";
import { lossRate, mean, samplesOf, type Totals, totalsOf } from "./totals.js";

/** In the order of the assets' numbers, as samples have them. */
const COLLATERALS: readonly Collateral[] = ["WETH", "WBTC", "wstETH", "USDC"];
/** Further plays of the history in search of equal losses. */
const SEARCH = 3;
/** Losses are equal when they are this near to each other. */
const NEAR = 0.05;
/** By how much loan-to-values are moved at most. */
const MOST_SHIFT = 0.2;
const FIRST_SHIFT = 0.05;
/** What the risk model takes. */
const [LEAST_INITIAL, LEAST_MAINTENANCE] = [0.05, 0.04];

type Fixed = Extract<Policy, { kind: "fixed" }>;

/** One play of the history. */
export interface Played {
  readonly policy: Policy;
  readonly name: string;
  readonly results: readonly ChapterResult[];
  readonly totals: Totals;
  /** What borrowers and protocol lost, a year, for each dollar lent. bps */
  readonly lossRate: number;
  /** Mean debt outstanding. {plUSD} */
  readonly lent: number;
}

export interface Comparison {
  readonly measured: Played;
  /** As established protocols set them. */
  readonly established: Played;
  /** Fixed, with the measured ones' average borrowing power and distance between loan and line. */
  readonly equalPower: Played;
  /** Fixed, with the same distance, at the loan-to-values at which as much is lost. */
  readonly equalLosses: Played;
}

export function played(policy: Policy, results: readonly ChapterResult[], name = nameOf(policy)): Played {
  return {
    policy,
    name,
    results,
    totals: totalsOf(results, 0),
    lossRate: lossRate(results),
    lent: mean(samplesOf(results).map(({ debt }) => debt)),
  };
}

/**
 * Fixed parameters that are, asset by asset, what the measured ones were on average.
 * @param shift Added to all loan-to-values and thresholds.
 */
export function fixedLike(results: readonly ChapterResult[], shift = 0): Fixed {
  const samples = samplesOf(results);
  const assets = COLLATERALS.map((symbol, i) => {
    const initial = mean(samples.map((sample) => present(sample.initial[i]))) - shift;
    const gap = mean(samples.map((sample) => present(sample.initial[i]) - present(sample.maintenance[i])));
    const kept = Math.max(LEAST_INITIAL, initial, LEAST_MAINTENANCE + LEAST_GAP);
    const maintenance = Math.max(LEAST_MAINTENANCE, kept - Math.max(gap, LEAST_GAP));
    return [symbol, { loanToValue: rounded(1 - kept), liquidationThreshold: rounded(1 - maintenance) }] as const;
  });
  return { kind: "fixed", assets: Object.fromEntries(assets) };
}

/**
 * @param measured Played already.
 * @param play Plays the history under a policy.
 */
export async function compare(
  measured: Played,
  play: (policy: Policy) => Promise<readonly ChapterResult[]>,
): Promise<Comparison> {
  const as = async (policy: Policy, name: string): Promise<Played> => played(policy, await play(policy), name);
  const established = await as(ESTABLISHED, nameOf(ESTABLISHED));
  const equalPower = await as(fixedLike(measured.results), "fixed, equal borrowing power");
  const equalLosses = await searchLosses(measured, equalPower, (shift) =>
    as(fixedLike(measured.results, shift), "fixed, equal losses"),
  );
  return { measured, established, equalPower, equalLosses };
}

/** Moves loan-to-values until as much is lost, by the secant of the last two plays; the nearest that was found. */
async function searchLosses(
  { lossRate: target }: Played,
  equalPower: Played,
  play: (shift: number) => Promise<Played>,
): Promise<Played> {
  const off = (each: Played): number => each.lossRate - target;
  const isNear = (each: Played): boolean => Math.abs(off(each)) <= NEAR * Math.max(target, 1);
  let nearest: Played = { ...equalPower, name: "fixed, equal losses" };
  let [before, last]: [{ shift: number; off: number } | undefined, { shift: number; off: number }] = [
    undefined,
    { shift: 0, off: off(equalPower) },
  ];
  for (let i = 0; i < SEARCH && !isNear(nearest); i++) {
    const slope: number = before === undefined ? NaN : (last.off - before.off) / (last.shift - before.shift);
    // Lending more against the same collateral loses more: without a slope that says so, the direction is known all the same.
    const step: number = slope > 0 ? -last.off / slope : -Math.sign(last.off) * FIRST_SHIFT;
    const shift: number = Math.min(MOST_SHIFT, Math.max(-MOST_SHIFT, last.shift + step));
    if (shift === last.shift) break;
    const found = await play(rounded(shift));
    [before, last] = [last, { shift, off: off(found) }];
    if (Math.abs(off(found)) < Math.abs(off(nearest))) nearest = found;
  }
  return nearest;
}

/** A hundredth of a percent. */
function rounded(x: number): number {
  return Math.round(x * 1e4) / 1e4;
}
