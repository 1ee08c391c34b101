/** What Ignition deploys through: a node that is asked, and somebody who signs. */

import { JsonRpcSigner, keccak256, type Signer, type TransactionRequest } from "ethers";
import { z } from "zod";

import { withHeadroom } from "../../sdk/gas.js";
import { DeploymentInterrupted } from "./errors.js";
import { NodeError, quantity, type Node } from "./node.js";
import type { SendRecord } from "./sends.js";

const hex = z
  .string()
  .regex(/^0x[0-9a-f]*$/i)
  .transform((text) => BigInt(text));
const asked = z
  .object({
    to: z.string().optional(),
    data: z.string(),
    value: hex.default("0x0"),
    nonce: hex.transform(Number),
    gas: hex,
    maxFeePerGas: hex.optional(),
    maxPriorityFeePerGas: hex.optional(),
    gasPrice: hex.optional(),
  })
  .strip();

/** Some nodes say so when they are told twice of one transaction. */
const KNOWN = /already known|known transaction|already imported|already in/i;

/** Gives a node a signed transaction, which it may have already, or even have included. */
export async function offer(node: Node, raw: string): Promise<void> {
  try {
    await node.request({ method: "eth_sendRawTransaction", params: [raw] });
  } catch (error) {
    if (!(error instanceof NodeError) || !KNOWN.test(error.message)) throw error;
  }
}

export interface Signing {
  readonly node: Node;
  readonly chainId: bigint;
  readonly address: string;
  /** Signs itself, or has its own wallet sign and send. */
  readonly signer: Signer;
  readonly record: SendRecord;
  /** Aborted: nothing is sent any more. */
  readonly signal?: AbortSignal;
}

/** Ignition's provider: accounts and sending are ours, gas limits have headroom, the rest is the node's. */
export class SigningProvider implements Node {
  readonly #options: Signing;
  /** After a send that failed nothing may follow: it would wait for the one that is missing. */
  #broken = false;

  constructor(options: Signing) {
    this.#options = options;
  }

  async request({ method, params }: { readonly method: string; readonly params?: unknown }): Promise<unknown> {
    const { node, address } = this.#options;
    if (method === "eth_accounts") return [address];
    if (method === "eth_sendTransaction") return await this.#send((params as unknown[])[0]);
    const answer = await node.request({ method, params: params ?? [] });
    // What the node estimated, to the unit, may be too little by the time the transaction is included.
    if (method === "eth_estimateGas") return `0x${withHeadroom(BigInt(answer as string)).toString(16)}`;
    return answer;
  }

  async #send(request: unknown): Promise<string> {
    const { signal } = this.#options;
    if (signal?.aborted === true || this.#broken) throw new DeploymentInterrupted();
    try {
      return await this.#sendOne(asked.parse(request));
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  async #sendOne({
    gas,
    to,
    gasPrice,
    maxFeePerGas,
    maxPriorityFeePerGas,
    ...rest
  }: z.output<typeof asked>): Promise<string> {
    const { node, chainId, signer, address, record } = this.#options;
    const fees =
      maxFeePerGas === undefined || maxPriorityFeePerGas === undefined
        ? { type: 0, gasPrice: gasPrice ?? 0n }
        : { type: 2, maxFeePerGas, maxPriorityFeePerGas };
    const transaction: TransactionRequest = { ...rest, to: to ?? null, ...fees, gasLimit: gas, chainId };
    const block = Number(await quantity(node, "eth_blockNumber"));
    if (signer instanceof JsonRpcSigner) {
      record.write({ nonce: rest.nonce, hash: null, raw: null, block });
      return await signer.sendUncheckedTransaction({ ...transaction, from: address });
    }
    const raw = await signer.signTransaction(transaction);
    const hash = keccak256(raw);
    record.write({ nonce: rest.nonce, hash, raw, block });
    await offer(node, raw);
    return hash;
  }
}
