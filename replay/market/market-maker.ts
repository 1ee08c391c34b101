/**
 * The rest of the market, in one actor: it provides the liquidity of the Uniswap pools, takes part of it away when the market
 * thins out, and trades every pool back to the market price after each move, as arbitrageurs do. Whoever sells into the pools
 * therefore sells at market, less the impact of the sale and the pool's fee.
 */

import { Interface, MaxUint256 } from "ethers";

import { POSITION_MANAGER_ABI } from "../../sdk/uniswap/abi.js";
import {
  encodePath,
  fullRange,
  isToken0,
  MAX_SQRT_RATIO,
  MIN_SQRT_RATIO,
  Q96,
  rangeAround,
  sqrtPriceOf,
  virtualReserves,
} from "../../sdk/uniswap/math.js";
import {
  FaucetToken__factory,
  ISwapRouter__factory,
  IUniswapV3Factory__factory,
  IUniswapV3Pool__factory,
} from "../../types/contracts/index.js";
import { present } from "../../sdk/present.js";
import type { Chain } from "../chain/chain.js";

export interface Token {
  readonly symbol: string;
  readonly address: string;
  readonly decimals: number;
}

export interface PoolSpec {
  readonly base: Token;
  readonly quote: Token;
  /** Hundredths of a bp, as Uniswap counts. */
  readonly fee: number;
  /** How much of the base token one sells for half the price, at the start. {base} */
  readonly depth: bigint;
  /** Liquidity reaches this far around the price (0.02: 2%); all the way if absent. */
  readonly width?: number;
}

/** {USD/tok} 18 decimals, by token symbol. */
export type Prices = Readonly<Record<string, bigint>>;

interface OpenPool {
  readonly spec: PoolSpec;
  readonly address: string;
  readonly tokenId: bigint;
  /** Liquidity at depth 1, and now. */
  readonly base: bigint;
  liquidity: bigint;
}

export interface UniswapAddresses {
  readonly factory: string;
  readonly positions: string;
  readonly router: string;
}

const erc20 = FaucetToken__factory.createInterface();
const positionsAbi = new Interface(POSITION_MANAGER_ABI);
const routerAbi = ISwapRouter__factory.createInterface();
const factoryAbi = IUniswapV3Factory__factory.createInterface();
const poolAbi = IUniswapV3Pool__factory.createInterface();

const MAX_UINT128 = (1n << 128n) - 1n;
/** Far more than a pool could take; a swap with a price limit stops at the limit. */
const NO_LIMIT = 1n << 120n;
const BPS = 10_000n;
/** Pools are left alone while they are this close to the market: the fee makes it not worth anybody's while. */
const TOLERANCE_BPS = 3n;
/** Liquidity is adjusted when it is off by this part of its first value. */
const DEPTH_STEP = 0.05;

export class MarketMaker {
  readonly account: string;
  readonly #chain: Chain;
  readonly #uniswap: UniswapAddresses;
  readonly #pools: OpenPool[] = [];

  constructor(chain: Chain, account: string, uniswap: UniswapAddresses) {
    this.#chain = chain;
    this.account = account;
    this.#uniswap = uniswap;
  }

  get pools(): readonly { readonly spec: PoolSpec; readonly address: string }[] {
    return this.#pools;
  }

