/**
 * What the keeper sent and what became of it. An account that is in a transaction on its way is left alone; one whose transaction nobody
 * includes must not be left alone for ever.
 */

import type { Provider, Signer, TransactionReceipt, TransactionResponse } from "ethers";

/** A transaction that the keeper sent, as the outbox needs to know it. */
export interface Posted {
  readonly hash: string;
  readonly accounts: readonly string[];
}

interface Entry<T extends Posted> {
  readonly transaction: T;
  readonly nonce: number;
  /** Block as of which it was sent, or last outbid. */
  since: number;
  /** What it offers. {wei} per gas */
  maxFee: bigint;
  tip: bigint;
  /** Transactions that take its place and do nothing. */
  readonly cancellations: string[];
}

/** What became of a transaction; without a receipt it never took place. */
export interface Settled<T extends Posted> {
  readonly transaction: T;
  readonly receipt: TransactionReceipt | undefined;
  /** Spent on taking it back. {wei} */
  readonly wasted: bigint;
}

/** What a node asks for to let one transaction take another's place, and somewhat more. */
const OUTBID_PERCENT = 125n;
const CANCELLATION_GAS = 21_000n;
/** Blocks after which a node that does not know a transaction has forgotten it, and is not just behind. */
const FORGOTTEN = 2;

export class Outbox<T extends Posted> {
  readonly #provider: Provider;
  readonly #signer: Signer;
  readonly #patience: number;
  #entries: Entry<T>[] = [];

  /** @param patience Blocks that a transaction may wait before it is taken back. */
  constructor(provider: Provider, signer: Signer, patience: number) {
    this.#provider = provider;
    this.#signer = signer;
    this.#patience = patience;
  }

  /** Remembers what was sent as of `block`. */
  add(transaction: T, response: TransactionResponse, block: number): void {
    this.#entries.push({
      transaction,
      nonce: response.nonce,
      since: block,
      maxFee: response.maxFeePerGas ?? response.gasPrice,
      tip: response.maxPriorityFeePerGas ?? response.gasPrice,
      cancellations: [],
    });
  }

  /** Transactions that may still take place, and are not being taken back. */
  get waiting(): T[] {
    return this.#entries.filter((e) => e.cancellations.length === 0).map((e) => e.transaction);
  }

  /** Accounts that these are about. */
  get busy(): Set<string> {
    return new Set(this.waiting.flatMap((t) => t.accounts));
  }

  /**
   * Looks what became of what was sent, and takes back what has waited too long: a later transaction of the same sender could not pass it.
   * @param baseFee Of `block`. {wei} per gas
   */
  async settle(block: number, baseFee: bigint): Promise<Settled<T>[]> {
    const settled: Settled<T>[] = [];
    const waiting: Entry<T>[] = [];
    for (const entry of this.#entries) {
      const outcome = await this.#outcomeOf(entry, block);
      if (outcome !== undefined) {
        settled.push(outcome);
        continue;
      }
      if (block - entry.since >= this.#patience) await this.#takeBack(entry, block, baseFee);
      waiting.push(entry);
    }
    this.#entries = waiting;
    return settled;
  }

  async #outcomeOf(entry: Entry<T>, block: number): Promise<Settled<T> | undefined> {
    const { transaction, nonce, cancellations } = entry;
    const receipt = await this.#provider.getTransactionReceipt(transaction.hash);
    if (receipt !== null) return { transaction, receipt, wasted: 0n };
    for (const hash of cancellations) {
      const cancelled = await this.#provider.getTransactionReceipt(hash);
      if (cancelled !== null) return { transaction, receipt: undefined, wasted: cancelled.fee };
    }
    if (block - entry.since < FORGOTTEN) return undefined;
    const latest = cancellations[cancellations.length - 1] ?? transaction.hash;
    // The node forgot it, or another transaction has its number.
    const gone =
      (await this.#provider.getTransaction(latest)) === null ||
      (await this.#provider.getTransactionCount(await this.#signer.getAddress(), "latest")) > nonce;
    return gone ? { transaction, receipt: undefined, wasted: 0n } : undefined;
  }

  /** Offers more for doing nothing in its place. */
  async #takeBack(entry: Entry<T>, block: number, baseFee: bigint): Promise<void> {
    entry.since = block;
    entry.tip = (entry.tip * OUTBID_PERCENT) / 100n + 1n;
    entry.maxFee = max((entry.maxFee * OUTBID_PERCENT) / 100n + 1n, 2n * baseFee + entry.tip);
    try {
      const cancellation = await this.#signer.sendTransaction({
        to: await this.#signer.getAddress(),
        nonce: entry.nonce,
        gasLimit: CANCELLATION_GAS,
        maxFeePerGas: entry.maxFee,
        maxPriorityFeePerGas: entry.tip,
      });
      entry.cancellations.push(cancellation.hash);
    } catch {
      // Included at this very moment, or the node wants still more: seen at the next look, or tried again with more.
    }
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
