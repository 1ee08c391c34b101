import { expect } from "chai";

import type { Candle } from "../../../../replay/history/candles.js";
import { CALM_GAS, depths, gasAt, gasOf, pressures } from "../../../../replay/history/market.js";
import { parseTable } from "../../../../risk/data/csv.js";
import { DataError } from "../../../../risk/errors.js";
import { expectClose } from "../../../support/close.js";

const HOUR = 3_600;
const START = 1_583_971_200;

/** Candles that close at the given prices, with ranges of so much around them. */
function candles(closes: readonly number[], range = 0.002): Candle[] {
  return closes.map((close, i) => {
    const open = closes[i - 1] ?? close;
    const [low, high] = [Math.min(open, close) * (1 - range), Math.max(open, close) * (1 + range)];
    return { time: START + i * HOUR, open, high, low, close };
  });
}

const still = (count: number): number[] => new Array<number>(count).fill(200);

describe("replay/history: the market besides its prices", () => {
  it("is as deep as usual while prices are calm, and loses depth with volatility, down to a fifth", () => {
    const rule = depths(candles([...still(24), 180, 150, 120, 100, ...still(72)]), HOUR);
    expect(rule.slice(0, 24)).to.deep.equal(new Array(24).fill(1));
    expect(rule[24]).to.be.below(0.9);
    expect(Math.min(...rule)).to.equal(0.2);
    expect(rule.at(-1)).to.equal(1);
    // A fall counts the same whatever the length of the candle that it happens in.
    const fall = candles([...still(24), 180]);
    expectClose(depths(fall, HOUR / 6)[24]!, depths(fall, HOUR)[24]!, 0.05);
  });

  it("makes plUSD dear when ether falls within a day, for half a day or so, and cheap when it climbs within a week", () => {
    const fall = pressures(candles([...still(30), 180, 140, 100, ...new Array<number>(48).fill(100)]), HOUR);
    expect(fall.slice(0, 30)).to.deep.equal(new Array(30).fill(-0));
    // A tenth is free, and a quarter of what is beyond it counts: half of the price is the most.
    expect(fall[32]).to.equal(0.08);
    expect(fall[31]).to.be.within(0.04, 0.07);
    expect(fall[32 + 36]).to.be.within(0.001, 0.04);
    expect(Math.max(...fall)).to.equal(0.08);
    const climb = pressures(candles([...still(30), ...Array.from({ length: 100 }, (_, i) => 200 + i)]), HOUR);
    expect(Math.min(...climb)).to.equal(-0.01);
    expect(Math.max(...climb)).to.be.at.most(0);
  });

  it("takes a gas price to hold until the next, a day at most", () => {
    const series = gasOf(
      parseTable("timestamp,gas_avg_gwei\n2020-03-12T00:00:00Z,10\n2020-03-12T06:00:00Z,200\n", "gas.csv"),
    );
    expect(gasAt(series, START - 1)).to.equal(CALM_GAS);
    expect(gasAt(series, START + HOUR)).to.equal(10);
    expect(gasAt(series, START + 6 * HOUR)).to.equal(200);
    expect(gasAt(series, START + 30 * HOUR)).to.equal(200);
    expect(gasAt(series, START + 30 * HOUR + 1)).to.equal(CALM_GAS);
    expect(gasAt(undefined, START)).to.equal(CALM_GAS);
  });

  it("says what is wrong with a file of gas prices, by its line", () => {
    const read = (text: string) => () => gasOf(parseTable(text, "gas.csv"));
    expect(read("timestamp,fee\n2020-03-12,1\n")).to.throw(DataError, "gas.csv:1: has no column of gas prices");
    expect(read("timestamp,gwei\n2020-03-12,-1\n")).to.throw(DataError, 'gas.csv:2: "-1" is no gas price');
    expect(read("timestamp,gwei\n2020-03-12,1\n2020-03-11,1\n")).to.throw(DataError, "gas.csv:3: is not later");
  });
});
