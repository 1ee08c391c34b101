import { expect } from "chai";
import { network } from "hardhat";

import {
  askedFor,
  assetsFor,
  factorAt,
  growthOver,
  indexAt,
  previewSlice,
  sharesFor,
} from "../../../sdk/arithmetic/index.js";
import { Random } from "../../support/random.js";
import { deployWorld, LIQUIDATION, SPECS, WAD } from "../../support/world.js";

const YEAR = 31_536_000n;

describe("sdk/arithmetic", () => {
  const random = Random.fresh();

  it(`lets debts grow as the engine does, to the last digit, over any time (seed ${random.seed})`, async () => {
    // Between half a per cent and half as much again a year: what a market rate may be.
    const rate = random.between(158_000_000n, 12_800_000_000n);
    const { engine, ethers, connection } = await deployWorld(SPECS.slice(0, 1), rate);
    try {
      for (let round = 0; round < 6; round++) {
        // Somewhere between two accruals, so that what is read is not what is stored.
        const { time: clock } = connection.networkHelpers;
        await clock.increase(random.magnitude(YEAR) + 1n);
        const block = (await ethers.provider.getBlock("latest"))!;
        const [{ rate: stored, accruedAt }, index] = await Promise.all([engine.interest(), engine.index()]);
        const read = { index, rate: stored, accruedAt, readAt: BigInt(block.timestamp) };
        const time = read.readAt + random.magnitude(YEAR) + 1n;
        await clock.increaseTo(time);
        expect(indexAt(read, time), `${time - read.readAt} s on`).to.equal(await engine.index());
        expect(indexAt(read, read.readAt)).to.equal(index);
        if (random.oneIn(2n)) await engine.accrue();
      }
    } finally {
      await connection.close();
    }
  });

  it(`cuts slices as the engine does (seed ${random.seed})`, async () => {
    const connection = await network.create();
    try {
      const harness = await connection.ethers.deployContract("LiquidationMathHarness");
      const p = { ...LIQUIDATION };
      const minimumDebt = 100n * WAD;
      const cases = Array.from({ length: 300 }, () => {
        const debt = minimumDebt + random.magnitude(10n ** 26n);
        // Failing: from hopeless to just below what is needed; worth from far less than the debt to twice as much.
        const limit = (debt * random.between(1n, 9_999n)) / 10_000n;
        const value = limit + (debt * random.between(0n, 10_000n)) / 10_000n;
        return { e: { value, priced: limit, limit, debt }, p, minimumDebt };
      });
      const answers = await harness.slices(cases);
      for (const [i, { e }] of cases.entries()) {
        const { s, insolvent } = answers[i]!;
        const account = { debt: e.debt, maintenanceLimit: e.limit, collateralValue: e.value };
        const { fraction, incentive, repay, ...rest } = previewSlice(account, p, minimumDebt)!;
        const said = { fraction, incentive, repay, insolvent: rest.insolvent };
        expect(said).to.deep.equal({ fraction: s.fraction, incentive: s.incentive, repay: s.repay, insolvent });
      }
    } finally {
      await connection.close();
    }
  });

  it("refuses rates and times that the engine never sees", () => {
    expect(growthOver(1n, 0n)).to.equal(10n ** 27n);
    expect(() => growthOver(-1n, 1n)).to.throw(RangeError);
    expect(() => growthOver(1n, -1n)).to.throw(RangeError);
    expect(() => indexAt({ index: WAD, rate: 1n, accruedAt: 0n, readAt: 10n }, 9n)).to.throw(RangeError);
  });

  it("prices auctions from the premium down to the slippage", () => {
    const path = { premium: 100n, maxSlippage: 100n, duration: 1_800n };
    expect(factorAt(path, 0n)).to.equal((WAD * 101n) / 100n);
    expect(factorAt(path, 900n)).to.equal(WAD);
    expect(factorAt(path, 1_800n)).to.equal((WAD * 99n) / 100n);
    expect(() => factorAt(path, 1_801n)).to.throw(RangeError);
    const ether = { mid: 200n * WAD, unit: 10n ** 8n };
    const dollars = { mid: WAD, unit: 10n ** 6n };
    expect(askedFor(10n ** 8n, ether, dollars, WAD)).to.equal(200n * 10n ** 6n);
  });

  it(`never gives more for a stake than was put in (seed ${random.seed})`, () => {
    for (let i = 0; i < 200; i++) {
      const pool = { assets: random.magnitude(10n ** 27n), shares: random.magnitude(10n ** 33n) };
      const amount = random.magnitude(10n ** 24n);
      const shares = sharesFor(amount, pool);
      const after = { assets: pool.assets + amount, shares: pool.shares + shares };
      expect(assetsFor(shares, after) <= amount).to.equal(true);
    }
  });
});
