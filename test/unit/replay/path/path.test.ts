import { expect } from "chai";

import { bridge, interpolate } from "../../../../replay/path/bridge.js";
import { FeedSampler, toAnswer } from "../../../../replay/path/feed.js";
import { MARCH_2020_PRICES } from "../../../../replay/path/march-2020.js";
import {
  countUpdates,
  FEED_RULES,
  march2020,
  PATH_STEP,
  seconds,
  STAKING_RATIO,
} from "../../../../replay/path/path.js";
import type { FeedName, MarketPath } from "../../../../replay/path/path.js";
import { seeded } from "../../../../replay/path/random.js";
import { expectClose } from "../../../support/close.js";

/** Compares as text: a path holds bigints. */
function fingerprint(path: MarketPath): string {
  return JSON.stringify(path, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

function answers(path: MarketPath, feed: FeedName): { time: number; answer: bigint; reason: string }[] {
  return path.steps.flatMap((step) => {
    const update = step.updates[feed];
    return update === undefined ? [] : [{ time: step.time, ...update }];
  });
}

describe("replay/path: random numbers", () => {
  it("repeats with the seed, differs with another", () => {
    const draw = (seed: number): number[] => {
      const random = seeded(seed);
      return Array.from({ length: 50 }, () => random.uniform());
    };
    expect(draw(7)).to.deep.equal(draw(7));
    expect(draw(7)).to.not.deep.equal(draw(8));
  });

  it("gives independent named streams that other consumers do not shift", () => {
    const a = seeded(1);
    const early = a.fork("x").normal();
    a.uniform();
    expect(a.fork("x").normal()).to.equal(early);
    expect(a.fork("y").normal()).to.not.equal(early);
  });

  it("is uniform in [0, 1), and normal with mean 0 and variance 1", () => {
    const random = seeded(3);
    const n = 40_000;
    let [sum, sumU, squares] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const u = random.uniform();
      expect(u >= 0 && u < 1).to.equal(true);
      sumU += u;
      const z = random.normal();
      sum += z;
      squares += z * z;
    }
    expectClose(sumU / n, 0.5, 0.01);
    expectClose(sum / n, 0, 0.02);
    expectClose(squares / n, 1, 0.03);
  });

  it("refuses a seed that is not an integer", () => {
    expect(() => seeded(1.5)).to.throw(RangeError);
  });
});

describe("replay/path: bridge", () => {
  const knots = [
    { time: 0, value: 100 },
    { time: 600, value: 90 },
    { time: 1_200, value: 120 },
  ];
  const options = { step: 10, volatility: () => 0.1, floor: 80, ceiling: 130 };

  it("goes through every knot and stays within its bounds", () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seeded(seed);
      const path = bridge(knots, { ...options, volatility: () => 0.5, normal: () => random.normal() });
      expect(path.length).to.equal(121);
      for (const knot of knots) expect(path[knot.time / 10]).to.equal(knot.value);
      expect(Math.min(...path)).to.be.at.least(80 - 1e-9);
      expect(Math.max(...path)).to.be.at.most(130 + 1e-9);
    }
  });

  it("varies as much in between as its volatility says", () => {
    // Half-way between two equal knots an hour apart, the variance of a bridge is a quarter of the hour's.
    const flat = [
      { time: 0, value: 100 },
      { time: 3_600, value: 100 },
    ];
    let squares = 0;
    const n = 3_000;
    const random = seeded(11);
    for (let i = 0; i < n; i++) {
      const path = bridge(flat, {
        step: 300,
        volatility: () => 0.04,
        normal: () => random.normal(),
        floor: 1,
        ceiling: 1e4,
      });
      squares += Math.log(path[6]! / 100) ** 2;
    }
    expectClose(Math.sqrt(squares / n), 0.02, 0.001);
  });

  it("refuses knots out of order, off the grid, or out of bounds", () => {
    const normal = (): number => 0;
    expect(() => bridge([knots[1]!, knots[0]!], { ...options, normal })).to.throw(/does not follow/);
    expect(() => bridge([knots[0]!, { time: 15, value: 100 }], { ...options, normal })).to.throw(/grid/);
    expect(() => bridge([knots[0]!, { time: 10, value: 200 }], { ...options, normal })).to.throw(/bounds/);
    expect(() => bridge([knots[0]!], { ...options, normal })).to.throw(/two knots/);
  });

  it("interpolates in straight lines", () => {
    expect(interpolate(knots, 300)).to.equal(95);
    expect(interpolate(knots, -1)).to.equal(100);
    expect(interpolate(knots, 5_000)).to.equal(120);
  });
});

describe("replay/path: feed", () => {
  it("updates at the threshold, not below it, and at the heartbeat", () => {
    const feed = new FeedSampler({ deviation: 50, heartbeat: 100 });
    expect(feed.observe(0, 200)).to.deep.equal({ answer: toAnswer(200), reason: "start" });
    expect(feed.observe(10, 200.99)).to.equal(undefined);
    expect(feed.observe(20, 199.01)).to.equal(undefined);
    expect(feed.observe(30, 201)).to.deep.equal({ answer: toAnswer(201), reason: "deviation" });
    expect(feed.observe(129, 201)).to.equal(undefined);
    expect(feed.observe(130, 201)?.reason).to.equal("heartbeat");
    expect(feed.observe(131, 190)?.reason).to.equal("deviation");
  });
});

