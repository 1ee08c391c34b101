import { expect } from "chai";

import { Budget } from "../../../keeper/budget.js";

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
