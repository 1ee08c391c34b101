/** Records the oracle's last good prices. */

import type { ICreditEngine, IPriceOracle } from "../../types/contracts/index.js";
import type { Desk } from "../desk.js";

const GAS_LIMIT = 1_500_000n;
/** What it burns, about. */
const GAS = 300_000n;

export class Record {
  readonly #desk: Desk;
  readonly #engine: ICreditEngine;
  readonly #oracle: IPriceOracle;
  /** (unix seconds) */
  #recordedAt: number | undefined;

  constructor(desk: Desk, engine: ICreditEngine, oracle: IPriceOracle) {
    this.#desk = desk;
    this.#engine = engine;
    this.#oracle = oracle;
  }

  /** At intervals. */
  async run(): Promise<void> {
    const { timestamp } = this.#desk.head;
    this.#recordedAt ??= this.#desk.lastTime("record") ?? 0;
    if (timestamp - this.#recordedAt < this.#desk.config.recordInterval) return;
    const mask = await this.#engine.listedMask();
    if (mask !== 0n) {
      const { to, data } = await this.#oracle.record.populateTransaction(mask);
      const expected = -(await this.#desk.gasCost()).of(GAS);
      const order = { job: "record", accounts: [], expected, purse: "rest" } as const;
      if ((await this.#desk.send(order, { to, data, gasLimit: GAS_LIMIT })) !== undefined) return;
    }
    this.#recordedAt = timestamp;
  }
}
