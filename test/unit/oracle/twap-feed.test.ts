import { expect } from "chai";

import type { MockV3Aggregator, TwapFeed } from "../../../types/contracts/index.js";
import { deployMarket, units, type Market, type MarketPool, type MarketToken } from "../../support/uniswap.js";
import { WAD } from "../../support/world.js";

const WINDOW = 3_600n;
const BPS = 10_000n;
const DEEP = 1_000_000n * WAD;
/** The mean tick is rounded down by less than one tick, 1 bp of the price; integers lose a little more. bps */
const TICK = 2n;
/** What an answer may cost, everything cold: its execution alone, with a base feed of one slot. */
const CEILING = 46_000n;

const abs = (x: bigint): bigint => (x < 0n ? -x : x);

function expectNear(actual: bigint, expected: bigint, bps: bigint, what = "value"): void {
  const message = `${what}: ${actual} is not within ${bps} bps of ${expected}`;
  expect(abs(actual - expected) * BPS <= expected * bps, message).to.equal(true);
}

/** 1.0001 ** tick with 60 decimals, by squaring. */
function powerOfTick(tick: bigint): bigint {
  const one = 10n ** 60n;
  let [result, factor] = [one, (one * 10_001n) / 10_000n];
  for (let rest = abs(tick); rest !== 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) / one;
    factor = (factor * factor) / one;
  }
  return tick < 0n ? (one * one) / result : result;
}

async function deploy(): Promise<
  Market & {
    usd: MockV3Aggregator;
    feedOf: (pool: MarketPool, token: MarketToken, options?: Partial<Options>) => Promise<TwapFeed>;
    wait: (seconds: bigint) => Promise<void>;
  }
> {
  const market = await deployMarket();
  const usd = await market.ethers.deployContract("MockV3Aggregator", [8, 10n ** 8n]);
  const usual: Options = {
    factory: await market.factory.getAddress(),
    base: await usd.getAddress(),
    window: WINDOW,
    minLiquidity: 1_000n,
  };
  const feedOf = (pool: MarketPool, token: MarketToken, options: Partial<Options> = {}): Promise<TwapFeed> => {
    const { factory, base, window, minLiquidity } = { ...usual, ...options };
    const description = `${token.symbol} / USD`;
    return market.ethers.deployContract("TwapFeed", [
      description,
      factory,
      pool.address,
      token.address,
      base,
      window,
      minLiquidity,
    ]);
  };
  const wait = async (seconds: bigint): Promise<void> => {
    await market.networkHelpers.time.increase(seconds);
  };
  return { ...market, usd, feedOf, wait };
}

interface Options {
  factory: string;
  base: string;
  window: bigint;
  minLiquidity: bigint;
}

const answerOf = async (feed: TwapFeed): Promise<bigint> => (await feed.latestRoundData()).answer;

/** Two stablecoins, of which the first is to be priced, in a pool that has been open for more than the window. */
async function pooled(decimals = 18) {
  const w = await deploy();
  const dollar = await w.token("plUSD", decimals, 1n);
  const usdc = await w.token("USDC", 6, 1n);
  const pool = await w.open({ base: dollar, quote: usdc, fee: 500, depth: DEEP });
  await pool.contract.increaseObservationCardinalityNext(50);
  await w.wait(2n * WINDOW);
  return { ...w, dollar, usdc, pool, feed: await w.feedOf(pool, dollar) };
}

