/** Settles deficits: takes the first point, and after the delay settles or clears it. */

import type { Head } from "../desk.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Job, type Verdict } from "./job.js";

export class Settle implements Job {
  readonly name = "settle";
  readonly rank = "solvency";
  readonly recheck: number;
  readonly #contracts: ReserveContracts;

  /** @param recheck A deficit takes hours to settle: it need not be looked for in every block. {s} */
  constructor(contracts: ReserveContracts, recheck: number) {
    this.#contracts = contracts;
    this.recheck = recheck;
  }

  async due(head: Head): Promise<Verdict> {
    const { sheet } = this.#contracts;
    const { seenAt } = await sheet.deficitPoint();
    if (seenAt !== 0n) {
      const { deficitDelay } = await sheet.parameters();
      const settleableAt = seenAt + deficitDelay;
      if (BigInt(head.timestamp) < settleableAt)
        return notDue(`the first point stands until ${settleableAt.toString()}`);
    }
    // It reverts where there is no deficit, or not everything is priced.
    const settled = await attempt(() => sheet.settleDeficit.staticCall());
    if (!settled.ok) return notDue(settled.reason);
    return dueNow([{ transaction: await sheet.settleDeficit.populateTransaction() }], true);
  }
}