  async #call(to: string, data: string): Promise<string> {
    return (await this.#chain.provider.request({
      method: "eth_call",
      params: [{ from: this.account, to, data }, "latest"],
    })) as string;
  }

  async #send(to: string, data: string, what: string): Promise<void> {
    await this.#chain.send(this.account, { to, data, gas: 8_000_000n }, what);
  }

  /** Lets router and position manager take the token. */
  async approve(token: Token): Promise<void> {
    for (const spender of [this.#uniswap.router, this.#uniswap.positions]) {
      const data = erc20.encodeFunctionData("approve", [spender, MaxUint256]);
      await this.#send(token.address, data, `approve ${token.symbol}`);
    }
  }

  /** Creates a pool at the market price and fills it. Its tokens must be in the account and approved. */
  async open(spec: PoolSpec, prices: Prices): Promise<void> {
    const sqrtPrice = this.#target(spec, prices);
    const baseIs0 = isToken0(spec.base.address, spec.quote.address);
    const [token0, token1] = baseIs0 ? [spec.base, spec.quote] : [spec.quote, spec.base];
    const create = positionsAbi.encodeFunctionData("createAndInitializePoolIfNecessary", [
      token0.address,
      token1.address,
      spec.fee,
      sqrtPrice,
    ]);
    await this.#send(this.#uniswap.positions, create, `create pool ${label(spec)}`);
    await this.#chain.mine();

    const liquidity = baseIs0 ? (spec.depth * sqrtPrice) / Q96 : (spec.depth * Q96) / sqrtPrice;
    const range = spec.width === undefined ? fullRange(spec.fee) : rangeAround(sqrtPrice, spec.width, spec.fee);
    const params = {
      token0: token0.address,
      token1: token1.address,
      fee: spec.fee,
      tickLower: range.lower,
      tickUpper: range.upper,
      ...amountsFor(spec, liquidity, sqrtPrice),
      recipient: this.account,
      deadline: MAX_UINT128,
    };
    const mint = positionsAbi.encodeFunctionData("mint", [params]);
    const result = positionsAbi.decodeFunctionResult("mint", await this.#call(this.#uniswap.positions, mint));
    await this.#send(this.#uniswap.positions, mint, `provide liquidity to ${label(spec)}`);
    await this.#chain.mine();

    const find = factoryAbi.encodeFunctionData("getPool", [token0.address, token1.address, spec.fee]);
    const [address] = factoryAbi.decodeFunctionResult("getPool", await this.#call(this.#uniswap.factory, find));
    const minted = result.liquidity as bigint;
    this.#pools.push({
      spec,
      address: address as string,
      tokenId: result.tokenId as bigint,
      base: minted,
      liquidity: minted,
    });
  }

  #target(spec: PoolSpec, prices: Prices): bigint {
    const priced = (token: Token): { address: string; decimals: number; price: bigint } => {
      const price = prices[token.symbol];
      if (price === undefined) throw new RangeError(`no market price of ${token.symbol}`);
      return { address: token.address, decimals: token.decimals, price };
    };
    return sqrtPriceOf(priced(spec.base), priced(spec.quote));
  }

  async #sqrtPrice(pool: OpenPool): Promise<bigint> {
    const data = await this.#call(pool.address, poolAbi.getFunction("slot0").selector);
    // The first word of slot0; decoding all seven for each pool and step would be most of the work.
    return BigInt(data.slice(0, 66));
  }

  /** Queues the swaps that bring every pool to the market price. */
  async follow(prices: Prices): Promise<void> {
    const found = await Promise.all(this.#pools.map((pool) => this.#sqrtPrice(pool)));
    const swaps: string[] = [];
    for (const [i, pool] of this.#pools.entries()) {
      const target = this.#target(pool.spec, prices);
      const current = present(found[i]);
      const off = target > current ? target - current : current - target;
      // The price is the square: twice the relative distance of the roots.
      if (off * 2n * BPS <= target * TOLERANCE_BPS) continue;
      const down = target < current;
      const { base, quote } = pool.spec;
      const [token0, token1] = isToken0(base.address, quote.address) ? [base, quote] : [quote, base];
      const swap = routerAbi.encodeFunctionData("exactInputSingle", [
        {
          tokenIn: down ? token0.address : token1.address,
          tokenOut: down ? token1.address : token0.address,
          fee: pool.spec.fee,
          recipient: this.account,
          deadline: MAX_UINT128,
          amountIn: NO_LIMIT,
          amountOutMinimum: 0n,
          sqrtPriceLimitX96: clamp(target, MIN_SQRT_RATIO + 1n, MAX_SQRT_RATIO - 1n),
        },
      ]);
      swaps.push(swap);
    }
    if (swaps.length === 0) return;
    // The router takes several at once in the words of the position manager.
    const all = positionsAbi.encodeFunctionData("multicall", [swaps]);
    await this.#send(this.#uniswap.router, all, "trade pools to the market price");
  }

  /**
   * Queues what brings every pool's liquidity to `fraction` of its first value. Small differences are let be.
   * @param base Only of pools with that base token.
   */
  async setDepth(fraction: number, base?: string): Promise<void> {
    for (const pool of this.#pools) {
      if (base !== undefined && pool.spec.base.symbol !== base) continue;
      const wanted = (pool.base * BigInt(Math.round(fraction * 1e6))) / 1_000_000n;
      const difference = Math.abs(Number(wanted - pool.liquidity) / Number(pool.base));
      if (difference < DEPTH_STEP) continue;
      if (wanted < pool.liquidity) await this.#remove(pool, pool.liquidity - wanted);
      else await this.#add(pool, wanted - pool.liquidity);
    }
  }

  async #remove(pool: OpenPool, liquidity: bigint): Promise<void> {
    const decrease = positionsAbi.encodeFunctionData("decreaseLiquidity", [
      { tokenId: pool.tokenId, liquidity, amount0Min: 0n, amount1Min: 0n, deadline: MAX_UINT128 },
    ]);
    const collect = positionsAbi.encodeFunctionData("collect", [
      { tokenId: pool.tokenId, recipient: this.account, amount0Max: MAX_UINT128, amount1Max: MAX_UINT128 },
    ]);
    const both = positionsAbi.encodeFunctionData("multicall", [[decrease, collect]]);
    await this.#send(this.#uniswap.positions, both, `withdraw liquidity from ${label(pool.spec)}`);
    pool.liquidity -= liquidity;
  }

  async #add(pool: OpenPool, liquidity: bigint): Promise<void> {
    const params = {
      tokenId: pool.tokenId,
      ...amountsFor(pool.spec, liquidity, await this.#sqrtPrice(pool)),
      deadline: MAX_UINT128,
    };
    const data = positionsAbi.encodeFunctionData("increaseLiquidity", [params]);
    const result = positionsAbi.decodeFunctionResult(
      "increaseLiquidity",
      await this.#call(this.#uniswap.positions, data),
    );
    await this.#send(this.#uniswap.positions, data, `add liquidity to ${label(pool.spec)}`);
    pool.liquidity += result.liquidity as bigint;
  }

  /** The route from `token` to `to` through the open pools, shortest first. Undefined if there is none. */
  route(token: Token, to: Token): string | undefined {
    const start = { at: token.address, tokens: [token.address], fees: [] as number[] };
    const queue = [start];
    const seen = new Set([token.address]);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.at === to.address) return next.fees.length === 0 ? undefined : encodePath(next.tokens, next.fees);
      for (const { spec } of this.#pools) {
        const other =
          spec.base.address === next.at
            ? spec.quote.address
            : spec.quote.address === next.at
              ? spec.base.address
              : undefined;
        if (other === undefined || seen.has(other)) continue;
        seen.add(other);
        queue.push({ at: other, tokens: [...next.tokens, other], fees: [...next.fees, spec.fee] });
      }
    }
    return undefined;
  }
}

/** What the position manager needs to be offered for `liquidity` at this price; it takes the two in their right proportion. */
function amountsFor(spec: PoolSpec, liquidity: bigint, sqrtPrice: bigint): Record<string, bigint> {
  const all = virtualReserves(liquidity, sqrtPrice);
  // Spread over all prices, the virtual reserves are the real ones; over a narrow range this part of them is.
  const share = spec.width === undefined ? 1 : 1 - 1 / Math.sqrt(1 + spec.width);
  const scaled = (amount: bigint): bigint => (amount * BigInt(Math.ceil(share * 1e6))) / 1_000_000n + 1n;
  return { amount0Desired: scaled(all.amount0), amount1Desired: scaled(all.amount1), amount0Min: 0n, amount1Min: 0n };
}

function label(spec: PoolSpec): string {
  return `${spec.base.symbol}/${spec.quote.symbol}`;
}

function clamp(x: bigint, low: bigint, high: bigint): bigint {
  return x < low ? low : x > high ? high : x;
}
