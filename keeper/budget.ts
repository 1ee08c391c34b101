/** What may be spent on keeping things in order. */

import type { Purse } from "./journal/types.js";
import { max, min } from "./order.js";

const DAY = 86_400;

/** What one transaction has taken out of both budgets; below 0 for what it earned. {plUSD} */
interface Expense {
  /** When it was sent. (unix seconds) */
  readonly time: number;
  readonly shared: bigint;
  readonly reserved: bigint;
}

/**
 * The purses of a keeper, each a limit on what is lost within any day. What solvency needs comes first within a block and has a budget of its own, of which auctions get no more than half,
 * and that while capital is short; what it loses beyond that, and all that the others lose, comes out of a shared one. The other way round a crash would leave nothing for the auctions
 * that mend what it did. What was earned may be lost in addition, by all.
 */
export class Spending {
  /** {plUSD} within a day */
  readonly #shared: bigint;
  readonly #reserved: bigint;
  /** By transaction. */
  readonly #expenses = new Map<string, Expense>();

  /**
   * @param shared {plUSD} within a day
   * @param reserved For solvency alone. {plUSD} within a day
   */
  constructor(shared: bigint, reserved: bigint) {
    this.#shared = shared;
    this.#reserved = reserved;
  }

  /** {plUSD}, not below 0 */
  left(purse: Purse, time: number): bigint {
    const { shared, reserved } = this.#spent(time);
    const ofAll = max(this.#shared - shared, 0n);
    return purse === "solvency" ? ofAll + max(this.#reserved - reserved, 0n) : ofAll;
  }

  /** Whether more than half of what is kept for solvency is left: only then auctions may draw on it while capital is short. */
  isAmple(time: number): boolean {
    return 2n * (this.#reserved - this.#spent(time).reserved) > this.#reserved;
  }

  /** What a transaction may lose, or may lose more than it was allowed before. {plUSD} */
  spend(id: string, purse: Purse, time: number, cost: bigint): void {
    const before = this.#expenses.get(id) ?? { time, shared: 0n, reserved: 0n };
    const reserved = purse === "solvency" ? min(cost, max(this.#reserved - this.#spent(time).reserved, 0n)) : 0n;
    const shared = before.shared + cost - reserved;
    this.#expenses.set(id, { time: before.time, shared, reserved: before.reserved + reserved });
  }

  /**
   * Puts what really came of a transaction in the place of what it was allowed to lose, as often as that is told. Less of a loss goes back where it came from; a loss that nobody expected is
   * one all the same; and what it earned goes to all, as a crash that pays for itself must not stop what mends it.
   * @param time When it was sent. (unix seconds) @param realised What it left after gas; below 0 for a loss. {plUSD}
   */
  settle(id: string, purse: Purse, time: number, realised: bigint): void {
    this.release(id);
    if (realised < 0n) this.spend(id, purse, time, -realised);
    else if (realised > 0n) this.#expenses.set(id, { time, shared: -realised, reserved: 0n });
  }

  /** It was never sent. */
  release(id: string): void {
    this.#expenses.delete(id);
  }

  #spent(time: number): { shared: bigint; reserved: bigint } {
    let [shared, reserved] = [0n, 0n];
    for (const [id, expense] of this.#expenses) {
      if (expense.time <= time - DAY) {
        this.#expenses.delete(id);
        continue;
      }
      shared += expense.shared;
      reserved += expense.reserved;
    }
    return { shared, reserved };
  }
}
