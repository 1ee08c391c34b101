/** What the world of a chapter starts with: the balance sheet of `npm start` in dollars, at the prices of its day, with what the model would have measured by then. */

import {
  LOCAL_ANSWERS,
  LOCAL_ASSETS,
  LOCAL_RESERVE,
  type LocalAsset,
  type LocalTerms,
  type TokenName,
} from "../../deploy/parameters/local.js";
import type { Holding } from "../../deploy/parameters/assets.js";
import { RISK_FILE } from "../../deploy/parameters/risk.js";
import { seedsFrom, WARM_UP } from "../../risk/calibration/run.js";
import { align } from "../../risk/data/panel.js";
import { DAY } from "../../risk/data/returns.js";
import { emptyModel, listAsset, observe } from "../../risk/model/model.js";
import { sampleCovariance } from "../../risk/statistics/covariance.js";
import { dailyPanelReturns, panelBefore, type Panel } from "../../risk/data/panel.js";
import { present } from "../../sdk/present.js";
import { toAnswer } from "../path/feed.js";
import type { CandleSeries } from "./candles.js";
import { priceAt } from "./intra.js";

/** Days before a chapter from which it takes what the model has measured: all but a thousandth of an observation's weight is gone by then. */
export const PAST = 120 * DAY;
/** Digits of a seed that mean something. */
const DIGITS = 12;

/** Daily covariance of ether and bitcoin, in that order. */
export type Covariance = readonly (readonly number[])[];

/**
 * What the model has measured by a moment: seeded by the sample covariance of the first days of the past, it observes every candle's close.
 * @param from Of the chapter. (unix seconds)
 * @returns Undefined where less than the days of seeding are known.
 */
export function measuredBefore(eth: CandleSeries, btc: CandleSeries, from: number): Covariance | undefined {
  const past = (series: CandleSeries) => {
    const candles = series.candles.filter(({ time }) => time >= from - PAST && time < from);
    const { name, file, step, notes } = series;
    // A candle is known when it has closed.
    const times = candles.map(({ time }) => time + step);
    return { name, file, step, gaps: "allow" as const, notes, times, prices: candles.map(({ close }) => close) };
  };
  const [a, b] = [past(eth), past(btc)];
  const first = Math.max(a.times[0] ?? Infinity, b.times[0] ?? Infinity);
  if (first > from - WARM_UP * DAY) return undefined;
  const panel = align([a, b]);
  return covarianceAt(panel);
}

function covarianceAt(panel: Panel): Covariance {
  const start = present(panel.times[0]);
  const warm = panelBefore(panel, start + WARM_UP * DAY);
  let state = emptyModel(start);
  seedsFrom(sampleCovariance(dailyPanelReturns(warm), "population")).forEach((seed, i) => {
    state = listAsset(state, seed, present(panel.prices[0]?.[i]), start);
  });
  for (let t = 1; t < panel.times.length; t++) {
    state = observe(state, RISK_FILE.global, present(panel.times[t]), present(panel.prices[t]));
  }
  return state.covariance;
}

/**
 * The terms at the prices of a moment. Whatever is counted in tokens is as many dollars as in `npm start`, so that the book, its market and the reserve
 * are in the same proportion in every year.
 * @param covariance Undefined: as in the parameter file.
 */
export function termsAt(
  eth: CandleSeries,
  btc: CandleSeries,
  from: number,
  covariance: Covariance | undefined,
): LocalTerms {
  const answers = {
    eth: toAnswer(priceAt(eth.candles, eth.step, from)),
    btc: toAnswer(priceAt(btc.candles, btc.step, from)),
    usdc: LOCAL_ANSWERS.usdc,
  };
  const scales: Readonly<Record<TokenName, readonly [bigint, bigint]>> = {
    weth: [LOCAL_ANSWERS.eth, answers.eth],
    wsteth: [LOCAL_ANSWERS.eth, answers.eth],
    wbtc: [LOCAL_ANSWERS.btc, answers.btc],
    usdc: [1n, 1n],
  };
  const scaled = (token: TokenName, amount: bigint): bigint => {
    const [before, now] = scales[token];
    return (amount * before + now / 2n) / now;
  };
  const seeds = covariance === undefined ? undefined : seedsFrom(covariance);
  const assets = LOCAL_ASSETS.map((asset): LocalAsset => ({
    ...asset,
    depth: scaled(asset.token, asset.depth),
    cap: scaled(asset.token, asset.cap),
    seed: seedOf(asset, seeds),
  }));
  const holding = (token: TokenName): Holding => {
    const each = LOCAL_RESERVE[token];
    return {
      ...each,
      seed: scaled(token, each.seed),
      liquidFloor: scaled(token, each.liquidFloor),
      liquidCeiling: scaled(token, each.liquidCeiling),
    };
  };
  const reserve = { weth: holding("weth"), wbtc: holding("wbtc"), wsteth: holding("wsteth"), usdc: holding("usdc") };
  return { answers, assets, reserve };
}

/** Of ether and bitcoin what was measured; staked ether and USDC are related to them as the local chain says. */
function seedOf(asset: LocalAsset, seeds: ReturnType<typeof seedsFrom> | undefined): LocalAsset["seed"] {
  const seed = asset.token === "weth" ? seeds?.[0] : asset.token === "wbtc" ? seeds?.[1] : undefined;
  if (seed === undefined) return asset.seed;
  return { variance: wad(seed.variance), loadings: seed.loadings.map(wad) };
}

/** 18 decimals */
function wad(value: number): bigint {
  return BigInt(Math.round(value * 10 ** DIGITS)) * 10n ** BigInt(18 - DIGITS);
}
