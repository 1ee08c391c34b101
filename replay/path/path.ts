/** A market path: every update of every feed, in order, with the gas price and the depth of the market at each moment. */

import { bridge, interpolate, type Knot } from "./bridge.js";
import { FeedSampler, type FeedRules, type FeedUpdate } from "./feed.js";
import {
  MARCH_2020_BTC,
  MARCH_2020_DEPTH,
  MARCH_2020_DOLLAR,
  MARCH_2020_GAS,
  MARCH_2020_PRICES,
  MARCH_2020_VOLATILITY,
} from "./march-2020.js";
import { seeded } from "./random.js";
import { present } from "../../sdk/present.js";

/** What the path has prices for. `ratio`: ether per staked-ether token, from the token itself and not from a feed. */
export type FeedName = "eth" | "btc" | "usdc";

/** A moment at which at least one feed updates or the staking ratio grows. */
export interface PathStep {
  /** Seconds since the start of the path. */
  readonly time: number;
  readonly updates: Readonly<Partial<Record<FeedName, FeedUpdate>>>;
  /** Ether per staked-ether token when it changes now, 18 decimals. */
  readonly ratio?: bigint;
  /** {wei} per gas */
  readonly gasPrice: bigint;
  /** Liquidity in the pools, as a fraction of what there was at the start. */
  readonly depth: number;
  /** Market price of plUSD. {USD} */
  readonly dollar: number;
  /** What the market pays where that is not what the feeds answer, 8 decimals. */
  readonly market?: Readonly<Record<FeedName, bigint>>;
  /** What the market pays for the staked-ether token, as a part of the ether that it stands for; all of it if absent. */
  readonly stakedRatio?: number;
}

export interface MarketPath {
  readonly name: string;
  readonly seed: number;
  /** {s} */
  readonly duration: number;
  readonly steps: readonly PathStep[];
}

/** As on Ethereum mainnet: 0.5% and an hour for ether and bitcoin, 0.25% and a day for USDC. */
export const FEED_RULES: Readonly<Record<FeedName, FeedRules>> = {
  eth: { deviation: 50, heartbeat: 3_600 },
  btc: { deviation: 50, heartbeat: 3_600 },
  usdc: { deviation: 25, heartbeat: 86_400 },
};

/** Seconds between two looks at the market: every feed observes the price this often. */
export const PATH_STEP = 10;

/** Ether per staked-ether token at the start (18 decimals), and its growth per day: 4% a year. */
export const STAKING_RATIO = 1_070_000_000_000_000_000n;
export const STAKING_GROWTH_PER_DAY = 109_589_041_095_890n;

const DAY = 86_400;

/** "26:15" -> 94_500 */
export function seconds(clock: string): number {
  const [hours, minutes] = clock.split(":").map(Number);
  if (hours === undefined || minutes === undefined || !Number.isFinite(hours + minutes)) {
    throw new RangeError(`not a time: ${clock}`);
  }
  return hours * 3_600 + minutes * 60;
}

function knots(points: readonly (readonly [string, number])[]): Knot[] {
  return points.map(([time, value]) => ({ time: seconds(time), value }));
}

function stepwise(points: readonly Knot[], time: number): number {
  let value = present(points[0]).value;
  for (const point of points) {
    if (point.time > time) break;
    value = point.value;
  }
  return value;
}

/**
 * USDC: a mean-reverting walk around par, 2 bps either way on an ordinary day.
 * Its own random numbers, so that it neither follows nor disturbs the others.
 */
export function parNoise(normal: () => number, points: number): Float64Array {
  const noise = new Noise(PAR_DEVIATION, normal);
  const path = new Float64Array(points);
  for (let i = 0; i < points; i++) path[i] = 1 + (i === 0 ? 0 : noise.after(PATH_STEP));
  return path;
}

/** Standard deviation of a stablecoin around par. */
export const PAR_DEVIATION = 0.0002;
/** How fast it goes back. {s} */
const REVERSION = 3_600;

/** A mean-reverting walk around 0. */
export class Noise {
  readonly #deviation: number;
  readonly #normal: () => number;
  #value = 0;

  constructor(deviation: number, normal: () => number) {
    this.#deviation = deviation;
    this.#normal = normal;
  }

