import { expect } from "chai";

import {
  calibratedAssets,
  modelParameters,
  ParameterRangeError,
  RISK_FILE,
} from "../../../../deploy/parameters/risk.js";
import type { ParameterFile } from "../../../../risk/calibration/parameters.js";

const withGlobal = (change: Partial<ParameterFile["global"]>): ParameterFile => ({
  ...RISK_FILE,
  global: { ...RISK_FILE.global, ...change },
});

describe("deploy: risk parameters", () => {
  it("go from the calibrated file to the contract's units, rounded for the protocol", () => {
    const file = withGlobal({ tauDays: 16.16, z: 3.9000001, varZ: 2.95, mu: 0.70001, k: 0.5, guard: 0.2 });
    expect(modelParameters(file)).to.deep.equal({
      tau: 1_396_224,
      interval: 3_600,
      z: 3_900_001,
      varZ: 2_950_000,
      maintenanceShare: 7_001,
      sizeFactor: 5_000,
      varHorizon: 24,
      guard: 2_000,
    });
  });

  it("seeds come with the loadings on the assets before, 18 decimals", () => {
    const assets = calibratedAssets(RISK_FILE);
    expect([...assets.keys()]).to.deep.equal(["ETH", "BTC"]);
    const { seed, volatilityFloor, horizon } = assets.get("BTC")!;
    const raw = RISK_FILE.assets.BTC!;
    expect(Number(seed.variance) / 1e18).to.equal(raw.seed.variance);
    expect(seed.loadings.map((each) => Number(each) / 1e18)).to.deep.equal([raw.seed.loadings.ETH]);
    expect(volatilityFloor).to.equal(Math.ceil(raw.volatilityFloor * 1e4));
    expect(horizon).to.equal(24);
  });

  it("what the contract would refuse is refused by name before", () => {
    expect(() => modelParameters(withGlobal({ z: 12.5 }))).to.throw(ParameterRangeError, /z x 10\^6 is 12500000/);
    expect(() => modelParameters(withGlobal({ tauDays: 0.5 }))).to.throw(ParameterRangeError, /tauDays/);
  });

  it("every verdict in the evidence passes at 5%", () => {
    const verdicts = Object.values(RISK_FILE.evidence);
    expect(verdicts.length).to.be.greaterThan(5);
    for (const { kupiecP, christoffersenP, conditionalP } of verdicts) {
      expect(Math.min(kupiecP, christoffersenP, conditionalP)).to.be.greaterThan(0.05);
    }
  });
});
