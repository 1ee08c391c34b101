import { expect } from "chai";

import { present } from "../../../sdk/present.js";
import { Q96 } from "../../../sdk/uniswap/math.js";
import type { UniswapDepth } from "../../../types/contracts/index.js";
import { deployRiskModel, listPinned } from "../../support/risk.js";
import { deployMarket, units, type Market, type MarketPool, type MarketToken } from "../../support/uniswap.js";
import { MAX_UINT256, WAD } from "../../support/world.js";

const WINDOW = 1_800n;
const HOUR = 3_600n;
const NO_CAP = (1n << 128n) - 1n;
const MAX_BALANCE = (1n << 112n) - 1n;
const BPS = 10_000n;
/** `PriceStatus.Live` */
const LIVE = 2;
const DEEP = 10_000n * WAD;
/** The mean tick is rounded down by less than one tick, 1 bp of the price; integers lose a little more. bps */
const TICK = 2n;

/** What a `sample` may cost after the first, everything cold: its execution alone, without the 21,000 and its data. */
const CEILINGS = { "1 leg": 39_500n, "1 leg, storing": 45_500n, "2 legs": 75_000n, "2 legs, storing": 87_000n };

const abs = (x: bigint): bigint => (x < 0n ? -x : x);

function expectNear(actual: bigint, expected: bigint, bps: bigint, what = "value"): void {
  const message = `${what}: ${actual} is not within ${bps} bps of ${expected}`;
  expect(abs(actual - expected) * BPS <= expected * bps, message).to.equal(true);
}

interface RouteArg {
  quote: string;
  pools: string[];
}

/** A route through pools that ends in `quote`. */
const route = (quote: MarketToken, ...pools: readonly MarketPool[]): RouteArg => ({
  quote: quote.address,
  pools: pools.map((p) => p.address),
});

async function deploy(): Promise<
  Market & { depth: UniswapDepth; tokens: Tokens; wait: (seconds: bigint) => Promise<void> }
> {
  const market = await deployMarket();
  const manager = await market.ethers.deployContract("AccessManager", [market.trader.address]);
  const depth = await market.ethers.deployContract("UniswapDepth", [
    await manager.getAddress(),
    await market.factory.getAddress(),
    WINDOW,
  ]);
  const tokens = {
    weth: await market.token("WETH", 18, 2_000n),
    wbtc: await market.token("WBTC", 8, 40_000n),
    usdc: await market.token("USDC", 6, 1n),
    dai: await market.token("DAI", 18, 1n),
    steth: await market.token("stETH", 18, 1_900n),
  };
  const wait = async (seconds: bigint): Promise<void> => {
    await market.networkHelpers.time.increase(seconds);
  };
  return { ...market, depth, tokens, wait };
}

interface Tokens {
  weth: MarketToken;
  wbtc: MarketToken;
  usdc: MarketToken;
  dai: MarketToken;
  steth: MarketToken;
}
type World = Awaited<ReturnType<typeof deploy>>;

/** What `sample` answers, which must be what `depthOf` says. {tok} 18 decimals */
async function depthOf(w: World, asset: bigint): Promise<bigint> {
  const [found, depth] = await w.depth.sample.staticCall(asset);
  expect(found).to.equal(true);
  expect((await w.depth.depthOf(asset)).depth).to.equal(depth);
  return depth;
}

/** The pool's virtual reserve of a token at the price that it was opened at. {tok} 18 decimals */
function reserveOf(pool: MarketPool, token: MarketToken): bigint {
  const raw = token === pool.token0 ? (pool.liquidity * Q96) / pool.sqrtPrice : (pool.liquidity * pool.sqrtPrice) / Q96;
  return (raw * WAD) / 10n ** BigInt(token.decimals);
}

/** P q X / (X + q) at the market prices of two tokens. {units of `bought`} */
function returned(sold: MarketToken, bought: MarketToken, amount: bigint, depth: bigint): bigint {
  return units(bought, (sold.price * amount * depth) / (bought.price * (depth + amount)));
}

/** 1/X = sum 1/X_leg. */
function inSeries(legs: readonly bigint[]): bigint {
  return WAD ** 3n / legs.reduce((sum, x) => sum + WAD ** 3n / x, 0n);
}

