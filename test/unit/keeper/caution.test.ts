import { expect } from "chai";

import { Caution } from "../../../keeper/caution.js";

describe("keeper: caution", () => {
  it("leaves alone what reverted, twice as long after each further revert, and no longer than it may", () => {
    const caution = new Caution(10, 40);
    expect(caution.holds("a", 0)).to.equal(false);
    for (const [at, pause] of [
      [0, 10],
      [100, 20],
      [200, 40],
      [300, 40],
    ] as const) {
      caution.reverted("a", at);
      expect([caution.holds("a", at + pause - 1), caution.holds("a", at + pause)]).to.deep.equal([true, false]);
    }
    expect(caution.holds("b", 300)).to.equal(false);
  });

  it("begins anew after a success, and after a long rest", () => {
    const caution = new Caution(10, 40);
    caution.reverted("a", 0);
    caution.reverted("a", 0);
    caution.succeeded("a");
    expect(caution.holds("a", 0)).to.equal(false);
    caution.reverted("a", 0);
    expect(caution.holds("a", 10)).to.equal(false);
    caution.reverted("b", 0);
    // Whatever reverts has what is long past forgotten.
    caution.reverted("c", 1_000);
    caution.reverted("b", 1_000);
    expect([caution.holds("b", 1_009), caution.holds("b", 1_010)]).to.deep.equal([true, false]);
  });
});
