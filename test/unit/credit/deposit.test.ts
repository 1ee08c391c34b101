import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { BREAKAGES, breakFeed } from "../../support/hostile.js";
import { floatDown } from "../../support/maths.js";
import { aim } from "../../support/risk.js";
import { at, DAY, deployWorld, MAX_UINT256, WAD } from "../../support/world.js";

const MAX_BALANCE = 2n ** 58n - 1n;
const SCALE = 10n ** 10n;

describe("CreditEngine.deposit", () => {
  const world = freshWorld(deployWorld);

  it("pulls a whole number of ledger units, credits them and says so", async () => {
    const { engine, alice, assets } = world();
    const { token } = at(assets, 0);
    const amount = 3n * WAD + 7n * SCALE + 12_345n;
    const pulled = 3n * WAD + 7n * SCALE;
    await world().fund(alice, 0, amount);

    const call = engine.connect(alice).deposit(0, amount, alice.address);

    await expect(call).to.emit(engine, "Deposit").withArgs(0, alice.address, alice.address, pulled);
    expect(await token.balanceOf(alice.address)).to.equal(12_345n);
    expect(await token.balanceOf(await engine.getAddress())).to.equal(pulled);
    expect(await engine.balanceOf(alice.address, 0)).to.equal(3_00000007n);
    expect((await engine.assetInfo(0)).total).to.equal(3_00000007n);
  });

  it("returns what it pulled", async () => {
    const { engine, alice } = world();
    await world().fund(alice, 0, WAD);
    expect(await engine.connect(alice).deposit.staticCall(0, 5n * SCALE + 1n, alice.address)).to.equal(5n * SCALE);
  });

  it("adds to what is there, account by account", async () => {
    const { engine, alice, bob } = world();
    await world().deposit(alice, 0, WAD);
    await world().deposit(bob, 0, 2n * WAD);
    await world().deposit(alice, 0, 5n * WAD);
    expect(await engine.balanceOf(alice.address, 0)).to.equal(6_00000000n);
    expect(await engine.balanceOf(bob.address, 0)).to.equal(2_00000000n);
    expect((await engine.assetInfo(0)).total).to.equal(8_00000000n);
  });

  describe("amounts", () => {
    it("refuses 0", async () => {
      const { engine, alice } = world();
      await expect(engine.connect(alice).deposit(0, 0, alice.address)).to.be.revertedWithCustomError(
        engine,
        "ZeroAmount",
      );
    });

    it("refuses less than one ledger unit", async () => {
      const { engine, alice } = world();
      await world().fund(alice, 0, WAD);
      for (const amount of [1n, SCALE - 1n]) {
        await expect(engine.connect(alice).deposit(0, amount, alice.address))
          .to.be.revertedWithCustomError(engine, "AmountBelowLedgerUnit")
          .withArgs(0, amount, SCALE);
      }
    });

    it("takes one ledger unit, which is 1 wei where the ledger counts in wei", async () => {
      const { engine, alice } = world();
      await world().deposit(alice, 0, SCALE);
      await world().deposit(alice, 1, 1n);
      await world().deposit(alice, 3, 1n);
      for (const asset of [0, 1, 3]) expect(await engine.balanceOf(alice.address, asset)).to.equal(1n);
    });

    it("refuses 2^128 and 2^256 - 1 by name", async () => {
      const { engine, alice } = world();
      for (const amount of [2n ** 128n, MAX_UINT256]) {
        await expect(engine.connect(alice).deposit(0, amount, alice.address))
          .to.be.revertedWithCustomError(engine, "AmountTooLarge")
          .withArgs(amount, MAX_BALANCE * SCALE);
        await expect(engine.connect(alice).deposit(3, amount, alice.address))
          .to.be.revertedWithCustomError(engine, "AmountTooLarge")
          .withArgs(amount, MAX_BALANCE);
      }
    });

    it("holds the largest balance against the cap, and one unit more is too large for an account", async () => {
      const { engine, alice } = world();
      const { cap } = await engine.assetInfo(0);
      await expect(engine.connect(alice).deposit(0, MAX_BALANCE * SCALE, alice.address))
        .to.be.revertedWithCustomError(engine, "CapExceeded")
        .withArgs(0, MAX_BALANCE, cap);
      const more = (MAX_BALANCE + 1n) * SCALE;
      await expect(engine.connect(alice).deposit(0, more, alice.address))
        .to.be.revertedWithCustomError(engine, "AmountTooLarge")
        .withArgs(more, MAX_BALANCE * SCALE);
    });
  });

  describe("assets", () => {
    it("refuses what is not listed", async () => {
      const { engine, alice } = world();
      for (const asset of [4n, 15n, 16n, MAX_UINT256]) {
        await expect(engine.connect(alice).deposit(asset, WAD, alice.address))
          .to.be.revertedWithCustomError(engine, "AssetNotListed")
          .withArgs(asset);
      }
    });

    it("refuses a paused asset and only that one", async () => {
      const { engine, alice, governor } = world();
      await engine.connect(governor).pause(0, 1);
      await world().fund(alice, 0, WAD);
      await expect(engine.connect(alice).deposit(0, WAD, alice.address))
        .to.be.revertedWithCustomError(engine, "Paused")
        .withArgs(0, 1);
      await world().deposit(alice, 1, 1n);
      await engine.connect(governor).unpause(0, 1);
      await world().deposit(alice, 0, WAD);
    });

    it("ignores the pauses of other actions", async () => {
      const { engine, governor } = world();
      await engine.connect(governor).pause(0, 2 + 4 + 8);
      await world().deposit(world().alice, 0, WAD);
    });

    for (const how of BREAKAGES) {
      it(`refuses an asset whose feed is broken (${how}) to an account with debt, not to one without`, async () => {
        const { engine, oracle, alice, bob } = world();
        await world().deposit(alice, 0, WAD);
        await world().deposit(alice, 1, 10n ** 8n);
        await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
        await world().fund(alice, 0, WAD);
        await breakFeed(world(), 0, how);

        await expect(engine.connect(alice).deposit(0, WAD, alice.address))
          .to.be.revertedWithCustomError(oracle, "AssetUnpriced")
          .withArgs(0);
        await world().deposit(alice, 1, 1n);
        await world().deposit(bob, 0, WAD);
      });
    }

    it("refuses a delisted asset to an account with debt at once, and to everybody once the cap was synced", async () => {
      const { engine, risk, alice, bob } = world();
      await world().deposit(alice, 0, 10n * WAD);
      await world().deposit(alice, 2, WAD);
      await engine.connect(alice).borrow(14_000n * WAD, alice.address, alice.address);
      await world().fund(alice, 2, 5n * WAD);
      await world().fund(bob, 2, 5n * WAD);
      await risk.delist(2);
      for (const who of [alice, bob]) {
        await expect(engine.connect(who).deposit(2, WAD, alice.address))
          .to.be.revertedWithCustomError(risk, "AssetIsDelisted")
          .withArgs(2);
      }
      await world().deposit(alice, 0, WAD);
      await engine.connect(bob).deposit(2, WAD, bob.address);
      await engine.syncAssetCap(2);
      await expect(engine.connect(bob).deposit(2, WAD, bob.address)).to.be.revertedWithCustomError(
        engine,
        "CapExceeded",
      );
    });

    it("fails as the token does without allowance or balance", async () => {
      const { engine, engineAddress, alice, assets } = world();
      const { token } = at(assets, 0);
      await token.mint(alice.address, WAD);
      await expect(engine.connect(alice).deposit(0, WAD, alice.address))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(engineAddress, 0, WAD);
      await token.connect(alice).approve(engineAddress, MAX_UINT256);
      await expect(engine.connect(alice).deposit(0, 2n * WAD, alice.address))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
        .withArgs(alice.address, WAD, 2n * WAD);
    });
  });

  describe("for others", () => {
    it("lets anybody add to what an account holds, out of the caller's pocket", async () => {
      const { engine, alice, bob } = world();
      await world().deposit(alice, 0, WAD);
      await world().fund(bob, 0, WAD);
      await expect(engine.connect(bob).deposit(0, WAD, alice.address))
        .to.emit(engine, "Deposit")
        .withArgs(0, alice.address, bob.address, WAD);
      expect(await engine.balanceOf(alice.address, 0)).to.equal(2_00000000n);
      expect(await engine.balanceOf(bob.address, 0)).to.equal(0n);
    });

    it("lets nobody but the owner and operators add a new asset", async () => {
      const { engine, alice, bob } = world();
      await world().deposit(alice, 0, WAD);
      await world().fund(bob, 1, 10n);
      await expect(engine.connect(bob).deposit(1, 10n, alice.address))
        .to.be.revertedWithCustomError(engine, "NotHeld")
        .withArgs(1, alice.address);
      await engine.connect(alice).setAuthorization(bob.address, true);
      await engine.connect(bob).deposit(1, 10n, alice.address);
      expect(await engine.balanceOf(alice.address, 1)).to.equal(10n);
    });

    it("counts an asset that was withdrawn entirely as new again", async () => {
      const { engine, alice, bob } = world();
      await world().deposit(alice, 0, WAD);
      await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
      await world().fund(bob, 0, WAD);
      await expect(engine.connect(bob).deposit(0, WAD, alice.address))
        .to.be.revertedWithCustomError(engine, "NotHeld")
        .withArgs(0, alice.address);
    });

    it("refuses the zero address", async () => {
      const { engine, alice, ethers } = world();
      await expect(engine.connect(alice).deposit(0, WAD, ethers.ZeroAddress)).to.be.revertedWithCustomError(
        engine,
        "ZeroAddress",
      );
    });
  });

  describe("caps", () => {
    it("holds the smaller of the governed cap and the fraction of the depth, rounded down to a float", async () => {
      const { engine, risk } = world();
      const [depth] = await risk.depths(0);
      expect((await engine.assetInfo(0)).cap).to.equal(floatDown(depth / 2n, 10n));
      await engine.setAssetCap(0, 123_456_789n);
      const info = await engine.assetInfo(0);
      expect(info.cap).to.equal(floatDown(123_456_789n, 10n));
      expect(info.governedCap).to.equal(123_456_789n);
    });

    it("is filled to the last unit, and not one beyond", async () => {
      const { engine, alice, bob } = world();
      await engine.setAssetCap(0, 2_000n);
      const cap = floatDown(2_000n, 10n);
      await world().deposit(alice, 0, (cap - 1n) * SCALE);
      await world().deposit(bob, 0, SCALE);
      await world().fund(bob, 0, SCALE);
      await expect(engine.connect(bob).deposit(0, SCALE, bob.address))
        .to.be.revertedWithCustomError(engine, "CapExceeded")
        .withArgs(0, cap + 1n, cap);
      await engine.connect(alice).withdraw(0, SCALE, alice.address, alice.address);
      await engine.connect(bob).deposit(0, SCALE, bob.address);
    });

    it("follows the depth down when anybody syncs it; what is in stays and may leave", async () => {
      const { engine, risk, alice, bob } = world();
      await world().deposit(alice, 0, 1_000n * WAD);
      const target = await risk.targets(0);
      await aim(risk, 0, {
        initialHaircut: target.initialHaircut,
        maintenanceHaircut: target.maintenanceHaircut,
        depth: 1_000_00000000n,
      });
      // A market that is empty for a moment keeps nobody from topping up: the cap goes by the depth that falls with time.
      await engine.connect(bob).syncAssetCap(0);
      await world().deposit(bob, 0, WAD);
      await engine.connect(bob).withdraw(0, MAX_UINT256, bob.address, bob.address);

      await world().connection.networkHelpers.time.increase(400n * DAY);
      const { borrowDepth, maintenanceDepth } = await risk.depths(0);
      expect(maintenanceDepth).to.equal(borrowDepth);
      const cap = floatDown(maintenanceDepth / 2n, 10n);
      await expect(engine.connect(bob).syncAssetCap(0))
        .to.emit(engine, "AssetCapSet")
        .withArgs(0, 10n ** 17n, cap);

      await world().fund(bob, 0, WAD);
      await expect(engine.connect(bob).deposit(0, WAD, bob.address))
        .to.be.revertedWithCustomError(engine, "CapExceeded")
        .withArgs(0, 1_001_00000000n, cap);
      await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
      await engine.connect(bob).deposit(0, WAD, bob.address);
    });

    it("is nothing for a delisted asset once synced; what is in may leave", async () => {
      const { engine, risk, alice, bob } = world();
      await world().deposit(alice, 0, WAD);
      await risk.delist(0);
      await engine.connect(bob).syncAssetCap(0);
      await world().fund(alice, 0, WAD);
      await expect(engine.connect(alice).deposit(0, WAD, alice.address))
        .to.be.revertedWithCustomError(engine, "CapExceeded")
        .withArgs(0, 2_00000000n, 0n);
      await engine.setAssetCap(0, 10n ** 17n);
      expect((await engine.assetInfo(0)).cap).to.equal(0n);
      await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
    });
  });
});
