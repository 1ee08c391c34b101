import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { deployWorld, MAX_UINT256, WAD } from "../../support/world.js";

describe("FixedCeilingGate", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    // Governance as an issuer of its own: mints without the engine.
    await w.dollar.setFacilitator(w.governor.address, 10_000n * WAD);
    await w.gate.setCeiling(1_000n * WAD);
    return w;
  });

  it("counts the whole supply, whoever minted it and for whatever", async () => {
    const { gate, dollar, governor } = world();
    await dollar.connect(governor).mint(governor.address, 400n * WAD);
    for (const source of [0n, 7n, MAX_UINT256]) expect(await gate.available(source)).to.equal(600n * WAD);
    await dollar.connect(governor).burn(governor.address, 100n * WAD);
    expect(await gate.available(0)).to.equal(700n * WAD);
  });

  it("lets pass what fits, to the wei, and refuses one wei more", async () => {
    const { gate, dollar, governor, alice } = world();
    await dollar.connect(governor).mint(governor.address, 400n * WAD);
    await gate.connect(alice).consume(0, 0);
    await gate.connect(alice).consume(0, 600n * WAD);
    for (const amount of [600n * WAD + 1n, MAX_UINT256]) {
      await expect(gate.consume(0, amount))
        .to.be.revertedWithCustomError(gate, "IssuanceExceeded")
        .withArgs(amount, 600n * WAD);
    }
  });

  it("has nothing to give when the supply is above the ceiling", async () => {
    const { gate, dollar, governor } = world();
    await dollar.connect(governor).mint(governor.address, 2_000n * WAD);
    expect(await gate.available(0)).to.equal(0n);
    await gate.consume(0, 0);
    await expect(gate.consume(0, 1)).to.be.revertedWithCustomError(gate, "IssuanceExceeded").withArgs(1, 0);
  });

  it("can be asked by anybody without anybody losing headroom", async () => {
    const { gate, alice } = world();
    for (let i = 0; i < 3; ++i) await gate.connect(alice).consume(0, 1_000n * WAD);
    expect(await gate.available(0)).to.equal(1_000n * WAD);
  });

  it("sinks by booked losses, floored at 0, until governance sets it anew", async () => {
    const { gate, governor } = world();
    await gate.setIssuer(governor.address, true);
    await expect(gate.bookLoss(300n * WAD))
      .to.emit(gate, "LossBooked")
      .withArgs(governor.address, 300n * WAD, 700n * WAD);
    expect(await gate.available(0)).to.equal(700n * WAD);
    await expect(gate.bookLoss(MAX_UINT256)).to.emit(gate, "LossBooked").withArgs(governor.address, MAX_UINT256, 0n);
    await gate.bookLoss(0);
    expect(await gate.ceiling()).to.equal(0n);
    await expect(gate.setCeiling(5n)).to.emit(gate, "CeilingSet").withArgs(5n);
    expect(await gate.ceiling()).to.equal(5n);
  });

  it("lets issuers alone book losses, as long as they are", async () => {
    const { gate, alice, governor } = world();
    for (const who of [alice, governor]) {
      await expect(gate.connect(who).bookLoss(1))
        .to.be.revertedWithCustomError(gate, "NotIssuer")
        .withArgs(who.address);
    }
    await expect(gate.setIssuer(alice.address, true)).to.emit(gate, "IssuerSet").withArgs(alice.address, true);
    await gate.connect(alice).bookLoss(1);
    await gate.setIssuer(alice.address, false);
    await expect(gate.connect(alice).bookLoss(1))
      .to.be.revertedWithCustomError(gate, "NotIssuer")
      .withArgs(alice.address);
  });

  it("is governed by the authority alone", async () => {
    const { gate, alice } = world();
    for (const call of [() => gate.connect(alice).setCeiling(1), () => gate.connect(alice).setIssuer(alice.address, true)]) {
      await expect(call()).to.be.revertedWithCustomError(gate, "AccessManagedUnauthorized").withArgs(alice.address);
    }
  });
});
