/** Takes absorbed collateral out of the engine's ledger. */

import type { ReserveConfig } from "../config.js";
import { decodeHolding } from "../../sdk/credit/holdings.js";
import { worthOf, type ReserveContracts } from "../reserve-contracts.js";
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
    const { engine, reserve } = this.#contracts;
    const { holdings } = await engine.position(await reserve.getAddress());
    const { listed } = await reserve.listedMasks();
    const calls: Call[] = [];
    for (const { asset, amount: credit } of holdings.map(decodeHolding)) {
      if (((listed >> asset) & 1n) === 0n || (await worthOf(this.#contracts, asset, credit)) < this.#config.dust)
        continue;
      const transaction = await reserve.collectCredit.populateTransaction(asset);
      calls.push({ transaction, subject: asset.toString() });
    }
    return calls.length === 0 ? notDue("no more than dust was absorbed") : dueNow(calls);
  }
}
