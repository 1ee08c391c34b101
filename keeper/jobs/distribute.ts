/** Has surplus minted to the Backstop. */

import { isError } from "ethers";

import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { dueNow, notDue, revertReason, type Job, type Verdict } from "./job.js";

/** There is no surplus now: how long not to ask again. {s} */
const PAUSE = 600;

export class Distribute implements Job {
  readonly name = "distribute";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;
  /** No use asking before. (unix seconds) */
  #notBefore = 0;

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(head: Head): Promise<Verdict> {
    if (head.timestamp < this.#notBefore) return notDue(`nothing before ${this.#notBefore.toString()}`);
    const { reserve, backstop } = this.#contracts;
    if ((await backstop.totalSupply()) === 0n) return notDue("nobody has staked");
    let amount: bigint;
    try {
      amount = await reserve.distribute.staticCall();
    } catch (error) {
      const reason = revertReason(error);
      if (reason === undefined) throw error;
      this.#notBefore = allowedAt(error) ?? head.timestamp + PAUSE;
      return notDue(reason);
    }
    if (amount < this.#config.minDistribution) {
      this.#notBefore = head.timestamp + PAUSE;
      return notDue(`a surplus of ${amount.toString()} only`);
    }
    return dueNow([{ transaction: await reserve.distribute.populateTransaction() }]);
  }
}

/** When it may be distributed again, if that is what the error is about. */
function allowedAt(error: unknown): number | undefined {
  if (!isError(error, "CALL_EXCEPTION") || error.revert?.name !== "DistributedTooEarly") return undefined;
  return Number(error.revert.args[0]);
}