describe("TwapFeed", () => {
  describe("the answer", () => {
    it("is the price of either token, whatever their order and decimals", async () => {
      const w = await deploy();
      const tokens = [
        await w.token("WETH", 18, 2_000n),
        await w.token("WBTC", 8, 40_000n),
        await w.token("USDC", 6, 1n),
        await w.token("DAI", 18, 1n),
      ] as const;
      const orders = new Set<string>();
      for (const [base, quote, fee] of [
        [tokens[0], tokens[2], 500],
        [tokens[1], tokens[0], 3000],
        [tokens[1], tokens[2], 3000],
        [tokens[3], tokens[2], 100],
        [tokens[0], tokens[3], 3000],
      ] as const) {
        const pool = await w.open({ base, quote, fee, depth: 10_000n * WAD });
        await w.wait(WINDOW + 1n);
        const { tick } = await pool.contract.slot0();
        for (const [priced, other] of [
          [base, quote],
          [quote, base],
        ] as const) {
          for (const decimals of [8n, 18n]) {
            const answer = other.price / 10n ** (18n - decimals);
            const otherFeed = await w.ethers.deployContract("MockV3Aggregator", [decimals, answer]);
            const feed = await w.feedOf(pool, priced, { base: await otherFeed.getAddress() });
            const label = `${priced.symbol} in ${other.symbol}, base of ${decimals.toString()} decimals`;
            expectNear(await answerOf(feed), priced.price, TICK, label);
            expect(await feed.decimals()).to.equal(18n);
            expect((await feed.mean()).tick).to.equal(tick);
            // Exactly: the price at the mean tick, to 15 digits.
            const is0 = pool.token0 === priced;
            const raw = powerOfTick(is0 ? tick : -tick);
            const exact = (other.price * raw * 10n ** BigInt(priced.decimals)) / 10n ** BigInt(60 + other.decimals);
            expect(abs((await answerOf(feed)) - exact) <= exact / 10n ** 15n + 1n, label).to.equal(true);
            orders.add(`${is0 ? "0" : "1"}${priced.decimals < other.decimals ? "<" : ">="}`);
          }
        }
      }
      expect(orders.size).to.equal(4);
    });

    it("follows the base feed, and has its times", async () => {
      const w = await pooled();
      const before = await answerOf(w.feed);
      await w.usd.updateRoundData(77, 88_000_000, 1_000_000, 900_000);
      const round = await w.feed.latestRoundData();
      expectNear(round.answer, (before * 88n) / 100n, 1n);
      expect([round.roundId, round.answeredInRound]).to.deep.equal([77n, 77n]);
      expect([round.startedAt, round.updatedAt]).to.deep.equal([900_000n, 1_000_000n]);
      expect(await w.feed.description()).to.equal("plUSD / USD");
      expect(await w.feed.version()).to.equal(1n);
      expect(await w.feed.pool()).to.equal(w.pool.address);
      expect(await w.feed.token()).to.equal(w.dollar.address);
      expect(await w.feed.baseFeed()).to.equal(await w.usd.getAddress());
      expect([await w.feed.window(), await w.feed.minLiquidity()]).to.deep.equal([WINDOW, 1_000n]);
      await expect(w.feed.getRoundData(5)).to.be.revertedWithCustomError(w.feed, "HistoryNotKept").withArgs(5);
    });

    it("is weighted by time", async () => {
      const w = await pooled();
      const before = await answerOf(w.feed);
      // Sold until it is some 20% cheaper.
      await w.swap(w.pool, w.dollar, units(w.dollar, 118_000n * WAD));
      const at = await w.now();
      const { tick } = await w.pool.contract.slot0();
      const { tick: start } = await w.feed.mean();
      const spot = Number(powerOfTick(abs(tick - start))) / 1e60;
      expect(spot > 1.2).to.equal(true);
      for (const part of [4n, 2n, 1n]) {
        await w.wait(at + WINDOW / part - (await w.now()));
        // The geometric mean: the logarithm has moved by that part of the window.
        const expected = Number(before) * spot ** (-1 / Number(part));
        expectNear(await answerOf(w.feed), BigInt(Math.round(expected)), TICK, `1/${part.toString()} of the window`);
      }
    });
  });

  describe("manipulation", () => {
    it("nothing done within a block moves it, not even inside the swap", async () => {
      const w = await pooled();
      const reader = await w.ethers.deployContract("SwapReader");
      for (const sold of [w.dollar, w.usdc]) {
        await sold.contract.mint(await reader.getAddress(), units(sold, 100n * DEEP));
        const amount = units(sold, 50n * DEEP);
        await reader.run(w.pool.address, sold === w.pool.token0, amount, await w.feed.getAddress());
        const before = await reader.answerBefore();
        // The price moved by more than a thousandfold.
        expect(abs((await reader.tickAfter()) - (await reader.tickBefore())) > 69_000n).to.equal(true);
        expect(await reader.answerDuring()).to.equal(before);
        expect(await reader.answerAfter()).to.equal(before);
      }
    });

    it("a price held for a minute counts for a minute", async () => {
      const w = await pooled();
      const before = await answerOf(w.feed);
      const got = await w.swap(w.pool, w.dollar, units(w.dollar, 118_000n * WAD));
      await w.wait(60n);
      await w.swap(w.pool, w.usdc, got);
      await w.wait(60n);
      // 20% for some 60 of 3,600 seconds.
      const after = await answerOf(w.feed);
      expect(after < before).to.equal(true);
      expectNear(after, before, 45n);
    });

    it("liquidity that comes for a moment does not make a thin pool a thick one", async () => {
      const w = await pooled();
      const { liquidity: thick } = await w.feed.mean();
      const demanding = await w.feedOf(w.pool, w.dollar, { minLiquidity: thick - thick / 100n });
      await answerOf(demanding);
      await w.withdraw(w.pool.position, (w.pool.liquidity * 9n) / 10n);
      await w.wait(WINDOW + 1n);
      const { liquidity: thin } = await w.feed.mean();
      expectNear(thin, thick / 10n, 1n);
      await expect(answerOf(demanding))
        .to.be.revertedWithCustomError(demanding, "LiquidityTooLow")
        .withArgs(thin, thick - thick / 100n);
      // A hundred times as much, for a minute of the hour.
      await w.provide(
        w.pool,
        { lower: -887_270, upper: 887_270 },
        units(w.pool.token0, 10n * DEEP),
        units(w.pool.token1, 10n * DEEP),
      );
      await w.wait(60n);
      await expect(answerOf(demanding)).to.be.revertedWithCustomError(demanding, "LiquidityTooLow");
      await w.wait(WINDOW);
      await answerOf(demanding);
    });
  });

  describe("observations", () => {
    it("a pool whose observations do not reach back over the window gives no answer until they do", async () => {
      const w = await deploy();
      const [dollar, usdc] = [await w.token("plUSD", 18, 1n), await w.token("USDC", 6, 1n)];
      // Room for one observation: each block with a swap forgets the one before.
      const pool = await w.open({ base: dollar, quote: usdc, fee: 500, depth: DEEP, slots: 1n });
      const feed = await w.feedOf(pool, dollar);
      await w.wait(WINDOW - 60n);
      await expect(answerOf(feed))
        .to.be.revertedWithCustomError(feed, "ObservationWindowTooShort")
        .withArgs(pool.address, WINDOW);
      await w.wait(61n);
      expectNear(await answerOf(feed), WAD, TICK);
      await w.swap(pool, dollar, units(dollar, 1_000n * WAD));
      await w.wait(1n);
      await expect(answerOf(feed)).to.be.revertedWithCustomError(feed, "ObservationWindowTooShort");
      // With room for more, it goes on through swaps.
      await pool.contract.increaseObservationCardinalityNext(10);
      await w.wait(WINDOW);
      for (let i = 0; i < 5; ++i) {
        await w.swap(pool, dollar, units(dollar, 1n * WAD));
        await w.wait(60n);
        await answerOf(feed);
      }
    });

    it("nobody trading is no staleness: the price is the last one", async () => {
      const w = await pooled();
      await w.wait(30n * 86_400n);
      expectNear(await answerOf(w.feed), WAD, TICK);
    });
  });

  describe("the base feed", () => {
    it("must answer above zero, and within range", async () => {
      const w = await pooled();
      for (const bad of [0n, -1n, 1n << 128n]) {
        await w.usd.updateAnswer(bad);
        await expect(answerOf(w.feed)).to.be.revertedWithCustomError(w.feed, "BaseAnswerInvalid").withArgs(bad);
      }
      // So small that nothing is left of it in a token of other decimals, or so large that the answer is.
      await w.usd.updateAnswer((1n << 128n) - 1n);
      await expect(answerOf(w.feed)).to.be.revertedWithCustomError(w.feed, "AnswerOutOfRange");
    });

    it("a base feed that reverts has no answer", async () => {
      const w = await pooled();
      const hostile = await w.ethers.deployContract("HostileFeed", [8, 10n ** 8n]);
      const feed = await w.feedOf(w.pool, w.dollar, { base: await hostile.getAddress() });
      await answerOf(feed);
      await hostile.setMood(1);
      await expect(answerOf(feed)).to.revert(w.ethers);
    });
  });

  describe("construction", () => {
    it("takes pools of the factory with the token in them, a sensible window, some liquidity", async () => {
      const w = await pooled();
      const { feed, pool, dollar } = w;
      const refused = (options: Partial<Options>, error: string, values: unknown[], token: MarketToken = dollar) =>
        expect(w.feedOf(pool, token, options))
          .to.be.revertedWithCustomError(feed, error)
          .withArgs(...values);
      const factory = await (await w.deployFactory()).getAddress();
      await refused({ factory }, "PoolNotOfFactory", [pool.address, factory]);
      const [least, most] = [1_800n, 86_400n];
      await refused({ window: least - 1n }, "WindowOutOfBounds", [least - 1n, least, most]);
      await refused({ window: most + 1n }, "WindowOutOfBounds", [most + 1n, least, most]);
      await refused({ minLiquidity: 0n }, "LiquidityTooLow", [0n, 1n]);
      const other = await w.token("WETH", 18, 2_000n);
      await refused({}, "TokenNotInPool", [pool.address, other.address], other);
      const fine = await w.ethers.deployContract("MockV3Aggregator", [25, 10n ** 25n]);
      const base = await fine.getAddress();
      await refused({ base }, "DecimalsUnsupported", [base, 25n]);
      const nobody = w.stranger.address;
      const real = await w.factory.getAddress();
      await expect(w.feedOf({ ...pool, address: nobody }, dollar))
        .to.be.revertedWithCustomError(feed, "PoolNotOfFactory")
        .withArgs(nobody, real);
      for (const window of [least, most])
        expect(await (await w.feedOf(pool, dollar, { window })).window()).to.equal(window);
    });

    it("refuses tokens with more decimals than it handles", async () => {
      const w = await deploy();
      const [odd, usdc] = [await w.token("ODD", 19, 1n), await w.token("USDC", 6, 1n)];
      const pool = await w.open({ base: odd, quote: usdc, fee: 500, depth: DEEP });
      const feed = await w.ethers.getContractAt("TwapFeed", pool.address);
      for (const token of [odd, usdc]) {
        await expect(w.feedOf(pool, token))
          .to.be.revertedWithCustomError(feed, "DecimalsUnsupported")
          .withArgs(odd.address, 19n);
      }
    });

    it("says so when a pool cannot be observed at all", async () => {
      const w = await deploy();
      const [dollar, usdc] = [await w.token("plUSD", 18, 1n), await w.token("USDC", 6, 1n)];
      await w.factory.createPool(dollar.address, usdc.address, 500n);
      const address = await w.factory.getPool(dollar.address, usdc.address, 500n);
      const feed = await w.feedOf({ address } as MarketPool, dollar);
      await expect(answerOf(feed))
        .to.be.revertedWithCustomError(feed, "ObservationFailed")
        .withArgs(address, w.coreError("I"));
    });
  });

  it("costs little enough for an oracle's allowance", async () => {
    const w = await pooled();
    const lean = await w.ethers.deployContract("OneSlotFeed", [10n ** 8n]);
    const feed = await w.feedOf(w.pool, w.dollar, { base: await lean.getAddress() });
    // A pool with 150 slots that was traded often: the search for the observation a window ago is part of the cost.
    for (let i = 0; i < 49; ++i) {
      await w.swap(w.pool, w.dollar, units(w.dollar, WAD));
      await w.wait(100n);
    }
    const data = feed.interface.encodeFunctionData("latestRoundData");
    const receipt = await (await w.trader.sendTransaction({ to: await feed.getAddress(), data })).wait();
    // Without the transaction's own 21,000 and its four bytes of data.
    const gas = (receipt?.gasUsed ?? 0n) - 21_000n - 64n;
    console.log(`      latestRoundData(), cold: ${gas} gas`);
    expect(gas > 0n && gas <= CEILING, `${gas} gas`).to.equal(true);
  });
});