describe("replay/path: 12-13 March 2020", () => {
  const path = march2020(2020);

  it("repeats with the seed, differs with another", () => {
    expect(fingerprint(march2020(2020))).to.equal(fingerprint(path));
    expect(fingerprint(march2020(2021))).to.not.equal(fingerprint(path));
  });

  it("updates the ether price at least 1,500 times and touches 90 USD or lower, whatever the seed", () => {
    for (const candidate of [path, ...[1, 2, 3, 4].map((seed) => march2020(seed))]) {
      expect(countUpdates(candidate, "eth")).to.be.at.least(1_500);
      const low = answers(candidate, "eth").reduce((min, u) => (u.answer < min ? u.answer : min), 1n << 64n);
      expect(low <= toAnswer(90)).to.equal(true);
      expect(low >= toAnswer(88.2)).to.equal(true);
    }
  });

  it("passes the way-points: the last answer at each is within the deviation threshold", () => {
    for (const [feed, price] of [
      ["eth", "eth"],
      ["btc", "btc"],
    ] as const) {
      const updates = answers(path, feed);
      for (const point of MARCH_2020_PRICES) {
        const time = seconds(point.time);
        const last = updates.findLast((u) => u.time <= time);
        const off = Math.abs(Number(last!.answer) / 1e8 / point[price] - 1);
        expect(off, `${feed} at ${point.time}`).to.be.below(0.005);
      }
    }
  });

  it("has each update for a move of the threshold or for the heartbeat, and never misses one", () => {
    for (const feed of ["eth", "btc", "usdc"] as const) {
      const rules = FEED_RULES[feed];
      const updates = answers(path, feed);
      expect(updates[0]).to.deep.include({ time: 0, reason: "start" });
      for (let i = 1; i < updates.length; i++) {
        const [before, now] = [updates[i - 1]!, updates[i]!];
        const move = before.answer > now.answer ? before.answer - now.answer : now.answer - before.answer;
        const moved = move * 10_000n >= before.answer * BigInt(rules.deviation);
        expect(moved).to.equal(now.reason === "deviation");
        const age = now.time - before.time;
        expect(age).to.be.at.most(rules.heartbeat);
        if (!moved) expect(age).to.equal(rules.heartbeat);
      }
      expect(path.duration - updates[updates.length - 1]!.time).to.be.below(rules.heartbeat + 1);
    }
  });

  it("keeps USDC at par, grows the staking ratio slowly, and is in order", () => {
    for (const update of answers(path, "usdc")) expectClose(Number(update.answer) / 1e8, 1, 0.002);
    const ratios = path.steps.flatMap((step) => (step.ratio === undefined ? [] : [step.ratio]));
    expect(ratios[0]).to.equal(STAKING_RATIO);
    expect(ratios).to.have.length(3);
    for (let i = 1; i < ratios.length; i++) {
      expect(ratios[i]! > ratios[i - 1]!).to.equal(true);
      expect(ratios[i]! < ratios[i - 1]! + ratios[i - 1]! / 1_000n).to.equal(true);
    }
    for (let i = 1; i < path.steps.length; i++) {
      expect(path.steps[i]!.time - path.steps[i - 1]!.time).to.be.at.least(PATH_STEP);
    }
  });

  it("has bitcoin move with ether", () => {
    // Hourly returns of the two feeds: the way-points and the shared shocks make them move together.
    const sample = (feed: FeedName): number[] => {
      const updates = answers(path, feed);
      const hourly = Array.from({ length: 48 }, (_, h) => updates.findLast((u) => u.time <= h * 3_600)!);
      return hourly.slice(1).map((u, i) => Math.log(Number(u.answer) / Number(hourly[i]!.answer)));
    };
    const [x, y] = [sample("eth"), sample("btc")];
    const dot = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    expect(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))).to.be.above(0.8);
  });

  it("makes gas dear and depth thin while the price falls", () => {
    const at = (clock: string): { gasPrice: bigint; depth: number } =>
      path.steps.findLast((step) => step.time <= seconds(clock))!;
    expect(at("16:00").gasPrice > 150n * 10n ** 9n).to.equal(true);
    expect(at("00:10").gasPrice < 20n * 10n ** 9n).to.equal(true);
    expect(at("26:15").depth).to.be.below(0.35);
    expect(at("48:00").depth).to.be.above(0.6);
  });

  it("makes plUSD dear at the low, and never cheap", () => {
    for (const step of path.steps) expect(step.dollar >= 1).to.equal(true);
    const low = path.steps.findLast((step) => step.time <= seconds("26:15"))!;
    expectClose(low.dollar, 1.08, 1e-9);
    expect(path.steps[0]!.dollar).to.equal(1);
  });
});
