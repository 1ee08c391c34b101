import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { BREAKAGES, breakFeed } from "../../support/hostile.js";
import { borrowTerm } from "../../support/maths.js";
import { at, deployWorld, MAX_UINT256, WAD } from "../../support/world.js";

const SCALE = 10n ** 10n;

describe("CreditEngine.withdraw", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    await w.deposit(w.alice, 0, 10n * WAD);
    await w.deposit(w.alice, 1, 10n ** 8n);
    return w;
  });

  it("pays a whole number of ledger units out, rounded down, and says so", async () => {
    const { engine, alice, bob, assets } = world();
    await expect(engine.connect(alice).withdraw(0, 2n * SCALE - 1n, alice.address, bob.address))
      .to.emit(engine, "Withdraw")
      .withArgs(0, alice.address, alice.address, bob.address, SCALE);
    expect(await at(assets, 0).token.balanceOf(bob.address)).to.equal(SCALE);
    expect(await engine.balanceOf(alice.address, 0)).to.equal(9_99999999n);
    expect((await engine.assetInfo(0)).total).to.equal(9_99999999n);
  });

  it("returns what it paid", async () => {
    const { engine, alice } = world();
    expect(await engine.connect(alice).withdraw.staticCall(0, WAD + 5n, alice.address, alice.address)).to.equal(WAD);
  });

  it("pays all of it for the largest amount", async () => {
    const { engine, alice, assets } = world();
    await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
    expect(await at(assets, 0).token.balanceOf(alice.address)).to.equal(10n * WAD);
    const { balances } = await world().position(alice);
    expect([...balances.keys()]).to.deep.equal([1]);
  });

  it("refuses 0, less than a unit, and all of nothing", async () => {
    const { engine, alice, bob } = world();
    await expect(engine.connect(alice).withdraw(0, 0, alice.address, alice.address)).to.be.revertedWithCustomError(
      engine,
      "ZeroAmount",
    );
    await expect(engine.connect(alice).withdraw(0, 1, alice.address, alice.address))
      .to.be.revertedWithCustomError(engine, "AmountBelowLedgerUnit")
      .withArgs(0, 1, SCALE);
    await expect(engine.connect(bob).withdraw(0, MAX_UINT256, bob.address, bob.address)).to.be.revertedWithCustomError(
      engine,
      "ZeroAmount",
    );
  });

  it("refuses more than is held: one unit more, 2^128, 2^256 - 2", async () => {
    const { engine, alice, bob } = world();
    for (const units of [10_00000001n, 2n ** 128n / SCALE, (MAX_UINT256 - 1n) / SCALE]) {
      await expect(engine.connect(alice).withdraw(0, units * SCALE, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "InsufficientBalance")
        .withArgs(0, alice.address, 10_00000000n, units);
    }
    await expect(engine.connect(bob).withdraw(0, SCALE, bob.address, bob.address))
      .to.be.revertedWithCustomError(engine, "InsufficientBalance")
      .withArgs(0, bob.address, 0n, 1n);
  });

  it("refuses assets that are not listed and the zero address as receiver", async () => {
    const { engine, alice, ethers } = world();
    for (const asset of [4n, 16n, MAX_UINT256]) {
      await expect(engine.connect(alice).withdraw(asset, 1, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "AssetNotListed")
        .withArgs(asset);
    }
    await expect(
      engine.connect(alice).withdraw(0, WAD, alice.address, ethers.ZeroAddress),
    ).to.be.revertedWithCustomError(engine, "ZeroAddress");
  });

  it("is for the owner and operators only", async () => {
    const { engine, alice, bob, assets } = world();
    await expect(engine.connect(bob).withdraw(0, WAD, alice.address, bob.address))
      .to.be.revertedWithCustomError(engine, "Unauthorized")
      .withArgs(alice.address, bob.address);
    await engine.connect(alice).setAuthorization(bob.address, true);
    await expect(engine.connect(bob).withdraw(0, WAD, alice.address, bob.address))
      .to.emit(engine, "Withdraw")
      .withArgs(0, alice.address, bob.address, bob.address, WAD);
    expect(await at(assets, 0).token.balanceOf(bob.address)).to.equal(WAD);
    await engine.connect(alice).setAuthorization(bob.address, false);
    await expect(engine.connect(bob).withdraw(0, WAD, alice.address, bob.address))
      .to.be.revertedWithCustomError(engine, "Unauthorized")
      .withArgs(alice.address, bob.address);
  });

  describe("with debt", () => {
    it("stops at the borrow limit, to the ledger unit", async () => {
      const { engine, risk, alice } = world();
      // All but ether leaves first, so that one asset decides.
      await engine.connect(alice).withdraw(1, MAX_UINT256, alice.address, alice.address);
      const debt = 7_000n * WAD;
      await engine.connect(alice).borrow(debt, alice.address, alice.address);
      const quote = at(await risk.quote(1), 0);
      // The least balance whose limit covers the debt.
      let [low, high] = [0n, 10_00000000n];
      while (high - low > 1n) {
        const middle = (low + high) / 2n;
        if (borrowTerm(quote, middle) >= debt) high = middle;
        else low = middle;
      }
      const most = 10_00000000n - high;
      await expect(engine.connect(alice).withdraw(0, (most + 1n) * SCALE, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, debt, borrowTerm(quote, high - 1n));
      await engine.connect(alice).withdraw(0, most * SCALE, alice.address, alice.address);
      expect(await engine.balanceOf(alice.address, 0)).to.equal(high);
    });

    it("counts the interest that has run up but is not stored yet", async () => {
      const { engine, rateSource, alice, connection, ethers } = world();
      const source = await ethers.deployContract("SettableRate");
      await source.setRate(10n ** 18n / 31_536_000n);
      await engine.setRateSource(await source.getAddress());
      expect(await rateSource.nextRate(0)).to.equal(0n);
      await engine.updateRate();
      await engine.connect(alice).withdraw(1, MAX_UINT256, alice.address, alice.address);
      await engine.connect(alice).borrow(14_000n * WAD, alice.address, alice.address);
      await connection.networkHelpers.time.increase(30n * 86_400n);
      await world().setPrice(0, 2_000_00000000n);
      // 14,000 grew beyond the limit of 14,925 less what is asked for.
      await expect(
        engine.connect(alice).withdraw(0, SCALE, alice.address, alice.address),
      ).to.be.revertedWithCustomError(engine, "BorrowLimitExceeded");
    });

    it("respects the pause, which does not bind an account without debt", async () => {
      const { engine, alice, bob } = world();
      await world().deposit(bob, 0, WAD);
      await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
      await engine.pause(0, 2);
      await expect(engine.connect(alice).withdraw(0, SCALE, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "Paused")
        .withArgs(0, 2);
      await engine.connect(alice).withdraw(1, 1n, alice.address, alice.address);
      await engine.connect(bob).withdraw(0, MAX_UINT256, bob.address, bob.address);
      await engine.connect(alice).repay(MAX_UINT256, alice.address);
      await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
    });

    it("goes on while an asset that is not needed is unpriced, and stops when the dead one is needed", async () => {
      const { engine, alice } = world();
      await engine.connect(alice).borrow(10_000n * WAD, alice.address, alice.address);
      await breakFeed(world(), 1, "reverts");
      await engine.connect(alice).withdraw(1, MAX_UINT256, alice.address, alice.address);
      await world().deposit(alice, 2, WAD);
      await breakFeed(world(), 0, "zero");
      // Bitcoin is gone, ether counts nothing: only the staked ether is left.
      await expect(
        engine.connect(alice).withdraw(2, SCALE, alice.address, alice.address),
      ).to.be.revertedWithCustomError(engine, "BorrowLimitExceeded");
    });
  });

  describe("of an account without debt", () => {
    for (const how of BREAKAGES) {
      it(`works with every feed broken (${how}) and every pause on`, async () => {
        const { engine, alice, assets } = world();
        // Having had debt does not matter.
        await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
        for (const asset of assets) {
          await breakFeed(world(), Number(asset.id), how);
          await engine.pause(asset.id, 15);
        }
        await engine.connect(alice).repay(MAX_UINT256, alice.address);
        for (const asset of [0, 1]) {
          await engine.connect(alice).withdraw(asset, MAX_UINT256, alice.address, alice.address);
        }
        expect(await at(assets, 0).token.balanceOf(alice.address)).to.equal(10n * WAD);
        expect(await at(assets, 1).token.balanceOf(alice.address)).to.equal(10n ** 8n);
        expect((await world().position(alice)).balances.size).to.equal(0);
      });
    }
  });
});
