/** What all jobs of a keeper share: the block they look at, what gas costs in it, and the way out. */

import type { Provider, Signer, TransactionResponse } from "ethers";

import type { IPriceOracle } from "../types/contracts/index.js";
import type { KeeperConfig } from "./config.js";
import { Outbox } from "./outbox.js";
import type { JobName, Sent } from "./types.js";

const WAD = 10n ** 18n;

/** The block that is looked at. */
export interface Head {
  readonly number: number;
  /** (unix seconds) */
  readonly timestamp: number;
  /** {wei} per gas */
  readonly baseFee: bigint;
}

/** What gas costs now. */
export interface GasCost {
  /** {wei} per gas */
  readonly price: bigint;
  /** {plUSD} of so much gas */
  of(gas: bigint): bigint;
}

/** A transaction on its way. */
export interface Pending extends Sent {
  readonly sales: number;
}

export class Desk {
  readonly config: KeeperConfig;
  readonly provider: Provider;
  readonly signer: Signer;
  readonly outbox: Outbox<Pending>;
  readonly #oracle: IPriceOracle;
  #head: Head = { number: -1, timestamp: 0, baseFee: 0n };
  #sent: Sent[] = [];
  #gas: GasCost | undefined;

  constructor(config: KeeperConfig, provider: Provider, signer: Signer, oracle: IPriceOracle) {
    this.config = config;
    this.provider = provider;
    this.signer = signer;
    this.outbox = new Outbox(provider, signer, config.patience);
    this.#oracle = oracle;
  }

  /** Begins a look at a block. */
  turnTo(head: Head): void {
    this.#head = head;
    this.#sent = [];
    this.#gas = undefined;
  }

  get head(): Head {
    return this.#head;
  }

  /** Sent in this look. */
  get sent(): readonly Sent[] {
    return this.#sent;
  }

  /** What gas costs in this block; the price of what pays for it is asked for once. */
  async gasCost(): Promise<GasCost> {
    if (this.#gas === undefined) {
      const price = this.#head.baseFee + this.config.priorityFee;
      const { high } = await this.#oracle.price(this.config.gasAsset);
      this.#gas = { price, of: (gas) => (gas * price * high) / WAD };
    }
    return this.#gas;
  }

  /** What a transaction offers: enough for a base fee that doubles. */
  fees(): { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } {
    const price = this.#head.baseFee + this.config.priorityFee;
    return { maxFeePerGas: price * 2n, maxPriorityFeePerGas: this.config.priorityFee };
  }

  track(
    what: Omit<Sent, "hash" | "subject"> & { readonly subject?: string },
    response: TransactionResponse,
    sales = 0,
  ): void {
    const transaction: Sent = { subject: "", ...what, hash: response.hash };
    this.outbox.add({ ...transaction, sales }, response, this.#head.number);
    this.#sent.push(transaction);
  }

  /** Whether such a transaction is on its way. */
  isWaiting(job: JobName, subject = ""): boolean {
    return this.outbox.waiting.some((t) => t.job === job && t.subject === subject);
  }
}
