/**
 * plUSD's pool on Uniswap v3. Anybody can open it as soon as plUSD has an address, and at any price: then it is taken as it is.
 *
 * A price that is wrong does no harm by itself: the feed that reads the pool answers nothing below a least liquidity, the oracle lists that feed only once it is
 * voted, and keepers take no price that pays them less than the oracle says. With next to no liquidity in it, next to nothing moves it to any price: whoever adds
 * liquidity adds a little first, trades it to par, and then adds the rest.
 */

import { Contract, formatUnits, type Provider } from "ethers";

import { present } from "../../sdk/present.js";
import type { PublicNetwork } from "../networks/network.js";
import { DOLLAR_FEED } from "../parameters/market.js";
import { PUBLIC_STABLE, PUBLIC_TERMS } from "../parameters/public.js";

/** The future that opens it. */
export const OPENS_POOL = "Public#IUniswapV3Factory.createPool";

const FACTORY = ["function getPool(address, address, uint24) view returns (address)"];
const POOL = [
  "function slot0() view returns (uint160 root, int24, uint16, uint16, uint16, uint8, bool)",
  "function liquidity() view returns (uint128)",
  "function token0() view returns (address)",
];
const DOLLAR_DECIMALS = 18;
const PRICE_DECIMALS = 18;
/** Uniswap's roots of prices have 96 binary places. */
const ROOT_BITS = 96n;
const PAR = 10n ** BigInt(PRICE_DECIMALS);
/** Off par by more is said. bps */
const WIDE = 500n;
const BPS = 10_000n;

/** Where the pool of plUSD and the stable is; undefined where there is none. */
export async function poolOf(
  provider: Provider,
  { uniswap }: PublicNetwork,
  dollar: string,
  stable: string,
): Promise<string | undefined> {
  const factory = new Contract(uniswap.factory, FACTORY, provider);
  const pool = (await factory.getFunction("getPool").staticCall(stable, dollar, DOLLAR_FEED.fee)) as string;
  return BigInt(pool) === 0n ? undefined : pool;
}

/** What is to be known of the pool, in a sentence. */
export async function poolSaid(provider: Provider, pool: string, dollar: string): Promise<string> {
  const contract = new Contract(pool, POOL, provider);
  const [root] = (await contract.getFunction("slot0").staticCall()) as [bigint];
  if (root === 0n) return "it has no price yet: whoever adds liquidity first says which";
  const liquidity = (await contract.getFunction("liquidity").staticCall()) as bigint;
  const first = ((await contract.getFunction("token0").staticCall()) as string) === dollar;
  const price = priceOf(root, first);
  const stands = `it stands at ${formatUnits(price, PRICE_DECIMALS)} ${PUBLIC_STABLE}`;
  const off = price > PAR ? price - PAR : PAR - price;
  if (off * BPS <= PAR * WIDE) return stands;
  const heals =
    liquidity === 0n
      ? "it is empty: add a little liquidity, trade it to par for next to nothing, and only then add more"
      : "whoever trades it back to par gains by it: add no liquidity before";
  return `${stands}, far from par; nothing reads it before a vote lists its feed; ${heals}`;
}

/** {stable/plUSD} 18 decimals, rounded down */
function priceOf(root: bigint, dollarIsFirst: boolean): bigint {
  const stable = present(PUBLIC_TERMS[PUBLIC_STABLE], PUBLIC_STABLE).decimals;
  const scale = 10n ** BigInt(PRICE_DECIMALS + DOLLAR_DECIMALS - stable);
  const [square, one] = [root * root, 1n << (2n * ROOT_BITS)];
  return dollarIsFirst ? (square * scale) / one : (one * scale) / square;
}
