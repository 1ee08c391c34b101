import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { BREAKAGES, breakFeed } from "../../support/hostile.js";
import { deployWorld, MAX_UINT256, MINIMUM_DEBT, WAD } from "../../support/world.js";

const SHARE = 10n ** 10n;
const DEBT = 1_000n * WAD;

describe("CreditEngine.repay", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    await w.deposit(w.alice, 0, 10n * WAD);
    await w.engine.connect(w.alice).borrow(DEBT, w.alice.address, w.alice.address);
    return w;
  });

  it("burns from the caller without any approval, lowers the debt and says so", async () => {
    const { engine, engineAddress, dollar, alice } = world();
    expect(await dollar.allowance(alice.address, engineAddress)).to.equal(0n);
    await expect(engine.connect(alice).repay(300n * WAD, alice.address))
      .to.emit(engine, "Repay")
      .withArgs(alice.address, alice.address, 300n * WAD, 300n * 10n ** 8n);
    expect(await dollar.balanceOf(alice.address)).to.equal(700n * WAD);
    expect(await engine.debtOf(alice.address)).to.equal(700n * WAD);
    expect(await engine.totalDebt()).to.equal(700n * WAD);
    expect(await dollar.level(engineAddress)).to.equal(700n * WAD);
    expect(await dollar.totalSupply()).to.equal(700n * WAD);
  });

  it("burns no more than the shares that it removes: what is over a whole share stays with the payer", async () => {
    const { engine, dollar, alice } = world();
    expect(await engine.connect(alice).repay.staticCall(300n * WAD + SHARE - 1n, alice.address)).to.equal(300n * WAD);
    await engine.connect(alice).repay(300n * WAD + SHARE - 1n, alice.address);
    expect(await dollar.balanceOf(alice.address)).to.equal(700n * WAD);
    expect(await engine.debtOf(alice.address)).to.equal(700n * WAD);
  });

  it("pays all for the debt itself, for anything above, and for the largest amount", async () => {
    for (const amount of [DEBT, DEBT + 1n, 2n ** 128n, MAX_UINT256]) {
      const { engine, dollar, alice, connection } = world();
      const snapshot = await connection.networkHelpers.takeSnapshot();
      await engine.connect(alice).repay(amount, alice.address);
      expect(await engine.debtOf(alice.address)).to.equal(0n);
      expect(await engine.totalDebtShares()).to.equal(0n);
      expect(await dollar.balanceOf(alice.address)).to.equal(0n);
      await snapshot.restore();
    }
  });

  it("leaves the collateral alone", async () => {
    const { engine, alice } = world();
    await engine.connect(alice).repay(MAX_UINT256, alice.address);
    expect(await engine.balanceOf(alice.address, 0)).to.equal(10_00000000n);
  });

  describe("amounts", () => {
    it("refuses 0", async () => {
      const { engine, alice } = world();
      await expect(engine.connect(alice).repay(0, alice.address)).to.be.revertedWithCustomError(engine, "ZeroAmount");
    });

    it("refuses what does not pay for one share, and takes one share", async () => {
      const { engine, alice } = world();
      for (const amount of [1n, SHARE - 1n]) {
        await expect(engine.connect(alice).repay(amount, alice.address))
          .to.be.revertedWithCustomError(engine, "AmountBelowDebtShare")
          .withArgs(amount, SHARE);
      }
      await engine.connect(alice).repay(SHARE, alice.address);
      expect(await engine.debtOf(alice.address)).to.equal(DEBT - SHARE);
    });

    it("refuses where there is no debt", async () => {
      const { engine, alice, bob } = world();
      await expect(engine.connect(alice).repay(WAD, bob.address))
        .to.be.revertedWithCustomError(engine, "NoDebt")
        .withArgs(bob.address);
      await engine.connect(alice).repay(MAX_UINT256, alice.address);
      await expect(engine.connect(alice).repay(MAX_UINT256, alice.address))
        .to.be.revertedWithCustomError(engine, "NoDebt")
        .withArgs(alice.address);
    });

    it("refuses more than the caller holds, as the token says it", async () => {
      const { engine, dollar, alice, bob } = world();
      await expect(engine.connect(bob).repay(MAX_UINT256, alice.address))
        .to.be.revertedWithCustomError(dollar, "ERC20InsufficientBalance")
        .withArgs(bob.address, 0n, DEBT);
      await dollar.connect(alice).transfer(bob.address, 1n);
      await expect(engine.connect(alice).repay(MAX_UINT256, alice.address))
        .to.be.revertedWithCustomError(dollar, "ERC20InsufficientBalance")
        .withArgs(alice.address, DEBT - 1n, DEBT);
    });

    it("leaves no debt below the minimum except none", async () => {
      const { engine, alice } = world();
      await expect(engine.connect(alice).repay(DEBT - MINIMUM_DEBT + SHARE, alice.address))
        .to.be.revertedWithCustomError(engine, "DebtBelowMinimum")
        .withArgs(alice.address, MINIMUM_DEBT - SHARE, MINIMUM_DEBT);
      await expect(engine.connect(alice).repay(DEBT - 1n, alice.address))
        .to.be.revertedWithCustomError(engine, "DebtBelowMinimum")
        .withArgs(alice.address, SHARE, MINIMUM_DEBT);
      await engine.connect(alice).repay(DEBT - MINIMUM_DEBT, alice.address);
      expect(await engine.debtOf(alice.address)).to.equal(MINIMUM_DEBT);
    });

    it("pays a debt off that a new minimum left too small, and none of it partly", async () => {
      const { engine, alice } = world();
      await engine.setDebtLimits(5_000n * WAD, 10_000n * WAD);
      await expect(engine.connect(alice).repay(WAD, alice.address))
        .to.be.revertedWithCustomError(engine, "DebtBelowMinimum")
        .withArgs(alice.address, DEBT - WAD, 5_000n * WAD);
      await engine.connect(alice).repay(MAX_UINT256, alice.address);
    });
  });

  it("can be done by anybody for anybody", async () => {
    const { engine, dollar, alice, bob } = world();
    await dollar.connect(alice).transfer(bob.address, 400n * WAD);
    await expect(engine.connect(bob).repay(400n * WAD, alice.address))
      .to.emit(engine, "Repay")
      .withArgs(alice.address, bob.address, 400n * WAD, 400n * 10n ** 8n);
    expect(await dollar.balanceOf(bob.address)).to.equal(0n);
    expect(await engine.debtOf(alice.address)).to.equal(600n * WAD);
  });

  for (const how of BREAKAGES) {
    it(`needs no feed, and no pause or ceiling stops it (${how})`, async () => {
      const { engine, gate, dollar, engineAddress, alice, assets } = world();
      for (const asset of assets) {
        await breakFeed(world(), Number(asset.id), how);
        await engine.pause(asset.id, 15);
      }
      await gate.setCeiling(world().engineAddress, 0);
      await engine.setDebtLimits(MINIMUM_DEBT, 0);
      await dollar.setFacilitator(engineAddress, 0);
      await engine.connect(alice).repay(300n * WAD, alice.address);
      await engine.connect(alice).repay(MAX_UINT256, alice.address);
      expect(await engine.debtOf(alice.address)).to.equal(0n);
    });
  }

  it("gains nothing from borrowing and repaying in tiny steps", async () => {
    const { engine, dollar, alice } = world();
    const owedBefore = await engine.debtOf(alice.address);
    const heldBefore = await dollar.balanceOf(alice.address);
    for (const amount of [1n, SHARE + 1n, 3n * SHARE - 1n]) {
      await engine.connect(alice).borrow(amount, alice.address, alice.address);
      await engine.connect(alice).repay(amount > SHARE ? amount : SHARE, alice.address);
    }
    const lost = heldBefore - (await dollar.balanceOf(alice.address));
    const owedLess = owedBefore - (await engine.debtOf(alice.address));
    expect(owedLess <= lost, "debt fell by more than what was paid").to.equal(true);
  });
});
