/**
 * What a liquidation would take, before asking the chain: the engine's arithmetic for accounts whose collateral is all priced.
 * Amounts in USD or plUSD with 18 decimals.
 */

import { ceilDiv, min, WAD } from "../arithmetic/integer.js";
import { BPS } from "./valuation.js";

const WAD_PER_BPS = 10n ** 14n;

/** How positions are liquidated; bps. As `ICreditEngine.liquidationParameters` returns them. */
export interface LiquidationParameters {
  readonly targetHealth: bigint;
  readonly minIncentive: bigint;
  readonly maxIncentive: bigint;
  readonly fullIncentiveHealth: bigint;
  readonly absorbHealth: bigint;
  readonly tipShare: bigint;
}

/** An account whose collateral is all priced. */
export interface FailingAccount {
  /** D {plUSD} */
  readonly debt: bigint;
  /** M {USD} */
  readonly maintenanceLimit: bigint;
  /** V: collateral at mid {USD} */
  readonly collateralValue: bigint;
}

export interface SlicePreview {
  /** Part of every asset that is taken. 18 decimals */
  readonly fraction: bigint;
  /** Discount on what is taken. 18 decimals */
  readonly incentive: bigint;
  /** Paid for it. {plUSD} */
  readonly repay: bigint;
  /** Worth of what is taken beyond what is paid, at mid. {USD} */
  readonly gain: bigint;
  readonly insolvent: boolean;
  /** Whether anyone may have it absorbed. */
  readonly absorbable: boolean;
}

/** The incentive at a health: the least at 1, the most at `fullIncentiveHealth` and below, linear between. 18 decimals */
export function incentiveAt(health: bigint, p: LiquidationParameters): bigint {
  const low = p.minIncentive * WAD_PER_BPS;
  const high = p.maxIncentive * WAD_PER_BPS;
  const full = p.fullIncentiveHealth * WAD_PER_BPS;
  if (health >= WAD) return low;
  if (health <= full) return high;
  return low + ((high - low) * (WAD - health)) / (WAD - full);
}

/**
 * The largest slice of a failing account.
 * @param minimumDebt No smaller debt is left. {plUSD}
 * @returns Undefined if the account is healthy.
 */
export function previewSlice(
  account: FailingAccount,
  p: LiquidationParameters,
  minimumDebt: bigint,
): SlicePreview | undefined {
  const { debt: D, maintenanceLimit: M, collateralValue: V } = account;
  if (D <= M) return undefined;
  const least = p.minIncentive * WAD_PER_BPS;
  // With all collateral priced, V M < M_s D comes down to V < D.
  const insolvent = V < D;
  const price = (fraction: bigint, incentive: bigint): bigint => ceilDiv(V * fraction, WAD + incentive);
  const result = (fraction: bigint, incentive: bigint, repay: bigint, absorbable: boolean): SlicePreview => {
    const worth = (V * fraction) / WAD;
    return { fraction, incentive, repay, gain: worth > repay ? worth - repay : 0n, insolvent, absorbable };
  };
  if (insolvent) return result(WAD, least, min(price(WAD, least), D), true);

  // All collateral counts: M_s = M, so both caps are V / D - 1.
  const cap = ((V - D) * WAD) / D;
  const incentive = min(incentiveAt((M * WAD) / D, p), cap);
  const absorbable = M * BPS < D * p.absorbHealth || cap < least;

  const wanted = (p.targetHealth * D) / BPS - M;
  const kept = (p.targetHealth * V * WAD) / (WAD + incentive) / BPS;
  const gained = kept > M ? kept - M : 0n;
  let fraction = wanted >= gained ? WAD : (wanted * WAD) / gained;
  let repay = price(fraction, incentive);
  if (repay >= D || D - repay < minimumDebt) {
    const all = price(WAD, incentive);
    if (all > D) {
      fraction = min((D * (WAD + incentive)) / V, WAD);
      repay = D;
    } else {
      fraction = WAD;
      repay = all;
    }
  }
  return result(fraction, incentive, repay, absorbable);
}
