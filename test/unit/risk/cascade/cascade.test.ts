import { expect } from "chai";

import { cascade, population, sell } from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";

const rules = { maintenanceHaircut: 0.17, incentive: 0.05, targetHealth: 1.1 };
const market = { price: 2_000, depth: 20_000, shock: 0.3, recovery: 0 };

describe("risk: liquidation cascades", () => {
  it("sells along a constant product, in one piece or in two", () => {
    const once = sell(100, 30, 70);
    expectClose(once.proceeds, 2_100, 1e-9);
    expectClose(once.price, 49, 1e-9);
    const first = sell(100, 10, 70);
    const second = sell(first.price, 20, 80);
    expectClose(first.proceeds + second.proceeds, once.proceeds, 1e-9);
    expectClose(second.price, once.price, 1e-9);
  });

  it("does nothing where everybody is healthy", () => {
    const calm = cascade([{ collateral: 10, debt: 1_000 }], market, rules);
    expect(calm).to.include({ sold: 0, badDebt: 0, accounts: 0, stuck: 0 });
    expectClose(calm.amplification, 1, 1e-12);
  });

  it("brings an account to its target health, and moves the price by what was sold", () => {
    const account = { collateral: 1, debt: 1_200 };
    const result = cascade([account], { ...market, depth: 1e9 }, rules);
    const [left, debt] = [account.collateral - result.sold, account.debt - result.repaid];
    expectClose((left * 1_400 * 0.83) / debt, 1.1, 1e-9);
    expectClose(result.repaid * 1.05, result.sold * 1_400, 1e-6);
  });

  it("is worse with less depth and milder with recovery (seed 7)", () => {
    const accounts = population(500, 10_000, market, 0.25, 7);
    expectClose(
      accounts.reduce((sum, each) => sum + each.collateral, 0),
      10_000,
      1e-6,
    );
    const run = (change: object) => cascade(accounts, { ...market, ...change }, rules);
    const [deep, base, recovering] = [run({ depth: 200_000 }), run({}), run({ recovery: 0.5 })];
    expect(deep.amplification).to.be.below(base.amplification);
    expect(deep.badDebt).to.be.below(base.badDebt);
    expect(recovering.lowestPrice).to.be.above(base.lowestPrice);
    expect(recovering.endPrice).to.be.above(base.endPrice);
    expect(deep.amplification).to.be.above(1);
  });

  it("leaves alone what costs more than it yields, and refuses rules that make accounts worse", () => {
    const whale = cascade([{ collateral: 10_000, debt: 13_000_000 }], { ...market, depth: 100 }, rules);
    expect(whale).to.include({ stuck: 1, sold: 0 });
    expect(() => cascade([], market, { ...rules, incentive: 0.3 })).to.throw(/\(1\+l\)\(1-m\)/);
  });
});
