/** Brings the borrow rate up to date. */

import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { dueNow, notDue, type Job, type Verdict } from "./job.js";

/** Due at intervals of the keeper's own: nothing on chain tells when the rate was last asked for, and to ask once too often does no harm. */
export class Rate implements Job {
  readonly name = "rate";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;
  /** (unix seconds) */
  #updatedAt = -Infinity;

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(head: Head): Promise<Verdict> {
    const next = this.#updatedAt + this.#config.rateInterval;
    if (head.timestamp < next) return notDue(`the rate is updated at ${next.toString()}`);
    return dueNow([{ transaction: await this.#contracts.engine.updateRate.populateTransaction() }]);
  }

  resume(sentAt: number): void {
    this.#updatedAt = sentAt;
  }

  sent(head: Head): void {
    this.#updatedAt = head.timestamp;
  }
}
