/** Records the oracle's last good prices. */

import { withHeadroom } from "../../sdk/gas.js";
import type { ICreditEngine, IPriceOracle } from "../../types/contracts/index.js";
import type { Desk } from "../desk.js";
import { min } from "../order.js";
import { assetsOf } from "../reserve-contracts.js";
import { attempt } from "./job.js";
import { canSpare, staggerOf } from "./spare.js";

/** What could not be sent is not tried again for so long. {s} */
const PAUSE = 120;

export class Record {
  readonly #desk: Desk;
  readonly #engine: ICreditEngine;
  readonly #oracle: IPriceOracle;
  /** Nothing is due before. (unix seconds) */
  #notBefore = 0;

  constructor(desk: Desk, engine: ICreditEngine, oracle: IPriceOracle) {
    this.#desk = desk;
    this.#engine = engine;
    this.#oracle = oracle;
  }

  /** Records what nobody has recorded for an interval. */
  async run(): Promise<void> {
    const desk = this.#desk;
    const { timestamp } = desk.head;
    if (timestamp < this.#notBefore || desk.isWaiting("record")) return;
    const { mask, next } = await this.#due(timestamp);
    if (mask === 0n) {
      this.#notBefore = next;
      return;
    }
    this.#notBefore = timestamp + PAUSE;
    const estimated = await attempt(() => this.#oracle.record.estimateGas(mask));
    if (!estimated.ok) return;
    const cost = (await desk.gasCost()).of(estimated.value);
    if (!canSpare(desk, cost)) return;
    const { to, data } = await this.#oracle.record.populateTransaction(mask);
    const gasLimit = min(withHeadroom(estimated.value), desk.config.maxGas);
    const order = { job: "record", accounts: [], expected: -cost, purse: "rest" } as const;
    if ((await desk.send(order, { to, data, gasLimit })) !== undefined) return;
    // Of a source that is merely stale nothing is recorded: it would be due again at once.
    this.#notBefore = timestamp + desk.config.recordInterval;
  }

  /** The assets whose price the chain has not seen recorded for an interval, and when the next will be one. What died and was seen dead is not recorded again. */
  async #due(now: number): Promise<{ mask: bigint; next: number }> {
    const { recordInterval } = this.#desk.config;
    const interval = recordInterval + (await staggerOf(this.#desk, recordInterval));
    let [mask, next] = [0n, now + interval];
    for (const asset of assetsOf(await this.#engine.listedMask())) {
      const { recordedAt, deadSince } = await this.#oracle.lastGood(asset);
      const dueAt = Number(recordedAt) + interval;
      if (now < dueAt) next = Math.min(next, dueAt);
      else if (deadSince === 0n || (await this.#oracle.isLive(asset))) mask |= 1n << asset;
    }
    return { mask, next };
  }
}
