/** The moment before a deployment is handed over, reached anew: the deployment's own signed transactions up to there, and later the rest of its calls. */

import { Transaction, type BaseWallet, type TransactionRequest } from "ethers";

import { folderOf, type FinishedRecord } from "../../../../../deploy/public/record.js";
import { SendRecord } from "../../../../../deploy/public/sends.js";
import { present } from "../../../../../sdk/present.js";
import type { Testnet } from "../../../../support/testnet.js";

interface Step {
  readonly future: string;
  readonly transaction: Transaction;
}

/** The transactions of a deployment that is finished, in order. */
function stepsOf(testnet: Testnet, { transactions = {} }: FinishedRecord): Step[] {
  const sends = new SendRecord(folderOf(testnet.folder, testnet.network.chainId));
  const futures = new Map(Object.entries(transactions).map(([future, hash]) => [hash, future]));
  const steps: Step[] = [];
  for (let nonce = 0; steps.length < futures.size; nonce++) {
    const sent = sends.of(nonce).find(({ hash }) => hash !== null && futures.has(hash));
    const transaction = Transaction.from(present(sent?.raw ?? undefined, `transaction ${nonce}`));
    steps.push({ future: present(futures.get(transaction.hash ?? ""), "future"), transaction });
  }
  return steps;
}

/** What is sent in place of one of the deployment's transactions. */
export type InPlace = Readonly<Record<string, { readonly to: string | null; readonly data: string }>>;

/** A deployment that lacks its last calls. */
export interface Open {
  /** Sends what is missing; gives the record of the whole. */
  finish(): Promise<FinishedRecord>;
}

/**
 * Sends a deployment's transactions again, up to those that hand the contracts over.
 * @param inPlace By the name of the future. Calls in whose place something else was sent come last.
 */
export async function openAgain(testnet: Testnet, record: FinishedRecord, inPlace: InPlace): Promise<Open> {
  const { deployer } = testnet;
  const steps = stepsOf(testnet, record);
  const handingOver = steps.findIndex(({ future }) => /#(give|label)_/.test(future));
  const left = steps.slice(handingOver);
  const hashes = { ...record.transactions };
  for (const { future, transaction } of steps.slice(0, handingOver)) {
    const other = inPlace[future];
    if (other === undefined) await included(deployer, await broadcast(deployer, transaction.serialized), future);
    else {
      hashes[future] = await sent(deployer, other);
      if (transaction.to !== null) left.unshift({ future, transaction });
    }
  }
  return {
    async finish(): Promise<FinishedRecord> {
      for (const { future, transaction } of left) hashes[future] = await sent(deployer, transaction);
      return { ...record, transactions: hashes };
    },
  };
}

const GAS = 15_000_000n;

/** As the deployer, whose nonces may be others by now. */
export async function sent(
  from: BaseWallet,
  { to, data, value = 0n }: Pick<TransactionRequest, "to" | "data" | "value">,
): Promise<string> {
  const { hash } = await from.sendTransaction({
    to: to ?? null,
    data: data ?? "0x",
    value: value ?? 0n,
    gasLimit: GAS,
  });
  return await included(from, hash);
}

async function broadcast({ provider }: BaseWallet, raw: string): Promise<string> {
  return (await present(provider, "provider").broadcastTransaction(raw)).hash;
}

/** @throws {Error} What was sent, where it reverted. */
export async function included({ provider }: BaseWallet, hash: string, what = "what was sent"): Promise<string> {
  const receipt = present(await present(provider, "provider").waitForTransaction(hash), what);
  // What reverts here would make a test prove nothing.
  if (receipt.status !== 1) throw new Error(`${what} did not get through (${hash})`);
  return hash;
}
