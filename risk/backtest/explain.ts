/** The verdict of a backtest in words. */

import type { BacktestResult } from "./backtest.js";

/** Why a backtest fails, one sentence for each reason; nothing when it passes. */
export function reasonsOf(result: BacktestResult, level = 0.05): string[] {
  const { exceedances, expected } = result;
  const counts = `${exceedances} exceedances where ${expected.toFixed(1)} are expected`;
  const reasons: string[] = [];
  if (result.kupiec.pValue <= level) {
    reasons.push(
      exceedances < expected
        ? `${counts}: too few, the VaR is larger than it promises (cautious, and it costs borrowing power)`
        : `${counts}: too many, the VaR is smaller than it promises`,
    );
  }
  if (result.independence.pValue <= level) {
    const pairs = result.hits.filter((hit, i) => hit && result.hits[i - 1] === true).length;
    reasons.push(`${pairs} of ${exceedances} exceedances follow right upon another: they come in clusters`);
  }
  if (reasons.length === 0 && result.conditional.pValue <= level) {
    reasons.push(`${counts}, and how they follow each other: each alone would pass, not both together`);
  }
  return reasons;
}

/** Extremes that a quantile should rest on. */
const ENOUGH = 20;

/** What a learned z rests on, and what to do when that is little. */
export function originOf(trainingObservations: number, confidence: number): string {
  const worst = Math.max(1, Math.round(trainingObservations * (1 - confidence)));
  const origin = `z was learned from ${trainingObservations} periods before the split: their worst ${worst} decide it`;
  return worst >= ENOUGH ? `${origin}.` : `${origin}, which is few. Add other cadences of the same assets (--also).`;
}
