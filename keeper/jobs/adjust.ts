/** Moves the scale of risky targets to what capital can stand. */

import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Job, type Verdict } from "./job.js";

/**
 * Due at intervals, when it would move the scale. That plUSD is bought changes with a move as well; where the scale does not move any more because it is
 * at its least, capital is short, and then plUSD may be bought by that alone.
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
    const { rebalancer } = this.#contracts;
    const { scale, movedAt } = await rebalancer.derisking();
    const allowedAt = movedAt + BigInt(this.#config.adjustInterval);
    if (BigInt(head.timestamp) < allowedAt) return notDue(`adjusted less than an interval ago, next at ${allowedAt.toString()}`);
    const next = await attempt(() => rebalancer.adjust.staticCall());
    if (!next.ok) return notDue(next.reason);
    if (next.value === scale) return notDue("the scale would stay where it is");
    // Down is what solvency needs; up can wait.
    return dueNow([{ transaction: await rebalancer.adjust.populateTransaction() }], next.value < scale);
  }
}
