import { expect } from "chai";

import { encodePath } from "../../../sdk/uniswap/math.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld, ETHER, USDC } from "../../support/keeper-world.js";
import { MAX_UINT256, WAD } from "../../support/world.js";

const zeros = Array<bigint>(14).fill(0n);

describe("AuctionFiller on Uniswap v3", () => {
  /** An auction of ether for USDC that has run for 25 of its 30 minutes. */
  const world = freshWorld(async () => {
    const w = await deployKeeperWorld();
    await w.rebalancer.setWeights([4_000n, 6_000n, ...zeros], [100n, 100n, ...zeros]);
    await w.rebalancer.open(ETHER, USDC);
    await w.networkHelpers.time.increase(1_500);
    const path = encodePath([w.weth.address, w.usdc.address], [500]);
    return { ...w, path };
  });

  it("pays the reserve from the proceeds, sends the rest to the owner and keeps nothing", async () => {
    const { filler, reserve, usdc, weth, governor, path } = world();
    const [cashBefore, ownBefore] = [
      (await reserve.position(USDC)).cash,
      await usdc.contract.balanceOf(governor.address),
    ];
    const { amount, paid, profit } = await filler.fill.staticCall(ETHER, USDC, MAX_UINT256, path, 0);
    expect(amount > 50n * 10n ** 8n).to.equal(true);
    expect(profit > 0n).to.equal(true);
    await filler.fill(ETHER, USDC, MAX_UINT256, path, 0);
    expect((await reserve.position(USDC)).cash > cashBefore).to.equal(true);
    // A ledger unit of USDC is a token unit. What the price has fallen by since is the owner's.
    const won = (await usdc.contract.balanceOf(governor.address)) - ownBefore;
    expect(won >= profit).to.equal(true);
    expect((await reserve.position(USDC)).cash - cashBefore <= paid).to.equal(true);
    for (const token of [usdc, weth]) {
      expect(await token.contract.balanceOf(filler)).to.equal(0n);
      expect(await token.contract.allowance(filler, reserve)).to.equal(0n);
    }
  });

  it("refuses less profit than it is told", async () => {
    const { filler, path } = world();
    const { profit } = await filler.fill.staticCall(ETHER, USDC, MAX_UINT256, path, 0);
    await expect(filler.fill(ETHER, USDC, MAX_UINT256, path, 2n * profit + 1n)).to.be.revertedWithCustomError(
      filler,
      "ProfitTooSmall",
    );
  });

  it("cannot fill what the market does not pay for", async () => {
    const { filler, swap, pool, weth, path } = world();
    await swap(pool, weth, 1_000n * WAD);
    await expect(filler.fill.staticCall(ETHER, USDC, MAX_UINT256, path, 0)).to.be.revert(world().ethers);
  });
});
