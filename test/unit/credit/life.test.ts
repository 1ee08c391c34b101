import { expect } from "chai";
import { deployWorld, WAD, MAX_UINT256 } from "../../support/world.js";

describe("smoke", () => {
  it("deposit, borrow, liquidate, absorb", async () => {
    const w = await deployWorld();
    const { engine, alice, bob, liquidator } = w;
    await w.deposit(alice, 0, 10n * WAD);
    await w.deposit(bob, 0, 10n * WAD);
    await w.deposit(bob, 1, 10n ** 7n);
    await w.deposit(bob, 3, 1000n * 10n ** 6n);
    const tx0 = await engine.connect(alice).borrow(14_000n * WAD, alice.address, alice.address);
    console.log("borrow", (await tx0.wait())!.gasUsed);
    await engine.connect(bob).borrow(17_000n * WAD, bob.address, bob.address);
    console.log("borrow3again", (await (await engine.connect(bob).borrow(100n * WAD, bob.address, bob.address)).wait())!.gasUsed);
    console.log("repay", (await (await engine.connect(bob).repay(100n * WAD, bob.address)).wait())!.gasUsed);
    await w.fund(alice, 0, 10n * WAD);
    console.log("deposit again (debt)", (await (await engine.connect(alice).deposit(0, WAD/100n, alice.address)).wait())!.gasUsed);
    console.log("withdraw debt", (await (await engine.connect(alice).withdraw(0, WAD/100n, alice.address, alice.address)).wait())!.gasUsed);
    await w.giveDollars(liquidator, 100_000n * WAD);
    await w.setPrice(0, 1_640_00000000n);
    const tx = await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: MAX_UINT256 }], "0x");
    console.log("liquidate", (await tx.wait())!.gasUsed, await w.position(alice), await w.position(liquidator));
    await w.setPrice(0, 1_450_00000000n);
    const tx2 = await engine.connect(liquidator).absorb([alice.address, bob.address]);
    console.log("absorb2", (await tx2.wait())!.gasUsed, await w.position(alice), await w.position(bob), await w.position({ address: await w.treasury.getAddress() }));
    expect(await w.dollar.totalSupply()).to.be.greaterThan(0n);
  });
});
