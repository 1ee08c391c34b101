import { expect } from "chai";
import { network } from "hardhat";

import {
  calibratedAssets,
  LIMITS,
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

  it("knows the contract's limits", async () => {
    const { ethers } = await network.create();
    const anybody = ethers.Wallet.createRandom().address;
    const contract = await ethers.deployContract("RiskExtension", [anybody, anybody]);
    const limits: Record<keyof typeof LIMITS, readonly [bigint, bigint]> = {
      tau: [await contract.MIN_TAU(), await contract.MAX_TAU()],
      interval: [await contract.MIN_INTERVAL(), await contract.MAX_INTERVAL()],
      z: [await contract.MIN_Z(), await contract.MAX_Z()],
      maintenanceShare: [await contract.MIN_MAINTENANCE_SHARE(), await contract.MAX_MAINTENANCE_SHARE()],
      sizeFactor: [0n, await contract.MAX_SIZE_FACTOR()],
      varHorizon: [1n, await contract.MAX_VAR_HORIZON()],
      guard: [0n, 10_000n],
      volatilityFloor: [await contract.MIN_VOLATILITY_FLOOR(), await contract.MAX_VOLATILITY_FLOOR()],
      horizon: [1n, await contract.MAX_ASSET_HORIZON()],
    };
    for (const [name, [minimum, maximum]] of Object.entries(LIMITS)) {
      expect(limits[name as keyof typeof LIMITS], name).to.deep.equal([BigInt(minimum), BigInt(maximum)]);
    }
  });

  it("every verdict in the evidence passes at 5%", () => {
    const verdicts = Object.values(RISK_FILE.evidence);
    expect(verdicts.length).to.be.greaterThan(5);
    for (const { kupiecP, christoffersenP, conditionalP } of verdicts) {
      expect(Math.min(kupiecP, christoffersenP, conditionalP)).to.be.greaterThan(0.05);
    }
  });
});
