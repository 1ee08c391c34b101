import { expect } from "chai";

import { haircutTargets } from "../../../risk/model/model.js";
import { open } from "../../support/failing.js";
import { freshWorld } from "../../support/fresh.js";
import { Random } from "../../support/random.js";
import { deployRiskModel, MODEL } from "../../support/risk.js";
import { deployRisk, PACES, WIDE } from "../../support/risk-world.js";
import { at, deployWorld, WAD } from "../../support/world.js";

const HOUR = 3_600n;
const DAY = 86_400n;
const PRICE = 2_000_00000000n;
/** X of the test assets, 8 decimals. {ledger} */
const DEPTH = 10n ** 14n;

/** Requires a number to be within `tolerance` of another. */
function expectNear(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected) <= tolerance, `${actual} instead of ${expected}`).to.equal(true);
}

/** Ether at 5% a day, bitcoin that follows it, a stablecoin. */
const deploy = () =>
  deployRisk([
    { price: PRICE },
    { price: 40_000_00000000n, variance: 4n * 10n ** 14n, loadings: [7n * 10n ** 17n] },
    { price: 1_00000000n, variance: 0n },
  ]);

describe("RiskModel: observing", () => {
  const world = freshWorld(deploy);

  it("not more than once per interval, and says from when on", async () => {
    const { risk, networkHelpers } = world();
    const { observedAt, allowedAt } = await risk.observation();
    expect(allowedAt).to.equal(observedAt + HOUR);
    await networkHelpers.time.setNextBlockTimestamp(allowedAt - 1n);
    await expect(risk.observe())
      .to.be.revertedWithCustomError(risk, "ObservedTooEarly")
      .withArgs(allowedAt - 1n, allowedAt);
    await networkHelpers.time.setNextBlockTimestamp(allowedAt);
    await risk.observe();
    expect(await risk.observation()).to.deep.equal([allowedAt, allowedAt + HOUR, 0n]);
  });

  it("by anyone", async () => {
    const { risk, ethers, networkHelpers } = world();
    const stranger = at(await ethers.getSigners(), 5);
    await networkHelpers.time.increase(HOUR);
    await expect(risk.connect(stranger).observe()).to.emit(risk, "Observed");
  });

  it("not without an asset", async () => {
    const { risk, networkHelpers } = await deployRisk([]);
    await networkHelpers.time.increase(HOUR);
    await expect(risk.observe()).to.be.revertedWithCustomError(risk, "NothingListed");
  });

  it("a crash of 40% within an hour lifts the haircut at once, the maintenance haircut only with time", async () => {
    const { risk, networkHelpers, observeAt, now } = world();
    const before = await risk.haircuts(0);
    const volatility = await risk.volatility(0);
    await observeAt((await now()) + HOUR, [(PRICE * 6n) / 10n, 40_000_00000000n, 1_00000000n]);
    const after = await risk.haircuts(0);
    // a = 1 - e^(-1h/tau) of 24 ln(0.6)^2 a day beside (5%)^2: 13.6% a day.
    expect((await risk.volatility(0)) > 2n * volatility).to.equal(true);
    expect(after.initial > 2n * before.initial, `${after.initial} after ${before.initial}`).to.equal(true);
    expect(after.maintenance).to.equal(before.maintenance);
    const { maintenanceHaircut } = await risk.targets(0);
    expect(maintenanceHaircut > 2n * before.maintenance).to.equal(true);
    await networkHelpers.time.increase(DAY);
    const rise = (await risk.haircuts(0)).maintenance - before.maintenance;
    expect(rise >= PACES.maintenanceRise && rise <= PACES.maintenanceRise + 1n, `${rise} bps in a day`).to.equal(true);
  });

  it("an asset without a price neither blocks nor distorts the others", async () => {
    const { networkHelpers, risk, observeAt, now } = world();
    const first = (await now()) + HOUR;
    const moved: [bigint, bigint] = [(PRICE * 11n) / 10n, 39_000_00000000n];
    const snapshot = await networkHelpers.takeSnapshot();

    await observeAt(first, [...moved, 1_00000000n]);
    const complete = [await risk.covariance(0, 0), await risk.covariance(0, 1), await risk.covariance(1, 1)];
    await snapshot.restore();

    const own = await risk.covariance(2, 2);
    await observeAt(first, [...moved, undefined]);
    expect([await risk.covariance(0, 0), await risk.covariance(0, 1), await risk.covariance(1, 1)]).to.deep.equal(
      complete,
    );
    expect((await risk.observation()).unpriced).to.equal(4n);
    expect(await risk.covariance(2, 2)).to.equal(own);
  });

  it("a dead feed's variance stays, its covariance fades, and its return counts over the gap", async () => {
    const { risk, observeAt, now } = world();
    const start = await now();
    const [own, shared] = [await risk.covariance(1, 1), await risk.covariance(0, 1)];
    for (let k = 1n; k <= 24n; ++k) await observeAt(start + k * HOUR, [PRICE, undefined, 1_00000000n]);
    expect(await risk.covariance(1, 1)).to.equal(own);
    const faded = await risk.covariance(0, 1);
    // e^(-1/16.16) after a day.
    expectNear(Number(faded) / Number(shared), Math.exp(-1 / 16.16), 1e-6);
    const { pricedAt } = await risk.lastLogPrice(1);
    expect(pricedAt <= start).to.equal(true);

    await observeAt(start + 25n * HOUR, [PRICE, 44_000_00000000n, 1_00000000n]);
    const a = 1 - Math.exp(-1 / 24 / 16.16);
    const r2 = Math.log(1.1) ** 2;
    // What it adds is the return's square a day of the gap, with the weight of a step of 25 hours: a fall in an outage counts as much as
    // one that was watched.
    const weight = 1 - Math.exp(-25 / 24 / 16.16);
    const expected = (1 - a) * Number(own) * 1e-18 + (weight * r2) / (25 / 24);
    expectNear(Number(await risk.covariance(1, 1)) * 1e-18, expected, expected * 1e-3);
    expect((await risk.observation()).unpriced).to.equal(0n);
  });

  it("returns beyond what the matrix can hold are cut, and the matrix stays in range", async () => {
    const { risk, observeAt, now } = world();
    let time = await now();
    for (let k = 0; k < 30; ++k) {
      time += HOUR;
      // Between a millionth of a dollar and a hundred million, every hour.
      await observeAt(time, [k % 2 === 0 ? 100n : 10n ** 16n, 40_000_00000000n, 1_00000000n]);
    }
    const variance = await risk.covariance(0, 0);
    expect(variance > 0n && variance <= 90n * WAD, `${variance}`).to.equal(true);
    expect((await risk.haircuts(0)).initial).to.equal(10_000n);
  });
});

