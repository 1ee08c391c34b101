/** Takes absorbed collateral out of the engine's ledger. */

import type { ReserveConfig } from "../config.js";
import { assetsOf, worthOf, type ReserveContracts } from "../reserve-contracts.js";
import { dueNow, notDue, type Call, type Job, type Verdict } from "./job.js";

export class Collect implements Job {
  readonly name = "collect";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(): Promise<Verdict> {
    const { reserve } = this.#contracts;
    const { listed } = await reserve.listedMasks();
    const { mask } = await reserve.booked();
    const calls: Call[] = [];
    for (const asset of assetsOf(mask & listed)) {
      const { credit } = await reserve.position(asset);
      if (credit === 0n || (await worthOf(this.#contracts, asset, credit)) < this.#config.dust) continue;
      const transaction = await reserve.collectCredit.populateTransaction(asset);
      calls.push({ transaction, subject: asset.toString() });
    }
    return calls.length === 0 ? notDue("no more than dust was absorbed") : dueNow(calls);
  }
}
