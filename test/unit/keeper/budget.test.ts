import { expect } from "chai";

import { Spending } from "../../../keeper/budget.js";

const DAY = 86_400;

describe("keeper: what may be lost", () => {
  it("is what was not lost within the last day", () => {
    const spending = new Spending(100n, 0n);
    expect(spending.left("rest", 0)).to.equal(100n);
    spending.spend("a", "rest", 0, 30n);
    spending.spend("b", "rest", 3_600, 50n);
    expect(spending.left("rest", 3_600)).to.equal(20n);
    expect(spending.left("rest", DAY - 1)).to.equal(20n);
    expect(spending.left("rest", DAY)).to.equal(50n);
    expect(spending.left("rest", DAY + 3_600)).to.equal(100n);
  });

  it("is nothing, not less, when more was lost", () => {
    const spending = new Spending(100n, 0n);
    spending.settle("a", "rest", 0, -130n);
    expect(spending.left("rest", 1)).to.equal(0n);
  });

  it("is counted once for a transaction, however often it is told what came of it", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("a", "rest", 0, 90n);
    for (let i = 0; i < 3; i++) spending.settle("a", "rest", 0, 40n);
    expect(spending.left("rest", 0)).to.equal(140n);
    // A reorganisation made something else of it.
    spending.settle("a", "rest", 0, -20n);
    expect(spending.left("rest", 0)).to.equal(80n);
  });

  it("comes back where it came from", () => {
    const spending = new Spending(50n, 100n);
    spending.spend("a", "solvency", 0, 100n);
    spending.spend("b", "solvency", 10, 40n);
    expect([spending.left("rest", 10), spending.left("solvency", 10)]).to.deep.equal([10n, 10n]);
    spending.settle("b", "solvency", 10, 0n);
    expect([spending.left("rest", 10), spending.left("solvency", 10)]).to.deep.equal([50n, 50n]);
    spending.release("a");
    expect(spending.left("solvency", 10)).to.equal(150n);
  });
});

describe("keeper: what solvency may lose", () => {
  it("is a budget of its own, and then that of all", () => {
    const spending = new Spending(100n, 1_000n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([100n, 1_100n]);
    spending.spend("t1", "solvency", 0, 80n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([100n, 1_020n]);
    spending.spend("t2", "solvency", 0, 970n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([50n, 50n]);
    spending.spend("t3", "solvency", 0, 50n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([0n, 0n]);
    expect([spending.left("rest", DAY), spending.left("solvency", DAY)]).to.deep.equal([100n, 1_100n]);
  });

  it("counts what really came of it: what it did not lose comes back, what it earned is for all", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("t4", "rest", 0, 90n);
    spending.settle("t4", "rest", 0, -40n);
    expect(spending.left("rest", 0)).to.equal(60n);
    spending.spend("t5", "solvency", 0, 300n);
    spending.settle("t5", "solvency", 0, -100n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([60n, 960n]);
    spending.settle("t6", "solvency", 0, 70n);
    expect(spending.left("rest", 0)).to.equal(130n);
    expect(spending.left("rest", DAY)).to.equal(100n);
  });

  it("counts losses that nobody expected", () => {
    const spending = new Spending(100n, 1_000n);
    spending.settle("t7", "rest", 0, -30n);
    expect(spending.left("rest", 0)).to.equal(70n);
    spending.spend("t8", "solvency", 0, 10n);
    spending.settle("t8", "solvency", 0, -60n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([70n, 1_010n]);
  });

  it("lets auctions have no more than half of it", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("t9", "solvency", 0, 499n);
    expect(spending.isAmple(0)).to.equal(true);
    spending.spend("t10", "solvency", 0, 1n);
    expect(spending.isAmple(0)).to.equal(false);
    expect(spending.isAmple(DAY)).to.equal(true);
  });

  it("is not what others can spend", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("t11", "rest", 0, 100n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([0n, 1_000n]);
  });
});
