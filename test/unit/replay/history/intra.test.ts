import { expect } from "chai";

import type { Candle } from "../../../../replay/history/candles.js";
import { LOOKS, looksBetween, priceAt, priceWithin } from "../../../../replay/history/intra.js";

const HOUR = 3_600;
const START = 1_583_971_200;

const calm: Candle = { time: START, open: 100, high: 101, low: 99, close: 100.5 };
const wild: Candle = { time: START + HOUR, open: 100, high: 104, low: 75, close: 80 };

describe("replay/history: inside of a candle", () => {
  it("passes all four prices, the high before the low", () => {
    const seen = [0, 1 / 4, 2 / 4, 3 / 4, 1].map((part) => priceWithin(wild, part));
    expect(seen).to.deep.equal([100, 104, 75, 80, 80]);
    // Never outside of the candle, and falling all the way from the high to the low.
    let before = Infinity;
    for (let part = 0.25; part <= 0.5; part += 0.01) {
      const price = priceWithin(wild, part);
      expect(price).to.be.within(75, 104);
      expect(price).to.be.below(before);
      before = price;
    }
  });

  it("knows the price at any time, and that it stands still in a gap", () => {
    expect(priceAt([calm, wild], HOUR, START + HOUR + HOUR / 2)).to.equal(75);
    expect(priceAt([calm, { ...wild, time: START + 5 * HOUR }], HOUR, START + 3 * HOUR)).to.equal(100.5);
    expect(() => priceAt([calm], HOUR, START - 1)).to.throw(RangeError, "2020-03-11T23:59:59.000Z");
  });

  it("looks at each of the four prices, and more often where any market is wild", () => {
    const still: Candle[] = [calm, { ...calm, time: START + HOUR }];
    const times = [...looksBetween([still, [calm, wild]], HOUR, START, START + 2 * HOUR)];
    expect(times).to.have.length(LOOKS.calm + LOOKS.wild);
    expect(times.slice(0, 5)).to.deep.equal([0, 900, 1_800, 2_700, 3_600].map((s) => START + s));
    expect(times[5]).to.equal(START + HOUR + 300);
    const prices = times.map((time) => priceAt([calm, wild], HOUR, time));
    for (const price of [100, 104, 75, 80]) expect(prices).to.include(price);
  });

  it("ends before the end", () => {
    const times = [...looksBetween([[calm]], HOUR, START, START + HOUR / 2)];
    expect(times).to.deep.equal([START, START + 900]);
  });
});
