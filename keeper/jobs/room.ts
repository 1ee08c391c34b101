/** How much gas one transaction may ask for now: what a transaction may carry at most, what the key's ether pays for, and what nodes take. */

import type { Desk } from "../desk.js";
import { firstOffer } from "../execution/fees.js";
import { max, min } from "../order.js";
import { cannotPay } from "../rpc/cannot-pay.js";

/** Blocks for which it is remembered that nodes found a transaction too dear. */
const REMEMBERED = 50;
/** Nodes' words for a transaction that costs more than they pass on. */
const ABOVE_CAP = /fee .*exceeds the configured cap|fee cap exceeded/i;

export class GasRoom {
  readonly #desk: Desk;
  /** A transaction that reserved as much was too dear. {wei} */
  #tooDear: { readonly wei: bigint; readonly until: number } | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Gas that the next transaction may ask for. One question; a dry run, whose key need not have anything, asks none. */
  async most(): Promise<bigint> {
    const { config, head, execute, provider, signer, executor } = this.#desk;
    const offer = this.#offer();
    if (!execute || offer === undefined) return config.maxGas;
    let wei = await provider.getBalance(await signer.getAddress());
    // Nodes set aside what everything on its way may cost.
    for (const { call, transactions } of executor.waiting) {
      wei -= call.gasLimit * (transactions.at(-1)?.maxFee ?? 0n) + call.value;
    }
    if (this.#tooDear !== undefined && head.number < this.#tooDear.until) wei = min(wei, this.#tooDear.wei / 2n);
    return min(config.maxGas, max(wei, 0n) / offer.maxFee);
  }

  /** Whether a transaction with less gas might have been taken, by why this one was not; if so, the next ones ask for less. */
  isTooDear(obstacle: string, gasLimit: bigint): boolean {
    const offer = this.#offer();
    if (offer === undefined || !(cannotPay(obstacle) || ABOVE_CAP.test(obstacle))) return false;
    this.#tooDear = { wei: gasLimit * offer.maxFee, until: this.#desk.head.number + REMEMBERED };
    return true;
  }

  #offer(): ReturnType<typeof firstOffer> {
    const { priorityFee, feeCeiling: ceiling, bumpPercent } = this.#desk.config;
    return firstOffer(this.#desk.head.baseFee, { priorityFee, ceiling, bumpPercent });
  }
}
