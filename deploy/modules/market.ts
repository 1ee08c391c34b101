import type {
  ArgumentType,
  CallableContractFuture,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { DEPTH_WINDOW, DOLLAR_FEED } from "../parameters/market.js";

interface Priced {
  readonly manager: NamedArtifactContractDeploymentFuture<"Authority">;
  readonly dollar: NamedArtifactContractDeploymentFuture<"PlimsollDollar">;
}

/**
 * plUSD's pool with a stable on Uniswap v3, the feed that reads it, and the source of measured depths.
 *
 * The oracle lists the feed once the pool has a history, and assets get routes once their pools have a window of observations: until then their depths stay
 * governed.
 * @param factory Uniswap v3's.
 * @param stable The token that plUSD is traded for, and what prices that.
 * @param isOpen Whether somebody has opened the pool already: then it is taken as it is.
 */
export function openMarket(
  m: IgnitionModuleBuilder,
  { manager, dollar }: Priced,
  factory: CallableContractFuture<string>,
  stable: { readonly token: ArgumentType; readonly feed: ArgumentType },
  isOpen = false,
): {
  dollarFeed: NamedArtifactContractDeploymentFuture<"TwapFeed">;
  depth: NamedArtifactContractDeploymentFuture<"UniswapDepth">;
} {
  const { fee, window, minLiquidity } = DOLLAR_FEED;
  const pair = [stable.token, dollar, fee];
  const opened = isOpen ? [] : [m.call(factory, "createPool", pair)];
  const pool = m.staticCall(factory, "getPool", pair, 0, { after: opened });
  const dollarFeed = m.contract("TwapFeed", ["plUSD / USD", factory, pool, dollar, stable.feed, window, minLiquidity]);
  const depth = m.contract("UniswapDepth", [manager, factory, DEPTH_WINDOW]);
  return { dollarFeed, depth };
}
