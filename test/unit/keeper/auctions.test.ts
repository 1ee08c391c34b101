import { expect } from "chai";

import type { Keeper } from "../../../keeper/keeper.js";
import { encodePath } from "../../../sdk/uniswap/math.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld, ETHER, USDC, type KeeperWorld } from "../../support/keeper-world.js";
import { MAX_UINT256, WAD } from "../../support/world.js";

const MINUTE = 60;
/** Of the pools, hundredths of a bp. */
const FEE = 500;
const zeros = Array<bigint>(14).fill(0n);

/** Ether should be 40% of the reserve: it is a half. */
async function overweight({ rebalancer }: KeeperWorld): Promise<void> {
  await rebalancer.setWeights([4_000n, 6_000n, ...zeros], [100n, 100n, ...zeros]);
}

/** Looks every minute until a fill is sent; how many minutes that took, or undefined. */
async function minutesToFill(world: KeeperWorld, keeper: Keeper, most: number): Promise<number | undefined> {
  for (let minute = 1; minute <= most; minute++) {
    if ((await world.tick(keeper, MINUTE)).includes("fill")) return minute;
  }
  return undefined;
}

describe("keeper: auctions", () => {
  const world = freshWorld(deployKeeperWorld);

  it("does nothing about a reserve inside its bands", async () => {
    const keeper = world().newKeeper();
    await world().calm(keeper);
    await world().tick(keeper, 10 * MINUTE);
    const { jobs } = keeper.totals;
    expect([jobs.open, jobs.fill, jobs.close]).to.deep.equal([0, 0, 0]);
  });

  it("brings the reserve back inside its bands through the market, at a profit", async () => {
    const { rebalancer, reserve, usdc, filler, governor, tick } = world();
    await overweight(world());
    expect(await rebalancer.offTarget()).to.equal(2n);
    const before = await usdc.contract.balanceOf(governor.address);
    const keeper = world().newKeeper();
    for (let minute = 0; minute < 120 && (await rebalancer.offTarget()) > 0n; minute++) await tick(keeper, MINUTE);
    await tick(keeper);
    expect(await rebalancer.offTarget()).to.equal(0n);
    expect(keeper.totals.jobs.fill).to.be.above(0);
    expect(keeper.totals.reverted).to.equal(0);
    // Sold for the other asset, and what was won went to the keeper.
    expect((await reserve.position(ETHER)).cash < 420n * 10n ** 8n).to.equal(true);
    expect((await reserve.position(USDC)).cash > 1_150_000n * 10n ** 6n).to.equal(true);
    expect((await usdc.contract.balanceOf(governor.address)) > before).to.equal(true);
    expect(await usdc.contract.balanceOf(filler)).to.equal(0n);
  });

  it("asks on chain for nearly what a fill is expected to leave", async () => {
    const { provider, filler, networkHelpers } = world();
    await overweight(world());
    const keeper = world().newKeeper({}, { slippage: 1_000 });
    for (let minute = 0; minute < 60; minute++) {
      await networkHelpers.time.increase(MINUTE);
      const fill = (await keeper.tick()).sent.find(({ job }) => job === "fill");
      if (fill === undefined) continue;
      const { data } = (await provider.getTransaction(fill.hash))!;
      const minProfit = filler.interface.decodeFunctionData("fill", data)[4] as bigint;
      // USDC with 6 decimals, at about a dollar; gas is on top.
      const kept = (fill.expected * 9n) / 10n / 10n ** 12n;
      expect(minProfit > (kept * 98n) / 100n, `${minProfit} of ${kept}`).to.equal(true);
      return;
    }
    expect.fail("no fill");
  });

  it("buys plUSD while capital is short, and it is burned", async () => {
    const { ethers, governor, dollar, weth, adopt, open, newKeeper, tick, reserve } = world();
    await overweight(world());
    // Nine tenths of the reserve's own means are somebody's now, who sells plUSD for 0.95.
    await dollar.mint(governor.address, 900_000n * WAD);
    const token = await ethers.getContractAt("TestToken", await dollar.getAddress());
    const plusd = await adopt(token, "plUSD", 18, (95n * WAD) / 100n);
    await open({ base: weth, quote: plusd, fee: FEE, depth: 800n * WAD });
    const path = encodePath([weth.address, plusd.address], [FEE]);
    const keeper = newKeeper({ routes: [{ sold: ETHER, bought: "dollar", path }] });
    const supply = await dollar.totalSupply();
    const { cash } = await reserve.position(ETHER);
    for (let minute = 0; minute < 60 && keeper.totals.jobs.fill === 0; minute++) await tick(keeper, MINUTE);
    expect(keeper.totals.jobs.fill).to.be.above(0);
    const sold = cash - (await reserve.position(ETHER)).cash;
    // At the oracle's 2,000 or above, 8 decimals of ether to 18 of plUSD.
    expect(supply - (await dollar.totalSupply()) >= sold * 2_000n * 10n ** 10n).to.equal(true);
    expect(sold > 0n).to.equal(true);
  });

  it("is held up by a stranger's opening for half of an auction at most", async () => {
    const { ethers, governor, stranger, dollar, weth, pool, swap, adopt, open } = world();
    const { reserveOptions, newKeeper, tick, rebalancer } = world();
    await overweight(world());
    await dollar.mint(governor.address, 900_000n * WAD);
    const token = await ethers.getContractAt("TestToken", await dollar.getAddress());
    const plusd = await adopt(token, "plUSD", 18, (95n * WAD) / 100n);
    await open({ base: weth, quote: plusd, fee: FEE, depth: 800n * WAD });
    const path = encodePath([weth.address, plusd.address], [FEE]);
    // For USDC nobody takes ether at the oracle's price.
    await swap(pool, weth, 1_000n * WAD);
    const { routes = [] } = reserveOptions;
    const keeper = newKeeper({ routes: [...routes, { sold: ETHER, bought: "dollar", path }] });
    // He opens that first, and again whenever it is over.
    let opened = 0;
    for (let minute = 0; minute < 60 && keeper.totals.jobs.fill === 0; minute++) {
      const { startedAt } = await rebalancer.auction(ETHER, USDC);
      const now = await world().networkHelpers.time.latest();
      if (Number(startedAt) + 1_800 < now) {
        await rebalancer.connect(stranger).open(ETHER, USDC);
        opened++;
      }
      await tick(keeper, MINUTE);
      const dollars = await rebalancer.auction(ETHER, MAX_UINT256);
      if (minute > 16) expect(dollars.startedAt).to.not.equal(0n);
    }
    expect(opened).to.be.above(0);
    expect(keeper.totals.jobs.fill).to.be.above(0);
  });

  it("is not held up by what there is no route for", async () => {
    const { governor, stranger, dollar, newKeeper, tick, rebalancer, sheet } = world();
    await overweight(world());
    await dollar.mint(governor.address, 900_000n * WAD);
    await sheet.refresh();
    await rebalancer.connect(stranger).open(ETHER, USDC);
    const keeper = newKeeper({ routes: [{ sold: ETHER, bought: "dollar", path: "0x" + "11".repeat(43) }] });
    await tick(keeper);
    expect((await rebalancer.auctions()).map(({ bought }) => bought)).to.deep.equal([BigInt(USDC), MAX_UINT256]);
  });

  it("opens no more than is needed, and leaves what is over to the next opening", async () => {
    const { rebalancer, newKeeper, tick } = world();
    await overweight(world());
    const keeper = newKeeper({ filler: undefined });
    expect(await tick(keeper)).to.include("open");
    await tick(keeper, MINUTE);
    expect(keeper.totals.jobs.open).to.equal(1);
    await rebalancer.setWeights([5_000n, 5_000n, ...zeros], [100n, 100n, ...zeros]);
    await tick(keeper, 31 * MINUTE);
    expect(keeper.totals.jobs.close).to.equal(0);
    expect(await rebalancer.auctions()).to.have.length(1);
  });

  it("takes a statement after a fill that books no loss as well", async () => {
    const { rebalancer, governor, usdc, reserve, newKeeper, calm, tick } = world();
    await overweight(world());
    const keeper = newKeeper({ filler: undefined });
    await calm(keeper);
    await usdc.contract.approve(reserve, MAX_UINT256);
    expect(await tick(keeper)).to.not.include("refresh");
    // Early in the auction: for more than the oracle's price.
    await rebalancer.fill(ETHER, USDC, 10n * 10n ** 8n, MAX_UINT256, governor.address, "0x");
    expect(await tick(keeper)).to.include("refresh");
    expect(await tick(keeper)).to.not.include("refresh");
  });

  it("takes a statement at once after a fill", async () => {
    const { sheet, tick } = world();
    await overweight(world());
    const keeper = world().newKeeper();
    expect(await minutesToFill(world(), keeper, 30)).to.not.equal(undefined);
    const { takenAt } = await sheet.stored();
    expect(await tick(keeper)).to.include("refresh");
    expect((await sheet.stored()).takenAt > takenAt).to.equal(true);
    expect(await tick(keeper)).to.not.include("refresh");
  });

  it("waits until the price has fallen to what the market pays", async () => {
    await overweight(world());
    const keeper = world().newKeeper();
    await world().tick(keeper);
    // It starts 1% above the oracle and is at it after a quarter of an hour; the pool takes 0.1% of an eighth of the lot, 0.5% of all.
    expect(await minutesToFill(world(), keeper, 30)).to.be.within(16, 20);
  });

  it("fills what does not pay only when the auction is about to end", async () => {
    await overweight(world());
    // Out of reach: 30 minutes of auction, of which the last two are subsidised.
    const greedy = world().newKeeper({}, { minProfit: 1_000_000n * WAD });
    await world().tick(greedy);
    expect(await minutesToFill(world(), greedy, 27)).to.equal(undefined);
    expect(await minutesToFill(world(), greedy, 3)).to.be.at.most(3);
  });

  it("does not fill at a loss that is above the subsidy", async () => {
    await overweight(world());
    const { pool, weth, swap } = world();
    // Ether is so cheap in the market that no price of this auction can be paid from the proceeds.
    await swap(pool, weth, 1_000n * WAD);
    const keeper = world().newKeeper();
    await world().tick(keeper);
    expect(await minutesToFill(world(), keeper, 32)).to.equal(undefined);
    expect(keeper.totals.reverted).to.equal(0);
  });

  it("opens the next auction of what nobody filled, and fills nothing without a filler", async () => {
    const { rebalancer, reserveOptions, newKeeper, tick } = world();
    await overweight(world());
    const keeper = newKeeper({ ...reserveOptions, filler: undefined });
    expect(await tick(keeper)).to.include("open");
    const { startedAt } = await rebalancer.auction(ETHER, USDC);
    expect(await minutesToFill(world(), keeper, 29)).to.equal(undefined);
    expect(await rebalancer.auction(ETHER, USDC).then((a) => a.startedAt)).to.equal(startedAt);
    await tick(keeper, 2 * MINUTE);
    const next = await rebalancer.auction(ETHER, USDC);
    expect(next.startedAt > startedAt).to.equal(true);
    // Half as large, as nobody wanted any of the last one.
    expect(next.scale).to.equal(5_000n);
  });

  it("closes an auction that is not needed any more", async () => {
    const { rebalancer, newKeeper, tick } = world();
    await overweight(world());
    const keeper = newKeeper();
    expect(await tick(keeper)).to.include("open");
    expect(await tick(keeper)).to.not.include("close");
    await rebalancer.setWeights([5_000n, 5_000n, ...zeros], [100n, 100n, ...zeros]);
    expect(await tick(keeper)).to.include("close");
    expect((await rebalancer.auction(ETHER, USDC)).startedAt).to.equal(0n);
  });
});
