/** A stretch of real history as a market path: what feeds answer, what the market pays, how deep it is, what gas costs, moment by moment. */

import { present } from "../../sdk/present.js";
import { RiskError } from "../../risk/errors.js";
import { FeedSampler, type FeedUpdate, toAnswer } from "../path/feed.js";
import {
  FEED_RULES,
  type FeedName,
  type MarketPath,
  Noise,
  PAR_DEVIATION,
  type PathStep,
  STAKING_GROWTH_PER_DAY,
  STAKING_RATIO,
} from "../path/path.js";
import { seeded } from "../path/random.js";
import { candleAt, type CandleSeries, indexAt } from "./candles.js";
import { looksBetween, priceAt, priceWithin } from "./intra.js";
import { depths, gasAt, type GasSeries, pressures } from "./market.js";

const DAY = 86_400;
const GWEI = 1e9;
/** How far plUSD strays from what the pressures say, on ordinary days. */
const DOLLAR_DEVIATION = 0.001;

/** All that is known of a market. Ether and bitcoin have candles of one length. */
export interface History {
  readonly eth: CandleSeries;
  readonly btc: CandleSeries;
  /** What the market pays for staked ether, as a part of the ether that it stands for: over time, or always. */
  readonly stakedRatio?: CandleSeries | number;
  readonly gas?: GasSeries;
}

/** What one market path is made with. */
export interface Span {
  /** On the grid of candles. (unix seconds) */
  readonly from: number;
  /** Excluded. (unix seconds) */
  readonly to: number;
  readonly seed: number;
  /** How long feeds take from seeing a price to answering it. {s} */
  readonly lag: number;
}

/** The history with what follows from all of it, worked out once. */
export class HistoryPaths {
  readonly step: number;
  readonly #history: History;
  readonly #depths: readonly number[];
  readonly #pressures: readonly number[];

  constructor(history: History) {
    this.#history = history;
    this.step = history.eth.step;
    this.#depths = depths(history.eth.candles, this.step);
    this.#pressures = pressures(history.eth.candles, this.step);
  }

  /**
   * Each moment at which a feed updates: at a move of its threshold or at its heartbeat, as seen at the looks of `looksBetween`.
   * @throws {RiskError} when a market has no candle at the beginning.
   */
  path({ from, to, seed, lag }: Span): MarketPath {
    const { eth, btc } = this.#history;
    for (const { name, candles } of [eth, btc]) {
      if (candleAt(candles, from) !== undefined) continue;
      const when = new Date(from * 1_000).toISOString();
      throw new RiskError(`${name} has no price at ${when}`, "Begin later: --from, or give more history.");
    }
    const random = seeded(seed).fork(`history ${from.toString()}`);
    const [par, peg] = [random.fork("usdc"), random.fork("dollar")];
    const usdc = new Noise(PAR_DEVIATION, () => par.normal());
    const dollar = new Noise(DOLLAR_DEVIATION, () => peg.normal());
    const samplers = feedsFrom();
    const steps: PathStep[] = [];
    let [before, rebased] = [from, -1];
    for (const look of looksBetween([eth.candles, btc.candles], this.step, from, to)) {
      const seen = { ...this.#pricesAt(look), usdc: 1 + usdc.after(look - before) };
      const strayed = dollar.after(look - before);
      before = look;
      const updates: Partial<Record<FeedName, FeedUpdate>> = {};
      for (const [name, sampler] of samplers) {
        const update = sampler.observe(look, seen[name]);
        if (update !== undefined) updates[name] = update;
      }
      const days = Math.floor((look - from) / DAY);
      const rebase = days > rebased;
      if (Object.keys(updates).length === 0 && !rebase) continue;
      rebased = days;
      const time = look + lag;
      const now = lag === 0 ? seen : { ...this.#pricesAt(time), usdc: seen.usdc };
      const staked = this.#stakedRatioAt(time);
      steps.push({
        time: time - from,
        updates,
        ...(rebase ? { ratio: STAKING_RATIO + STAKING_GROWTH_PER_DAY * BigInt(days) } : {}),
        gasPrice: BigInt(Math.round(gasAt(this.#history.gas, time) * GWEI)),
        depth: this.#ruleAt(this.#depths, time),
        dollar: 1 + this.#ruleAt(this.#pressures, time) + strayed,
        market: { eth: toAnswer(now.eth), btc: toAnswer(now.btc), usdc: toAnswer(now.usdc) },
        ...(staked === undefined ? {} : { stakedRatio: staked }),
      });
    }
    return { name: "history", seed, duration: to - from + lag, steps };
  }

  /** What the candles say of a moment; after the last one, what it closed at. */
  #pricesAt(time: number): { eth: number; btc: number } {
    const { eth, btc } = this.#history;
    return { eth: priceAt(eth.candles, this.step, time), btc: priceAt(btc.candles, this.step, time) };
  }

  #ruleAt(values: readonly number[], time: number): number {
    const { candles } = this.#history.eth;
    return present(values[indexAt(candles, time)]);
  }

  #stakedRatioAt(time: number): number | undefined {
    const { stakedRatio } = this.#history;
    if (stakedRatio === undefined || typeof stakedRatio === "number") return stakedRatio;
    const candle = candleAt(stakedRatio.candles, time);
    return candle === undefined ? undefined : priceWithin(candle, (time - candle.time) / stakedRatio.step);
  }
}

function feedsFrom(): [FeedName, FeedSampler][] {
  return (["eth", "btc", "usdc"] as const).map((name) => [name, new FeedSampler(FEED_RULES[name])]);
}
