/** Nodes and signers that lose what they are sent, or keep it. */

import { JsonRpcSigner, keccak256, toQuantity, Transaction, type TransactionRequest } from "ethers";

import { nodeAt, type Node } from "../../../../../deploy/public/node.js";
import { NodeFailure } from "../../../../../keeper/rpc/endpoint.js";
import { present } from "../../../../../sdk/present.js";
import { type Testnet } from "../../../../support/testnet.js";

export const SEND = "eth_sendRawTransaction";

/** An account that the node keeps; what it sends gets through, and nobody hears of it. */
export class LosingSigner extends JsonRpcSigner {
  sent = 0;

  override async sendUncheckedTransaction(transaction: TransactionRequest): Promise<string> {
    await super.sendUncheckedTransaction(transaction);
    this.sent += 1;
    throw new NodeFailure("signer", "it does not answer");
  }
}

/** A node that keeps what it is sent, shows it, and mines blocks without it, whenever whoever asks has nothing left to do but to wait for one. */
export class Holding implements Node {
  readonly #testnet: Testnet;
  readonly #node: Node;
  readonly held = new Map<string, string>();
  #looks = 0;

  constructor(testnet: Testnet) {
    this.#testnet = testnet;
    this.#node = nodeAt(testnet.url);
  }

  async request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown> {
    const [first, second] = args.params as unknown[];
    this.#looks = args.method === "eth_getBlockByNumber" ? this.#looks + 1 : 0;
    if (this.#looks > 3) await this.#testnet.provider.send("evm_mine", []);
    if (args.method === SEND) {
      const hash = keccak256(first as string);
      this.held.set(hash, first as string);
      return hash;
    }
    if (args.method === "eth_getTransactionByHash" && this.held.has(first as string)) {
      const {
        hash,
        data,
        maxFeePerGas,
        maxPriorityFeePerGas,
        nonce: at,
      } = Transaction.from(this.held.get(first as string));
      const fees = [maxFeePerGas, maxPriorityFeePerGas].map((fee) => toQuantity(present(fee)));
      return {
        ...{ hash, input: data, nonce: toQuantity(at), blockHash: null, blockNumber: null },
        ...{ maxFeePerGas: fees[0], maxPriorityFeePerGas: fees[1] },
      };
    }
    const answer = await this.#node.request(args);
    const pending = args.method === "eth_getTransactionCount" && second === "pending";
    return pending ? toQuantity(BigInt(answer as string) + BigInt(this.held.size)) : answer;
  }

  /** Has everything included, in a block each. */
  async release(): Promise<void> {
    for (const raw of this.held.values()) await this.#testnet.provider.broadcastTransaction(raw);
    this.held.clear();
  }
}