describe("RiskModel: a healthy account and an observation", () => {
  const world = freshWorld(() => deployWorld());

  it("is not made liquidatable by it, at the bound, though the price has just fallen by 40% within an hour", async () => {
    const w = world();
    const { risk, engine, alice, liquidator, connection } = w;
    // Free of its pins, with the volatility that it is seeded with; nothing else is to move.
    await risk.setAssetParameters(0, { ...WIDE, minMaintenance: 500, minInitial: 500 }, 200, 24);
    await connection.networkHelpers.time.increase(40n * DAY);
    await w.setPrice(0, PRICE);
    await w.setPrice(3, 1_00000000n);
    await risk.observe();
    await w.giveDollars(liquidator, 100_000n * WAD);
    await open(w, alice, { 0: 10n * WAD }, 11_000n * WAD);

    await connection.networkHelpers.time.increase(HOUR);
    const crashed = (PRICE * 6n) / 10n;
    // The lowest answer around the crash at which the account is still healthy.
    const [, held] = await engine.position(alice.address);
    const debt = await engine.debtOf(alice.address);
    let [low, high] = [crashed - 400_00000000n, crashed + 800_00000000n];
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      await w.setPrice(0, middle);
      if ((await risk.maintenanceLimit([...held])) >= debt) high = middle;
      else low = middle;
    }
    await w.setPrice(0, high);
    const now = BigInt(await connection.networkHelpers.time.latest());
    const limit = await risk.maintenanceLimit([...held]);
    const [before] = await risk.haircuts(0);
    await connection.networkHelpers.time.setNextBlockTimestamp(now);
    await risk.observe();
    expect((await risk.haircuts(0)).initial > before, "the initial haircut rises").to.equal(true);
    const { maintenanceHaircut } = await risk.targets(0);
    expect(maintenanceHaircut > (await risk.haircuts(0)).maintenance, "the maintenance haircut is to rise").to.equal(
      true,
    );
    expect(await risk.maintenanceLimit([...held])).to.equal(limit);
    await connection.networkHelpers.time.setNextBlockTimestamp(now);
    await expect(
      engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: 2n ** 255n }], "0x"),
    ).to.be.revertedWithCustomError(engine, "NothingToDo");
    // The smallest step of the price does make it so.
    await w.setPrice(0, low);
    await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: 2n ** 255n }], "0x");
  });
});

