import { expect } from "chai";
import { network } from "hardhat";

/** Gas of a transaction before anything is executed. */
const INTRINSIC = 21_000n;

/** A constant 8-decimal answer of 2000 USD. */
const ANSWER = 2_000n * 10n ** 8n;

async function deploy() {
  const { ethers } = await network.create();
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new Error("no account");
  const manager = await ethers.deployContract("AccessManager", [owner.address]);
  const oracle = await ethers.deployContract("PriceOracle", [
    await manager.getAddress(),
    ethers.ZeroAddress,
    0n,
    21_600n,
  ]);
  const feed = await ethers.deployContract("OneSlotFeed", [ANSWER]);
  const config = async (source: { getAddress(): Promise<string> }) => ({
    feed: await source.getAddress(),
    heartbeat: 3_600n,
    deviation: 50n,
    minPrice: 10n ** 17n,
    maxPrice: 10n ** 24n,
  });
  await oracle.listFeed(0n, await config(feed));
  return { ethers, owner, oracle, feed, config };
}

/** Gas of an `eth_call`-like transaction: everything is cold, as in a user's own transaction. */
async function coldGas(
  signer: {
    sendTransaction(tx: { to: string; data: string }): Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>;
  },
  to: string,
  data: string,
): Promise<bigint> {
  const receipt = await (await signer.sendTransaction({ to, data })).wait();
  if (receipt === null) throw new Error("not mined");
  const bytes = Buffer.from(data.slice(2), "hex");
  const calldata = bytes.reduce((sum, byte) => sum + (byte === 0 ? 4n : 16n), 0n);
  return receipt.gasUsed - INTRINSIC - calldata;
}

describe("PriceOracle: gas", () => {
  it("reads a live price with one cold slot of its own and the feed's", async () => {
    const { owner, oracle, feed } = await deploy();
    const price = await coldGas(owner, await oracle.getAddress(), oracle.interface.encodeFunctionData("price", [0n]));
    const bare = await coldGas(owner, await feed.getAddress(), feed.interface.encodeFunctionData("latestRoundData"));
    console.log(
      `      price(), cold: ${price} gas, of which the one-slot feed itself ${bare}, its cold account 2600, one cold slot 2100`,
    );
    // A second cold slot would cost 2100 more.
    expect(price - bare - 2_600n - 2_100n).to.be.lessThan(1_900n);
  });

  it("reads sixteen in one batch, each about as cheaply as one alone", async () => {
    const { ethers, owner, oracle, config } = await deploy();
    for (let asset = 1n; asset < 16n; asset++) {
      await oracle.listFeed(asset, await config(await ethers.deployContract("OneSlotFeed", [ANSWER])));
    }
    const to = await oracle.getAddress();
    const one = await coldGas(owner, to, oracle.interface.encodeFunctionData("price", [0n]));
    const all = await coldGas(owner, to, oracle.interface.encodeFunctionData("prices", [0xffffn]));
    console.log(`      prices() of 16, cold: ${all} gas, ${all / 16n} each`);
    expect(all).to.be.lessThan(16n * (one + 400n));
  });

  it("takes one slot more for a second source, and one for its limit", async () => {
    const { ethers, owner, oracle, config } = await deploy();
    const second = await ethers.deployContract("OneSlotFeed", [ANSWER]);
    await oracle.setSecondFeed(0n, await config(second), 100n, 200n);
    const price = await coldGas(owner, await oracle.getAddress(), oracle.interface.encodeFunctionData("price", [0n]));
    console.log(`      price() of two sources, cold: ${price} gas`);
    expect(price).to.be.lessThan(20_500n);
  });

  it("with cold accounts and any gas limit, tells the truth or nothing", async () => {
    const { ethers, oracle, config } = await deploy();
    const feed = await ethers.deployContract("HostileFeed", [8, ANSWER]);
    await oracle.listFeed(1n, await config(feed));
    await feed.setNeeded(200_000n - 400n);
    await feed.setMood(7n); // NeedsFullGas
    let served = 0;
    for (
      let gasLimit = 30_000n;
      gasLimit < 300_000n;
      gasLimit += gasLimit > 215_000n && gasLimit < 250_000n ? 53n : 3_001n
    ) {
      const price = await oracle.price.staticCall(1n, { gasLimit }).catch(() => undefined);
      if (price === undefined) {
        expect(gasLimit, "refused with plenty of gas").to.be.lessThan(250_000n);
      } else {
        served++;
        expect(price.status, `faked a dead feed with a gas limit of ${gasLimit}`).to.equal(2n);
      }
    }
    expect(served).to.be.greaterThan(100);
  });
});
