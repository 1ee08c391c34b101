import { expect } from "chai";

import { Budget, Spending } from "../../../keeper/budget.js";

const DAY = 86_400;

describe("keeper: budget", () => {
  it("is what was not spent within the last day", () => {
    const budget = new Budget(100n);
    expect(budget.left(0)).to.equal(100n);
    budget.spend(0, 30n);
    budget.spend(3_600, 50n);
    expect(budget.left(3_600)).to.equal(20n);
    expect(budget.left(DAY - 1)).to.equal(20n);
    expect(budget.left(DAY)).to.equal(50n);
    expect(budget.left(DAY + 3_600)).to.equal(100n);
  });

  it("is nothing, not less, when more was spent", () => {
    const budget = new Budget(100n);
    budget.spend(0, 130n);
    expect(budget.left(1)).to.equal(0n);
  });
});

describe("keeper: what solvency may lose", () => {
  it("is a budget of its own, and then that of all", () => {
    const spending = new Spending(100n, 1_000n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([100n, 1_100n]);
    spending.spend("solvency", 0, 80n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([100n, 1_020n]);
    spending.spend("solvency", 0, 970n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([50n, 50n]);
    spending.spend("solvency", 0, 50n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([0n, 0n]);
    expect([spending.left("rest", DAY), spending.left("solvency", DAY)]).to.deep.equal([100n, 1_100n]);
  });

  it("counts what really came of it: what it did not lose comes back, what it earned is for all", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("rest", 0, 90n);
    spending.settle("rest", 0, 90n, -40n);
    expect(spending.left("rest", 0)).to.equal(60n);
    spending.spend("solvency", 0, 300n);
    spending.settle("solvency", 0, 300n, -100n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([60n, 960n]);
    spending.settle("solvency", 0, 0n, 70n);
    expect(spending.left("rest", 0)).to.equal(130n);
    expect(spending.left("rest", DAY)).to.equal(100n);
  });

  it("counts losses that nobody expected", () => {
    const spending = new Spending(100n, 1_000n);
    spending.settle("rest", 0, 0n, -30n);
    expect(spending.left("rest", 0)).to.equal(70n);
    spending.spend("solvency", 0, 10n);
    spending.settle("solvency", 0, 10n, -60n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([70n, 1_010n]);
  });

  it("lets auctions have no more than half of it", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("solvency", 0, 499n);
    expect(spending.isAmple(0)).to.equal(true);
    spending.spend("solvency", 0, 1n);
    expect(spending.isAmple(0)).to.equal(false);
    expect(spending.isAmple(DAY)).to.equal(true);
  });

  it("is not what others can spend", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("rest", 0, 100n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([0n, 1_000n]);
  });
});