  /** Its value so many seconds after the one before. */
  after(seconds: number): number {
    const kept = Math.exp(-seconds / REVERSION);
    this.#value = this.#value * kept + this.#deviation * Math.sqrt(1 - kept ** 2) * this.#normal();
    return this.#value;
  }
}

/**
 * 12-13 March 2020, filled in between its way-points as `seed` says. The same seed gives the same path.
 * @param rules When feeds update; with coarser ones the same path has fewer steps.
 */
export function march2020(seed: number, rules: Readonly<Record<FeedName, FeedRules>> = FEED_RULES): MarketPath {
  const random = seeded(seed);
  const ethNormal = random.fork("eth");
  const btcNormal = random.fork("btc");
  const usdcNormal = random.fork("usdc");

  const eth = MARCH_2020_PRICES.map((p) => ({ time: seconds(p.time), value: p.eth }));
  const btc = MARCH_2020_PRICES.map((p) => ({ time: seconds(p.time), value: p.btc }));
  const duration = present(eth[eth.length - 1]).time;
  const points = duration / PATH_STEP + 1;

  const volatilities = knots(MARCH_2020_VOLATILITY);
  const shared = Float64Array.from({ length: points }, () => ethNormal.normal());
  const { correlation, volatilityRatio } = MARCH_2020_BTC;
  const own = Math.sqrt(1 - correlation ** 2);
  const build = (prices: Knot[], scale: number, normal: (index: number) => number): Float64Array =>
    bridge(prices, {
      step: PATH_STEP,
      volatility: (time) => scale * stepwise(volatilities, time),
      normal,
      floor: Math.min(...prices.map((p) => p.value)),
      ceiling: Math.max(...prices.map((p) => p.value)),
    });
  const paths: Record<FeedName, Float64Array> = {
    eth: build(eth, 1, (i) => present(shared[i])),
    btc: build(btc, volatilityRatio, (i) => correlation * present(shared[i]) + own * btcNormal.normal()),
    usdc: parNoise(() => usdcNormal.normal(), points),
  };

  const gas = knots(MARCH_2020_GAS);
  const depth = knots(MARCH_2020_DEPTH);
  const dollar = knots(MARCH_2020_DOLLAR);
  const samplers = Object.entries(paths).map(([name, path]) => ({
    name: name as FeedName,
    path,
    sampler: new FeedSampler(rules[name as FeedName]),
  }));

  const steps: PathStep[] = [];
  for (let i = 0; i < points; i++) {
    const time = i * PATH_STEP;
    const updates: Partial<Record<FeedName, FeedUpdate>> = {};
    for (const { name, path, sampler } of samplers) {
      const update = sampler.observe(time, present(path[i]));
      if (update !== undefined) updates[name] = update;
    }
    const rebase = time % DAY === 0;
    if (Object.keys(updates).length === 0 && !rebase) continue;
    steps.push({
      time,
      updates,
      ...(rebase ? { ratio: STAKING_RATIO + STAKING_GROWTH_PER_DAY * BigInt(time / DAY) } : {}),
      gasPrice: BigInt(Math.round(interpolate(gas, time) * 1e9)),
      depth: interpolate(depth, time),
      dollar: interpolate(dollar, time),
    });
  }
  return { name: "march-2020", seed, duration, steps };
}

/** The part of a path between two of its moments, beginning anew at 0. {s} */
export function partOf(path: MarketPath, from: number, to: number): MarketPath {
  const steps = path.steps
    .filter(({ time }) => time >= from && time <= to)
    .map((step) => ({ ...step, time: step.time - from }));
  return { ...path, steps, duration: to - from };
}

/** When the stretch of `length` begins at whose end ether has fallen furthest from an update within it. {s} */
export function worstStretch(path: MarketPath, length: number): number {
  const updates = path.steps.flatMap(({ time, updates: { eth } }) =>
    eth === undefined ? [] : [{ time, answer: eth.answer }],
  );
  let [worst, start] = [1, 0];
  for (const [index, first] of updates.entries()) {
    for (const later of updates.slice(index + 1)) {
      if (later.time > first.time + length) break;
      const left = Number(later.answer) / Number(first.answer);
      if (left < worst) [worst, start] = [left, later.time - length];
    }
  }
  return Math.max(start, 0);
}

/** How often `name` updates on `path`. */
export function countUpdates(path: MarketPath, name: FeedName): number {
  return path.steps.reduce((count, step) => count + (step.updates[name] === undefined ? 0 : 1), 0);
}
