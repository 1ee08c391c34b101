import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { ceilDiv, exp60, near } from "../../support/maths.js";
import { deployWorld, MAX_UINT256, SPECS, WAD, type World } from "../../support/world.js";

const YEAR = 31_536_000n;
/** 5% a year. {1/s} */
const RATE = WAD / 20n / YEAR;
const MAX_RATE = WAD / YEAR;
/** What `exp60` has decimals of. */
const UNIT = 10n ** 60n;
const LARGEST_INDEX = 2n ** 88n - 1n;

/** Lets time pass and one block be mined. */
async function pass(world: World, seconds: bigint): Promise<void> {
  await world.connection.networkHelpers.time.increase(seconds);
}

/** Seconds between the last accrual and the latest block. */
async function sinceAccrual({ engine, connection }: World): Promise<bigint> {
  const [, accruedAt] = await engine.interest();
  return BigInt(await connection.networkHelpers.time.latest()) - accruedAt;
}

describe("CreditEngine interest", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld(SPECS, RATE);
    await w.deposit(w.alice, 0, 100n * WAD);
    await w.engine.connect(w.alice).borrow(10_000n * WAD, w.alice.address, w.alice.address);
    return w;
  });

  it("compounds continuously: e^(rate t) over half a year", async () => {
    const { engine, alice } = world();
    const start = await engine.index();
    const [shares] = await engine.position(alice.address);
    const before = await sinceAccrual(world());
    await pass(world(), YEAR / 2n);
    const elapsed = (await sinceAccrual(world())) - before;
    const index = await engine.index();
    // The start already includes `before` seconds: two roundings up.
    expect(near(index, ceilDiv(start * exp60(RATE * elapsed), UNIT), 2n)).to.equal(true);
    expect(await engine.debtOf(alice.address)).to.equal(ceilDiv(shares * index, 10n ** 8n));
    expect(await engine.totalDebt()).to.equal(await engine.debtOf(alice.address));
    // 2.53% in plain words.
    const debt = await engine.debtOf(alice.address);
    expect(near(debt, 10_253n * WAD, WAD)).to.equal(true);
  });

  it("is rounded up, never down, against an exact computation", async () => {
    const { engine } = world();
    await engine.accrue();
    for (const step of [1n, 59n, 86_400n, 604_800n]) {
      const start = await engine.index();
      await pass(world(), step);
      const elapsed = await sinceAccrual(world());
      const index = await engine.index();
      const exact = start * exp60(RATE * elapsed);
      // The growth has 27 digits: a millionth of a wei here.
      expect(index * UNIT + UNIT / 1_000_000n >= exact, `after ${step} s`).to.equal(true);
      expect(index * UNIT < exact + UNIT + UNIT / 1_000_000n, `after ${step} s`).to.equal(true);
      await engine.accrue();
    }
  });

  it("does not depend on how often it is brought up to date, beyond rounding", async () => {
    const { engine, connection } = world();
    await engine.accrue();
    const start = await engine.index();
    const snapshot = await connection.networkHelpers.takeSnapshot();
    const [, from] = await engine.interest();
    const until = from + 3_000_000n;
    for (let t = from + 100_000n; t <= until; t += 100_000n) {
      await connection.networkHelpers.time.setNextBlockTimestamp(t);
      await engine.accrue();
    }
    const often = await engine.index();
    await snapshot.restore();
    await connection.networkHelpers.time.setNextBlockTimestamp(until);
    await engine.accrue();
    const once = await engine.index();
    expect(once > start).to.equal(true);
    expect(near(often, once, 100n), `${often} and ${once}`).to.equal(true);
  });

  it("is stored by anybody, which says so and changes no debt", async () => {
    const { engine, bob, alice, connection } = world();
    await pass(world(), YEAR);
    const at = BigInt(await connection.networkHelpers.time.latest()) + 100n;
    await connection.networkHelpers.time.setNextBlockTimestamp(at);
    const call = await engine.connect(bob).accrue();
    const index = await engine.index();
    await expect(call).to.emit(engine, "Accrue").withArgs(index, RATE);
    const [rate, accruedAt] = await engine.interest();
    expect(rate).to.equal(RATE);
    expect(accruedAt).to.equal(at);
    const [shares] = await engine.position(alice.address);
    expect(await engine.debtOf(alice.address)).to.equal(ceilDiv(shares * index, 10n ** 8n));
  });

  it("is part of what a repayment of all burns, and may take the engine's level below zero", async () => {
    const { engine, engineAddress, dollar, treasury, alice, governor } = world();
    await pass(world(), YEAR);
    await dollar.setFacilitator(governor.address, 1_000_000n * WAD);
    await dollar.connect(governor).mint(alice.address, 1_000n * WAD);
    const held = await dollar.balanceOf(alice.address);
    await engine.connect(alice).repay(MAX_UINT256, alice.address);
    const paid = held - (await dollar.balanceOf(alice.address));
    expect(paid > 10_500n * WAD && paid < 10_530n * WAD, `paid ${paid}`).to.equal(true);
    expect(await dollar.level(engineAddress)).to.equal(10_000n * WAD - paid);
    expect(await dollar.level(await treasury.getAddress())).to.equal(0n);
    expect(await engine.totalDebt()).to.equal(0n);
  });

  it("makes later borrowers owe what they borrow, not the past", async () => {
    const { engine, alice, bob } = world();
    await pass(world(), YEAR);
    await world().setPrice(0, 2_000_00000000n);
    await world().deposit(bob, 0, 10n * WAD);
    await engine.connect(bob).borrow(1_000n * WAD, bob.address, bob.address);
    const index = await engine.index();
    const owed = await engine.debtOf(bob.address);
    // One share at most too much, and nothing too little.
    expect(owed >= 1_000n * WAD && owed <= 1_000n * WAD + index / 10n ** 8n + 1n, `owes ${owed}`).to.equal(true);
    expect((await engine.debtOf(alice.address)) > 10_500n * WAD).to.equal(true);
  });

  it("rounds a payment down to shares at an odd index, and burns no more than was offered", async () => {
    const { engine, dollar, alice } = world();
    await pass(world(), 12_345_678n);
    const [before] = await engine.position(alice.address);
    const held = await dollar.balanceOf(alice.address);
    const offer = 777_777_777_777_777_777_777n;
    await engine.connect(alice).repay(offer, alice.address);
    const [after] = await engine.position(alice.address);
    const index = await engine.index();
    const burned = held - (await dollar.balanceOf(alice.address));
    expect(before - after).to.equal((offer * 10n ** 8n) / index);
    expect(burned).to.equal(ceilDiv((before - after) * index, 10n ** 8n));
    expect(burned <= offer).to.equal(true);
  });

  describe("rate", () => {
    it("is taken from the source by anybody, after interest at the old rate", async () => {
      const { engine, ethers, bob } = world();
      const source = await ethers.deployContract("SettableRate");
      await source.setRate(2n * RATE);
      await engine.setRateSource(await source.getAddress());
      expect((await engine.interest()).rate).to.equal(RATE);
      await pass(world(), YEAR);
      const expected = await engine.index();
      const call = await engine.connect(bob).updateRate();
      const index = await engine.index();
      await expect(call)
        .to.emit(engine, "Accrue")
        .withArgs(index, 2n * RATE);
      expect((await engine.interest()).rate).to.equal(2n * RATE);
      // A second or two at the new block.
      expect(near(index, expected, (expected * RATE * 10n) / WAD + 2n)).to.equal(true);
    });

    it("is cut to 100% a year, whatever the source says", async () => {
      const { engine, ethers } = world();
      const source = await ethers.deployContract("SettableRate");
      await engine.setRateSource(await source.getAddress());
      for (const [asked, stored] of [
        [MAX_RATE - 1n, MAX_RATE - 1n],
        [MAX_RATE, MAX_RATE],
        [MAX_RATE + 1n, MAX_RATE],
        [2n ** 40n, MAX_RATE],
        [MAX_UINT256, MAX_RATE],
        [0n, 0n],
      ] as const) {
        await source.setRate(asked);
        await engine.updateRate();
        expect((await engine.interest()).rate).to.equal(stored);
      }
    });

    it("of 0 leaves the index where it is", async () => {
      const { engine, ethers } = world();
      const source = await ethers.deployContract("SettableRate");
      await engine.setRateSource(await source.getAddress());
      await engine.updateRate();
      const index = await engine.index();
      await pass(world(), YEAR);
      await engine.accrue();
      expect(await engine.index()).to.equal(index);
    });
  });

  it("saturates instead of overflowing, and debts can still be repaid", async () => {
    const { engine, dollar, ethers, alice, governor } = world();
    const source = await ethers.deployContract("SettableRate");
    await source.setRate(MAX_UINT256);
    await engine.setRateSource(await source.getAddress());
    await engine.updateRate();
    await pass(world(), 40n * YEAR);
    expect(await engine.index()).to.equal(LARGEST_INDEX);
    await engine.accrue();
    expect(await engine.index()).to.equal(LARGEST_INDEX);
    await pass(world(), YEAR);
    expect(await engine.index()).to.equal(LARGEST_INDEX);
    const owed = await engine.debtOf(alice.address);
    await dollar.setFacilitator(governor.address, owed);
    await dollar.connect(governor).mint(alice.address, owed);
    await engine.connect(alice).repay(1_000n * WAD, alice.address);
    await engine.connect(alice).repay(MAX_UINT256, alice.address);
    expect(await engine.debtOf(alice.address)).to.equal(0n);
  });
});
