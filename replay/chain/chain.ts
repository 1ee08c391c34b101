/** A chain inside this process, in simulated time: blocks are made when asked for, at the time that is asked for. */

import type { Request, Requests } from "./node.js";

/** A transaction that was included and reverted. */
export class TransactionFailed extends Error {
  readonly hash: string;

  constructor(hash: string, what: string) {
    super(`${what} reverted (${hash})`);
    this.name = "TransactionFailed";
    this.hash = hash;
  }
}

/** A transaction that no block included. */
export class TransactionStuck extends Error {
  readonly hash: string;

  constructor(hash: string, what: string) {
    super(`${what} was not included within ${PATIENCE} blocks (${hash})`);
    this.name = "TransactionStuck";
    this.hash = hash;
  }
}

/** EIP-7825: the most gas that one transaction may carry. */
export const MAX_TRANSACTION_GAS = 16_777_216n;

/** Actors of a scenario pay any price for gas: what they do stands for a market that is not paid for on this chain. {wei} per gas */
const MAX_FEE = 100_000n * 10n ** 9n;

/** Blocks that a queued transaction may wait for room. */
const PATIENCE = 10;

/** A transaction whose fate is open. */
interface Sent {
  /** Known when it is with the node. */
  readonly hash: string | Promise<string>;
  readonly what: string;
  readonly mayFail: boolean;
  /** Blocks that it has waited for. */
  readonly waited: number;
}

interface Receipt {
  readonly status: string;
  readonly gasUsed: string;
}

export interface Call {
  readonly to: string;
  readonly data: string;
  /** {wei} */
  readonly value?: bigint;
  readonly gas?: bigint;
}

export interface BlockOptions {
  /** Unix seconds; above the last block's. */
  readonly time?: number;
  /** {wei} per gas */
  readonly baseFee?: bigint;
}

function quantity(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

function nextTime(time: number): Request {
  return { method: "evm_setNextBlockTimestamp", params: [quantity(time)] };
}

function nextBaseFee(baseFee: bigint): Request {
  return { method: "hardhat_setNextBlockBaseFeePerGas", params: [quantity(baseFee)] };
}

/**
 * Sends transactions in the order given, from accounts that the chain holds the keys of (or that are impersonated), and mines
 * them in one block. For the actors of a scenario; keepers and wallets use ordinary signers.
 */
export class Chain {
  readonly provider: Requests;
  #pending: Sent[] = [];

  constructor(provider: Requests) {
    this.provider = provider;
  }

  async #request<T>(method: string, params: unknown[] = []): Promise<T> {
    return (await this.provider.request({ method, params })) as T;
  }

  /** Blocks on request only (false), or one for each transaction (true). */
  async setAutomine(on: boolean): Promise<void> {
    await this.#request("evm_setAutomine", [on]);
  }

  /** A block every so many seconds; 0 stops it. */
  async setIntervalMining(seconds: number): Promise<void> {
    await this.#request("evm_setIntervalMining", [seconds * 1000]);
  }

  async setBalance(account: string, wei: bigint): Promise<void> {
    await this.#request("hardhat_setBalance", [account, quantity(wei)]);
  }

  /** Lets `account` send transactions without a key. */
  async impersonate(account: string): Promise<void> {
    await this.#request("hardhat_impersonateAccount", [account]);
  }

  async setNextTime(time: number): Promise<void> {
    const request = nextTime(time);
    // Only what depends on the next block asks for it.
    if (this.provider.enqueue === undefined) await this.provider.request(request);
    else void this.provider.enqueue(request);
  }

  async setNextBaseFee(baseFee: bigint): Promise<void> {
    await this.provider.request(nextBaseFee(baseFee));
  }

  async blockNumber(): Promise<number> {
    return Number(await this.#request<string>("eth_blockNumber"));
  }

  /** Time of the latest block, unix seconds. */
  async time(): Promise<number> {
    const block = await this.#request<{ timestamp: string }>("eth_getBlockByNumber", ["latest", false]);
    return Number(block.timestamp);
  }

  /** Whether anything waits for the next block that was sent through `send`. */
  get hasQueued(): boolean {
    return this.#pending.length > 0;
  }

  /**
   * Queues a transaction for the next block. `what` names it in case it reverts.
   * @param mayFail Somebody tries, as people do: where it reverts, nothing comes of it.
   */
  async send(from: string, call: Call, what: string, mayFail = false): Promise<void> {
    const transaction = {
      from,
      to: call.to,
      data: call.data,
      gas: quantity(call.gas ?? 3_000_000n),
      maxFeePerGas: quantity(MAX_FEE),
      maxPriorityFeePerGas: quantity(0n),
      ...(call.value === undefined ? {} : { value: quantity(call.value) }),
    };
    const request = { method: "eth_sendTransaction", params: [transaction] };
    const hash =
      this.provider.enqueue === undefined ? await this.provider.request(request) : this.provider.enqueue(request);
    this.#pending.push({ hash: hash as string | Promise<string>, what, mayFail, waited: 0 });
  }

  /**
   * Mines one block with everything queued.
   * @throws {TransactionFailed} if one of the transactions sent through `send` reverted.
   */
  async mine(options: BlockOptions = {}): Promise<void> {
    const requests: Request[] = [];
    if (options.time !== undefined) requests.push(nextTime(options.time));
    if (options.baseFee !== undefined) requests.push(nextBaseFee(options.baseFee));
    requests.push({ method: "evm_mine" });
    if (this.provider.requestAll !== undefined) await this.provider.requestAll(requests);
    else for (const request of requests) await this.provider.request(request);
    await this.#check();
  }

  async #check(): Promise<void> {
    const sent = this.#pending;
    this.#pending = [];
    const receipts = await Promise.all(
      sent.map(async ({ hash }) => await this.#request<Receipt | null>("eth_getTransactionReceipt", [await hash])),
    );
    for (const [i, { hash: known, what, mayFail, waited }] of sent.entries()) {
      const [hash, receipt] = [await known, receipts[i] ?? null];
      if (receipt === null && waited < PATIENCE) this.#pending.push({ hash, what, mayFail, waited: waited + 1 });
      else if (receipt === null) throw new TransactionStuck(hash, what);
      else if (BigInt(receipt.status) !== 1n && !mayFail) throw new TransactionFailed(hash, what);
    }
  }

  /** Sends one transaction and mines it. */
  async execute(from: string, call: Call, what: string): Promise<void> {
    await this.send(from, call, what);
    await this.mine();
  }
}
