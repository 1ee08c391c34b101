/** Lets the risk model look at the prices, as soon as it may. */

import { isError } from "ethers";

import { withHeadroom } from "../../sdk/gas.js";
import type { IRisk } from "../../types/contracts/index.js";
import type { Desk } from "../desk.js";

export class Observe {
  readonly #desk: Desk;
  readonly #risk: IRisk;
  /** Before this time prices need not be observed. (unix seconds) */
  #notBefore = 0n;

  constructor(desk: Desk, risk: IRisk) {
    this.#desk = desk;
    this.#risk = risk;
  }

  async run(): Promise<void> {
    const now = BigInt(this.#desk.head.timestamp);
    if (now < this.#notBefore || this.#desk.isWaiting("observe")) return;
    const { allowedAt } = await this.#risk.observation();
    this.#notBefore = allowedAt;
    if (now < allowedAt) return;
    let estimate: bigint;
    try {
      estimate = await this.#risk.observe.estimateGas();
    } catch (error) {
      // Somebody was faster, or the model cannot observe now; the next block tells.
      if (isError(error, "CALL_EXCEPTION")) return;
      throw error;
    }
    const { to, data } = await this.#risk.observe.populateTransaction();
    const expected = -(await this.#desk.gasCost()).of(estimate);
    const order = { job: "observe", accounts: [], expected, purse: "solvency" } as const;
    await this.#desk.send(order, { to, data, gasLimit: withHeadroom(estimate) });
  }
}
