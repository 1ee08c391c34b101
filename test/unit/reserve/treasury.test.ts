import { expect } from "chai";

import { open } from "../../support/failing.js";
import { freshWorld } from "../../support/fresh.js";
import { at, deployWorld, MAX_UINT256, WAD } from "../../support/world.js";

describe("Treasury", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    return { ...w, treasuryAddress: await w.treasury.getAddress() };
  });

  /** Has the treasury absorb half of what Alice owed. */
  async function absorb(): Promise<void> {
    const { alice, engine } = world();
    await open(world(), alice, { 0: 10n * WAD, 1: 10n ** 7n }, 16_900n * WAD);
    await world().setPrice(0, 1_500_00000000n);
    await engine.absorb([alice.address]);
  }

  describe("authority", () => {
    it("is asked for everything that moves or sets something", async () => {
      const { treasury, alice, engineAddress } = world();
      const stranger = treasury.connect(alice);
      for (const call of [
        () => stranger.setCreditEngine(engineAddress),
        () => stranger.setCapacity(0, 1),
        () => stranger.cover(1),
        () => stranger.withdraw(0, 1, alice.address),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(treasury, "AccessManagedUnauthorized")
          .withArgs(alice.address);
      }
    });

    it("names the credit engine once", async () => {
      const { treasury, engineAddress, alice, ethers, manager, dollar } = world();
      expect(await treasury.creditEngine()).to.equal(engineAddress);
      await expect(treasury.setCreditEngine(alice.address))
        .to.be.revertedWithCustomError(treasury, "CreditEngineIsSet")
        .withArgs(engineAddress);
      const other = await ethers.deployContract("Treasury", [await manager.getAddress(), await dollar.getAddress()]);
      await expect(other.setCreditEngine(engineAddress)).to.emit(other, "CreditEngineSet").withArgs(engineAddress);
    });
  });

  describe("capacity", () => {
    it("is set per asset of the ledger", async () => {
      const { treasury } = world();
      await expect(treasury.setCapacity(2, 77)).to.emit(treasury, "CapacitySet").withArgs(2, 77);
      expect(await treasury.capacity(2)).to.equal(77n);
      await treasury.setCapacity(15, 1);
      for (const asset of [16n, MAX_UINT256]) {
        await expect(treasury.setCapacity(asset, 1))
          .to.be.revertedWithCustomError(treasury, "AssetOutOfRange")
          .withArgs(asset);
      }
    });

    it("left is what is set less what is held, in ascending order of the mask, never below 0", async () => {
      const { treasury, engine, treasuryAddress } = world();
      expect(await treasury.capacities(0)).to.deep.equal([]);
      for (const [asset, capacity] of [
        [0, 10n ** 9n],
        [1, 5n],
        [3, 30n],
        [9, 90n],
      ] as const) {
        await treasury.setCapacity(asset, capacity);
      }
      await treasury.setCapacity(1, 10n ** 17n);
      await absorb();
      const ether = await engine.balanceOf(treasuryAddress, 0);
      expect(ether > 0n && ether < 10n ** 9n).to.equal(true);
      await treasury.setCapacity(1, 5n);
      expect(await treasury.capacities(0b10_0000_1011)).to.deep.equal([10n ** 9n - ether, 0n, 30n, 90n]);
      expect(await treasury.capacities(0b1000)).to.deep.equal([30n]);
    });
  });

  describe("onAbsorb", () => {
    it("is for the credit engine only", async () => {
      const { treasury, governor, alice } = world();
      for (const who of [governor, alice]) {
        await expect(treasury.connect(who).onAbsorb(alice.address, 1, 1, 1))
          .to.be.revertedWithCustomError(treasury, "NotCreditEngine")
          .withArgs(who.address);
      }
    });

    it("pays what it can of the tip and does not revert for being poor", async () => {
      const { treasury, engineAddress, dollar, alice, bob, treasuryAddress, connection, ethers } = world();
      await open(world(), alice, { 0: WAD }, 1_000n * WAD);
      await dollar.connect(alice).transfer(treasuryAddress, 10n);
      await connection.networkHelpers.impersonateAccount(engineAddress);
      await connection.networkHelpers.setBalance(engineAddress, 10n ** 18n);
      const engine = await ethers.getSigner(engineAddress);
      for (const [owed, paid] of [
        [0n, 0n],
        [4n, 4n],
        [7n, 6n],
        [MAX_UINT256, 0n],
      ] as const) {
        const before = await dollar.balanceOf(bob.address);
        await expect(treasury.connect(engine).onAbsorb(bob.address, owed, 100n, 3n))
          .to.emit(treasury, "Absorbed")
          .withArgs(bob.address, 100n, 3n, paid);
        expect((await dollar.balanceOf(bob.address)) - before).to.equal(paid);
      }
    });
  });

  it("covers absorbed debt with plUSD that it holds, lowering its level and the supply", async () => {
    const { treasury, dollar, alice, treasuryAddress } = world();
    await absorb();
    const level = await dollar.level(treasuryAddress);
    const supply = await dollar.totalSupply();
    await expect(treasury.cover(1_000n * WAD))
      .to.be.revertedWithCustomError(dollar, "ERC20InsufficientBalance")
      .withArgs(treasuryAddress, 0n, 1_000n * WAD);
    await dollar.connect(alice).transfer(treasuryAddress, 1_000n * WAD);
    await expect(treasury.cover(1_000n * WAD))
      .to.emit(treasury, "Covered")
      .withArgs(1_000n * WAD);
    expect(await dollar.level(treasuryAddress)).to.equal(level - 1_000n * WAD);
    expect(await dollar.totalSupply()).to.equal(supply - 1_000n * WAD);
  });

  it("withdraws absorbed collateral from the ledger, in part or whole", async () => {
    const { treasury, engine, bob, assets, treasuryAddress } = world();
    await absorb();
    const held = await engine.balanceOf(treasuryAddress, 0);
    const { token, scale } = at(assets, 0);
    await expect(treasury.withdraw(0, 5n * scale + 1n, bob.address))
      .to.emit(treasury, "Withdrawn")
      .withArgs(0, bob.address, 5n * scale);
    await expect(treasury.withdraw(0, MAX_UINT256, bob.address))
      .to.emit(treasury, "Withdrawn")
      .withArgs(0, bob.address, (held - 5n) * scale);
    expect(await token.balanceOf(bob.address)).to.equal(held * scale);
    expect(await engine.balanceOf(treasuryAddress, 0)).to.equal(0n);
  });

  it("lets nobody else withdraw or borrow on its account", async () => {
    const { engine, bob, treasuryAddress } = world();
    await absorb();
    await expect(engine.connect(bob).withdraw(0, 10n ** 10n, treasuryAddress, bob.address))
      .to.be.revertedWithCustomError(engine, "Unauthorized")
      .withArgs(treasuryAddress, bob.address);
    await expect(engine.connect(bob).borrow(100n * WAD, treasuryAddress, bob.address))
      .to.be.revertedWithCustomError(engine, "Unauthorized")
      .withArgs(treasuryAddress, bob.address);
  });
});
