/** Hands what has failed far enough to the absorber. */

import type { TransactionReceipt } from "ethers";

import { withHeadroom } from "../../sdk/gas.js";
import type { ICreditEngine } from "../../types/contracts/index.js";
import type { KeeperConfig } from "../config.js";
import type { Desk } from "../desk.js";
import type { Intent } from "../journal/types.js";
import { GasModel } from "../gas.js";
import { compare, min } from "../order.js";
import { attempt } from "./job.js";
import { liquidationTerms, type Failing } from "./failing.js";

const WAD = 10n ** 18n;
const BPS = 10_000n;

export class Absorb {
  readonly #desk: Desk;
  readonly #config: KeeperConfig;
  readonly #engine: ICreditEngine;
  readonly #gas = new GasModel(150_000, 25_000, 0);

  constructor(desk: Desk, engine: ICreditEngine) {
    this.#desk = desk;
    this.#config = desk.config;
    this.#engine = engine;
  }

  /** Has the accounts absorbed that may be, if the tips and what the operator adds pay for the gas. */
  async run(failing: readonly Failing[]): Promise<void> {
    const candidates = failing.filter((f) => f.preview.absorbable).sort((a, b) => compare(a.health, b.health));
    if (candidates.length === 0) return;
    const batch = candidates.slice(0, this.#gas.capacity(this.#config.maxGas));
    const gas = await this.#desk.gasCost();
    const { p } = await liquidationTerms(this.#engine);
    const tip = batch.reduce((sum, f) => sum + (f.preview.gain * p.tipShare) / BPS, 0n);
    const cost = gas.of(this.#gas.estimate(batch.length));
    const urgent = batch.some((f) => f.health * BPS < BigInt(this.#config.urgentHealth) * WAD);
    if (!urgent && cost > tip + this.#config.absorbSubsidy * BigInt(batch.length)) return;

    // What reverts has been done by somebody who was faster.
    const removed = await attempt(() => this.#engine.absorb.staticCall(batch.map((f) => f.account)));
    if (!removed.ok) return;
    const accounts = batch.filter((_, i) => removed.value[i] !== 0n).map((f) => f.account);
    if (accounts.length === 0) return;
    // Nodes estimate on what is pending as well: there he may have been, too.
    const estimated = await attempt(() => this.#engine.absorb.estimateGas(accounts));
    if (!estimated.ok) return;
    const estimate = estimated.value;
    const limit = min(withHeadroom(estimate), this.#config.maxGas);
    const { to, data } = await this.#engine.absorb.populateTransaction(accounts);
    const order = { job: "absorb", accounts, expected: tip - gas.of(estimate), purse: "solvency" } as const;
    await this.#desk.send(order, { to, data, gasLimit: limit });
  }

  /** Learns from a receipt. */
  settled({ accounts }: Pick<Intent, "accounts">, receipt: TransactionReceipt): void {
    this.#gas.learn(accounts.length, 0, receipt.gasUsed);
  }
}
