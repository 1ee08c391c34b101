/** The account that sends: its numbers, its signature, and whether what it would call works. */

import { isError, keccak256, type Provider, type Signer } from "ethers";

import type { Call, SignedTransaction } from "../journal/types.js";
import type { Offer } from "./fees.js";
import type { Counts } from "./nonces.js";

const NOTHING_GAS = 21_000n;

export class Account {
  readonly #provider: Provider;
  readonly #signer: Signer;

  constructor(provider: Provider, signer: Signer) {
    this.#provider = provider;
    this.#signer = signer;
  }

  /** What does nothing: nothing sent to oneself. */
  async nothing(): Promise<Call> {
    return { to: await this.#signer.getAddress(), data: "0x", value: 0n, gasLimit: NOTHING_GAS };
  }

  /** Signs work, or nothing in its place. No node is told, but the hash is known. */
  async sign(
    kind: SignedTransaction["kind"],
    work: Call,
    nonce: number,
    { maxFee, tip }: Offer,
    { number }: { readonly number: number },
  ): Promise<SignedTransaction> {
    const { chainId } = await this.#provider.getNetwork();
    const call = kind === "work" ? work : await this.nothing();
    const raw = await this.#signer.signTransaction({
      type: 2,
      chainId,
      nonce,
      to: call.to,
      data: call.data,
      value: call.value,
      gasLimit: call.gasLimit,
      maxFeePerGas: maxFee,
      maxPriorityFeePerGas: tip,
    });
    return { hash: keccak256(raw), raw, kind, maxFee, tip, block: number };
  }

  async counts(): Promise<Counts> {
    const sender = await this.#signer.getAddress();
    const [latest, pending] = await Promise.all([
      this.#provider.getTransactionCount(sender, "latest"),
      this.#provider.getTransactionCount(sender, "pending"),
    ]);
    return { latest, pending };
  }

  /** Whether the call would go through as of the latest block. */
  async works({ to, data, value, gasLimit }: Call): Promise<boolean> {
    try {
      await this.#provider.call({ from: await this.#signer.getAddress(), to, data, value, gasLimit });
      return true;
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return false;
      throw error;
    }
  }
}
