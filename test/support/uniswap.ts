import { AbiCoder, ContractFactory, Interface, MaxUint256, ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { network } from "hardhat";

import { npmArtifact } from "../../deploy/artifacts.js";
import { present } from "../../sdk/present.js";
import { POSITION_MANAGER_ABI } from "../../sdk/uniswap/abi.js";
import {
  encodePath,
  fullRange,
  isToken0,
  Q96,
  rangeAround,
  sqrtPriceOf,
  virtualReserves,
} from "../../sdk/uniswap/math.js";
import type { IUniswapV3Factory, IUniswapV3Pool, TestToken } from "../../types/contracts/index.js";
import { TRANSACTION_GAS, WAD } from "./world.js";

/** A token with a market price. */
export interface MarketToken {
  readonly symbol: string;
  readonly address: string;
  readonly decimals: number;
  /** {USD/tok} 18 decimals */
  readonly price: bigint;
  readonly contract: TestToken;
}

/** A pool to be opened, at the market price of its tokens. */
export interface PoolSpec {
  readonly base: MarketToken;
  readonly quote: MarketToken;
  /** Hundredths of a bp. */
  readonly fee: number;
  /** Virtual reserve of the base token. {tok} 18 decimals */
  readonly depth: bigint;
  /** Liquidity reaches this far around the price (0.02: 2%); all the way if absent. */
  readonly width?: number;
  /** For observations; one for each 12 s of half an hour if absent. */
  readonly slots?: bigint;
}

/** An open pool. */
export interface MarketPool extends PoolSpec {
  readonly address: string;
  readonly contract: IUniswapV3Pool;
  readonly token0: MarketToken;
  readonly token1: MarketToken;
  /** Square root of the price that it was opened at (Q64.96). */
  readonly sqrtPrice: bigint;
  /** What it was opened with. */
  readonly liquidity: bigint;
  readonly position: bigint;
}

const positionsAbi = new Interface(POSITION_MANAGER_ABI);
const core = "@uniswap/v3-core/artifacts/contracts";
const periphery = "@uniswap/v3-periphery/artifacts/contracts";
const MAX_UINT128 = (1n << 128n) - 1n;
/** What the market's trader owns of each token. {tok} 18 decimals */
const RICHES = 10n ** 12n * WAD;

/** Token units for an amount of 18 decimals, rounded down. */
export function units(token: MarketToken, amount: bigint): bigint {
  return (amount * 10n ** BigInt(token.decimals)) / WAD;
}

/** A chain of its own with Uniswap v3 as it was published, and one trader, the first signer, who owns enough of everything. */
export async function deployMarket() {
  const connection = await network.create({ override: { gas: TRANSACTION_GAS } });
  const { ethers, networkHelpers } = connection;
  const [trader, stranger] = (await ethers.getSigners()) as [HardhatEthersSigner, HardhatEthersSigner];

  async function deployNpm(path: string, args: unknown[]): Promise<string> {
    const { abi, bytecode } = npmArtifact(path);
    const contract = await new ContractFactory(new Interface(JSON.stringify(abi)), bytecode, trader).deploy(...args);
    return contract.getAddress();
  }

  async function deployFactory(): Promise<IUniswapV3Factory> {
    const address = await deployNpm(`${core}/UniswapV3Factory.sol/UniswapV3Factory.json`, []);
    return ethers.getContractAt("IUniswapV3Factory", address);
  }

  const factory = await deployFactory();
  const factoryAddress = await factory.getAddress();
  // The tier for pairs of stablecoins was added by vote after the launch.
  const owner = new Interface(["function enableFeeAmount(uint24 fee, int24 tickSpacing)"]);
  await trader.sendTransaction({ to: factoryAddress, data: owner.encodeFunctionData("enableFeeAmount", [100, 1]) });
  // No pool here trades wrapped ether by that name, and nobody looks at the positions' pictures.
  const positions = await deployNpm(`${periphery}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`, [
    factoryAddress,
    ZeroAddress,
    ZeroAddress,
  ]);
  const routerAddress = await deployNpm(`${periphery}/SwapRouter.sol/SwapRouter.json`, [factoryAddress, ZeroAddress]);
  const router = await ethers.getContractAt("ISwapRouter", routerAddress);

  /** Sends a call to the position manager; returns what it returns. */
  async function manage(name: string, args: readonly unknown[]) {
    const data = positionsAbi.encodeFunctionData(name, args);
    const result = await trader.call({ to: positions, data });
    await (await trader.sendTransaction({ to: positions, data, gasLimit: TRANSACTION_GAS })).wait();
    return positionsAbi.decodeFunctionResult(name, result);
  }

  /** A token that there is already, of which the trader owns some. {USD/tok} 18 decimals */
  async function adopt(contract: TestToken, symbol: string, decimals: number, price: bigint): Promise<MarketToken> {
    await contract.approve(positions, MaxUint256);
    await contract.approve(routerAddress, MaxUint256);
    return { symbol, decimals, price, contract, address: await contract.getAddress() };
  }

  async function token(symbol: string, decimals: number, dollars: bigint): Promise<MarketToken> {
    const contract = await ethers.deployContract("TestToken", [symbol, decimals]);
    await contract.mint(trader.address, (RICHES * 10n ** BigInt(decimals)) / WAD);
    return await adopt(contract, symbol, decimals, dollars * WAD);
  }

  /** Provides liquidity between two ticks; returns the position's number. */
  async function provide(
    pool: Pick<MarketPool, "token0" | "token1" | "fee">,
    range: { lower: number; upper: number },
    amount0: bigint,
    amount1: bigint,
  ): Promise<{ position: bigint; liquidity: bigint }> {
    const result = await manage("mint", [
      {
        token0: pool.token0.address,
        token1: pool.token1.address,
        fee: pool.fee,
        tickLower: range.lower,
        tickUpper: range.upper,
        amount0Desired: amount0,
        amount1Desired: amount1,
        amount0Min: 0n,
        amount1Min: 0n,
        recipient: trader.address,
        deadline: MAX_UINT128,
      },
    ]);
    return { position: result.tokenId as bigint, liquidity: result.liquidity as bigint };
  }

  /** Takes liquidity out of a position, and its tokens out of the pool. */
  async function withdraw(position: bigint, liquidity: bigint): Promise<void> {
    const decrease = [{ tokenId: position, liquidity, amount0Min: 0n, amount1Min: 0n, deadline: MAX_UINT128 }];
    const collect = [
      { tokenId: position, recipient: trader.address, amount0Max: MAX_UINT128, amount1Max: MAX_UINT128 },
    ];
    await manage("multicall", [
      [
        positionsAbi.encodeFunctionData("decreaseLiquidity", decrease),
        positionsAbi.encodeFunctionData("collect", collect),
      ],
    ]);
  }

  /** Opens a pool with room for one observation, as every pool starts. */
  async function open(spec: PoolSpec): Promise<MarketPool> {
    const { base, quote, fee, depth, width, slots = 150n } = spec;
    const sqrtPrice = sqrtPriceOf(base, quote);
    const baseIs0 = isToken0(base.address, quote.address);
    const [token0, token1] = baseIs0 ? [base, quote] : [quote, base];
    const [address] = await manage("createAndInitializePoolIfNecessary", [
      token0.address,
      token1.address,
      fee,
      sqrtPrice,
    ]);
    const reserve = units(base, depth);
    const wanted = baseIs0 ? (reserve * sqrtPrice) / Q96 : (reserve * Q96) / sqrtPrice;
    const all = virtualReserves(wanted, sqrtPrice);
    // Spread over all prices, the virtual reserves are the real ones; over a narrow range this part of them is.
    const share = width === undefined ? 1_000_000n : BigInt(Math.ceil((1 - 1 / Math.sqrt(1 + width)) * 1e6));
    const amount = (whole: bigint): bigint => (whole * share) / 1_000_000n + 1n;
    const range = width === undefined ? fullRange(fee) : rangeAround(sqrtPrice, width, fee);
    const { position, liquidity } = await provide(
      { token0, token1, fee },
      range,
      amount(all.amount0),
      amount(all.amount1),
    );
    const contract = await ethers.getContractAt("IUniswapV3Pool", address as string);
    if (slots > 1n) await contract.increaseObservationCardinalityNext(slots);
    return { ...spec, address: address as string, contract, token0, token1, sqrtPrice, liquidity, position };
  }

  const path = (tokens: readonly MarketToken[], pools: readonly MarketPool[]): string =>
    encodePath(
      tokens.map((t) => t.address),
      pools.map((p) => p.fee),
    );

  const swapOf = (tokens: readonly MarketToken[], pools: readonly MarketPool[], amountIn: bigint) => ({
    path: path(tokens, pools),
    recipient: trader.address,
    deadline: MAX_UINT128,
    amountIn,
    amountOutMinimum: 0n,
  });

  /** What selling through the pools would return. {units of the last token} */
  async function quoteSale(
    tokens: readonly MarketToken[],
    pools: readonly MarketPool[],
    amount: bigint,
  ): Promise<bigint> {
    return router.exactInput.staticCall(swapOf(tokens, pools, amount));
  }

  /** Sells through one pool; returns what it got. */
  async function swap(pool: MarketPool, sold: MarketToken, amount: bigint): Promise<bigint> {
    const other = sold === pool.base ? pool.quote : pool.base;
    const received = await quoteSale([sold, other], [pool], amount);
    await router.exactInput(swapOf([sold, other], [pool], amount));
    return received;
  }

  return {
    connection,
    ethers,
    networkHelpers,
    trader,
    stranger,
    factory,
    router,
    deployFactory,
    token,
    adopt,
    open,
    provide,
    withdraw,
    swap,
    quoteSale,
    /** The error that Uniswap v3 core reverts with. */
    coreError: (reason: string): string =>
      `0x08c379a0${AbiCoder.defaultAbiCoder().encode(["string"], [reason]).slice(2)}`,
    now: async (): Promise<bigint> => BigInt(present(await ethers.provider.getBlock("latest")).timestamp),
  };
}

export type Market = Awaited<ReturnType<typeof deployMarket>>;
