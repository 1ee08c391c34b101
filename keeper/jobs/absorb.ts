/** Hands what has failed far enough to the absorber. */

import type { TransactionReceipt } from "ethers";

import { WAD } from "../../sdk/arithmetic/integer.js";
import { BPS } from "../../sdk/credit/valuation.js";
import { withHeadroom } from "../../sdk/gas.js";
import type { ICreditEngine } from "../../types/contracts/index.js";
import type { KeeperConfig } from "../config.js";
import type { Desk, GasCost } from "../desk.js";
import type { Intent } from "../journal/types.js";
import { GasModel } from "../gas.js";
import { compare, min } from "../order.js";
import { attempt } from "./job.js";
import { liquidationTerms, type Failing } from "./failing.js";
import { GasRoom } from "./room.js";

/** A batch that nodes find too dear is halved so often in one look. */
const MAX_HALVINGS = 4;

export class Absorb {
  readonly #desk: Desk;
  readonly #config: KeeperConfig;
  readonly #engine: ICreditEngine;
  readonly #gas = new GasModel(150_000, 25_000, 0);

  readonly #room: GasRoom;

  constructor(desk: Desk, engine: ICreditEngine) {
    this.#desk = desk;
    this.#config = desk.config;
    this.#engine = engine;
    this.#room = new GasRoom(desk);
  }

  /** Has the accounts absorbed that may be, if the tips and what the operator adds pay for the gas. */
  async run(failing: readonly Failing[]): Promise<void> {
    const candidates = failing.filter((f) => f.preview.absorbable).sort((a, b) => compare(a.health, b.health));
    if (candidates.length === 0) return;
    const gas = await this.#desk.gasCost();
    const { p } = await liquidationTerms(this.#engine);
    const room = await this.#room.most();
    let batch = candidates.slice(0, this.#gas.capacity(min(room, this.#config.maxGas)));
    for (let halvings = 0; halvings <= MAX_HALVINGS; halvings++) {
      const handed = await this.#handOver(batch, p.tipShare, gas, room);
      if (handed === "done" || batch.length === 1) return;
      batch = batch.slice(0, Math.floor(batch.length / 2));
    }
  }

  /** Sends the batch if it is worth it; "too dear" where fewer accounts might be taken. */
  async #handOver(
    batch: readonly Failing[],
    tipShare: bigint,
    gas: GasCost,
    room: bigint,
  ): Promise<"done" | "too dear"> {
    const tipOf = (list: readonly Failing[]): bigint =>
      list.reduce((sum, f) => sum + (f.preview.gain * tipShare) / BPS, 0n);
    const cost = gas.of(this.#gas.estimate(batch.length));
    const urgent = batch.some((f) => f.health * BPS < BigInt(this.#config.urgentHealth) * WAD);
    if (!urgent && cost > tipOf(batch) + this.#config.absorbSubsidy * BigInt(batch.length)) return "done";

    // What reverts has been done by somebody who was faster.
    const removed = await attempt(() => this.#engine.absorb.staticCall(batch.map((f) => f.account)));
    if (!removed.ok) return "done";
    const kept = batch.filter((_, i) => removed.value[i] !== 0n);
    if (kept.length === 0) return "done";
    const accounts = kept.map((f) => f.account);
    // Nodes estimate on what is pending as well: there he may have been, too.
    const estimated = await attempt(() => this.#engine.absorb.estimateGas(accounts));
    if (!estimated.ok) return "done";
    const estimate = estimated.value;
    // A single account cannot be less: the node may say what is wrong with it.
    const most = kept.length === 1 ? this.#config.maxGas : min(room, this.#config.maxGas);
    if (estimate > most) return "too dear";
    const gasLimit = min(withHeadroom(estimate), estimate > room ? most : room);
    const { to, data } = await this.#engine.absorb.populateTransaction(accounts);
    const expected = tipOf(kept) - gas.of(estimate);
    const order = { job: "absorb", accounts, expected, purse: "solvency" } as const;
    const obstacle = await this.#desk.send(order, { to, data, gasLimit });
    return obstacle !== undefined && this.#room.isTooDear(obstacle, gasLimit) ? "too dear" : "done";
  }

  /** Learns from a receipt. */
  settled({ accounts }: Pick<Intent, "accounts">, receipt: TransactionReceipt): void {
    this.#gas.learn(accounts.length, 0, receipt.gasUsed);
  }
}
