import { expect } from "chai";

import { LOCAL_ASSETS, LOCAL_RESERVE, LOCAL_ANSWERS } from "../../../../deploy/parameters/local.js";
import type { CandleSeries } from "../../../../replay/history/candles.js";
import { measuredBefore, termsAt } from "../../../../replay/history/terms.js";
import { seeded } from "../../../../replay/path/random.js";
import { expectClose } from "../../../support/close.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const START = 1_600_000_000 - (1_600_000_000 % DAY);
const NOTES = { missing: 0, invalid: 0, duplicates: 0, gaps: 0, short: 0 };

/** Walks with the given volatility a day, bitcoin with half of ether's moves and as much of its own. */
function markets(days: number, volatility: number): { eth: CandleSeries; btc: CandleSeries } {
  const random = seeded(3);
  const scale = volatility * Math.sqrt(1 / 24);
  const [eth, btc]: [number[], number[]] = [[1_000], [40_000]];
  for (let i = 1; i < days * 24; i++) {
    const shared = scale * random.normal();
    eth.push(eth[i - 1]! * Math.exp(shared));
    btc.push(btc[i - 1]! * Math.exp(shared / 2 + (scale / 2) * random.normal()));
  }
  const series = (name: string, prices: readonly number[]): CandleSeries => ({
    name,
    file: `${name}.csv`,
    step: HOUR,
    notes: NOTES,
    candles: prices.map((close, i) => ({ time: START + i * HOUR, open: close, high: close, low: close, close })),
  });
  return { eth: series("ETH", eth), btc: series("BTC", btc) };
}

describe("replay/history: what a chapter starts with", () => {
  const { eth, btc } = markets(130, 0.06);
  const from = START + 125 * DAY;

  it("takes over what the model would have measured in the time before", () => {
    const covariance = measuredBefore(eth, btc, from)!;
    const [[ee, eb], [be, bb]] = covariance as [[number, number], [number, number]];
    expectClose(Math.sqrt(ee), 0.06, 0.006);
    expect(eb).to.equal(be);
    expectClose(eb / Math.sqrt(ee * bb), Math.SQRT1_2, 0.1);
    const [weth, wbtc] = termsAt(eth, btc, from, covariance).assets;
    expectClose(Number(weth!.seed.variance) / 1e18, ee, 1e-9);
    expectClose(Number(wbtc!.seed.loadings[0]) / 1e18, eb / ee, 1e-9);
    expectClose(Number(wbtc!.seed.variance) / 1e18, bb - eb ** 2 / ee, 1e-9);
  });

  it("knows nothing of what comes after", () => {
    const cut = (series: CandleSeries): CandleSeries => ({
      ...series,
      candles: series.candles.filter(({ time }) => time < from),
    });
    expect(measuredBefore(cut(eth), cut(btc), from)).to.deep.equal(measuredBefore(eth, btc, from));
  });

  it("does without where too little comes before", () => {
    expect(measuredBefore(eth, btc, START + 29 * DAY)).to.equal(undefined);
    expect(measuredBefore(eth, btc, START + 31 * DAY)).to.not.equal(undefined);
    expect(termsAt(eth, btc, from, undefined).assets[0]!.seed).to.deep.equal(LOCAL_ASSETS[0]!.seed);
  });

  it("has the dollars of the local chain at any price", () => {
    const { answers, assets, reserve } = termsAt(eth, btc, from, undefined);
    const worth = (amount: bigint, answer: bigint): number => Number(amount * answer) / 1e8;
    for (const [token, feed] of [
      ["weth", "eth"],
      ["wbtc", "btc"],
      ["wsteth", "eth"],
    ] as const) {
      const usual = worth(LOCAL_RESERVE[token].seed, LOCAL_ANSWERS[feed]);
      expectClose(worth(reserve[token].seed, answers[feed]) / usual, 1, 0.001, token);
      const [asset, before] = [assets, LOCAL_ASSETS].map((list) => list.find((each) => each.token === token)!);
      expectClose(worth(asset!.depth, answers[feed]) / worth(before!.depth, LOCAL_ANSWERS[feed]), 1, 0.01);
    }
    expect(reserve.usdc).to.deep.equal(LOCAL_RESERVE.usdc);
  });
});
