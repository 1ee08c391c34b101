/** Brings the borrow rate up to date. */

import { IRateSource__factory } from "../../types/contracts/index.js";
import type { ReserveConfig } from "../config.js";
import type { Desk, Head } from "../desk.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Job, type Verdict } from "./job.js";
import { canSpare, staggerOf } from "./spare.js";

/** A change of the rate by one part in so many is worth its gas; a smaller one after so many intervals: rates move by their pace, and only a day of it is made up for. */
const MATERIAL = 100n;
const LATE = 5;

/** Due when the rate would change: the chain is asked what it would be, so that one operator's update spares the others theirs. */
export class Rate implements Job {
  readonly name = "rate";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;
  readonly #desk: Desk;
  /** Sent by this operator, or first looked at. (unix seconds) */
  #updatedAt: number | undefined;
  #sentAt = -Infinity;
  /** Since when it has been worth it, and nobody did it. (unix seconds) */
  #dueSince: number | undefined;

  constructor(contracts: ReserveContracts, config: ReserveConfig, desk: Desk) {
    this.#contracts = contracts;
    this.#config = config;
    this.#desk = desk;
  }

  async due(head: Head): Promise<Verdict> {
    const { rateInterval } = this.#config;
    const next = this.#sentAt + rateInterval;
    if (head.timestamp < next) return notDue(`the rate is updated at ${next.toString()}`);
    const { engine } = this.#contracts;
    this.#updatedAt ??= head.timestamp;
    const { rate } = await engine.interest();
    const source = IRateSource__factory.connect(await engine.rateSource(), this.#desk.provider);
    // Only the engine is answered.
    const aimed = await attempt(() => source.nextRate.staticCall(rate, { from: engine.target as string }));
    if (!aimed.ok) return notDue(aimed.reason);
    const change = aimed.value > rate ? aimed.value - rate : rate - aimed.value;
    if (change === 0n) {
      this.#dueSince = undefined;
      return notDue("the rate would stay as it is");
    }
    const isLate = head.timestamp >= this.#updatedAt + LATE * rateInterval;
    if (change * MATERIAL < rate && !isLate) {
      this.#dueSince = undefined;
      return notDue("the rate would hardly change");
    }
    this.#dueSince ??= head.timestamp;
    const turn = this.#dueSince + (await staggerOf(this.#desk, rateInterval));
    if (head.timestamp < turn) return notDue(`left to other operators until ${turn.toString()}`);
    const estimated = await attempt(() => engine.updateRate.estimateGas());
    if (!estimated.ok) return notDue(estimated.reason);
    if (!canSpare(this.#desk, (await this.#desk.gasCost()).of(estimated.value))) {
      return notDue("what is left of the day's budget is for others");
    }
    return dueNow([{ transaction: await engine.updateRate.populateTransaction() }]);
  }

  resume(sentAt: number): void {
    this.#sentAt = sentAt;
    this.#updatedAt = sentAt;
    this.#dueSince = undefined;
  }

  sent(head: Head): void {
    this.resume(head.timestamp);
  }
}
