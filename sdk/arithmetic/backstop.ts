/** Shares of the Backstop, to the wei as `contracts/backstop/ExitPools.sol` has them. */

import { min } from "./integer.js";

const VIRTUAL_SHARES = 10n ** 6n;
const VIRTUAL_ASSETS = 1n;
const RAY = 10n ** 27n;

/** The active pool, what still streams included up to the moment it was read. */
export interface ActivePool {
  /** {plUSD} */
  readonly assets: bigint;
  /** {share} 24 decimals */
  readonly shares: bigint;
}

/** Shares for plUSD that is staked. {share}, rounded down */
export function sharesFor(assets: bigint, pool: ActivePool): bigint {
  return (assets * (pool.shares + VIRTUAL_SHARES)) / (pool.assets + VIRTUAL_ASSETS);
}

/** What shares are worth. {plUSD}, rounded down */
export function assetsFor(shares: bigint, pool: ActivePool): bigint {
  return (shares * (pool.assets + VIRTUAL_ASSETS)) / (pool.shares + VIRTUAL_SHARES);
}

/** What a claim is worth at most: its units at the least value so far. {plUSD}, rounded down */
export function claimWorth(units: bigint, least: bigint, most: bigint): bigint {
  return min((units * least) / RAY, most);
}
