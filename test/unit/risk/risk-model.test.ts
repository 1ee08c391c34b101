import { expect } from "chai";

import { deployRisk, usd, type RiskAsset } from "../../support/risk-world.js";
import { at } from "../../support/world.js";

/** Eight or sixteen assets as listed on a network: ether, then others that follow it in part. */
function book(count: number): RiskAsset[] {
  return Array.from({ length: count }, (_, i) => ({
    price: 1_000_00000000n + BigInt(i) * 37_00000000n,
    loadings: i === 0 ? [] : [6n * 10n ** 17n],
  }));
}

describe("RiskModel: gas", () => {
  for (const [count, most] of [
    [8, 270_000n],
    [16, 630_000n],
  ] as const) {
    it(`observe() of ${count} assets with Chainlink's mock feeds takes at most ${most}`, async () => {
      const world = await deployRisk(book(count));
      let time = (await world.now()) + 3_600n;
      const used: bigint[] = [];
      for (let round = 0; round < 4; ++round) {
        const prices = book(count).map(
          ({ price }, i) => (price * BigInt(1_000 + ((i * 7 + round * 13) % 31))) / 1_000n,
        );
        const receipt = await (await world.observeAt(time, prices)).wait();
        used.push(receipt?.gasUsed ?? 0n);
        time += 3_600n;
      }
      console.log(`      observe of ${count}: ${used.join(", ")}`);
      for (const gas of used) expect(gas <= most).to.equal(true, `${gas} gas`);
    });
  }

  it("valueAtRisk of 8 assets takes at most 32,000", async () => {
    const world = await deployRisk(book(8));
    const data = world.risk.interface.encodeFunctionData("valueAtRisk", [
      Array.from({ length: 8 }, (_, i) => usd(1_000_000n + BigInt(i))),
    ]);
    const batch = await world.ethers.deployContract("CallBatch");
    void batch;
    const total = await world.ethers.provider.estimateGas({
      to: await world.risk.getAddress(),
      data,
      gasLimit: 16_000_000,
    });
    const bytes = world.ethers.getBytes(data);
    const zeros = bytes.filter((byte) => byte === 0).length;
    const intrinsic = 21_000n + BigInt(4 * zeros + 16 * (bytes.length - zeros));
    console.log(`      valueAtRisk of 8: ${total - intrinsic} (estimate ${total})`);
    expect(total - intrinsic <= 32_000n).to.equal(true);
    expect(at([1], 0)).to.equal(1);
  });
});
