import { expect } from "chai";

import { decodeHolding } from "../../../../sdk/credit/holdings.js";
import { debtOf, maintenanceLimit, type Quote } from "../../../../sdk/credit/valuation.js";
import { Random } from "../../../support/random.js";
import { at, deployWorld, SPECS, WAD } from "../../../support/world.js";

describe("valuation", () => {
  const random = Random.fresh();

  it(`agrees with the lens to the wei, whatever the prices (seed ${random.seed})`, async () => {
    const world = await deployWorld(SPECS, 1_243_680_655n);
    const { engine, risk, alice, bob } = world;
    const lens = await world.ethers.deployContract("CreditLens", [world.engineAddress]);
    await world.deposit(alice, 0, 10n * WAD);
    await world.deposit(alice, 3, 5_000n * 10n ** 6n);
    await engine.connect(alice).borrow(9_000n * WAD, alice.address, alice.address);
    await world.deposit(bob, 0, 7n * WAD + 1n);
    await world.deposit(bob, 1, 12_345_678n);
    await world.deposit(bob, 2, 3n * WAD);
    await engine.connect(bob).borrow(17_500n * WAD, bob.address, bob.address);

    for (let round = 0; round < 8; round++) {
      for (let asset = 0; asset < 4; asset++) {
        // Once in a while a feed that says nothing: its last good high counts, and its mid does not.
        const answer = random.between(0n, 9n) === 0n ? -1n : random.between(10n ** 6n, 10n ** 13n);
        await at(world.assets, asset).feed.updateAnswer(answer);
      }
      const quotes = new Map<bigint, Quote>();
      const listed = await engine.listedMask();
      const packed = await risk.quote(listed);
      for (let asset = 0n, rank = 0; listed >> asset !== 0n; asset++) {
        if (((listed >> asset) & 1n) === 1n) quotes.set(asset, at(packed, rank++));
      }
      const index = await engine.index();
      for (const h of await lens.healths([alice.address, bob.address])) {
        const { debtShares, holdings } = await engine.position(h.account);
        const held = holdings.map(decodeHolding);
        expect(debtOf(debtShares, index)).to.equal(h.debt);
        expect(maintenanceLimit(held, quotes)).to.equal(h.maintenanceLimit);
      }
    }
  });
});
