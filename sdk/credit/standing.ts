/** How an account stands: what it owes, what it may owe, and how far prices may fall. To the wei as the engine decides it. */

import { ceilDiv, MAX_UINT256, saturatingSub, WAD } from "../arithmetic/integer.js";
import type { Holding } from "./holdings.js";
import {
  borrowLimit,
  BPS,
  collateralValue,
  debtOf,
  limitTerm,
  maintenanceLimit,
  type FullQuotes,
  type Position,
  type Quote,
} from "./valuation.js";

export interface Standing {
  /** D {plUSD} */
  readonly debt: bigint;
  /** B: what the debt may reach by borrowing or withdrawing. {USD} */
  readonly borrowLimit: bigint;
  /** M: the account may be liquidated while the debt exceeds it. {USD} */
  readonly maintenanceLimit: bigint;
  /** At mid, without haircuts. {USD} */
  readonly collateralValue: bigint;
  /** M / D, rounded down; `MAX_UINT256` without debt. 18 decimals */
  readonly health: bigint;
  /** B - D: what the collateral would still let be borrowed. {plUSD} */
  readonly available: bigint;
  readonly liquidatable: boolean;
  /**
   * By asset number: the market price below which the account may be liquidated if all other prices stay. Not there for an asset whose fall alone
   * does not do that. {USD/tok} 18 decimals
   */
  readonly liquidationPrices: ReadonlyMap<bigint, bigint>;
}

/** What it takes for a position to be judged. */
export interface Terms {
  readonly quotes: FullQuotes;
  /** 18 decimals */
  readonly index: bigint;
}

export function standingOf(position: Position, { quotes, index }: Terms): Standing {
  const debt = debtOf(position.debtShares, index);
  const limit = borrowLimit(position.holdings, quotes);
  const maintenance = maintenanceLimit(position.holdings, quotes);
  return {
    debt,
    borrowLimit: limit,
    maintenanceLimit: maintenance,
    collateralValue: collateralValue(position.holdings, quotes),
    health: debt === 0n ? MAX_UINT256 : (maintenance * WAD) / debt,
    available: saturatingSub(limit, debt),
    liquidatable: debt > maintenance,
    liquidationPrices: liquidationPrices(position.holdings, quotes, debt, maintenance),
  };
}

function liquidationPrices(
  holdings: readonly Holding[],
  quotes: FullQuotes,
  debt: bigint,
  maintenance: bigint,
): ReadonlyMap<bigint, bigint> {
  const prices = new Map<bigint, bigint>();
  if (debt === 0n) return prices;
  for (const { asset, amount } of holdings) {
    const q = quotes.get(asset);
    if (q === undefined || q.mid === 0n) continue;
    const others = maintenance - limitTerm(q.high, amount, q.maintenanceDepth, q.unit, q.maintenanceHaircut);
    const price = highThatCovers(debt - others, amount, q);
    // The two sides of a price move together: in the market's price, not the oracle's higher side.
    if (price !== undefined) prices.set(asset, ceilDiv(price * q.mid, q.high));
  }
  return prices;
}

/** The least `high` at which a holding's term reaches `needed`; undefined if it need not, or cannot. */
function highThatCovers(needed: bigint, amount: bigint, q: Quote): bigint | undefined {
  const weight = amount * q.maintenanceDepth * (BPS - q.maintenanceHaircut);
  if (needed <= 0n || weight === 0n) return undefined;
  return ceilDiv(needed * (q.maintenanceDepth + amount) * q.unit * BPS, weight);
}
