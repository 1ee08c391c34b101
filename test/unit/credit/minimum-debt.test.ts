import { expect } from "chai";

import { all, SLICING } from "../../support/failing.js";
import { freshWorld } from "../../support/fresh.js";
import { ceilDiv, maintenanceTerm, plainValue, slice } from "../../support/maths.js";
import { at, deployWorld, MAX_UINT256, MINIMUM_DEBT, WAD } from "../../support/world.js";

const SHARES_PER_DOLLAR = 10n ** 8n;

describe("CreditEngine slices beside the minimum debt", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    await w.giveDollars(w.liquidator, 100_000n * WAD);
    // An index that is no round number: interest for some days, then none.
    const source = await w.ethers.deployContract("SettableRate");
    await source.setRate(MAX_UINT256);
    await w.engine.setRateSource(await source.getAddress());
    await w.engine.updateRate();
    await w.connection.networkHelpers.time.increase(12_345_678);
    await source.setRate(0);
    await w.engine.updateRate();
    for (const [i, a] of w.assets.entries()) await w.setPrice(i, a.price);
    return w;
  });

  for (const entry of ["liquidate", "absorb"] as const) {
    it(`leave no debt a share below the minimum where the debt left is within a share of it (${entry})`, async () => {
      const { engine, risk, alice, liquidator } = world();
      const index = await engine.index();
      const owedOf = (shares: bigint): bigint => ceilDiv(shares * index, SHARES_PER_DOLLAR);
      await world().setPrice(0, 250_00000000n);
      const quote = at(await risk.quote(1), 0);
      // By the formulas alone: holdings q and a debt such that the rest is at least the minimum in plUSD, but less of it in whole shares.
      let found: { q: bigint; shares: bigint } | undefined;
      for (let q = 1_00000000n; found === undefined && q < 1_00200000n; q += 100n) {
        const value = plainValue(quote, q);
        const limit = maintenanceTerm(quote, q);
        const left = (shares: bigint): bigint => {
          const debt = owedOf(shares);
          const wanted = slice({ value, priced: limit, limit, debt }, { ...SLICING, minimumDebt: 0n });
          return debt - wanted.repay;
        };
        // Below the absorption health, and so that the rest grows smaller with the debt.
        let low = ((limit * 104n) / 100n / index) * SHARES_PER_DOLLAR;
        let high = ((value * 99n) / 100n / index) * SHARES_PER_DOLLAR;
        if (entry === "liquidate") low = (limit * SHARES_PER_DOLLAR) / index + 1n;
        if (left(low) < MINIMUM_DEBT || left(high) >= MINIMUM_DEBT) continue;
        while (high - low > 1n) {
          const middle = (low + high) / 2n;
          if (left(middle) >= MINIMUM_DEBT) low = middle;
          else high = middle;
        }
        const paid = ceilDiv((owedOf(low) - left(low)) * SHARES_PER_DOLLAR, index);
        if (owedOf(low - paid) < MINIMUM_DEBT) found = { q, shares: low };
      }
      if (found === undefined) throw new Error("no such account among those tried");

      await world().setPrice(0, 2_000_00000000n);
      await world().deposit(alice, 0, found.q * 10n ** 10n);
      await engine.connect(alice).borrow((found.shares * index) / SHARES_PER_DOLLAR, alice.address, alice.address);
      expect((await engine.position(alice.address)).debtShares).to.equal(found.shares);
      await world().setPrice(0, 250_00000000n);
      if (entry === "liquidate") await engine.connect(liquidator).liquidate([all(alice)], "0x");
      else await engine.connect(liquidator).absorb([alice.address]);
      const left = await engine.debtOf(alice.address);
      expect(left === 0n || left >= MINIMUM_DEBT, `left ${left}`).to.equal(true);
    });
  }
});
