import { expect } from "chai";

import { lossRate, longestRun, totalsOf } from "../../../../replay/run/totals.js";
import { worstDays } from "../../../../replay/run/days.js";
import { chapterOf, sampleOf, wads } from "../../../support/chapters.js";
import { expectClose } from "../../../support/close.js";

const DAY = 86_400;
const HOUR = 3_600;

describe("replay/run: what chapters come to", () => {
  const first = chapterOf({
    liquidated: { accounts: 3, slices: 4, debt: wads(900), collateral: wads(960) },
    rebalancing: { opened: 2, fills: 2, traded: wads(10_000), lost: wads(20), longestOff: 0 },
    samples: [
      sampleOf(0, { borrowingPower: 0.8, debt: 10_000 }),
      sampleOf(HOUR, { borrowingPower: 0.7, debt: 30_000 }),
    ],
  });
  const second = chapterOf({
    absorbed: { accounts: 2, slices: 2, debt: wads(100), collateral: wads(105) },
    rebalancing: { opened: 1, fills: 1, traded: wads(10_000), lost: wads(-10), longestOff: 0 },
    badDebt: "1500000000000000000",
    minBacking: 1.1,
    minCapitalRatio: null,
    samples: [sampleOf(2 * HOUR, { borrowingPower: 0.6, debt: 20_000 })],
  });

  it("has exactly the fields that programs are promised, in their order", () => {
    expect(Object.entries(totalsOf([first, second], 77))).to.deep.equal([
      ["steps", 20],
      ["priceUpdates", 16],
      ["liquidated", 3],
      ["absorbed", 2],
      ["badDebt", "1.5"],
      ["minBacking", 1.1],
      ["minCapitalRatio", 2],
      ["maxVarBreachRun", 0],
      // 10 lost of 20,000; 65 taken beyond 1,000.
      ["rebalanceCostBps", 5],
      ["borrowerCostBps", 650],
      ["avgBorrowingPower", 0.7],
      ["durationMs", 77],
    ]);
    expect(totalsOf([chapterOf({ minBacking: null })], 0)).to.include({ minBacking: null, badDebt: "0.0" });
  });

  it("measures losses by what was lent, and by the year", () => {
    // 65 of borrowers and 1.5 of the protocol, in two years of 20,000 lent.
    expectClose(lossRate([first, second]), (66.5 / 20_000 / 2) * 10_000, 1e-3);
    expect(lossRate([chapterOf({ samples: [] })])).to.equal(0);
  });

  it("counts days in a row on which the reserve lost more than its value at risk", () => {
    const days = (...losses: number[]) => losses.map((loss, i) => ({ time: i * DAY, loss, valueAtRisk: 10 }));
    expect(longestRun(days(11, 12, 3, 11, 12, 13, 10))).to.equal(3);
    expect(longestRun(days(-20, 10))).to.equal(0);
  });
});

describe("replay/run: the worst days", () => {
  const candle = (time: number, open: number, high: number, low: number, close: number) => ({
    time,
    open,
    high,
    low,
    close,
  });
  const candles = [
    candle(0, 100, 101, 99, 100),
    candle(DAY, 100, 110, 100, 110),
    candle(DAY + HOUR, 110, 110, 77, 90),
    // Deep, but before the day's highest price: it climbed.
    candle(2 * DAY, 90, 90, 60, 80),
    candle(2 * DAY + HOUR, 80, 120, 80, 118),
  ];
  const samples = [
    sampleOf(0),
    sampleOf(DAY - HOUR, { handledDebt: 100, handledCollateral: 105 }),
    sampleOf(DAY, { handledDebt: 300, handledCollateral: 321, liquidated: 2, gas: 50 }),
    sampleOf(DAY + HOUR, {
      handledDebt: 1_100,
      handledCollateral: 1_175,
      liquidated: 3,
      absorbed: 1,
      losses: 7,
      gas: 400,
      capital: 500_000,
    }),
    sampleOf(2 * DAY, { handledDebt: 1_100, handledCollateral: 1_175, liquidated: 3, absorbed: 1, losses: 7 }),
  ];

  it("are those on which ether fell furthest from a high to a later low, with what that did", () => {
    const days = worstDays(candles, [chapterOf({ samples })], 2);
    expect(days.map(({ time }) => time)).to.deep.equal([2 * DAY, DAY]);
    const [, crash] = days;
    expectClose(crash!.fall, 0.3, 1e-12);
    expectClose(crash!.change, -0.1, 1e-12);
    // From the last look at the day before.
    expect(crash).to.include({ accounts: 4, debt: 1_000, cost: 0.07, losses: 7, mostGas: 400, leastCapitalRatio: 0.5 });
  });
});
