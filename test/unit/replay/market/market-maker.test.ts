import { expect } from "chai";
import { network } from "hardhat";

import Uniswap from "../../../../deploy/modules/local/Uniswap.js";
import Tokens from "../../../../deploy/modules/local/Tokens.js";
import { Chain } from "../../../../replay/chain/chain.js";
import { MarketMaker, type PoolSpec, type Prices, type Token } from "../../../../replay/market/market-maker.js";
import { isToken0 } from "../../../../sdk/uniswap/math.js";
import { expectClose } from "../../../support/close.js";

const WAD = 10n ** 18n;
const PRICES = { WETH: 200n * WAD, WBTC: 8_000n * WAD, USDC: WAD, wstETH: 214n * WAD };

describe("replay/market: the market in the pools", () => {
  async function open() {
    const { ethers, ignition, provider } = await network.create();
    const [maker, seller] = await ethers.getSigners();
    const tokens = await ignition.deploy(Tokens);
    const uniswap = await ignition.deploy(Uniswap);
    const address = async (contract: { getAddress(): Promise<string> }): Promise<string> => await contract.getAddress();

    const weth: Token = { symbol: "WETH", address: await address(tokens.weth), decimals: 18 };
    const wsteth: Token = { symbol: "wstETH", address: await address(tokens.wsteth), decimals: 18 };
    const wbtc: Token = { symbol: "WBTC", address: await address(tokens.wbtc), decimals: 8 };
    const usdc: Token = { symbol: "USDC", address: await address(tokens.usdc), decimals: 6 };

    const chain = new Chain(provider);
    const router = await ethers.getContractAt("ISwapRouter", await address(uniswap.router));
    const market = new MarketMaker(chain, maker!.address, {
      factory: await address(uniswap.factory),
      positions: await address(uniswap.positions),
      router: await address(uniswap.router),
    });

    await maker!.sendTransaction({ to: weth.address, value: 5_000n * WAD });
    for (const token of [wbtc, usdc, wsteth]) {
      const contract = await ethers.getContractAt("FaucetToken", token.address);
      await contract.mint(maker!.address, 10n ** 9n * 10n ** BigInt(token.decimals));
    }
    for (const token of [weth, wbtc, usdc, wsteth]) await market.approve(token);

    const specs: PoolSpec[] = [
      { base: weth, quote: usdc, fee: 500, depth: 1_000n * WAD },
      { base: wbtc, quote: usdc, fee: 3000, depth: 100n * 10n ** 8n },
      { base: wsteth, quote: weth, fee: 100, depth: 5_000n * WAD, width: 0.1 },
    ];
    for (const spec of specs) await market.open(spec, PRICES);

    const pools = await Promise.all(
      market.pools.map(async (pool) => await ethers.getContractAt("IUniswapV3Pool", pool.address)),
    );
    /** Price of each pool's base token in its quote token. */
    const poolPrices = async (): Promise<number[]> =>
      await Promise.all(
        pools.map(async (pool, i) => {
          const { base, quote } = specs[i]!;
          const raw = (Number((await pool.slot0()).sqrtPriceX96) / 2 ** 96) ** 2;
          const perBase = isToken0(base.address, quote.address) ? raw : 1 / raw;
          return perBase * 10 ** (base.decimals - quote.decimals);
        }),
      );
    return {
      ethers,
      chain,
      market,
      router,
      maker: maker!,
      seller: seller!,
      tokens: { weth, wsteth, wbtc, usdc },
      pools,
      poolPrices,
    };
  }

  /** Sells wrapped ether for USDC and says how many were received. */
  async function sell(world: Awaited<ReturnType<typeof open>>, amount: bigint): Promise<bigint> {
    const { ethers, router, seller, tokens } = world;
    await seller.sendTransaction({ to: tokens.weth.address, value: amount });
    const weth = await ethers.getContractAt("FaucetToken", tokens.weth.address, seller);
    const usdc = await ethers.getContractAt("FaucetToken", tokens.usdc.address);
    await weth.approve(router, amount);
    const before = await usdc.balanceOf(seller.address);
    await router.connect(seller).exactInput({
      path: world.market.route(tokens.weth, tokens.usdc)!,
      recipient: seller.address,
      deadline: 1n << 60n,
      amountIn: amount,
      amountOutMinimum: 0n,
    });
    return (await usdc.balanceOf(seller.address)) - before;
  }

  function expectMarket(actual: number[], prices: Prices, tolerance: number): void {
    const price = (symbol: string): number => Number(prices[symbol]);
    const expected = [price("WETH") / price("USDC"), price("WBTC") / price("USDC"), price("wstETH") / price("WETH")];
    for (const [i, value] of expected.entries()) expectClose(actual[i]! / value, 1, tolerance);
  }

  it("opens pools at the market price with the depth asked for", async () => {
    const world = await open();
    expectMarket(await world.poolPrices(), PRICES, 1e-6);
    // Selling a tenth of the depth returns 10/11 of the market value, less the fee of 0.05%.
    const received = await sell(world, 100n * WAD);
    expectClose(Number(received) / 1e6, (20_000 / 1.1) * 0.9995, 10);
  });

  it("trades every pool to the market price after a move, in either direction", async () => {
    const world = await open();
    for (const prices of [
      { WETH: 150n * WAD, WBTC: 6_000n * WAD, USDC: WAD, wstETH: (150n * WAD * 107n) / 100n },
      { WETH: 88n * WAD, WBTC: 9_100n * WAD, USDC: (WAD * 999n) / 1_000n, wstETH: (88n * WAD * 1071n) / 1_000n },
    ]) {
      await world.market.follow(prices);
      await world.chain.mine();
      expectMarket(await world.poolPrices(), prices, 1e-6);
    }
    // And back after somebody sold.
    await sell(world, 50n * WAD);
    const market = { WETH: 88n * WAD, WBTC: 9_100n * WAD, USDC: WAD, wstETH: 95n * WAD };
    expect((await world.poolPrices())[0]! / 88).to.be.below(0.95);
    await world.market.follow(market);
    await world.chain.mine();
    expectMarket(await world.poolPrices(), market, 1e-6);
  });

  it("leaves pools alone that are at the market already", async () => {
    const world = await open();
    const nonce = await world.maker.getNonce();
    await world.market.follow({
      ...PRICES,
      WETH: (200n * WAD * 100_005n) / 100_000n,
      wstETH: (214n * WAD * 100_005n) / 100_000n,
    });
    await world.chain.mine();
    expect(await world.maker.getNonce()).to.equal(nonce);
  });

  it("thins the pools out and fills them again", async () => {
    const world = await open();
    const before = await Promise.all(world.pools.map(async (pool) => await pool.liquidity()));
    const fractions = async (): Promise<number[]> =>
      await Promise.all(world.pools.map(async (pool, i) => Number(await pool.liquidity()) / Number(before[i]!)));

    await world.market.setDepth(0.25);
    await world.chain.mine();
    for (const fraction of await fractions()) expectClose(fraction, 0.25, 1e-3);
    // Thin: the same sale moves the price four times as much.
    expectClose(Number(await sell(world, 100n * WAD)) / 1e6, (20_000 / 1.4) * 0.9995, 15);

    await world.market.follow(PRICES);
    await world.chain.mine();
    await world.market.setDepth(0.27);
    await world.chain.mine();
    for (const fraction of await fractions()) expectClose(fraction, 0.25, 1e-3);
    await world.market.setDepth(0.8);
    await world.chain.mine();
    for (const fraction of await fractions()) expectClose(fraction, 0.8, 0.01);
  });

  it("knows routes through several pools, and when there is none", async () => {
    const { market, tokens } = await open();
    const path = market.route(tokens.wsteth, tokens.usdc)!;
    expect(path.toLowerCase()).to.equal(
      `${tokens.wsteth.address}000064${tokens.weth.address.slice(2)}0001f4${tokens.usdc.address.slice(2)}`.toLowerCase(),
    );
    expect(
      market.route(tokens.weth, { symbol: "X", address: "0x0000000000000000000000000000000000000009", decimals: 18 }),
    ).to.equal(undefined);
  });
});
