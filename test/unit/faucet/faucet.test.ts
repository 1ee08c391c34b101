import { expect } from "chai";
import { network } from "hardhat";

const SHARE = 10n;

describe("faucet: when a stock is used up", () => {
  async function faucetWith(stock: bigint) {
    const { ethers } = await network.create();
    const [owner, alice, bob] = await ethers.getSigners();
    const token = (name: string) => ethers.deployContract("FaucetToken", [name, name, 18, owner!.address]);
    const [minted, stocked] = [await token("Minted"), await token("Stocked")];
    const faucet = await ethers.deployContract("Faucet", [owner!.address]);
    await minted.setMinter(faucet, true);
    await stocked.mint(faucet, stock);
    // The one that runs out comes first: what follows it must not suffer.
    await faucet.setOffer(stocked, SHARE, false);
    await faucet.setOffer(minted, SHARE, true);
    return { faucet, minted, stocked, alice: alice!, bob: bob! };
  }

  it("hands out the other tokens, and the missing one when there is some again", async () => {
    const { faucet, minted, stocked, alice, bob } = await faucetWith(SHARE + 1n);
    await faucet.claimAll(alice);
    await faucet.claimAll(bob);
    expect(await stocked.balanceOf(alice)).to.equal(SHARE);
    expect(await stocked.balanceOf(bob)).to.equal(0n);
    expect(await minted.balanceOf(bob)).to.equal(SHARE);

    await stocked.mint(faucet, SHARE);
    await faucet.claimAll(bob);
    expect(await stocked.balanceOf(bob)).to.equal(SHARE);
  });

  it("says so by name when nothing is left at all, but not to somebody who had everything", async () => {
    const { faucet, minted, stocked, alice, bob } = await faucetWith(SHARE + 1n);
    await faucet.setOffer(minted, 0n, true);
    await faucet.claimAll(alice);
    expect(await faucet.claimAll.staticCall(alice)).to.equal(0n);
    await expect(faucet.claimAll(bob)).to.be.revertedWithCustomError(faucet, "NothingLeft").withArgs(bob.address);
    await expect(faucet.claim(stocked, bob))
      .to.be.revertedWithCustomError(faucet, "OutOfStock")
      .withArgs(await stocked.getAddress(), 1n, SHARE);
  });
});
