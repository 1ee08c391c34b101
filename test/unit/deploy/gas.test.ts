import { expect } from "chai";
import { network } from "hardhat";

import { withGasHeadroom } from "../../../deploy/gas.js";
import { withHeadroom } from "../../../sdk/gas.js";

describe("deploy: gas headroom", () => {
  it("is on the estimates of one connection, for as long as the work takes, done or failed", async () => {
    const [one, other] = [await network.create(), await network.create()];
    const to = (await one.ethers.getSigners())[0]!.address;
    const estimates = async () =>
      await Promise.all([one, other].map(async (c) => await c.ethers.provider.estimateGas({ from: to, to })));

    const plain = await estimates();
    expect(plain[0]).to.be.within(21_000n, 22_000n);
    expect(await withGasHeadroom(one, estimates)).to.deep.equal([withHeadroom(plain[0]!), plain[1]]);
    expect(await estimates()).to.deep.equal(plain);

    const failing = new Error("failed");
    let caught: unknown;
    await withGasHeadroom(one, () => Promise.reject(failing)).catch((error: unknown) => (caught = error));
    expect(caught).to.equal(failing);
    expect(await estimates()).to.deep.equal(plain);
  });
});