describe("RiskModel: sampling depth", () => {
  const world = freshWorld(async () => {
    const w = await deploy();
    const market = await w.ethers.deployContract("SettableDepth");
    await w.risk.setDepthSource(market);
    await w.risk.setHoldingsSource(market);
    return { ...w, market };
  });

  it("takes over what the market says, in ledger units; up at once, down slowly for maintenance", async () => {
    const { risk, market, networkHelpers } = world();
    await market.setDepth(0, true, 3_000_000n * WAD);
    await risk.sampleDepth(0);
    const stored = (x: bigint) => (deep: bigint) => deep <= x && (x - deep) * 2n ** 20n <= x;
    for (const depth of await risk.depths(0)) expect(depth).to.satisfy(stored(3_000_000n * 10n ** 8n));

    await networkHelpers.time.increase(HOUR);
    await market.setDepth(0, true, 1_000n * WAD);
    await risk.sampleDepth(0);
    const { borrowDepth, maintenanceDepth } = await risk.depths(0);
    expect(borrowDepth).to.satisfy(stored(1_000n * 10n ** 8n));
    expect(maintenanceDepth).to.satisfy(stored(3_000_000n * 10n ** 8n));
  });

  it("leaves the depth to governance where there is no market", async () => {
    const { risk, market } = world();
    await market.setDepth(0, false, 7n * WAD);
    const before = await risk.depths(0);
    await risk.sampleDepth(0);
    expect(await risk.depths(0)).to.deep.equal(before);
    await risk.setDepth(0, 2n * DEPTH);
    const { borrowDepth } = await risk.depths(0);
    expect(borrowDepth > (199n * DEPTH) / 100n && borrowDepth <= 2n * DEPTH).to.equal(true);
  });

  it("saturates where the market is deeper than what can be stored", async () => {
    const { risk, market } = world();
    await market.setDepth(0, true, 2n ** 200n);
    await risk.sampleDepth(0);
    const { borrowDepth } = await risk.depths(0);
    expect(borrowDepth > 2n ** 74n && borrowDepth < 2n ** 75n).to.equal(true);
  });

  it("lifts the initial haircut by what is held, but only what stayed from one sample to the next", async () => {
    const { risk, market, networkHelpers } = world();
    const { initial } = await risk.haircuts(0);
    const aim = (await risk.targets(0)).initialHaircut;
    // As much as the depth: k / 2 = 25%.
    await market.setHoldings(0, DEPTH);
    await risk.sampleDepth(0);
    expect((await risk.haircuts(0)).initial).to.equal(initial);
    await market.setHoldings(0, 0n);
    await networkHelpers.time.increase(HOUR);
    await risk.sampleDepth(0);
    expect((await risk.haircuts(0)).initial).to.equal(initial);

    await market.setHoldings(0, DEPTH);
    for (let k = 0; k < 2; ++k) {
      await networkHelpers.time.increase(HOUR);
      await risk.sampleDepth(0);
    }
    const parts = await risk.haircutParts(0);
    // Rounded up to bps, beside a depth that is stored rounded down.
    expectNear(Number(parts.sizePart) / 1e18, 0.2501, 1e-9);
    const raised = (await risk.haircuts(0)).initial;
    expect(raised - aim >= 2_500n && raised - aim <= 2_502n, `${raised} after ${aim}`).to.equal(true);
    expect((await risk.depthSample(0)).counted).to.equal(DEPTH);
    // An idle whale cannot liquidate others.
    const { maintenanceHaircut } = await risk.targets(0);
    expect(maintenanceHaircut).to.equal((parts.maintenance + 10n ** 14n - 1n) / 10n ** 14n);
    // An observation keeps it.
    await networkHelpers.time.increase(HOUR);
    await risk.observe();
    expect((await risk.haircuts(0)).initial >= raised - 3n).to.equal(true);
  });

  it("goes by the depth for maintenance: a market emptied for a moment lifts nobody's initial haircut", async () => {
    const { risk, market, networkHelpers } = world();
    await market.setHoldings(0, DEPTH / 100n);
    await market.setDepth(0, true, DEPTH * 10n ** 10n);
    for (let k = 0; k < 2; ++k) {
      await risk.sampleDepth(0);
      await networkHelpers.time.increase(HOUR);
    }
    const before = (await risk.haircuts(0)).initial;
    const { sizePart } = await risk.haircutParts(0);
    // k / 101, rounded up.
    expect(sizePart).to.equal(50n * 10n ** 14n);

    await market.setDepth(0, true, 1n);
    await risk.sampleDepth(0);
    expect((await risk.depths(0)).borrowDepth).to.equal(0n);
    // An hour's fall of the depth, at 10% a day, is what the size part sees.
    const after = (await risk.haircuts(0)).initial;
    expect(after - before <= 1n, `${after} after ${before}`).to.equal(true);

    // A market that stays empty is believed, day by day.
    let last = after;
    for (let day = 0; day < 5; ++day) {
      await networkHelpers.time.increase(DAY);
      await risk.sampleDepth(0);
      const { initial } = await risk.targets(0).then((t) => ({ initial: t.initialHaircut }));
      expect(initial > last - 100n && initial - last <= 15n, `${initial} after ${last}`).to.equal(true);
      last = initial;
    }
    expect((await risk.haircutParts(0)).sizePart > (sizePart * 13n) / 10n).to.equal(true);
    // Back at once with the market, as far as the haircut's pace allows.
    await networkHelpers.time.increase(HOUR);
    await market.setDepth(0, true, DEPTH * 10n ** 10n);
    await risk.sampleDepth(0);
    expect((await risk.haircutParts(0)).sizePart).to.equal(sizePart);
  });

  it("is k Q / (X + Q), as in the reference, whatever Q and X", async () => {
    const { risk, market, networkHelpers } = world();
    const random = Random.fresh();
    console.log(`      PLIMSOLL_SEED=${random.seed}`);
    const shape = {
      volatilityFloor: 0,
      horizonDays: 0,
      minInitial: 0,
      maxInitial: 1,
      minMaintenance: 0,
      maxMaintenance: 1,
    };
    let depth = Number(DEPTH);
    for (let round = 0; round < 20; ++round) {
      // Only ever deeper, so that the depth for maintenance is the one of the market.
      depth *= 1 + 3 * random.unit();
      const held = Math.floor(10 ** (19 * random.unit()));
      await market.setHoldings(0, BigInt(held));
      await market.setDepth(0, true, BigInt(Math.round(depth)) * 10n ** 10n);
      for (let k = 0; k < 2; ++k) {
        await risk.sampleDepth(0);
        await networkHelpers.time.increase(HOUR);
      }
      const { liquidityPart } = haircutTargets(
        { z: 0, mu: 0, k: Number(MODEL.sizeFactor) / 1e4 },
        shape,
        0,
        held,
        depth,
      );
      const part = Number((await risk.haircutParts(0)).sizePart) / 1e18;
      const off = part - liquidityPart;
      // Up to a bp by rounding, a millionth by how depths are stored.
      expect(off >= -1e-9 && off <= 1.01e-4, `${part} instead of ${liquidityPart} for ${held} in ${depth}`).to.equal(
        true,
      );
    }
  });

  it("does not set a ramp back when the source has prices observed meanwhile", async () => {
    const { risk, networkHelpers, ethers } = world();
    await risk.setDepthSource(await ethers.deployContract("ReentrantDepth"));
    await risk.setAssetParameters(0, { ...WIDE, minMaintenance: 9_000, minInitial: 9_500 }, 10, 6);
    const start = (await risk.haircuts(0)).maintenance;
    await networkHelpers.time.increase(3n * DAY);
    const { maintenance } = await risk.haircuts(0);
    expect(maintenance - start >= 3n * PACES.maintenanceRise).to.equal(true);
    await expect(risk.sampleDepth(0)).to.emit(risk, "Observed");
    expect((await risk.haircuts(0)).maintenance >= maintenance).to.equal(true);
  });

  it("not more than once per interval and asset", async () => {
    const { risk, networkHelpers } = world();
    await risk.sampleDepth(0);
    const { sampledAt, allowedAt } = await risk.depthSample(0);
    expect(allowedAt).to.equal(sampledAt + HOUR);
    await networkHelpers.time.setNextBlockTimestamp(allowedAt - 1n);
    await expect(risk.sampleDepth(0))
      .to.be.revertedWithCustomError(risk, "SampledTooEarly")
      .withArgs(0, allowedAt - 1n, allowedAt);
    await risk.sampleDepth(1);
    await networkHelpers.time.setNextBlockTimestamp(allowedAt);
    await risk.sampleDepth(0);
  });

  it("counts nothing held while there is no source, and no depth but the governed one", async () => {
    const { risk, market, networkHelpers, ethers } = world();
    await market.setHoldings(0, DEPTH);
    await market.setDepth(0, true, WAD);
    await risk.setDepthSource(ethers.ZeroAddress);
    await risk.setHoldingsSource(ethers.ZeroAddress);
    const before = [await risk.haircuts(0), await risk.depths(0)];
    for (let k = 0; k < 2; ++k) {
      await risk.sampleDepth(0);
      await networkHelpers.time.increase(HOUR);
    }
    expect([await risk.haircuts(0), await risk.depths(0)]).to.deep.equal(before);
  });

  it("refuses unknown and delisted assets", async () => {
    const { risk } = world();
    await expect(risk.sampleDepth(3)).to.be.revertedWithCustomError(risk, "AssetNotListed").withArgs(3);
    await risk.delist(1);
    await expect(risk.sampleDepth(1)).to.be.revertedWithCustomError(risk, "AssetIsDelisted").withArgs(1);
  });

  it("observing leaves a delisted asset's haircuts alone", async () => {
    const { risk, observeAt, now } = world();
    await risk.delist(1);
    const targets = await risk.targets(1);
    await observeAt((await now()) + HOUR, [PRICE, 30_000_00000000n, 1_00000000n]);
    expect(await risk.targets(1)).to.deep.equal(targets);
    expect((await risk.haircuts(1)).initial).to.equal(10_000n);
  });
});

