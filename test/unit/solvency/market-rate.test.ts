import { expect } from "chai";

import { deployMarket, units } from "../../support/uniswap.js";
import { DAY, WAD } from "../../support/world.js";

const WINDOW = 3_600n;
const YEAR = 365n * DAY;
const DEEP = 1_000_000n * WAD;
const DOLLAR_ASSET = 16n;

/** {bps a year} -> {1/s} 18 decimals */
const perYear = (bps: bigint): bigint => (bps * WAD) / 10_000n / YEAR;

const TERMS = {
  base: perYear(500n),
  minimum: perYear(50n),
  maximum: perYear(5_000n),
  sensitivity: WAD / 50n,
  pace: perYear(200n),
  surcharge: perYear(1_000n),
};

/** plUSD in a real pool, its time-weighted price in the real oracle, and the rate that follows it. The trader stands for the engine. */
async function deploy() {
  const w = await deployMarket();
  const { ethers, trader } = w;
  const manager = await (await ethers.deployContract("AccessManager", [trader.address])).getAddress();
  const dollar = await w.token("plUSD", 18, 1n);
  const usdc = await w.token("USDC", 6, 1n);
  const pool = await w.open({ base: dollar, quote: usdc, fee: 100, depth: DEEP });
  await pool.contract.increaseObservationCardinalityNext(20);
  await w.networkHelpers.time.increase(WINDOW + 1n);

  const usd = await ethers.deployContract("OneSlotFeed", [10n ** 8n]);
  const feed = await ethers.deployContract("TwapFeed", [
    "plUSD / USD",
    await w.factory.getAddress(),
    pool.address,
    dollar.address,
    await usd.getAddress(),
    WINDOW,
    10n ** 12n,
  ]);
  const oracle = await ethers.deployContract("PriceOracle", [manager, ethers.ZeroAddress, 0n, 21_600n]);
  await oracle.listFeed(DOLLAR_ASSET, {
    feed: await feed.getAddress(),
    heartbeat: 7n * DAY,
    deviation: 10n,
    minPrice: WAD / 2n,
    maxPrice: 2n * WAD,
  });
  const sheet = await ethers.deployContract("StakeSheet");
  const source = await ethers.deployContract("MarketRate", [
    manager,
    trader.address,
    await oracle.getAddress(),
    await sheet.getAddress(),
    DOLLAR_ASSET,
    TERMS,
  ]);
  const wait = (seconds: bigint): Promise<number> => w.networkHelpers.time.increase(seconds);
  /** Has the rate updated, as the engine does. */
  const update = async (current: bigint): Promise<bigint> => {
    const rate = await source.nextRate.staticCall(current);
    await source.nextRate(current);
    return rate;
  };
  return { ...w, dollar, usdc, pool, usd, feed, oracle, sheet, source, wait, update };
}

describe("MarketRate on a real pool", () => {
  it("rises when plUSD is sold below par, day by day, and falls when it is bought back", async () => {
    const w = await deploy();
    const [atPar, priced] = await w.source.aim();
    expect(priced).to.equal(true);
    // The mean tick is rounded down: within 1 bp of par, so within 0.5% of the base.
    expect(atPar >= (TERMS.base * 995n) / 1_000n && atPar <= (TERMS.base * 1_005n) / 1_000n, "at par").to.equal(true);

    // Some 2% below par for longer than the window.
    const got = await w.swap(w.pool, w.dollar, units(w.dollar, 10_150n * WAD));
    await w.wait(WINDOW + 1n);
    const [below] = await w.source.aim();
    const e = (TERMS.base * 271_828n) / 100_000n;
    expect(below > (e * 95n) / 100n && below < (e * 105n) / 100n, `e times the base: ${below}`).to.equal(true);

    let rate = TERMS.base;
    for (let day = 0; day < 3; ++day) {
      await w.wait(DAY);
      const next = await w.update(rate);
      expect(next).to.equal(rate + TERMS.pace);
      rate = next;
    }
    await w.swap(w.pool, w.usdc, got);
    await w.wait(DAY);
    expect(await w.update(rate)).to.equal(rate - TERMS.pace);
  });

  it("takes no notice of what lasts a block, nor of a pool that it cannot measure", async () => {
    const w = await deploy();
    await w.wait(DAY);
    const calm = await w.source.preview(TERMS.base);
    const got = await w.swap(w.pool, w.dollar, units(w.dollar, DEEP));
    await w.swap(w.pool, w.usdc, got);
    const after = await w.source.preview(TERMS.base);
    // Three seconds at most of an hour, of a price halved twice.
    expect(after >= (calm * 90n) / 100n && after <= (calm * 115n) / 100n, `${after} after ${calm}`).to.equal(true);

    // Next to no liquidity: the feed gives no answer, the price is none, the rate stays.
    await w.withdraw(w.pool.position, w.pool.liquidity);
    await w.wait(WINDOW + 1n);
    await expect(w.feed.latestRoundData()).to.be.revertedWithCustomError(w.feed, "LiquidityTooLow");
    expect((await w.source.aim()).priced).to.equal(false);
    expect(await w.update(12_345n)).to.equal(12_345n);
  });

  it("costs a keeper little", async () => {
    const w = await deploy();
    await w.wait(DAY);
    const receipt = await (await w.source.nextRate(TERMS.base)).wait();
    console.log(`      nextRate(), cold, with oracle and pool: ${receipt?.gasUsed} gas`);
    expect((receipt?.gasUsed ?? 0n) < 100_000n, "gas").to.equal(true);
  });
});
