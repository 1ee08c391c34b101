import { fileURLToPath } from "node:url";

import { expect } from "chai";

import {
  align,
  buildParameters,
  calibrateVaR,
  type Panel,
  parseParameters,
  parseTime,
  portfoliosOf,
  readParameters,
  readPrices,
  seedsOf,
} from "../../../../risk/index.js";
import { dataFile, needData } from "../../../support/data.js";

const BTC = ["daily/btc_usd_daily.csv", "hourly/btc_usd_1h.csv"] as const;
const ETH = ["daily/eth_usd_daily.csv", "hourly/eth_usd_1h.csv"] as const;
const TAU = 16.16;

describe("risk: the on-chain model on real history", function () {
  needData(this, ...BTC, ...ETH);
  let daily: Panel;
  let hourly: Panel;

  before(() => {
    const from = parseTime("2016-01-01")!;
    const load = (i: 0 | 1, extra = {}) =>
      align([
        readPrices(dataFile(BTC[i]), { name: "BTC", ...extra }),
        readPrices(dataFile(ETH[i]), { name: "ETH", ...extra }),
      ]);
    daily = load(0, { from });
    hourly = load(1);
  });

  for (const split of ["2018-12-31", "2019-07-01", "2020-01-01"]) {
    it(`passes Kupiec and Christoffersen after ${split} with a z learned before`, () => {
      const portfolios = [...portfoliosOf(daily, " daily"), ...portfoliosOf(hourly, " hourly")];
      const options = { tauDays: TAU, confidence: 0.99, horizonDays: 1, split: parseTime(split)! };
      const result = calibrateVaR(portfolios, options);
      for (const each of result.judged) {
        expect(each.passes, `${each.name}: ${each.exceedances} of ${each.observations}`).to.equal(true);
        expect(each.observations).to.be.above(700);
        expect(each.from).to.be.at.least(options.split);
      }
      // The plain normal quantile does not hold: the test can tell a wrong model from a right one.
      const normal = calibrateVaR(portfolios, { ...options, z: 2.326 });
      expect(normal.judged.filter((each) => !each.passes).length).to.be.at.least(3);
    });
  }

  /** What the project deploys: z, floors and guard were chosen before 2019-07-01. */
  const deployed = () => {
    const { global, assets } = readParameters(
      fileURLToPath(new URL("../../../../deploy/parameters/risk.json", import.meta.url)),
    );
    const floors = Object.fromEntries(Object.entries(assets).map(([name, each]) => [name, each.volatilityFloor]));
    const { varZ: z, tauDays, guard, varHorizonDays: horizonDays } = global;
    return { z, tauDays, guard, horizonDays, floors, confidence: 0.99, split: parseTime("2019-07-01")! };
  };

  it("passes as it is deployed, floors and guard included", () => {
    const portfolios = [...portfoliosOf(daily, " daily"), ...portfoliosOf(hourly, " hourly")];
    for (const each of calibrateVaR(portfolios, deployed()).judged) {
      expect(each.passes, `${each.name}: ${each.exceedances} of ${each.observations}`).to.equal(true);
      expect(each.exceedances, each.name).to.be.within(8, 11);
    }
  });

  it("fails in no more of 72 shifted series than docs/toolkit.md says", function () {
    this.timeout(30_000);
    const failing = Array.from({ length: 24 }, (_, offset) =>
      calibrateVaR(portfoliosOf(hourly), { ...deployed(), offset }).judged.flatMap((each) =>
        each.passes ? [] : [`${each.name} +${offset}: ${each.exceedances}`],
      ),
    );
    expect(failing.flat()).to.deep.equal(["BTC +11: 11", "BTC +12: 12", "equal parts +12: 7"]);
  });

  it("learns nothing from after the split", () => {
    const options = { tauDays: TAU, confidence: 0.99, horizonDays: 1, split: parseTime("2019-07-01")! };
    const other = {
      ...daily,
      prices: daily.prices.map((row, t) =>
        daily.times[t]! > options.split ? row.map((p) => p * (1 + (t % 7) / 10)) : row,
      ),
    };
    const [a, b] = [daily, other].map((panel) => calibrateVaR(portfoliosOf(panel), options));
    expect(a!.z).to.equal(b!.z);
    expect(a!.judged[0]!.exceedances).to.not.equal(b!.judged[0]!.exceedances);
  });

  it("builds a parameter file with its evidence, which reads back and whose seeds are the covariance", () => {
    const { parameters } = buildParameters(daily, {
      tauDays: TAU,
      confidence: 0.99,
      horizonDays: 1,
      split: parseTime("2019-07-01")!,
      files: ["btc_usd_daily.csv", "eth_usd_daily.csv"],
      guard: 0.2,
      intervalSeconds: 3_600,
    });
    const read = parseParameters(JSON.stringify(parameters), "p.json");
    expect(read).to.deep.equal(parameters);
    expect(Object.keys(read.evidence)).to.deep.equal(["BTC", "ETH", "equal parts"]);
    expect(read.evidence.ETH!.kupiecP).to.be.above(0.05);
    expect(seedsOf(read).get("ETH")!.loadings).to.have.length(1);
    const file = (change: object) => JSON.stringify({ ...parameters, ...change });
    expect(() => parseParameters(file({ version: 2 }), "p.json")).to.throw(/p.json: version/);
    const leak = { ...parameters.evidence, ETH: { ...parameters.evidence.ETH!, files: ["folder/eth.csv"] } };
    expect(() => parseParameters(file({ evidence: leak }), "p.json")).to.throw(/without its folder/);
    const { BTC: btc, ETH: eth } = parameters.assets;
    expect(() => parseParameters(file({ assets: { ETH: eth, BTC: btc } }), "p.json")).to.throw(/not listed before/);
  });
});
