import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { deployWorld, MAX_UINT256, WAD } from "../../support/world.js";

describe("FixedCeilingGate", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    // Governance as an issuer of its own, which mints without the engine.
    await w.dollar.setFacilitator(w.governor.address, 10_000n * WAD);
    await w.gate.setCeiling(w.governor.address, 1_000n * WAD);
    return w;
  });

  it("counts what the issuer has outstanding, for whatever, and not what others have", async () => {
    const { gate, dollar, governor, alice, engineAddress } = world();
    const engineRoom = await gate.available(engineAddress, 0);
    await dollar.connect(governor).mint(governor.address, 400n * WAD);
    for (const source of [0n, 7n, MAX_UINT256]) {
      expect(await gate.available(governor.address, source)).to.equal(600n * WAD);
    }
    expect(await gate.available(engineAddress, 0)).to.equal(engineRoom);
    await dollar.connect(governor).burn(governor.address, 100n * WAD);
    expect(await gate.available(governor.address, 0)).to.equal(700n * WAD);
    expect(await gate.available(alice.address, 0)).to.equal(0n);
  });

  it("lets pass what fits, to the wei, and refuses one wei more", async () => {
    const { gate, dollar, governor } = world();
    await dollar.connect(governor).mint(governor.address, 400n * WAD);
    await gate.connect(governor).consume(0, 0);
    await gate.connect(governor).consume(0, 600n * WAD);
    for (const amount of [600n * WAD + 1n, MAX_UINT256]) {
      await expect(gate.connect(governor).consume(0, amount))
        .to.be.revertedWithCustomError(gate, "IssuanceExceeded")
        .withArgs(amount, 600n * WAD);
    }
  });

  it("has nothing to give to anybody without a ceiling", async () => {
    const { gate, alice } = world();
    await gate.connect(alice).consume(0, 0);
    await expect(gate.connect(alice).consume(0, 1))
      .to.be.revertedWithCustomError(gate, "IssuanceExceeded")
      .withArgs(1, 0);
  });

  it("has nothing to give while the level is above the ceiling", async () => {
    const { gate, dollar, governor } = world();
    await dollar.connect(governor).mint(governor.address, 2_000n * WAD);
    expect(await gate.available(governor.address, 0)).to.equal(0n);
    await expect(gate.connect(governor).consume(0, 1))
      .to.be.revertedWithCustomError(gate, "IssuanceExceeded")
      .withArgs(1, 0);
  });

  it("gives no more room for a level below zero than for one of zero", async () => {
    const { gate, dollar, governor, alice } = world();
    await world().deposit(alice, 0, WAD);
    await world()
      .engine.connect(alice)
      .borrow(500n * WAD, alice.address, governor.address);
    await dollar.connect(governor).burn(governor.address, 500n * WAD);
    expect(await dollar.level(governor.address)).to.equal(-500n * WAD);
    expect(await gate.available(governor.address, 0)).to.equal(1_000n * WAD);
  });

  describe("and an absorber", () => {
    /** Ether falls by so much that ten of it fail with 14,000 owed, and comes back after they were absorbed. */
    async function absorbed() {
      const { engine, engineAddress, gate, dollar, treasury, alice, carol } = world();
      await gate.setCeiling(engineAddress, 15_000n * WAD);
      await world().deposit(alice, 0, 10n * WAD);
      await engine.connect(alice).borrow(14_000n * WAD, alice.address, alice.address);
      await world().setPrice(0, 1_450_00000000n);
      await engine.connect(carol).absorb([alice.address]);
      await world().setPrice(0, 2_000_00000000n);
      const treasuryAddress = await treasury.getAddress();
      const moved = await dollar.level(treasuryAddress);
      expect(moved > 5_000n * WAD).to.equal(true);
      return { treasuryAddress, moved };
    }

    it("goes on counting what an absorption moved: the supply does not pass the ceiling", async () => {
      const { engine, engineAddress, gate, dollar, bob } = world();
      await absorbed();
      const ceiling = await gate.ceilingOf(engineAddress);
      const room = await gate.available(engineAddress, 0);
      expect(room).to.equal(ceiling - 14_000n * WAD);
      await world().deposit(bob, 0, 20n * WAD);
      await expect(engine.connect(bob).borrow(room + 1n, bob.address, bob.address))
        .to.be.revertedWithCustomError(gate, "IssuanceExceeded")
        .withArgs(room + 1n, room);
      await engine.connect(bob).borrow(room, bob.address, bob.address);
      expect(await dollar.totalSupply()).to.equal(ceiling);
    });

    it("gives the room back when the absorber burns", async () => {
      const { engineAddress, gate, dollar, treasury, alice } = world();
      const { treasuryAddress, moved } = await absorbed();
      const room = await gate.available(engineAddress, 0);
      await dollar.connect(alice).transfer(treasuryAddress, moved);
      await treasury.cover(moved);
      expect(await gate.available(engineAddress, 0)).to.equal(room + moved);
    });

    it("takes note of a new absorber when the ceiling is set anew", async () => {
      const { engine, engineAddress, gate, dollar, manager, ethers } = world();
      const { treasuryAddress } = await absorbed();
      expect(await gate.absorberOf(engineAddress)).to.equal(treasuryAddress);
      const other = await ethers.deployContract("Treasury", [await manager.getAddress(), await dollar.getAddress()]);
      const otherAddress = await other.getAddress();
      await dollar.setFacilitator(otherAddress, 0);
      await engine.setAbsorber(otherAddress);
      expect(await gate.absorberOf(engineAddress)).to.equal(treasuryAddress);
      await expect(gate.setCeiling(engineAddress, 15_000n * WAD))
        .to.emit(gate, "AbsorberCounted")
        .withArgs(engineAddress, otherAddress);
      expect(await gate.absorberOf(engineAddress)).to.equal(otherAddress);
      expect(await gate.available(engineAddress, 0)).to.equal(15_000n * WAD - (await dollar.level(engineAddress)));
    });

    it("counts nobody's level for an issuer that has none", async () => {
      const { gate, governor, alice, oracle } = world();
      // No code, and code that has no such function.
      for (const issuer of [governor.address, alice.address, await oracle.getAddress()]) {
        await expect(gate.setCeiling(issuer, 5n)).to.not.emit(gate, "AbsorberCounted");
        expect(await gate.absorberOf(issuer)).to.equal(world().ethers.ZeroAddress);
      }
    });
  });

  it("has no ceiling above 96 bits", async () => {
    const { gate, alice } = world();
    const most = 2n ** 96n - 1n;
    for (const ceiling of [most + 1n, MAX_UINT256]) {
      await expect(gate.setCeiling(alice.address, ceiling))
        .to.be.revertedWithCustomError(gate, "CeilingTooHigh")
        .withArgs(ceiling, most);
    }
    await gate.setCeiling(alice.address, most);
    expect(await gate.ceilingOf(alice.address)).to.equal(most);
  });

  it("can be asked as often as one likes without headroom getting lost", async () => {
    const { gate, governor } = world();
    for (let i = 0; i < 3; ++i) await gate.connect(governor).consume(0, 1_000n * WAD);
    expect(await gate.available(governor.address, 0)).to.equal(1_000n * WAD);
  });

  it("sinks for the issuer that books a loss, floored at 0, until governance sets it anew", async () => {
    const { gate, governor, engineAddress } = world();
    const engineCeiling = await gate.ceilingOf(engineAddress);
    await expect(gate.connect(governor).bookLoss(300n * WAD))
      .to.emit(gate, "LossBooked")
      .withArgs(governor.address, 300n * WAD, 700n * WAD);
    expect(await gate.available(governor.address, 0)).to.equal(700n * WAD);
    expect(await gate.ceilingOf(engineAddress)).to.equal(engineCeiling);
    await expect(gate.connect(governor).bookLoss(MAX_UINT256))
      .to.emit(gate, "LossBooked")
      .withArgs(governor.address, MAX_UINT256, 0n);
    // A facilitator may go on booking: a ceiling of 0 must not block a write-off.
    await gate.connect(governor).bookLoss(1);
    expect(await gate.ceilingOf(governor.address)).to.equal(0n);
    await expect(gate.setCeiling(governor.address, 5n)).to.emit(gate, "CeilingSet").withArgs(governor.address, 5n);
    expect(await gate.ceilingOf(governor.address)).to.equal(5n);
  });

  it("lets nobody else book losses", async () => {
    const { gate, alice } = world();
    await expect(gate.connect(alice).bookLoss(1))
      .to.be.revertedWithCustomError(gate, "NotIssuer")
      .withArgs(alice.address);
  });

  it("is governed by the authority alone", async () => {
    const { gate, alice } = world();
    await expect(gate.connect(alice).setCeiling(alice.address, 1))
      .to.be.revertedWithCustomError(gate, "AccessManagedUnauthorized")
      .withArgs(alice.address);
  });
});
