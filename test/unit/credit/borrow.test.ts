import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { BREAKAGES, breakFeed } from "../../support/hostile.js";
import { borrowTerm, ceilDiv } from "../../support/maths.js";
import { at, deployWorld, MAX_UINT256, MINIMUM_DEBT, WAD } from "../../support/world.js";

/** What one debt share is worth while the index is 1. {plUSD} */
const SHARE = 10n ** 10n;

describe("CreditEngine.borrow", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    await w.deposit(w.alice, 0, 10n * WAD);
    return w;
  });

  it("mints what was asked for, books the debt and says so", async () => {
    const { engine, dollar, gate, alice, bob } = world();
    const room = await gate.available(world().engineAddress, 0);
    await expect(engine.connect(alice).borrow(1_000n * WAD, alice.address, bob.address))
      .to.emit(engine, "Borrow")
      .withArgs(alice.address, alice.address, bob.address, 1_000n * WAD, 1_000n * 10n ** 8n);
    expect(await dollar.balanceOf(bob.address)).to.equal(1_000n * WAD);
    expect(await engine.debtOf(alice.address)).to.equal(1_000n * WAD);
    expect(await engine.debtOf(bob.address)).to.equal(0n);
    expect(await engine.totalDebt()).to.equal(1_000n * WAD);
    expect(await dollar.level(await engine.getAddress())).to.equal(1_000n * WAD);
    expect(await gate.available(world().engineAddress, 0)).to.equal(room - 1_000n * WAD);
  });

  it("returns the shares added", async () => {
    const { engine, alice } = world();
    expect(await engine.connect(alice).borrow.staticCall(1_000n * WAD + 1n, alice.address, alice.address)).to.equal(
      1_000n * 10n ** 8n + 1n,
    );
  });

  it("rounds the debt up: 1 wei more to borrow is a whole share more to owe", async () => {
    const { engine, dollar, alice } = world();
    await engine.connect(alice).borrow(1_000n * WAD + 1n, alice.address, alice.address);
    expect(await dollar.balanceOf(alice.address)).to.equal(1_000n * WAD + 1n);
    expect(await engine.debtOf(alice.address)).to.equal(1_000n * WAD + SHARE);
    await engine.connect(alice).borrow(1n, alice.address, alice.address);
    expect(await dollar.balanceOf(alice.address)).to.equal(1_000n * WAD + 2n);
    expect(await engine.debtOf(alice.address)).to.equal(1_000n * WAD + 2n * SHARE);
  });

  it("adds to what was borrowed before, for each account apart", async () => {
    const { engine, alice, bob } = world();
    await world().deposit(bob, 1, 10n ** 8n);
    await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
    await engine.connect(bob).borrow(2_000n * WAD, bob.address, bob.address);
    await engine.connect(alice).borrow(500n * WAD, alice.address, alice.address);
    expect(await engine.debtOf(alice.address)).to.equal(1_500n * WAD);
    expect(await engine.debtOf(bob.address)).to.equal(2_000n * WAD);
    expect(await engine.totalDebt()).to.equal(3_500n * WAD);
  });

  describe("amounts", () => {
    it("refuses 0, and 1 wei as a first debt", async () => {
      const { engine, alice } = world();
      await expect(engine.connect(alice).borrow(0, alice.address, alice.address)).to.be.revertedWithCustomError(
        engine,
        "ZeroAmount",
      );
      await expect(engine.connect(alice).borrow(1, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "DebtBelowMinimum")
        .withArgs(alice.address, SHARE, MINIMUM_DEBT);
    });

    it("refuses 2^128 and 2^256 - 1", async () => {
      const { engine, alice } = world();
      for (const amount of [2n ** 128n, MAX_UINT256]) {
        await expect(engine.connect(alice).borrow(amount, alice.address, alice.address))
          .to.be.revertedWithCustomError(engine, "AmountTooLarge")
          .withArgs(amount, 2n ** 128n - 1n);
      }
    });

    it("refuses more shares than an account can hold, and the most that it can by the ceiling", async () => {
      const { engine, ethers, engineAddress, alice } = world();
      const errors = await ethers.getContractAt("AccountLib", engineAddress);
      const most = 2n ** 64n - 1n;
      for (const [amount, shares] of [
        [2n ** 128n - 1n, ceilDiv(2n ** 128n - 1n, SHARE)],
        [(most + 1n) * SHARE, most + 1n],
      ] as const) {
        await expect(engine.connect(alice).borrow(amount, alice.address, alice.address))
          .to.be.revertedWithCustomError(errors, "DebtTooLarge")
          .withArgs(shares, most);
      }
      await expect(engine.connect(alice).borrow(most * SHARE, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "DebtCeilingExceeded")
        .withArgs(most * SHARE, 1_000_000_000n * WAD);
    });

    it("holds the minimum debt to the share", async () => {
      const { engine, alice } = world();
      await expect(engine.connect(alice).borrow(MINIMUM_DEBT - SHARE, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "DebtBelowMinimum")
        .withArgs(alice.address, MINIMUM_DEBT - SHARE, MINIMUM_DEBT);
      await engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address);
    });
  });

  describe("limit", () => {
    it("is the sum of the assets' terms, to the share", async () => {
      const { engine, risk, alice } = world();
      await world().deposit(alice, 1, 12_345_678n);
      await world().deposit(alice, 3, 987_654_321n);
      const quotes = await risk.quote(0b1011);
      const limit =
        borrowTerm(at(quotes, 0), 10_00000000n) +
        borrowTerm(at(quotes, 1), 12_345_678n) +
        borrowTerm(at(quotes, 2), 987_654_321n);
      const most = (limit / SHARE) * SHARE;
      await expect(engine.connect(alice).borrow(most + 1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, most + SHARE, limit);
      await engine.connect(alice).borrow(most, alice.address, alice.address);
      await expect(engine.connect(alice).borrow(1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, most + SHARE, limit);
    });

    it("is nothing without collateral", async () => {
      const { engine, bob } = world();
      await expect(engine.connect(bob).borrow(MINIMUM_DEBT, bob.address, bob.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(bob.address, MINIMUM_DEBT, 0n);
    });

    it("does not move with tokens sent to the engine or to the account", async () => {
      const { engine, engineAddress, risk, alice, assets } = world();
      const { token } = at(assets, 0);
      await token.mint(engineAddress, 1_000n * WAD);
      await token.mint(alice.address, 1_000n * WAD);
      const limit = borrowTerm(at(await risk.quote(1), 0), 10_00000000n);
      await expect(engine.connect(alice).borrow(limit + SHARE, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, ceilDiv(limit + SHARE, SHARE) * SHARE, limit);
    });

    it("counts 0 for an asset whose borrowing is paused", async () => {
      const { engine, risk, alice } = world();
      await world().deposit(alice, 1, 10n ** 8n);
      await engine.pause(1, 4);
      const ether = borrowTerm(at(await risk.quote(1), 0), 10_00000000n);
      const amount = 20_000n * WAD;
      await expect(engine.connect(alice).borrow(amount, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, amount, ether);
      await engine.connect(alice).borrow(10_000n * WAD, alice.address, alice.address);
      await expect(engine.connect(alice).borrow(amount, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, amount + 10_000n * WAD, ether);
      await engine.unpause(1, 4);
      await engine.connect(alice).borrow(amount, alice.address, alice.address);
    });

    it("counts 0 for a delisted asset from that moment", async () => {
      const { engine, risk, alice } = world();
      await engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address);
      await risk.delist(0);
      await expect(engine.connect(alice).borrow(1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, MINIMUM_DEBT + SHARE, 0n);
    });

    it("counts 0 while the sources of an asset disagree", async () => {
      const { engine, oracle, alice, ethers } = world();
      const second = await ethers.deployContract("MockV3Aggregator", [8, 2_000_00000000n]);
      await oracle.setSecondFeed(
        0,
        { feed: await second.getAddress(), heartbeat: 3600, deviation: 50, minPrice: 10n ** 15n, maxPrice: 10n ** 24n },
        100,
        200,
      );
      await engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address);
      await second.updateAnswer(2_100_00000000n);
      await expect(engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, 2n * MINIMUM_DEBT, 0n);
      await second.updateAnswer(2_039_00000000n);
      await engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address);
    });
  });

  describe("prices", () => {
    for (const how of BREAKAGES) {
      it(`needs a live price of everything held for a first debt, not for more of it (${how})`, async () => {
        const { engine, oracle, alice, bob } = world();
        for (const who of [alice, bob]) {
          await world().deposit(who, 0, 10n * WAD);
          await world().deposit(who, 1, 10n ** 8n);
        }
        await engine.connect(bob).borrow(MINIMUM_DEBT, bob.address, bob.address);
        await breakFeed(world(), 1, how);
        await expect(engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address))
          .to.be.revertedWithCustomError(oracle, "AssetUnpriced")
          .withArgs(1);
        await engine.connect(bob).borrow(MINIMUM_DEBT, bob.address, bob.address);
      });
    }

    it("insists on a live price also where borrowing against the asset is paused", async () => {
      const { engine, oracle, alice } = world();
      await world().deposit(alice, 1, 10n ** 8n);
      await engine.pause(1, 4);
      await breakFeed(world(), 1, "zero");
      await expect(engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address))
        .to.be.revertedWithCustomError(oracle, "AssetUnpriced")
        .withArgs(1);
    });
  });

  describe("ceilings", () => {
    it("stops at the debt ceiling, over all accounts", async () => {
      const { engine, alice, bob } = world();
      await world().deposit(bob, 0, 10n * WAD);
      await engine.setDebtLimits(MINIMUM_DEBT, 1_000n * WAD);
      await engine.connect(alice).borrow(600n * WAD, alice.address, alice.address);
      await expect(engine.connect(bob).borrow(400n * WAD + 1n, bob.address, bob.address))
        .to.be.revertedWithCustomError(engine, "DebtCeilingExceeded")
        .withArgs(1_000n * WAD + SHARE, 1_000n * WAD);
      await engine.connect(bob).borrow(400n * WAD, bob.address, bob.address);
      await engine.connect(alice).repay(MAX_UINT256, alice.address);
      await engine.connect(bob).borrow(600n * WAD, bob.address, bob.address);
    });

    it("stops at the gate", async () => {
      const { engine, gate, alice } = world();
      await gate.setCeiling(world().engineAddress, 1_000n * WAD);
      await expect(engine.connect(alice).borrow(1_000n * WAD + 1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(gate, "IssuanceExceeded")
        .withArgs(1_000n * WAD + 1n, 1_000n * WAD);
      await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
      await expect(engine.connect(alice).borrow(1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(gate, "IssuanceExceeded")
        .withArgs(1n, 0n);
    });

    it("stops at the engine's cap as a facilitator", async () => {
      const { engine, engineAddress, dollar, alice } = world();
      await dollar.setFacilitator(engineAddress, 1_000n * WAD);
      await expect(engine.connect(alice).borrow(1_000n * WAD + 1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(dollar, "FacilitatorCapExceeded")
        .withArgs(engineAddress, 1_000n * WAD + 1n, 1_000n * WAD);
      await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
    });
  });

  describe("for others", () => {
    it("is for the owner and operators only", async () => {
      const { engine, dollar, alice, bob } = world();
      await expect(engine.connect(bob).borrow(MINIMUM_DEBT, alice.address, bob.address))
        .to.be.revertedWithCustomError(engine, "Unauthorized")
        .withArgs(alice.address, bob.address);
      await engine.connect(alice).setAuthorization(bob.address, true);
      await expect(engine.connect(bob).borrow(MINIMUM_DEBT, alice.address, bob.address))
        .to.emit(engine, "Borrow")
        .withArgs(alice.address, bob.address, bob.address, MINIMUM_DEBT, MINIMUM_DEBT / SHARE);
      expect(await dollar.balanceOf(bob.address)).to.equal(MINIMUM_DEBT);
      expect(await engine.debtOf(alice.address)).to.equal(MINIMUM_DEBT);
    });

    it("refuses the zero address as receiver", async () => {
      const { engine, alice, ethers } = world();
      await expect(
        engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, ethers.ZeroAddress),
      ).to.be.revertedWithCustomError(engine, "ZeroAddress");
    });
  });
});
