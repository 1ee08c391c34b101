/** What may be spent on keeping things in order. */

const DAY = 86_400;

interface Expense {
  /** (unix seconds) */
  readonly time: number;
  /** {plUSD} */
  readonly cost: bigint;
}

/** A limit on what is spent within any day. */
export class Budget {
  readonly #perDay: bigint;
  #expenses: Expense[] = [];

  /** @param perDay {plUSD} */
  constructor(perDay: bigint) {
    this.#perDay = perDay;
  }

  /** What is left at `time`. {plUSD}, not below 0 */
  left(time: number): bigint {
    this.#expenses = this.#expenses.filter((e) => e.time > time - DAY);
    const spent = this.#expenses.reduce((sum, e) => sum + e.cost, 0n);
    return spent < this.#perDay ? this.#perDay - spent : 0n;
  }

  spend(time: number, cost: bigint): void {
    this.#expenses.push({ time, cost });
  }
}
