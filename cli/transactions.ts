/** Sending transactions, and what is said when that fails. */

import { setTimeout } from "node:timers/promises";

import {
  JsonRpcSigner,
  type JsonRpcProvider,
  type Signer,
  type TransactionReceipt,
  type TransactionRequest,
} from "ethers";

import type { Call } from "../sdk/actions/types.js";
import { GOVERNANCE_SENTENCES } from "../sdk/errors/governance.js";
import { explain, type Explanation, type Names } from "../sdk/errors/index.js";
import { withHeadroom } from "../sdk/gas.js";
import { CliError, EXIT } from "./errors.js";
import { nodeTrouble } from "./node-trouble.js";

/** Between two looks for a receipt. {ms} */
const POLL = 500;
/** For how long a transaction is waited for if nobody says so. {s} */
const PATIENCE = 300;

/** How, and who is told. */
export interface Sending {
  readonly signer: Signer;
  readonly provider: JsonRpcProvider;
  readonly chainId: number;
  /** For how long a transaction that was sent is waited for. {s} */
  readonly wait?: number | undefined;
  /** Gets the hash of what is sent, at once: it is told whatever comes after. */
  readonly sent?: string[];
  readonly say: (line: string) => void;
}

/** Sends one call, and waits until it is in a block. @throws {CliError} */
export async function sendCall(call: Call, at: Sending): Promise<TransactionReceipt> {
  const { signer, provider, chainId, wait, sent, say } = at;
  const from = await signer.getAddress();
  const gasLimit = withHeadroom(await provider.estimateGas({ ...call, from }));
  // With the chain's id in it: a signer that has been switched meanwhile must not send it elsewhere.
  const hash = await submit(signer, { ...call, gasLimit, chainId });
  sent?.push(hash);
  say(`sent ${hash}`);
  const receipt = await included(provider, hash, wait ?? PATIENCE);
  say(`done in block ${receipt.blockNumber}, ${receipt.gasUsed} gas`);
  return receipt;
}

/** A refusal, for people and for programs. */
export function refusal({ name, args, message, fix }: Explanation): CliError {
  return new CliError(message, EXIT.failed, fix, { code: name, values: args });
}

/** A signer that somebody else keeps is asked for the hash alone: ethers would look there without end for what it may never show. */
async function submit(signer: Signer, transaction: TransactionRequest): Promise<string> {
  if (signer instanceof JsonRpcSigner) return await signer.sendUncheckedTransaction(transaction);
  return (await signer.sendTransaction(transaction)).hash;
}

/** What the node says of it; null as well where the node does not answer: the transaction has been sent, and may be in a block all the same. */
async function receiptOf(provider: JsonRpcProvider, hash: string): Promise<TransactionReceipt | null> {
  return await provider.getTransactionReceipt(hash).catch(() => null);
}

/** Waits until it is in a block, but not for ever. */
async function included(provider: JsonRpcProvider, hash: string, patience: number): Promise<TransactionReceipt> {
  const deadline = performance.now() + patience * 1_000;
  // Not ethers' own way of waiting: it writes to standard output when a node fails to answer. A node that does is asked again.
  let receipt = await receiptOf(provider, hash);
  while (receipt === null && performance.now() < deadline) {
    await setTimeout(POLL);
    receipt = await receiptOf(provider, hash);
  }
  if (receipt === null) {
    throw new CliError(
      `${hash} was sent, and is in no block after ${patience} s`,
      EXIT.failed,
      "It may still come: look for it, and at the account, before anything is sent again.",
      { code: "NotIncluded", values: { hash } },
    );
  }
  if (receipt.status === 1) return receipt;
  throw new CliError(`${hash} failed`, EXIT.failed, "Look again at what is on the chain.", {
    code: "Reverted",
    values: { hash },
  });
}

/** Errors of contracts, wallets and nodes as sentences. */
export function understood(error: unknown, names: Names): unknown {
  if (error instanceof CliError) return error;
  const found = explain(error, { ...names, sentences: GOVERNANCE_SENTENCES });
  return found === undefined ? (nodeTrouble(error) ?? error) : refusal(found);
}

/** Tells programs what had been sent by the time of an error: people have read it already. */
export function withSent(error: unknown, sent: readonly string[]): unknown {
  if (sent.length === 0) return error;
  const { message, exitCode, hint, details } = error instanceof CliError ? error : failed(error);
  const values = { ...details?.values, transactions: sent };
  return new CliError(message, exitCode, hint, { code: details?.code ?? "Failed", values });
}

function failed(error: unknown): CliError {
  return new CliError(error instanceof Error ? error.message : String(error));
}
