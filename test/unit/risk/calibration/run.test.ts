import { expect } from "chai";

import { seeded } from "../../../../replay/path/random.js";
import {
  align,
  calibrateVaR,
  DataError,
  parsePrices,
  portfoliosOf,
  type Rules,
  runModel,
  standardizedLosses,
  valueAtRisk,
} from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";
import { alternating, pricesCsv, SIGNS, START } from "../../../support/history.js";

const HOUR = 1 / 24;
const TAU = 16.16;
const VOLATILITY = 0.04;

const panelOf = (returns: number[], days: number | number[], gaps: Rules["gaps"] = "error", name = "a") =>
  align([parsePrices(pricesCsv(returns, days), `${name}.csv`, { name, rules: { gaps } })]);

describe("risk: the model on history (seed 9)", () => {
  const repeated = (count: number, days: number) => Array.from({ length: count }, () => days);
  const random = seeded(9);
  const walk = (days: number[]) => days.map((each) => VOLATILITY * Math.sqrt(each) * random.normal());

  it("measures by time where the cadence changes: 100 days by the hour, then 200 days in steps of six", () => {
    const days = [...repeated(2_400, HOUR), ...repeated(800, 6 * HOUR)];
    const periods = runModel(panelOf(walk(days), days, "allow"), TAU, 1);
    expect(periods).to.have.length(270);
    for (const each of periods) expect(each.days).to.equal(1);
    const first = Math.sqrt(periods[0]!.state.covariance[0]![0]!);
    expectClose(first / VOLATILITY, 1, 0.1, "after the warm-up");
    const mean = periods.reduce((sum, { state }) => sum + state.covariance[0]![0]!, 0) / periods.length;
    expectClose(Math.sqrt(mean) / VOLATILITY, 1, 0.1, "on average");
  });

  it("spans a hole with a period of its true length, or leaves that period out", () => {
    const days = repeated(400, 1);
    days[200] = 200;
    const returns = alternating(400, 0.01);
    returns[200] = -0.9;
    const [allow, split] = (["allow", "split"] as const).map((gaps) => runModel(panelOf(returns, days, gaps), TAU, 1));
    expect([allow!.length, split!.length]).to.deep.equal([370, 369]);
    expect(allow!.filter((each) => each.days !== 1).map((each) => each.days)).to.deep.equal([200]);
    expect(split!.every((each) => each.days === 1)).to.equal(true);
    // The loss of 200 days is measured against the volatility of 200 days.
    const long = standardizedLosses(allow!, [1]).find((each) => each.days === 200)!;
    expectClose(long.ratio, (1 - Math.exp(-0.9)) / (0.01 * Math.sqrt(200)), 0.01);
    // Left out, it does not move the volatility either.
    for (const { state } of split!) expectClose(state.covariance[0]![0]!, 1e-4, 1e-9);
    expect(allow!.find(({ time }) => time > long.time)!.state.covariance[0]![0]!).to.be.above(0.003);
  });

  it("starts anew after a hole within a period, and learns nothing from a period that reaches past the split", () => {
    // By the hour; the hole is in the middle of a day.
    const days = repeated(24 * 60, HOUR);
    days[24 * 40 + 9] = 10;
    const panel = panelOf(alternating(days.length, 0.001), days, "split");
    const periods = runModel(panel, TAU, 1);
    const starts = periods.map(({ time }) => (time - START) / 86_400);
    expect(starts).to.include(39).and.to.not.include(40);
    expectClose(
      starts.find((each) => each > 39)!,
      40 + 9 / 24 + 10,
      1e-9,
    );
    for (const each of periods) expect(each.days).to.equal(1);
    // A hole of three hours costs that day, and does not shift the days after it.
    const few = repeated(24 * 60, HOUR);
    few[24 * 40 + 9] = 3 * HOUR;
    const kept = runModel(panelOf(alternating(few.length, 0.001), few, "split"), TAU, 1);
    expect(kept.map(({ time }) => (time - START) / 86_400).slice(0, 12)).to.deep.equal([
      30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 41, 42,
    ]);

    const whole = { ...panel, gaps: "allow" as const };
    const options = { tauDays: TAU, confidence: 0.5, horizonDays: 1, split: START + 86_400 * 45 };
    const { trainingObservations } = calibrateVaR(portfoliosOf(whole), options);
    // Days 30 to 39; the one that began on day 40 ends after the split.
    expect(trainingObservations).to.be.within(10, 11);
  });

  it("says which file is too short or does not fit the horizon", () => {
    const short = panelOf(alternating(20, 0.01), 1, "error", "short");
    expect(() => runModel(short, TAU, 1)).to.throw(DataError, /^short\.csv: 20 days of history are too few: 30 days/);
    const daily = panelOf(alternating(100, 0.01), 1);
    for (const horizon of [0.5, 1.5]) {
      expect(() => runModel(daily, TAU, horizon)).to.throw(DataError, /^a\.csv: its steps of 1 d do not make up/);
    }
    expect(runModel(daily, TAU, 2).map((each) => each.days)).to.include(2);
  });

  it("judges the VaR of the contract, floors and guard included", () => {
    const panel = align(
      (["fast", "slow"] as const).map((name) =>
        parsePrices(pricesCsv(alternating(100, 0.01, SIGNS[name])), `${name}.csv`, { name }),
      ),
    );
    const periods = runModel(panel, TAU, 2);
    const [floors, guard] = [[0.03, 0.005], 0.2];
    standardizedLosses(periods, [0.5, 0.5], { floors, guard }).forEach(({ volatility }, t) => {
      const parameters = { varZ: 3, varHorizonDays: 2, guard };
      const whole = valueAtRisk(periods[t]!.state, parameters, floors, [0.5, 0.5]).total;
      expectClose((3 * volatility) / whole, 1, 1e-12);
    });
    const options = { tauDays: TAU, confidence: 0.99, horizonDays: 1, split: START + 86_400 * 50, z: 0.9 };
    const hits = (more: object) =>
      calibrateVaR(portfoliosOf(panel), { ...options, ...more }).judged.map((j) => j.exceedances);
    expect(hits({})[0]).to.be.above(0);
    expect(hits({ floors: { fast: 0.03 } })[0]).to.equal(0);
    expect(hits({ floors: { fast: 0.03 } })[1]).to.equal(hits({})[1]);
    expect(hits({ guard: 1 })[2]).to.be.at.most(hits({})[2]!);
  });

  it("tells how far it is, to the end", () => {
    const panel = panelOf(alternating(1_200, 0.01), 1);
    const seen: number[][] = [];
    const onProgress = (...each: number[]) => void seen.push(each);
    calibrateVaR(portfoliosOf(panel), {
      tauDays: TAU,
      confidence: 0.99,
      horizonDays: 1,
      split: START + 8.64e7,
      z: 2,
      onProgress,
    });
    expect(seen).to.deep.equal([
      [500, 1_201],
      [1_000, 1_201],
      [1_201, 1_201],
    ]);
  });
});
