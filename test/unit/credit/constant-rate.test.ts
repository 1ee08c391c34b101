import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { deployWorld, MAX_UINT256 } from "../../support/world.js";

describe("ConstantRate", () => {
  const world = freshWorld(deployWorld);

  it("answers what it was built with, whatever the rate is now", async () => {
    const source = await world().ethers.deployContract("ConstantRate", [1_585_489_599n]);
    for (const current of [0n, 1n, 1_585_489_599n, MAX_UINT256]) {
      expect(await source.nextRate(current)).to.equal(1_585_489_599n);
    }
  });
});
