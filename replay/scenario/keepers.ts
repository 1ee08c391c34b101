/** Who acts between the market's blocks: the keeper of this process, or keepers in processes of their own. */

import type { Keeper, KeeperTotals } from "../../keeper/keeper.js";

/** What keepers did in all. Accounts; {plUSD} before gas; {wei} */
export type KeepersWork = Pick<KeeperTotals, "liquidations" | "absorptions" | "observations" | "profit" | "gasSpent">;

export interface Keepers {
  /**
   * Lets them look at the last block. What they send waits for the next one when this returns.
   * @returns How many accounts they found failing.
   */
  look(): Promise<number>;
  /** Whether it is known that nothing of theirs waits for the next block; where it is not, there is one. */
  readonly isIdle?: boolean;
  /** Asked once, at the end. */
  work(): Promise<KeepersWork>;
}

/** One keeper, in this process. */
export function oneKeeper(keeper: Keeper): Keepers {
  return {
    look: async () => (await keeper.tick()).failing,
    get isIdle() {
      return keeper.open === 0;
    },
    work: () => Promise.resolve(keeper.totals),
  };
}
