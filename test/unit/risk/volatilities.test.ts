import { expect } from "chai";

import { expectClose } from "../../support/close.js";
import { freshWorld } from "../../support/fresh.js";
import { deployRisk, usd } from "../../support/risk-world.js";
import { at, WAD } from "../../support/world.js";

/** 5%, 4% and 0.01% a day, the last below its floor of 0.1%. */
const ASSETS = [
  { price: 2_000n * 10n ** 8n, variance: 25n * 10n ** 14n },
  { price: 40_000n * 10n ** 8n, variance: 16n * 10n ** 14n },
  { price: 10n ** 8n, variance: 10n ** 10n },
];

describe("RiskModel: volatilities of a mask, and what a standard deviation counts", () => {
  const world = freshWorld(() => deployRisk(ASSETS));

  it("tells the floored volatility of each asset of the mask, ascending", async () => {
    const { risk } = world();
    const all = [await risk.volatility(0), await risk.volatility(1), await risk.volatility(2)];
    expect([...(await risk.volatilities(7))]).to.deep.equal(all);
    expect([...(await risk.volatilities(5))]).to.deep.equal([all[0], all[2]]);
    expect([...(await risk.volatilities(2))]).to.deep.equal([all[1]]);
    expect([...(await risk.volatilities(0))]).to.deep.equal([]);
    // As far as a variance of 56 bits after the point tells, and no less than the floor.
    for (const [i, exact] of [0.05, 0.04, 0.001].entries()) {
      expectClose(Number(at(all, i)) / 1e18, exact, 1e-14, `asset ${i.toString()}`);
    }
    expect(at(all, 2) >= 10n ** 15n).to.equal(true);
  });

  it("refuses assets that are not listed, and names one", async () => {
    const { risk } = world();
    await expect(risk.volatilities(15)).to.be.revertedWithCustomError(risk, "AssetNotListed").withArgs(3);
    await expect(risk.volatilities(1n << 200n))
      .to.be.revertedWithCustomError(risk, "AssetNotListed")
      .withArgs(200);
  });

  it("makes the value at risk of one asset alone: its volatility times the scale", async () => {
    const { risk } = world();
    const scale = await risk.valueAtRiskScale();
    // 2.5 standard deviations of a day.
    expect(scale >= (25n * WAD) / 10n && scale <= (25n * WAD) / 10n + 10n ** 7n).to.equal(true);
    const list = await risk.volatilities(7);
    for (let i = 0; i < 3; i++) {
      const exposures = [0n, 0n, 0n];
      exposures[i] = usd(1_000_000n);
      const alone = await risk.valueAtRisk(exposures);
      const product = (1_000_000n * at([...list], i) * scale) / WAD;
      expectClose(Number(alone) / Number(product), 1, 1e-9);
    }
  });
});
