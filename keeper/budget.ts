/** What may be spent on keeping things in order. */

import type { Purse } from "./journal/types.js";
import { min } from "./order.js";

const DAY = 86_400;

interface Expense {
  /** (unix seconds) */
  readonly time: number;
  /** {plUSD} */
  readonly cost: bigint;
}

/** A limit on what is lost within any day, on balance: what was earned in it may be lost in addition. */
export class Budget {
  /** {plUSD} */
  readonly perDay: bigint;
  #expenses: Expense[] = [];

  /** @param perDay {plUSD} */
  constructor(perDay: bigint) {
    this.perDay = perDay;
  }

  /** What is left at `time`. {plUSD}, not below 0 */
  left(time: number): bigint {
    this.#expenses = this.#expenses.filter((e) => e.time > time - DAY);
    const spent = this.#expenses.reduce((sum, e) => sum + e.cost, 0n);
    return spent < this.perDay ? this.perDay - spent : 0n;
  }

  spend(time: number, cost: bigint): void {
    this.#expenses.push({ time, cost });
  }

  earn(time: number, gain: bigint): void {
    this.#expenses.push({ time, cost: -gain });
  }
}

/**
 * The purses of a keeper. What solvency needs comes first within a block and has a budget of its own, of which auctions get no more than half, and that while capital is short; what it
 * loses beyond that, and all that the others lose, comes out of a shared one. The other way round a crash would leave nothing for the auctions that mend what it did.
 */
export class Spending {
  readonly #shared: Budget;
  readonly #reserved: Budget;

  /**
   * @param shared {plUSD} within a day
   * @param reserved For solvency alone. {plUSD} within a day
   */
  constructor(shared: bigint, reserved: bigint) {
    this.#shared = new Budget(shared);
    this.#reserved = new Budget(reserved);
  }

  /** {plUSD} */
  left(purse: Purse, time: number): bigint {
    const shared = this.#shared.left(time);
    return purse === "solvency" ? shared + this.#reserved.left(time) : shared;
  }

  /** Whether more than half of what is kept for solvency is left: only then auctions may draw on it while capital is short. */
  isAmple(time: number): boolean {
    return 2n * this.#reserved.left(time) > this.#reserved.perDay;
  }

  /**
   * Puts what really came of a transaction in the place of what it was allowed to lose. Less of a loss goes back where it came from; a loss that nobody expected is one all the same; and
   * what it earned goes to all, as a crash that pays for itself must not stop what mends it.
   * @param time When it was sent. (unix seconds) @param allowed What was spent on it then. {plUSD} @param realised What it left after gas; below 0 for a loss. {plUSD}
   */
  settle(purse: Purse, time: number, allowed: bigint, realised: bigint): void {
    const loss = realised < 0n ? -realised : 0n;
    if (loss > allowed) this.spend(purse, time, loss - allowed);
    else (purse === "solvency" ? this.#reserved : this.#shared).earn(time, allowed - loss);
    if (realised > 0n) this.#shared.earn(time, realised);
  }

  spend(purse: Purse, time: number, cost: bigint): void {
    if (cost === 0n) return;
    const fromReserved = purse === "solvency" ? min(cost, this.#reserved.left(time)) : 0n;
    this.#reserved.spend(time, fromReserved);
    this.#shared.spend(time, cost - fromReserved);
  }
}
