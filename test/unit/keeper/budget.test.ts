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

  it("grows by what was earned within the day, and by nothing that was lost", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("rest", 0, 100n);
    spending.earn(0, 70n);
    spending.earn(0, -40n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([70n, 1_070n]);
    expect(spending.left("rest", DAY)).to.equal(100n);
  });

  it("is not what others can spend", () => {
    const spending = new Spending(100n, 1_000n);
    spending.spend("rest", 0, 100n);
    expect([spending.left("rest", 0), spending.left("solvency", 0)]).to.deep.equal([0n, 1_000n]);
  });
});