describe("UniswapDepth", () => {
  describe("a pool spread over all prices", () => {
    it("says what sales return, of token0 and token1, of 6, 8 and 18 decimals", async () => {
      const w = await deploy();
      const { weth, wbtc, usdc, dai } = w.tokens;
      const pools = [
        await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP }),
        await w.open({ base: wbtc, quote: weth, fee: 3000, depth: 500n * WAD }),
        await w.open({ base: wbtc, quote: usdc, fee: 3000, depth: 300n * WAD }),
        await w.open({ base: dai, quote: usdc, fee: 100, depth: 1_000_000n * WAD }),
      ];
      await w.wait(WINDOW + 1n);
      const directions = new Set<boolean>();
      let asset = 0n;
      for (const pool of pools) {
        for (const [sold, bought] of [
          [pool.base, pool.quote],
          [pool.quote, pool.base],
        ] as const) {
          await w.depth.setRoutes(asset, sold.address, NO_CAP, [route(bought, pool)]);
          const depth = await depthOf(w, asset);
          const label = `${sold.symbol} for ${bought.symbol}`;
          expectNear(depth, reserveOf(pool, sold), TICK, label);
          for (const amount of [depth / 100n, depth / 4n, depth, 3n * depth]) {
            const received = await w.quoteSale([sold, bought], [pool], units(sold, amount));
            // The fee is taken from what is sold.
            const net = amount - (amount * BigInt(pool.fee)) / 1_000_000n;
            expectNear(received, returned(sold, bought, net, depth), TICK, `sale of ${label}`);
          }
          const [leg] = (await w.depth.depthOf(asset)).legs;
          directions.add(present(leg).zeroForOne);
          asset += 1n;
        }
      }
      expect(directions.size).to.equal(2);
    });

    it("says what sales through two and three pools return", async () => {
      const w = await deploy();
      const { weth, wbtc, usdc, dai } = w.tokens;
      const first = await w.open({ base: wbtc, quote: weth, fee: 3000, depth: 500n * WAD });
      const second = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP });
      const third = await w.open({ base: dai, quote: usdc, fee: 100, depth: 9_000_000n * WAD });
      await w.wait(WINDOW + 1n);
      for (const [pools, tokens] of [
        [
          [first, second],
          [wbtc, weth, usdc],
        ],
        [
          [first, second, third],
          [wbtc, weth, usdc, dai],
        ],
      ] as const) {
        const last = present(tokens.at(-1));
        await w.depth.setRoutes(0n, wbtc.address, NO_CAP, [route(last, ...pools)]);
        const depth = await depthOf(w, 0n);
        // 1/X = sum 1/X_leg, each in bitcoin at market prices: 500 bitcoin, 10,000 ether, 9,000,000 dollars.
        const legs = [500n * WAD, (DEEP * weth.price) / wbtc.price, (9_000_000n * WAD * usdc.price) / wbtc.price];
        expectNear(depth, inSeries(legs.slice(0, pools.length)), 2n * TICK, "depth in series");
        for (const amount of [depth / 50n, depth / 2n, 2n * depth]) {
          const received = await w.quoteSale([...tokens], [...pools], units(wbtc, amount));
          const foreseen = returned(wbtc, last, amount, depth);
          // Whatever part of the sale pays the fees, the loss is no more than all of them.
          const fees = pools.reduce((sum, p) => sum + BigInt(p.fee), 0n) / 100n;
          expect(received * BPS <= foreseen * (BPS + 2n * TICK), "more than foreseen").to.equal(true);
          expectNear(received, foreseen, fees + 2n * TICK, "sale");
        }
        const { legs: measured } = await w.depth.depthOf(0n);
        expect(measured.map((leg) => leg.pool)).to.deep.equal(pools.map((p) => p.address));
        expect(measured.map((leg) => leg.bought)).to.deep.equal(tokens.slice(1).map((t) => t.address));
      }
    });

    it("adds up several pools", async () => {
      const w = await deploy();
      const { weth, usdc, wbtc } = w.tokens;
      const cheap = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP });
      const dear = await w.open({ base: weth, quote: usdc, fee: 3000, depth: DEEP / 4n });
      const detour = [
        await w.open({ base: weth, quote: wbtc, fee: 3000, depth: DEEP }),
        await w.open({ base: wbtc, quote: usdc, fee: 500, depth: 500n * WAD }),
      ];
      await w.wait(WINDOW + 1n);
      await w.depth.setRoutes(0n, weth.address, NO_CAP, [
        route(usdc, cheap),
        route(usdc, ...detour),
        route(usdc, dear),
      ]);
      const all = await w.depth.depthOf(0n);
      expect(all.legs.map((leg) => leg.route)).to.deep.equal([0n, 1n, 1n, 2n]);
      // 10,000 ether and 500 bitcoin (another 10,000 ether) in series: 5,000.
      expectNear(all.depth, DEEP + DEEP / 2n + DEEP / 4n, 2n * TICK);
      const routes = all.legs.filter((leg, i) => all.legs[i - 1]?.route !== leg.route).map((leg) => leg.onwardDepth);
      expect(all.measured).to.equal(routes.reduce((sum, x) => sum + x, 0n));
      // A sale split in proportion to the depths returns what their sum says.
      const amount = DEEP;
      const received = await Promise.all(
        [[cheap], detour, [dear]].map((pools, i) =>
          w.quoteSale(
            pools.length === 1 ? [weth, usdc] : [weth, wbtc, usdc],
            pools,
            (amount * present(routes[i])) / all.depth,
          ),
        ),
      );
      const sum = received.reduce((total, x) => total + x, 0n);
      expectNear(sum, returned(weth, usdc, amount, all.depth), 35n + TICK);
    });
  });

  describe("sharing", () => {
    it("divides a pool among the assets that sell into it in the same direction, as routes come and go", async () => {
      const w = await deploy();
      const { weth, wbtc, usdc, steth } = w.tokens;
      const main = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP });
      const staked = await w.open({ base: steth, quote: weth, fee: 500, depth: 3n * DEEP });
      const bitcoin = await w.open({ base: wbtc, quote: weth, fee: 3000, depth: 500n * WAD });
      const other = await w.open({ base: wbtc, quote: usdc, fee: 3000, depth: 500n * WAD });
      await w.wait(WINDOW + 1n);
      const sells = main.token0 === weth;
      const sharers = async () => (await w.depth.samplesOf(main.address, sells)).sharers;

      await w.depth.setRoutes(0n, weth.address, NO_CAP, [route(usdc, main)]);
      const alone = await depthOf(w, 0n);
      await w.depth.setRoutes(1n, steth.address, NO_CAP, [route(usdc, staked, main)]);
      expect(await depthOf(w, 0n)).to.equal(alone / 2n);
      const legs = [3n * DEEP, (DEEP * 2_000n) / 1_900n / 2n];
      expectNear(await depthOf(w, 1n), inSeries(legs), 2n * TICK);

      await w.depth.setRoutes(2n, wbtc.address, NO_CAP, [route(usdc, bitcoin, main), route(usdc, other)]);
      expect(await sharers()).to.equal(3n);
      expect(await depthOf(w, 0n)).to.equal(alone / 3n);

      // Who sells the other way stands in nobody's way.
      await w.depth.setRoutes(3n, usdc.address, NO_CAP, [route(weth, main)]);
      expect(await sharers()).to.equal(3n);
      expect(present((await w.depth.depthOf(3n)).legs[0]).sharers).to.equal(1n);

      // The same routes once more change nothing.
      await w.depth.setRoutes(1n, steth.address, NO_CAP, [route(usdc, staked, main)]);
      expect(await sharers()).to.equal(3n);
      await w.depth.setRoutes(2n, wbtc.address, NO_CAP, [route(usdc, other)]);
      expect(await sharers()).to.equal(2n);
      expect(await depthOf(w, 0n)).to.equal(alone / 2n);
      await w.depth.removeRoutes(1n);
      expect(await sharers()).to.equal(1n);
      expect(await depthOf(w, 0n)).to.equal(alone);
      await w.depth.removeRoutes(0n);
      expect(await sharers()).to.equal(0n);
      expect(await w.depth.sample.staticCall(0n)).to.deep.equal([false, 0n]);
    });
  });

  describe("manipulation", () => {
    async function pooled(width?: number) {
      const w = await deploy();
      const { weth, usdc } = w.tokens;
      const pool = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP, ...(width && { width }) });
      await pool.contract.increaseObservationCardinalityNext(200n);
      // The slots come into use with the first trade after the block they were added in.
      await w.wait(12n);
      await w.swap(pool, usdc, units(usdc, WAD));
      await w.wait(WINDOW + 1n);
      await w.depth.setRoutes(0n, weth.address, NO_CAP, [route(usdc, pool)]);
      await w.depth.setRoutes(1n, usdc.address, NO_CAP, [route(weth, pool)]);
      return { ...w, pool };
    }
    const at = async (w: World, time: bigint) => w.networkHelpers.time.setNextBlockTimestamp(time);

    it("liquidity added for one block hardly moves the depth", async () => {
      const w = await pooled();
      const before = [await depthOf(w, 0n), await depthOf(w, 1n)];
      const start = (await w.now()) + 100n;
      const full = { lower: -887_270, upper: 887_270 };
      await at(w, start);
      const big = 100n * DEEP;
      const amounts = [units(w.pool.token0, big * 2_000n), units(w.pool.token1, big * 2_000n)] as const;
      const { position, liquidity } = await w.provide(w.pool, full, ...amounts);
      expect(liquidity > 90n * w.pool.liquidity, "a hundred times the liquidity").to.equal(true);
      // In that block, and when the next one, 12 seconds on, takes it away.
      for (const asset of [0n, 1n]) expectNear(await depthOf(w, asset), present(before[Number(asset)]), 5n);
      await at(w, start + 12n);
      await w.withdraw(position, liquidity);
      for (const asset of [0n, 1n]) {
        const depth = await depthOf(w, asset);
        // 1,800 / 1,788: 67 bps.
        expect(depth * BPS <= present(before[Number(asset)]) * (BPS + 70n), "rose").to.equal(true);
        expectNear(depth, present(before[Number(asset)]), 70n);
      }
    });

    it("swapping far and back hardly moves the depth upwards", async () => {
      const base = await pooled();
      const { weth, usdc } = base.tokens;
      for (const [sold, amount] of [
        [weth, DEEP],
        [usdc, 20_000_000n * WAD],
      ] as const) {
        const snapshot = await base.networkHelpers.takeSnapshot();
        const before = [await depthOf(base, 0n), await depthOf(base, 1n)];
        const check = async (when: string): Promise<void> => {
          for (const asset of [0n, 1n]) {
            const depth = await depthOf(base, asset);
            const most = (present(before[Number(asset)]) * (BPS + 60n)) / BPS;
            expect(depth <= most, `asset ${asset} rose ${when} selling ${sold.symbol}`).to.equal(true);
          }
        };
        const start = (await base.now()) + 100n;
        await at(base, start);
        // To a quarter or four times the price.
        const received = await base.swap(base.pool, sold, units(sold, amount));
        await check("in the block of");
        await at(base, start + 12n);
        await base.swap(base.pool, sold === weth ? usdc : weth, received);
        await check("after");
        for (const asset of [0n, 1n]) expectNear(await depthOf(base, asset), present(before[Number(asset)]), 100n);
        await snapshot.restore();
      }
    });

    it("is not measured while a flash loan has the pool's tokens out", async () => {
      const w = await pooled();
      const some = (token: MarketToken): bigint => units(token, DEEP / 2n);
      const sampler = await w.ethers.deployContract("FlashSampler");
      await expect(
        sampler.run(w.pool.address, some(w.pool.token0), some(w.pool.token1), await w.depth.getAddress(), 0n),
      ).to.be.revertedWithCustomError(w.depth, "PoolLocked");
    });

    it("counts no more than the pool's balance can buy, and tokens given to it only once they have stayed", async () => {
      const w = await pooled(0.02);
      const { usdc } = w.tokens;
      const zeroForOne = w.pool.token0 === w.tokens.weth;
      const balance = await usdc.contract.balanceOf(w.pool.address);
      const worth = (raw: bigint): bigint => (raw * 10n ** 12n) / 2_000n;
      const samples = () => w.depth.samplesOf(w.pool.address, zeroForOne);

      const depth = await depthOf(w, 0n);
      expectNear(depth, worth(balance), 2n * TICK);
      const leg = present((await w.depth.depthOf(0n)).legs[0]);
      expectNear(leg.virtualReserve, reserveOf(w.pool, w.tokens.weth), TICK);
      expect(leg.virtualReserve > 50n * leg.balanceBound, "concentrated").to.equal(true);
      const first = await samples();
      expect(first.bought).to.equal(usdc.address);
      expect([first.latest, first.previous]).to.deep.equal([balance, MAX_BALANCE]);

      // Given in one block: nothing, be it before or after the next sample.
      const gift = 9n * balance;
      await usdc.contract.transfer(w.pool.address, gift);
      expect(await depthOf(w, 0n)).to.equal(depth);
      await w.depth.sample(0n);
      expect(await samples()).to.deep.equal(first);
      await w.wait(HOUR);
      await expect(w.depth.sample(0n))
        .to.emit(w.depth, "BalanceSampled")
        .withArgs(w.pool.address, zeroForOne, balance + gift);
      const second = await samples();
      expect([second.latest, second.previous]).to.deep.equal([balance + gift, balance]);
      expect(await depthOf(w, 0n)).to.equal(depth);

      // Sooner than an hour after, nothing is remembered.
      await w.wait(HOUR / 2n);
      await w.depth.sample(0n);
      expect(await samples()).to.deep.equal(second);
      expect(await depthOf(w, 0n)).to.equal(depth);

      // Having stayed, it counts.
      await w.wait(HOUR / 2n);
      expectNear(await depthOf(w, 0n), 10n * depth, 1n);
      await w.depth.sample(0n);
      expectNear(await depthOf(w, 0n), 10n * depth, 1n);

      // What leaves does not count from that moment.
      await w.withdraw(w.pool.position, w.pool.liquidity / 2n);
      const left = await usdc.contract.balanceOf(w.pool.address);
      expect(left < balance + gift).to.equal(true);
      expectNear(await depthOf(w, 0n), worth(left), 2n * TICK);
    });

    it("falls at once with liquidity that leaves, and is next to nothing where none is left", async () => {
      const w = await pooled();
      const tenth = w.pool.liquidity / 10n;
      await w.withdraw(w.pool.position, w.pool.liquidity - tenth);
      for (let i = 0; i < 2; ++i) {
        // By its balance at first, then by its liquidity as well.
        expectNear(await depthOf(w, 0n), DEEP / 10n, 5n);
        await w.wait(WINDOW + 1n);
      }
      expectNear(present((await w.depth.depthOf(0n)).legs[0]).virtualReserve, DEEP / 10n, TICK);
      await w.withdraw(w.pool.position, tenth);
      await w.wait(WINDOW + 1n);
      // The pool counts no liquidity as a unit of it.
      expect((await depthOf(w, 0n)) < 1_000_000n, "a millionth of a millionth of an ether").to.equal(true);
    });

    it("liquidity lent to the pool for the moment of a sample never raises the depth", async () => {
      const w = await pooled(0.02);
      const { usdc } = w.tokens;
      const depth = await depthOf(w, 0n);
      // Beside the price, where it consists of dollars alone.
      const below = w.pool.token0 === usdc ? 1 : -1;
      const { tick } = await w.pool.contract.slot0();
      const near = Math.floor(Number(tick) / 10) * 10 + below * 5_000;
      const range = { lower: near - 1_000, upper: near + 1_000 };
      const amount = 1_000_000n * 10n ** 6n;
      for (let round = 0; round < 4; ++round) {
        await w.wait(HOUR);
        const lent = round % 2 === 0;
        if (lent) {
          const amounts: [bigint, bigint] = w.pool.token0 === usdc ? [amount, 0n] : [0n, amount];
          const { position, liquidity } = await w.provide(w.pool, range, ...amounts);
          await w.depth.sample(0n);
          expectNear(await depthOf(w, 0n), depth, 1n, "while it is there");
          await w.withdraw(position, liquidity);
        } else {
          await w.depth.sample(0n);
        }
        expectNear(await depthOf(w, 0n), depth, 1n, `round ${round}`);
      }
    });

    it("a balance beyond 112 bits counts as the most that fits", async () => {
      const w = await pooled();
      await w.tokens.usdc.contract.mint(w.pool.address, 1n << 130n);
      for (let i = 0; i < 2; ++i) {
        await w.wait(HOUR);
        await w.depth.sample(0n);
      }
      const { latest, previous } = await w.depth.samplesOf(w.pool.address, w.pool.token0 === w.tokens.weth);
      expect([latest, previous]).to.deep.equal([MAX_BALANCE, MAX_BALANCE]);
      expectNear(await depthOf(w, 0n), DEEP, 2n * TICK);
    });
  });

  describe("observations", () => {
    it("refuses a pool without observations for the whole window, and takes it once it has them", async () => {
      const w = await deploy();
      const { weth, usdc } = w.tokens;
      const pool = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP, slots: 1n });
      const routes = [route(usdc, pool)];
      const set = () => w.depth.setRoutes(0n, weth.address, NO_CAP, routes);
      const refused = async (call: Promise<unknown>): Promise<void> => {
        await expect(call)
          .to.be.revertedWithCustomError(w.depth, "ObservationWindowTooShort")
          .withArgs(pool.address, WINDOW);
      };
      // Just opened.
      await refused(set());
      expect((await w.depth.samplesOf(pool.address, true)).sharers).to.equal(0n);

      // Old enough, but its one slot holds only what was before the last trade.
      await w.wait(WINDOW + 1n);
      await w.swap(pool, weth, WAD);
      await refused(set());
      await w.wait(WINDOW / 2n);
      await refused(set());

      // A quiet window later the one slot does reach back, but the next trade would take that away.
      await w.wait(WINDOW);
      for (const slots of [1n, 149n]) {
        await pool.contract.increaseObservationCardinalityNext(slots);
        await expect(set())
          .to.be.revertedWithCustomError(w.depth, "ObservationSlotsTooFew")
          .withArgs(pool.address, slots, 150n);
      }
      await pool.contract.increaseObservationCardinalityNext(150n);
      await set();
      await w.depth.sample(0n);
      const known = await w.depth.samplesOf(pool.address, pool.token0 === weth);
      await w.wait(2n * HOUR);
      await w.swap(pool, weth, WAD);
      await w.depth.sample.staticCall(0n);

      // More blocks with trades than slots in half a window: nothing is measured, and nothing forgotten.
      for (let i = 0; i < 151; ++i) {
        await w.wait(4n);
        // There and back: a trade that moves no tick leaves no observation.
        await (i % 2 === 0 ? w.swap(pool, weth, WAD) : w.swap(pool, usdc, units(usdc, 2_000n * WAD)));
      }
      await refused(w.depth.sample(0n));
      await refused(w.depth.depthOf(0n));
      expect(await w.depth.samplesOf(pool.address, pool.token0 === weth)).to.deep.equal(known);

      // One trade every minute is what the slots are for.
      await w.wait(WINDOW + 1n);
      for (let i = 0; i < 5; ++i) {
        await w.wait(60n);
        await w.swap(pool, weth, WAD);
      }
      expectNear(await depthOf(w, 0n), DEEP, 20n);
      await w.depth.sample(0n);
      await set();
    });

    it("says so when a pool cannot be observed at all", async () => {
      const w = await deploy();
      const { weth, usdc } = w.tokens;
      await w.factory.createPool(weth.address, usdc.address, 500n);
      const pool = await w.factory.getPool(weth.address, usdc.address, 500n);
      await expect(w.depth.setRoutes(0n, weth.address, NO_CAP, [{ quote: usdc.address, pools: [pool] }]))
        .to.be.revertedWithCustomError(w.depth, "ObservationFailed")
        .withArgs(pool, w.coreError("I"));
    });
  });

  describe("governance", () => {
    async function configured() {
      const w = await deploy();
      const { weth, usdc, wbtc } = w.tokens;
      const main = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP });
      const other = await w.open({ base: weth, quote: usdc, fee: 3000, depth: DEEP });
      const bitcoin = await w.open({ base: wbtc, quote: weth, fee: 3000, depth: 500n * WAD });
      await w.wait(WINDOW + 1n);
      await w.depth.setRoutes(0n, weth.address, NO_CAP, [route(usdc, main)]);
      return { ...w, main, other, bitcoin };
    }

    it("caps the depth", async () => {
      const w = await configured();
      const { weth, usdc } = w.tokens;
      const measured = await depthOf(w, 0n);
      await expect(w.depth.setCap(0n, 1_234n * WAD))
        .to.emit(w.depth, "CapSet")
        .withArgs(0n, 1_234n * WAD);
      expect(await depthOf(w, 0n)).to.equal(1_234n * WAD);
      const parts = await w.depth.depthOf(0n);
      expect([parts.measured, parts.cap]).to.deep.equal([measured, 1_234n * WAD]);
      await w.depth.setCap(0n, 2n * DEEP);
      expect(await depthOf(w, 0n)).to.equal(measured);
      await w.depth.setRoutes(0n, weth.address, 5n, [route(usdc, w.main)]);
      expect(await depthOf(w, 0n)).to.equal(5n);
      await w.depth.setCap(0n, 0n);
      expect(await depthOf(w, 0n)).to.equal(0n);
    });

    it("leaves the depth of an asset without routes to others", async () => {
      const w = await configured();
      for (const asset of [1n, 15n, 16n, MAX_UINT256]) {
        expect(await w.depth.sample.staticCall(asset)).to.deep.equal([false, 0n]);
        await w.depth.sample(asset);
        const { token, legs, depth } = await w.depth.depthOf(asset);
        expect([token, legs.length, depth]).to.deep.equal([w.ethers.ZeroAddress, 0, 0n]);
      }
      for (const call of [w.depth.setCap(1n, 1n), w.depth.removeRoutes(1n)]) {
        await expect(call).to.be.revertedWithCustomError(w.depth, "AssetWithoutRoutes").withArgs(1n);
      }
    });

    it("tells what it did", async () => {
      const w = await configured();
      const { wbtc, usdc } = w.tokens;
      const wanted = route(usdc, w.bitcoin, w.main);
      await expect(w.depth.setRoutes(3n, wbtc.address, 7n * WAD, [wanted]))
        .to.emit(w.depth, "RoutesSet")
        .withArgs(3n, wbtc.address, 7n * WAD, [[wanted.quote, wanted.pools]]);
      await expect(w.depth.removeRoutes(3n)).to.emit(w.depth, "RoutesRemoved").withArgs(3n);
      expect(await w.depth.window()).to.equal(WINDOW);
      expect(await w.depth.factory()).to.equal(await w.factory.getAddress());
    });

    it("refuses configurations that make no sense, and leaves what there was", async () => {
      const w = await configured();
      const { weth, wbtc, usdc } = w.tokens;
      const before = await w.depth.depthOf(0n);
      const refused = async (
        error: string,
        args: readonly unknown[],
        asset: bigint,
        token: string,
        routes: RouteArg[],
      ) => {
        await expect(w.depth.setRoutes(asset, token, NO_CAP, routes), error)
          .to.be.revertedWithCustomError(w.depth, error)
          .withArgs(...args);
      };
      const factory = await w.factory.getAddress();
      const foreign = await w.deployFactory();
      await foreign.createPool(weth.address, usdc.address, 500n);
      const strange = [
        await foreign.getPool(weth.address, usdc.address, 500n),
        w.stranger.address,
        w.ethers.ZeroAddress,
        weth.address,
        factory,
      ];
      for (const pool of strange) {
        const routes = [{ quote: usdc.address, pools: [pool] }];
        await refused("PoolNotOfFactory", [pool, factory], 0n, weth.address, routes);
      }
      const good = route(usdc, w.main);
      await refused("LegDoesNotConnect", [w.bitcoin.address, usdc.address], 0n, usdc.address, [route(weth, w.bitcoin)]);
      const broken = [route(weth, w.main, w.bitcoin)];
      await refused("LegDoesNotConnect", [w.bitcoin.address, usdc.address], 0n, weth.address, broken);
      const twice = [route(usdc, w.bitcoin, w.main), route(weth, w.bitcoin)];
      await refused("PoolUsedTwice", [w.bitcoin.address], 0n, wbtc.address, twice);
      const circle = [route(weth, w.main, w.other)];
      await refused("QuoteIsAsset", [w.other.address, weth.address], 0n, weth.address, circle);
      await refused("QuoteNotBought", [wbtc.address, usdc.address], 0n, weth.address, [route(wbtc, w.main)]);
      await refused("RouteCountInvalid", [0n, 4n], 0n, weth.address, []);
      await refused("RouteCountInvalid", [5n, 4n], 0n, weth.address, [good, good, good, good, good]);
      await refused("LegCountInvalid", [0n, 0n, 3n], 0n, weth.address, [route(usdc)]);
      const long = route(usdc, w.main, w.main, w.main, w.main);
      await refused("LegCountInvalid", [1n, 4n, 3n], 0n, weth.address, [route(usdc, w.other), long]);
      await refused("AssetNumberTooLarge", [16n, 15n], 16n, weth.address, [good]);
      const fine = await w.ethers.deployContract("TestToken", ["FINE", 19]);
      const address = await fine.getAddress();
      await refused("TokenDecimalsTooLarge", [address, 19n, 18n], 0n, address, [good]);

      expect(await w.depth.depthOf(0n)).to.deep.equal(before);
      expect((await w.depth.samplesOf(w.bitcoin.address, w.bitcoin.token0 === wbtc)).sharers).to.equal(0n);
    });

    it("is for the governor alone; sampling is for anyone", async () => {
      const w = await configured();
      const { weth, usdc } = w.tokens;
      const depth = w.depth.connect(w.stranger);
      for (const call of [
        depth.setRoutes(0n, weth.address, NO_CAP, [route(usdc, w.main)]),
        depth.removeRoutes(0n),
        depth.setCap(0n, 1n),
      ]) {
        await expect(call)
          .to.be.revertedWithCustomError(w.depth, "AccessManagedUnauthorized")
          .withArgs(w.stranger.address);
      }
      await depth.sample(0n);
    });

    it("is built within its limits", async () => {
      const w = await deploy();
      const authority = await w.depth.authority();
      const factory = await w.factory.getAddress();
      for (const window of [1_799n, 86_401n]) {
        await expect(w.ethers.deployContract("UniswapDepth", [authority, factory, window]))
          .to.be.revertedWithCustomError(w.depth, "WindowOutOfBounds")
          .withArgs(window, 1_800n, 86_400n);
      }
      await expect(w.ethers.deployContract("UniswapDepth", [authority, w.stranger.address, WINDOW]))
        .to.be.revertedWithCustomError(w.depth, "FactoryHasNoCode")
        .withArgs(w.stranger.address);
      await w.ethers.deployContract("UniswapDepth", [authority, factory, 86_400n]);
    });
  });

  it("gives the risk model its depths in ledger units, whatever the decimals of token and ledger", async () => {
    const w = await deploy();
    const { weth, wbtc, usdc, dai } = w.tokens;
    const bitcoin = await w.open({ base: wbtc, quote: weth, fee: 3000, depth: 500n * WAD });
    const ether = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP });
    const dollars = await w.open({ base: dai, quote: usdc, fee: 100, depth: 1_000_000n * WAD });
    await w.wait(WINDOW + 1n);
    const oracle = await w.ethers.deployContract("SettableOracle");
    const manager = await w.ethers.deployContract("AccessManager", [w.trader.address]);
    const paces = { maintenanceRise: 100n, initialFall: 100n, depthFall: 500n, minGap: 300n };
    const risk = await deployRiskModel(w.ethers, await manager.getAddress(), await oracle.getAddress(), paces);
    const bounds = { minInitial: 0n, maxInitial: 10_000n, minMaintenance: 100n, maxMaintenance: 9_000n };
    const first = { initialHaircut: 3_000n, maintenanceHaircut: 2_000n, depth: 1n };
    const assets = [
      { unitDecimals: 8n, token: wbtc, routes: [route(weth, bitcoin)] },
      { unitDecimals: 10n, token: weth, routes: [route(usdc, ether)] },
      { unitDecimals: 6n, token: dai, routes: [route(usdc, dollars)] },
    ];
    for (const [asset, { unitDecimals, token, routes }] of assets.entries()) {
      await oracle.set(asset, WAD, WAD, LIVE);
      await listPinned(risk, asset, unitDecimals, bounds, first);
      await w.depth.setRoutes(asset, token.address, NO_CAP, routes);
    }
    await risk.setDepthSource(w.depth);
    for (const [asset, { unitDecimals }] of assets.entries()) {
      const measured = await depthOf(w, BigInt(asset));
      await risk.sampleDepth(asset);
      const { borrowDepth } = await risk.depths(asset);
      const expected = (measured * 10n ** unitDecimals) / WAD;
      // Stored with 20 bits, rounded down.
      expect(borrowDepth <= expected && (expected - borrowDepth) * 2n ** 20n <= expected, `${asset}`).to.equal(true);
      expect(borrowDepth > 10n ** unitDecimals, "more than one token").to.equal(true);
    }
  });

  it("costs no more than it should", async () => {
    const w = await deploy();
    const { weth, wbtc, usdc } = w.tokens;
    const main = await w.open({ base: weth, quote: usdc, fee: 500, depth: DEEP });
    const bitcoin = await w.open({ base: wbtc, quote: weth, fee: 3000, depth: 500n * WAD });
    for (const pool of [main, bitcoin]) {
      await pool.contract.increaseObservationCardinalityNext(200n);
    }
    // As many observations as a busy pool has: the search for the one a window ago is part of the cost.
    for (let i = 0; i < 60; ++i) {
      await w.wait(60n);
      await w.swap(main, usdc, 1_000_000n);
      await w.swap(bitcoin, weth, WAD / 1_000n);
    }
    await w.depth.setRoutes(0n, weth.address, NO_CAP, [route(usdc, main)]);
    await w.depth.setRoutes(1n, wbtc.address, NO_CAP, [route(usdc, bitcoin, main)]);
    const cost = async (asset: bigint): Promise<bigint> => {
      const transaction = await w.depth.sample(asset);
      const { gasUsed } = present(await transaction.wait());
      const bytes = Buffer.from(transaction.data.slice(2), "hex");
      return gasUsed - 21_000n - BigInt([...bytes].reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0));
    };
    const snapshot = await w.networkHelpers.takeSnapshot();
    const costs: Record<string, bigint> = { "1 leg": await cost(0n), "2 legs": await cost(1n) };
    for (const [asset, label] of [
      [0n, "1 leg, storing"],
      [1n, "2 legs, storing"],
    ] as const) {
      await snapshot.restore();
      await w.wait(HOUR);
      costs[label] = await cost(asset);
    }
    for (const [label, ceiling] of Object.entries(CEILINGS)) {
      expect(present(costs[label]) <= ceiling, `${label}: ${present(costs[label])} gas`).to.equal(true);
    }
  });
});
