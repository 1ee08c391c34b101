import { expect } from "chai";

import type { Candle, CandleSeries } from "../../../../replay/history/candles.js";
import { priceAt } from "../../../../replay/history/intra.js";
import { type History, HistoryPaths } from "../../../../replay/history/path.js";
import { FEED_RULES, type FeedName, type MarketPath } from "../../../../replay/path/path.js";
import { seeded } from "../../../../replay/path/random.js";
import { RiskError } from "../../../../risk/errors.js";
import { expectClose } from "../../../support/close.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const START = 1_583_971_200;
const NOTES = { missing: 0, invalid: 0, duplicates: 0, gaps: 0, short: 0 };
const SEED = 7;

/** Two days of a market: calm at first, a fall by a third, and calm again. */
function market(name: string, scale: number): CandleSeries {
  const random = seeded(SEED).fork(name);
  let price = scale;
  const candles = Array.from({ length: 48 }, (_, i): Candle => {
    const open = price;
    const move = i >= 20 && i < 26 ? -0.06 : 0.004 * random.normal();
    price = open * Math.exp(move);
    const spread = 1 + 0.003 * random.uniform();
    return {
      time: START + i * HOUR,
      open,
      high: Math.max(open, price) * spread,
      low: Math.min(open, price) / spread,
      close: price,
    };
  });
  return { name, file: `${name}.csv`, step: HOUR, candles, notes: NOTES };
}

const history: History = { eth: market("ETH", 200), btc: market("BTC", 8_000) };
const span = { from: START, to: START + 2 * DAY, seed: SEED, lag: 0 };

function answers(path: MarketPath, feed: FeedName): { time: number; answer: bigint; reason: string }[] {
  return path.steps.flatMap(({ time, updates }) => {
    const update = updates[feed];
    return update === undefined ? [] : [{ time, ...update }];
  });
}

describe("replay/history: history as a market path", () => {
  it("is the same for the same seed, and another for another", () => {
    const print = (path: MarketPath): string =>
      JSON.stringify(path, (_, v: unknown) => (typeof v === "bigint" ? v.toString() : v));
    const first = print(new HistoryPaths(history).path(span));
    expect(print(new HistoryPaths(history).path(span))).to.equal(first);
    expect(print(new HistoryPaths(history).path({ ...span, seed: 8 }))).to.not.equal(first);
  });

  it("updates at each move of the threshold and at each heartbeat, and answers what the market paid", () => {
    const path = new HistoryPaths(history).path(span);
    for (const [feed, series] of [
      ["eth", history.eth],
      ["btc", history.btc],
    ] as const) {
      const updates = answers(path, feed);
      expect(updates[0]).to.include({ time: 0, reason: "start" });
      expect(updates.length).to.be.above(48);
      updates.forEach(({ time, answer }, i) => {
        expectClose(Number(answer) / 1e8, priceAt(series.candles, HOUR, START + time), 1e-8 * 8_000);
        if (i > 0) expect(time - updates[i - 1]!.time).to.be.at.most(FEED_RULES[feed].heartbeat);
      });
    }
    // Between two updates of ether no look has seen a move of the threshold.
    const moves = answers(path, "eth").filter(({ reason }) => reason === "deviation");
    expect(moves.length).to.be.above(20);
  });

  it("shows feeds the extremes of each candle", () => {
    const path = new HistoryPaths(history).path(span);
    const lowest = Math.min(...history.eth.candles.map(({ low }) => low));
    const seen = answers(path, "eth").map(({ answer }) => Number(answer) / 1e8);
    expectClose(Math.min(...seen), lowest, lowest * 0.005);
  });

  it("lets feeds lag behind the market", () => {
    const [prompt, late] = [0, 120].map((lag) => new HistoryPaths(history).path({ ...span, lag }));
    const shifted = answers(prompt!, "eth").map((update) => ({ ...update, time: update.time + 120 }));
    expect(answers(late!, "eth")).to.deep.equal(shifted);
    const step = late!.steps.find(({ time }) => time > 21 * HOUR)!;
    const now = priceAt(history.eth.candles, HOUR, START + step.time);
    expectClose(Number(step.market!.eth) / 1e8, now, 1e-6);
  });

  it("carries gas, depth, the discount of staked ether and the growth of its ratio", () => {
    const gas = { file: "gas.csv", times: [START], prices: [300] };
    const { steps } = new HistoryPaths({ ...history, gas, stakedRatio: 0.94 }).path(span);
    expect(steps[0]).to.include({ gasPrice: 300_000_000_000n, stakedRatio: 0.94 });
    expect(steps.filter(({ ratio }) => ratio !== undefined)).to.have.length(2);
    const during = steps.filter(({ time }) => time > 22 * HOUR && time < 26 * HOUR);
    expect(Math.min(...during.map(({ depth }) => depth))).to.be.below(0.5);
    expect(Math.max(...during.map(({ dollar }) => dollar))).to.be.above(1.02);
  });

  it("says when a market has no price at the beginning", () => {
    const late = { ...history, btc: { ...history.btc, candles: history.btc.candles.slice(5) } };
    expect(() => new HistoryPaths(late).path(span)).to.throw(RiskError, "BTC has no price at 2020-03-12T00:00:00.000Z");
  });
});
