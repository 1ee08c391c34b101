import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { MaxUint256, type ContractTransactionResponse } from "ethers";
import { network } from "hardhat";

import { present } from "../../../sdk/present.js";
import { DAY, WAD } from "../../support/world.js";

const HOUR = 3_600n;
const TERMS = { delay: 7n * DAY, settle: 6n * HOUR, window: 2n * DAY, exitWindow: 2n * HOUR, stream: 7n * DAY };
/** One whole share. */
const SHARE = 10n ** 24n;

/**
 * What each entry may cost in a transaction of its own, everything cold, its base of 21,000 included. What the balance sheet needs for a live
 * statement (some 200,000 at each of the three moments and for a redemption) is not: the double answers from three slots.
 */
const CEILINGS: Readonly<Record<string, bigint>> = {
  "first deposit": 130_000n,
  deposit: 90_000n,
  claim: 165_000n,
  markDue: 80_000n,
  release: 110_000n,
  redeem: 110_000n,
  exit: 130_000n,
  "exit of another": 130_000n,
  restake: 85_000n,
};

async function deploy() {
  const { ethers, networkHelpers } = await network.create();
  const [owner, alice, bob] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const manager = await ethers.deployContract("AccessManager", [owner.address]);
  const dollar = await ethers.deployContract("PlimsollDollar", [await manager.getAddress()]);
  const dollarAddress = await dollar.getAddress();
  const backstop = await ethers.deployContract("Backstop", [await manager.getAddress(), dollarAddress, TERMS]);
  const address = await backstop.getAddress();
  const sheet = await ethers.deployContract("StakeSheet");
  const reserve = await ethers.deployContract("RetirerDouble", [dollarAddress]);
  await sheet.setBackstop(address);
  await reserve.setBackstop(address);
  await backstop.setModules(await sheet.getAddress(), await reserve.getAddress());
  await dollar.setFacilitator(owner.address, 10n ** 30n);
  await dollar.setFacilitator(await reserve.getAddress(), 10n ** 30n);
  for (const who of [alice, bob]) {
    await dollar.mint(who.address, 1_000_000n * WAD);
    await dollar.connect(who).approve(address, MaxUint256);
  }
  const wait = (seconds: bigint): Promise<number> => networkHelpers.time.increase(seconds);
  const now = async (): Promise<bigint> => BigInt(present(await ethers.provider.getBlock("latest")).timestamp);
  return { ethers, networkHelpers, owner, alice, bob, dollar, backstop, sheet, reserve, address, wait, now };
}

describe("Backstop", () => {
  it("tells a whole life in events", async () => {
    const w = await deploy();
    const { backstop, alice, bob } = w;
    const mine = backstop.connect(alice);
    await expect(mine.deposit(100n * WAD, alice.address))
      .to.emit(backstop, "Deposit")
      .withArgs(alice.address, alice.address, 100n * WAD, 100n * SHARE)
      .and.to.emit(backstop, "Transfer");
    await expect(backstop.connect(bob).mint(50n * SHARE, bob.address))
      .to.emit(backstop, "Deposit")
      .withArgs(bob.address, bob.address, 50n * WAD, 50n * SHARE);
    await expect(mine.claim(60n * SHARE))
      .to.emit(backstop, "Claimed")
      .withArgs(alice.address, 60n * SHARE, 60n * WAD);

    // A tenth of everything is lost, and booked: 15 of 150.
    await expect(w.sheet.settle(15n * WAD))
      .to.emit(backstop, "LossBurned")
      .withArgs(15n * WAD, 15n * WAD);
    await w.wait(TERMS.delay);
    await expect(backstop.connect(bob).markDue(alice.address))
      .to.emit(backstop, "MarkedDue")
      .withArgs(alice.address, 9n * 10n ** 26n);
    await w.wait(TERMS.settle);
    // And another tenth is not yet booked: 13.5 of 135. The claim of 54 is worth 48.6.
    await w.sheet.setEquity((-135n * WAD) / 10n);
    const paid = (486n * WAD) / 10n;
    const before = await w.dollar.balanceOf(bob.address);
    const exit = mine.exit(alice.address, bob.address);
    // Shares at 0.9 each, and what the least price left over.
    const atMost = (shares: bigint): boolean => shares <= 54n * SHARE && shares > 54n * SHARE - SHARE / 1_000_000n;
    await expect(exit)
      .to.emit(backstop, "Released")
      .withArgs(alice.address, paid, atMost, 54n * WAD - paid);
    await expect(exit).to.emit(backstop, "Withdraw");
    const got = (await w.dollar.balanceOf(bob.address)) - before;
    expect(got <= paid && got > paid - 5n, `paid ${got}`).to.equal(true);

    // What she left behind streams, so the loss takes it first; the rest of it is Bob's and hers alike.
    await w.sheet.settle((135n * WAD) / 10n);
    expect((await backstop.pools()).streaming).to.equal(0n);
    await expect(w.reserve.distribute(7n * WAD))
      .to.emit(backstop, "SurplusReceived")
      .withArgs(7n * WAD, (end: bigint) => end > 0n);
    await w.wait(TERMS.stream);
    expect((await backstop.pools()).streaming).to.equal(0n);

    await mine.claim(SHARE);
    await w.wait(TERMS.delay + TERMS.window + 1n);
    await expect(backstop.restake(alice.address)).to.emit(backstop, "Restaked");
    await expect(w.sheet.settle(10n ** 30n))
      .to.emit(backstop, "Wiped")
      .withArgs(2n);
    expect(await backstop.balanceOf(alice.address)).to.equal(0n);
  });

  it("costs little, with everything cold", async () => {
    const w = await deploy();
    const { alice, bob } = w;
    const mine = w.backstop.connect(alice);
    const costs = new Map<string, bigint>();
    const measure = async (name: string, sent: Promise<ContractTransactionResponse>): Promise<void> => {
      costs.set(name, present(await (await sent).wait()).gasUsed);
    };
    // The very first one; then with a surplus streaming, and a claim of somebody else cooling, as on any day.
    await measure("first deposit", mine.deposit(1_000n * WAD, alice.address));
    await w.backstop.connect(bob).deposit(1_000n * WAD, bob.address);
    await w.reserve.distribute(100n * WAD);
    await w.backstop.connect(bob).claim(SHARE);
    await w.wait(HOUR);
    await measure("deposit", mine.deposit(1_000n * WAD, alice.address));
    await measure("claim", mine.claim(100n * SHARE));
    await w.wait(TERMS.delay);
    await measure("markDue", w.backstop.markDue(alice.address));
    await w.wait(TERMS.settle);
    const third = await w.networkHelpers.takeSnapshot();
    await measure("exit", mine.exit(alice.address, alice.address));
    await third.restore();
    // By whoever keeps claims moving.
    await measure("exit of another", w.backstop.exit(alice.address, alice.address));
    await third.restore();
    await measure("release", mine.release());
    // All but a trifle, in the same second.
    await w.networkHelpers.time.setNextBlockTimestamp(await w.now());
    await measure("redeem", mine.redeem(96n * SHARE, alice.address, alice.address));
    await w.wait(TERMS.window);
    await measure("restake", w.backstop.restake(bob.address));

    for (const [name, gas] of costs) {
      console.log(`      ${name}: ${gas} gas`);
      expect(gas <= present(CEILINGS[name]), `${name}: ${gas} gas`).to.equal(true);
    }
  });
});
