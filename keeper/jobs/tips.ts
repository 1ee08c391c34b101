/** Takes what the operator was paid in the engine's ledger out of it: tips for absorbing. */

import { decodeHolding } from "../../sdk/credit/holdings.js";
import type { Desk } from "../desk.js";
import { worthOf, type ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Call, type Job, type Verdict } from "./job.js";

/** What a withdrawal costs, about. */
const GAS = 70_000n;
/** What is taken out is worth so many times what that costs. */
const WORTH_IT = 20n;
const WHOLE = 2n ** 256n - 1n;

export class Tips implements Job {
  readonly name = "tips";
  readonly rank = "rest";
  readonly #contracts: Pick<ReserveContracts, "engine" | "oracle" | "risk">;
  readonly #desk: Desk;

  constructor(contracts: Pick<ReserveContracts, "engine" | "oracle" | "risk">, desk: Desk) {
    this.#contracts = contracts;
    this.#desk = desk;
  }

  async due(): Promise<Verdict> {
    const { engine } = this.#contracts;
    const owner = await this.#desk.signer.getAddress();
    const { debtShares, holdings } = await engine.position(owner);
    // Then it is collateral.
    if (debtShares > 0n) return notDue("the key has a debt of its own");
    const least = (await this.#desk.gasCost()).of(GAS) * WORTH_IT;
    const calls: Call[] = [];
    for (const { asset, amount } of holdings.map(decodeHolding)) {
      // Without a price nobody knows whether it is worth the gas.
      const worth = await attempt(() => worthOf(this.#contracts, asset, amount));
      if (!worth.ok || worth.value < least) continue;
      const transaction = await engine.withdraw.populateTransaction(asset, WHOLE, owner, owner);
      calls.push({ transaction, subject: asset.toString() });
    }
    return calls.length === 0 ? notDue("no tip is worth the gas yet") : dueNow(calls);
  }
}
