import { expect } from "chai";

import { leastProfit } from "../../../keeper/jobs/floor.js";

describe("keeper: what must be left on chain", () => {
  it("is gas, and what is expected beyond it less the tolerance", () => {
    expect(leastProfit(1_100n, 100n, 5n, 2_500)).to.equal(850n);
    expect(leastProfit(1_100n, 100n, 5n, 0)).to.equal(1_100n);
  });

  it("is never less than gas and the least profit", () => {
    expect(leastProfit(1_100n, 100n, 5n, 10_000)).to.equal(105n);
    expect(leastProfit(106n, 100n, 5n, 5_000)).to.equal(105n);
    // What is expected not to pay is asked to pay all the same.
    expect(leastProfit(50n, 100n, 5n, 2_500)).to.equal(105n);
  });
});
