/** Several calls as one: in a contract's own `multicall`, or as a batch of the wallet (EIP-5792). */

import { Interface, toQuantity } from "ethers";

import type { AddressBook } from "../addresses.js";
import type { Call, Requirement } from "./types.js";

const abi = new Interface(["function multicall(bytes[] data) returns (bytes[] results)"]);
const MULTICALL = "0xac9650d8";

/** The contracts that execute several of their own calls in one transaction, as the caller. */
function multicalls({ contracts, leverage }: AddressBook): Set<string> {
  return new Set([contracts.engine, contracts.reserve, ...(leverage === undefined ? [] : [leverage])]);
}

/** What a call consists of. */
function parts({ data }: Call): string[] {
  if (!data.startsWith(MULTICALL)) return [data];
  return [...(abi.decodeFunctionData("multicall", data)[0] as string[])];
}

/**
 * The same calls in as few transactions as can be: those that follow each other to one contract with a `multicall` become one. A deposit and a loan
 * are one transaction; one that reverts undoes all of its transaction.
 */
export function combineCalls(book: AddressBook, calls: readonly Call[]): Call[] {
  const able = multicalls(book);
  const result: Call[] = [];
  for (const call of calls) {
    const last = result.at(-1);
    if (last?.to !== call.to || !able.has(call.to) || last.value + call.value !== 0n) {
      result.push(call);
      continue;
    }
    const data = abi.encodeFunctionData("multicall", [[...parts(last), ...parts(call)]]);
    result[result.length - 1] = { ...last, data };
  }
  return result;
}

/** Transactions of the requirements, for wallets that batch instead of signing permits. */
export function callsOf(requirements: readonly Requirement[]): Call[] {
  return requirements.flatMap((r) => (r.kind === "refresh" ? r.txs : [r.tx]));
}

/** Parameters of `wallet_sendCalls` (EIP-5792): all or nothing. */
export interface SendCalls {
  readonly version: "2.0.0";
  readonly chainId: string;
  readonly from: string;
  readonly atomicRequired: true;
  readonly calls: readonly { readonly to: string; readonly data: string; readonly value: string }[];
}

/** One signature for everything, where the wallet can: `wallet.request({ method: "wallet_sendCalls", params: [sendCalls(...)] })`. */
export function sendCalls(book: AddressBook, from: string, calls: readonly Call[]): SendCalls {
  return {
    version: "2.0.0",
    chainId: toQuantity(book.chainId),
    from,
    atomicRequired: true,
    calls: combineCalls(book, calls).map(({ to, data, value }) => ({ to, data, value: toQuantity(value) })),
  };
}
