/** Balances as the engine's views give them. */

const ASSET_SHIFT = 248n;

export interface Holding {
  /** Asset number. */
  readonly asset: bigint;
  /** {ledger} */
  readonly amount: bigint;
}

/** One of the holdings of `ICreditEngine.position`: `asset << 248 | amount`. */
export function decodeHolding(holding: bigint): Holding {
  return { asset: holding >> ASSET_SHIFT, amount: holding & ((1n << ASSET_SHIFT) - 1n) };
}