describe("RiskModel: parameters", () => {
  const world = freshWorld(deploy);

  it("are limited for ever", async () => {
    const { risk } = world();
    const limits: [keyof typeof MODEL, bigint, bigint][] = [
      ["tau", DAY, 365n * DAY],
      ["interval", HOUR, DAY],
      ["z", 1_000_000n, 12_000_000n],
      ["varZ", 1_000_000n, 12_000_000n],
      ["maintenanceShare", 1_000n, 10_000n],
      ["sizeFactor", 0n, 10_000n],
      ["varHorizon", 1n, 720n],
      ["guard", 0n, 10_000n],
    ];
    for (const [name, low, high] of limits) {
      for (const value of [low, high]) {
        await risk.setParameters({ ...MODEL, [name]: value });
        expect(at([...(await risk.parameters())], Object.keys(MODEL).indexOf(name))).to.equal(value);
      }
      for (const value of [low - 1n, high + 1n].filter((v) => v >= 0n)) {
        await expect(risk.setParameters({ ...MODEL, [name]: value }), `${name} ${value}`).to.be.revertedWithCustomError(
          risk,
          "ParameterOutOfBounds",
        );
      }
    }
  });

  it("floors and horizons are limited as well, and clamps by the bounds", async () => {
    const { risk } = world();
    const refused: [typeof WIDE, number, number][] = [
      [WIDE, 4, 6],
      [WIDE, 1_001, 6],
      [WIDE, 10, 0],
      [WIDE, 10, 241],
      [{ ...WIDE, minMaintenance: 99 }, 10, 6],
      [{ ...WIDE, maxInitial: 10_001 }, 10, 6],
      [{ ...WIDE, minInitial: 5_001, maxInitial: 5_000 }, 10, 6],
      [{ ...WIDE, minMaintenance: 5_001, maxMaintenance: 5_000 }, 10, 6],
    ];
    for (const [clamps, floor, horizon] of refused) {
      await expect(risk.setAssetParameters(0, clamps, floor, horizon)).to.be.revertedWithCustomError(
        risk,
        "ParameterOutOfBounds",
      );
    }
    await risk.setAssetParameters(0, { ...WIDE, maxInitial: 9_000 }, 1_000, 240);
    const { clamps, volatilityFloor, horizon } = await risk.assetParameters(0);
    expect([...clamps, volatilityFloor, horizon]).to.deep.equal([0n, 9_000n, 100n, 10_000n, 1_000n, 240n]);
  });

  it("a new z, floor or clamp aims haircuts anew, and moves no maintenance limit at once", async () => {
    const { risk } = world();
    const before = await risk.haircuts(0);
    const aim = (await risk.targets(0)).initialHaircut;
    await risk.setParameters({ ...MODEL, z: 2n * MODEL.z });
    const after = await risk.haircuts(0);
    expect(after.maintenance).to.equal(before.maintenance);
    // Each is rounded up.
    expect(after.initial >= 2n * aim - 1n && after.initial <= 2n * aim, `${after.initial} for ${aim}`).to.equal(true);
    await risk.setAssetParameters(0, { ...WIDE, minMaintenance: 9_000, minInitial: 9_500 }, 10, 6);
    expect(await risk.haircuts(0)).to.deep.equal([9_500n, before.maintenance]);
    expect((await risk.targets(0)).maintenanceHaircut).to.equal(9_000n);
  });

  it("only governance sets them", async () => {
    const { risk, ethers } = world();
    const stranger = risk.connect(at(await ethers.getSigners(), 5));
    const code = await ethers.getContractAt("RiskExtension", await risk.getAddress());
    const seed = { variance: 0n, loadings: [] };
    const listed = { unitDecimals: 8, bounds: WIDE, clamps: WIDE, volatilityFloor: 10, horizon: 6, depth: 1 };
    for (const call of [
      () => stranger.setParameters(MODEL),
      () => stranger.setAssetParameters(0, WIDE, 10, 6),
      () => stranger.setDepth(0, 1),
      () => stranger.setDepthSource(ethers.ZeroAddress),
      () => stranger.setHoldingsSource(ethers.ZeroAddress),
      () => stranger.listAsset(3, listed, seed),
      () => stranger.delist(0),
      () => stranger.setPaces(PACES),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(code, "AccessManagedUnauthorized");
    }
  });

  it("sources must be contracts, depths within range", async () => {
    const { risk, ethers } = world();
    const nobody = at(await ethers.getSigners(), 5).address;
    for (const call of [() => risk.setDepthSource(nobody), () => risk.setHoldingsSource(nobody)]) {
      await expect(call()).to.be.revertedWithCustomError(risk, "SourceHasNoCode").withArgs(nobody);
    }
    await expect(risk.setDepth(0, 1n << 75n)).to.be.revertedWithCustomError(risk, "ParameterOutOfBounds");
    await expect(risk.setDepth(3, 1n)).to.be.revertedWithCustomError(risk, "AssetNotListed").withArgs(3);
  });
});

describe("RiskModel: listing", () => {
  const world = freshWorld(async () => {
    const w = await deploy();
    const feed = await w.ethers.deployContract("MockV3Aggregator", [8, 5_00000000n]);
    const config = { feed, heartbeat: 86_400, deviation: 50, minPrice: 10n ** 9n, maxPrice: 10n ** 28n };
    for (const asset of [3, 4]) await w.oracle.listFeed(asset, config);
    return { ...w, feed };
  });
  const listed = { unitDecimals: 8, bounds: WIDE, clamps: WIDE, volatilityFloor: 10, horizon: 24, depth: DEPTH };

  it("seeds the row as a regression on the assets listed before", async () => {
    const { risk } = world();
    const [b0, b1] = [5n * 10n ** 17n, -(3n * 10n ** 17n)];
    await risk.listAsset(3, listed, { variance: 9n * 10n ** 14n, loadings: [b0, b1] });
    const c = async (i: number, j: number) => Number(await risk.covariance(i, j)) / 1e18;
    const [w0, w1] = [0.5, -0.3];
    const near = (actual: number, expected: number) => expectNear(actual, expected, 1e-15);
    near(await c(3, 0), w0 * (await c(0, 0)) + w1 * (await c(0, 1)));
    near(await c(3, 1), w0 * (await c(0, 1)) + w1 * (await c(1, 1)));
    near(await c(3, 2), 0);
    const own = w0 ** 2 * (await c(0, 0)) + 2 * w0 * w1 * (await c(0, 1)) + w1 ** 2 * (await c(1, 1)) + 0.0009;
    near(await c(3, 3), own);
    // Its first haircuts are what the formula gives, and in force at once.
    const { volatility, initial, maintenance } = await risk.haircutParts(3);
    expectNear(Number(volatility) / 1e18, Math.sqrt(own), 1e-12);
    const ceil = (part: bigint) => (part + 10n ** 14n - 1n) / 10n ** 14n;
    expect(await risk.haircuts(3)).to.deep.equal([ceil(initial), ceil(maintenance)]);
  });

  it("starts the clock with the first asset: a seed does not fade for the time before it", async () => {
    const { ethers, networkHelpers, manager, oracle, feeds } = world();
    const [signer] = await ethers.getSigners();
    const fresh = await deployRiskModel(ethers, await manager.getAddress(), await oracle.getAddress(), PACES);
    await networkHelpers.time.increase(45n * DAY);
    await at(feeds, 0).updateAnswer(PRICE);
    await fresh.connect(signer).listAsset(0, listed, { variance: 36n * 10n ** 14n, loadings: [] });
    const seeded = await fresh.volatility(0);
    expectNear(Number(seeded) / 1e18, 0.06, 1e-9);
    await networkHelpers.time.increase(HOUR);
    await fresh.observe();
    // Half of what an hour lets fade of a variance.
    expectNear(Number(await fresh.volatility(0)) / Number(seeded), Math.exp(-1 / 24 / 16.16 / 2), 1e-6);
  });

  it("not long after an observation only: the next one would let the seed fade", async () => {
    const { risk, networkHelpers, feed } = world();
    const latest = (await risk.observation()).observedAt + MODEL.tau / 16n;
    const seed = { variance: 10n ** 15n, loadings: [] };
    await networkHelpers.time.increaseTo(latest - 10n);
    await feed.updateAnswer(5_00000000n);
    await networkHelpers.time.setNextBlockTimestamp(latest + 1n);
    await expect(risk.listAsset(3, listed, seed))
      .to.be.revertedWithCustomError(risk, "ObservationOverdue")
      .withArgs(latest + 1n, latest);
    await risk.observe();
    await risk.listAsset(3, listed, seed);
    const again = (await risk.observation()).observedAt + MODEL.tau / 16n;
    await networkHelpers.time.increaseTo(again - 10n);
    await feed.updateAnswer(5_00000000n);
    await networkHelpers.time.setNextBlockTimestamp(again);
    await risk.listAsset(4, listed, seed);
  });

  it("refuses seeds that refer to what is not there, or are out of range", async () => {
    const { risk } = world();
    const list = (loadings: bigint[], variance = 0n) => risk.listAsset(3, listed, { variance, loadings });
    for (const [asset, loadings] of [
      [3, [0n, 0n, 0n, 1n]],
      [4, [0n, 0n, 0n, 0n, -1n]],
      [16, [...Array.from({ length: 16 }, () => 0n), 1n]],
    ] as const) {
      await expect(list([...loadings]))
        .to.be.revertedWithCustomError(risk, "SeedAssetNotListed")
        .withArgs(asset, at(loadings, asset));
    }
    for (const loading of [100n * WAD + 1n, -100n * WAD - 1n]) {
      await expect(list([loading]))
        .to.be.revertedWithCustomError(risk, "SeedLoadingTooLarge")
        .withArgs(0, loading, 100n * WAD);
    }
    // 1e4 (5%)^2 = 25 a day; with 18 of its own still in range, with as much of bitcoin, 76 together, not.
    await expect(list([100n * WAD, 100n * WAD], 18n * WAD)).to.be.revertedWithCustomError(risk, "SeedVarianceTooLarge");
    await list([100n * WAD], 18n * WAD);
  });

  it("the order of numbers is free", async () => {
    const { risk, observeAt, now } = world();
    await risk.listAsset(4, listed, { variance: 10n ** 15n, loadings: [10n ** 18n] });
    await risk.listAsset(3, listed, { variance: 10n ** 15n, loadings: [0n, 0n, 0n, 0n, 10n ** 18n] });
    expect(await risk.covariance(3, 4)).to.equal(await risk.covariance(4, 4));
    expect(await risk.covariance(3, 0)).to.equal(await risk.covariance(4, 0));
    await observeAt((await now()) + HOUR, [PRICE, 40_000_00000000n, 1_00000000n]);
    expect((await risk.observation()).unpriced).to.equal(0n);
  });

  it("an asset without a primary price starts at its first one", async () => {
    const { risk, oracle, ethers, observeAt, now } = world();
    // Live by its second source only.
    const second = await ethers.deployContract("MockV3Aggregator", [8, 5_00000000n]);
    const config = { feed: second, heartbeat: 691_200, deviation: 50, minPrice: 10n ** 9n, maxPrice: 10n ** 28n };
    await oracle.setSecondFeed(3, config, 100, 500);
    const { feed } = await oracle.feedConfig(3, false);
    const primary = await ethers.getContractAt("MockV3Aggregator", feed);
    await primary.updateAnswer(0n);
    await risk.listAsset(3, listed, { variance: 10n ** 15n, loadings: [] });
    const start = await now();
    await observeAt(start + HOUR, [PRICE, 40_000_00000000n, 1_00000000n]);
    expect((await risk.observation()).unpriced).to.equal(8n);
    await primary.updateAnswer(400_00000000n);
    await observeAt(start + 2n * HOUR, [PRICE, 40_000_00000000n, 1_00000000n]);
    // Not the return from some price of long ago: just a step of decay.
    const decayed = Math.exp(-1 / 24 / 16.16) * 1e15;
    expectNear(Number(await risk.covariance(3, 3)), decayed, 1e9);
    expect((await risk.observation()).unpriced).to.equal(0n);
  });
});

describe("RiskModel: value at risk", () => {
  const world = freshWorld(deploy);

  it("refuses what it cannot count", async () => {
    const { risk } = world();
    for (const name of ["valueAtRisk", "componentValueAtRisk"] as const) {
      await expect(risk[name](Array.from({ length: 17 }, () => 0n)))
        .to.be.revertedWithCustomError(risk, "TooManyExposures")
        .withArgs(17, 16);
      await expect(risk[name]([0n, 1n << 128n]))
        .to.be.revertedWithCustomError(risk, "ExposureTooLarge")
        .withArgs(1, 1n << 128n, (1n << 128n) - 1n);
      await expect(risk[name]([0n, 0n, 0n, 5n]))
        .to.be.revertedWithCustomError(risk, "AssetNotListed")
        .withArgs(3);
    }
    expect(await risk.valueAtRisk([])).to.equal(0n);
    expect(await risk.valueAtRisk([0n, 0n, 0n, 0n])).to.equal(0n);
  });

  it("the largest exposures do not overflow", async () => {
    const { risk } = world();
    const most = (1n << 128n) - 1n;
    const all = await risk.valueAtRisk([most, most, most]);
    expect(all > most / 10n && all < most).to.equal(true);
    const parts = await risk.componentValueAtRisk([most, most, most]);
    const sum = parts.reduce((a, b) => a + b, 0n);
    expect(sum <= all && (all - sum) * 10n ** 12n < all).to.equal(true);
  });
});

describe("RiskModel: its extension", () => {
  it("initialises for a constructor alone, and for the same oracle", async () => {
    const { ethers, manager, oracle, risk } = await deploy();
    const extension = await ethers.deployContract("RiskExtension", [manager, oracle]);
    await expect(extension.initialize(oracle, PACES, MODEL)).to.be.revertedWithCustomError(
      extension,
      "OnlyDuringConstruction",
    );
    const through = extension.attach(await risk.getAddress()) as typeof extension;
    await expect(through.initialize(oracle, PACES, MODEL)).to.be.revertedWithCustomError(
      extension,
      "OnlyDuringConstruction",
    );
    const other = await ethers.deployContract("SettableOracle");
    await expect(
      ethers.deployContract("RiskModel", [manager, other, PACES, MODEL, extension]),
    ).to.be.revertedWithCustomError(extension, "OracleMismatch");
  });
});
