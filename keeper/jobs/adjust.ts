/** Moves the scale of risky targets to what capital can stand. */

import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Job, type Verdict } from "./job.js";

/**
 * Due at intervals, when it would move the scale, or when plUSD is bought although capital is not short any more: what takes that back is this as well, also where the scale stays at its least.
 */
export class Adjust implements Job {
  readonly name = "adjust";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(head: Head): Promise<Verdict> {
    const { rebalancer, sheet } = this.#contracts;
    const { scale, movedAt, buysDollar } = await rebalancer.derisking();
    const allowedAt = movedAt + BigInt(this.#config.adjustInterval);
    if (BigInt(head.timestamp) < allowedAt)
      return notDue(`adjusted less than an interval ago, next at ${allowedAt.toString()}`);
    const next = await attempt(() => rebalancer.adjust.staticCall());
    if (!next.ok) return notDue(next.reason);
    const needless = buysDollar && !(await sheet.stored()).short;
    if (next.value === scale && !needless) return notDue("the scale would stay where it is");
    // Down is what solvency needs; up can wait.
    return dueNow([{ transaction: await rebalancer.adjust.populateTransaction() }], next.value < scale);
  }
}
