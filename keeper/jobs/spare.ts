/** What is kept up at intervals by whoever comes first: it can wait, and must not use up what others need. */

import type { Desk } from "../desk.js";

/** Operators differ by up to one part in so many of an interval: then the first one's transaction spares the others theirs. */
const STAGGER = 10;

/** Whether that much can be lost and half of the shared budget is left: the other half is for auctions and vaults. {plUSD} */
export function canSpare(desk: Desk, cost: bigint): boolean {
  const budget = desk.config.reserve?.gasBudget;
  // Nobody else draws on it.
  if (budget === undefined) return true;
  return 2n * (desk.spending.left("rest", desk.head.timestamp) - cost) >= budget;
}

/** How much longer than an interval this operator waits. {s} */
export async function staggerOf(desk: Desk, interval: number): Promise<number> {
  const most = Math.floor(interval / STAGGER);
  return most === 0 ? 0 : Number(BigInt(await desk.signer.getAddress()) % BigInt(most));
}
