/**
 * How a deployment came about: each of its transactions is looked up and compared with what the module says. The record that names them is believed in nothing:
 * a transaction that it names is the module's, or it is said that it is not.
 *
 * A contract whose creation is the module's begins with the storage that its constructor leaves, and with nothing else. Who deployed, in which block the history
 * begins and where it ends is taken from the transactions too.
 */

import {
  FutureType,
  isDeploymentFuture,
  type ContractCallFuture,
  type DeploymentFuture,
  type Future,
} from "@nomicfoundation/ignition-core";
import type { TransactionReceipt, TransactionResponse } from "ethers";

import type { Checks } from "../checks.js";
import { creationOf } from "./creation.js";
import { notAfter, type Place } from "./events.js";
import type { Resolver } from "./resolve.js";

export interface History {
  /** Whoever sent the transactions. */
  readonly deployer: string;
  readonly firstBlock: number;
  /** Where the last transaction is: what comes after it, the deployer has no part in. */
  readonly end: Place;
  /** Of every transaction of the deployment. */
  readonly hashes: ReadonlySet<string>;
  /** Receipts of contracts' creations, by the name of the future. */
  readonly creations: ReadonlyMap<string, TransactionReceipt>;
}

/** How many transactions are asked for at once: public nodes limit how much is asked in a second. */
const AT_ONCE = 8;

/** Futures that a transaction belongs to. */
type Sent = DeploymentFuture<string> | ContractCallFuture<string, string>;

export function isCall(future: Future): future is ContractCallFuture<string, string> {
  return future.type === FutureType.CONTRACT_CALL;
}

const isSent = (future: Future): future is Sent => isDeploymentFuture(future) || isCall(future);

interface Found {
  readonly future: Sent;
  readonly transaction: TransactionResponse;
  readonly receipt: TransactionReceipt;
}

/**
 * Looks every transaction up.
 * @param transactions Their hashes by the name of the future.
 * @returns Undefined where the chain lacks one of them: then nobody knows where the history begins or ends.
 */
export async function checkHistory(
  checks: Checks,
  contracts: Resolver,
  futures: readonly Future[],
  transactions: Readonly<Record<string, string>>,
  deployer: string,
): Promise<History | undefined> {
  const found: Found[] = [];
  const sent = futures.filter(isSent);
  for (let i = 0; i < sent.length; i += AT_ONCE) {
    const some = sent.slice(i, i + AT_ONCE).map((future) => lookUp(checks, contracts, future, transactions[future.id]));
    found.push(...(await Promise.all(some)).filter((one) => one !== undefined));
  }
  for (const one of found) await checkOne(checks, contracts, one, deployer);
  if (found.length < sent.length) return undefined;

  const places = found.map(({ receipt }) => ({ block: receipt.blockNumber, transaction: receipt.index }));
  const end = places.reduce((last, place) => (notAfter(last, place) ? place : last));
  const firstBlock = Math.min(...places.map(({ block }) => block));
  checks.add("history", true, `it begins in block ${firstBlock} and is complete in block ${end.block}`, "");
  return {
    deployer,
    firstBlock,
    end,
    hashes: new Set(found.map(({ transaction }) => transaction.hash)),
    creations: new Map(
      found.filter(({ future }) => isDeploymentFuture(future)).map(({ future, receipt }) => [future.id, receipt]),
    ),
  };
}

async function lookUp(
  checks: Checks,
  { provider }: Resolver,
  future: Sent,
  hash: string | undefined,
): Promise<Found | undefined> {
  const subject = subjectOf(future);
  if (hash === undefined) {
    checks.add(subject, false, "", "the record does not say in which transaction it was sent");
    return undefined;
  }
  const [transaction, receipt] = await Promise.all([
    provider.getTransaction(hash),
    provider.getTransactionReceipt(hash),
  ]);
  if (transaction !== null && receipt !== null) return { future, transaction, receipt };
  checks.add(subject, false, "", `the chain has no transaction ${hash}`);
  return undefined;
}

const subjectOf = ({ id }: Sent): string => `transaction ${id}`;

/** Each of these is said with the transaction: who sent it, whereto, what, and what became of it. */
async function checkOne(
  checks: Checks,
  contracts: Resolver,
  { future, transaction, receipt }: Found,
  deployer: string,
): Promise<void> {
  const wrong: string[] = [];
  const compare = (what: string, is: unknown, should: unknown): void => {
    const [a, b] = [String(is), String(should)];
    if (a === b) return;
    const [found, wanted] = shown(a, b);
    wrong.push(`${what} ${found}, not ${wanted}`);
  };
  compare("it was sent by", transaction.from, deployer);
  compare("its outcome is", receipt.status, 1);
  if (isCall(future)) {
    compare("it was sent to", transaction.to, contracts.addressOf(future.contract));
    compare("it calls", transaction.data, await callOf(contracts, future));
    compare("it sends along", transaction.value, await contracts.valueOf(future.value));
  } else {
    // Whatever else creates contracts could create them from other code, and call them before anybody sees it.
    compare("it was sent to", transaction.to, null);
    compare("it created", receipt.contractAddress, contracts.addressOf(future));
    compare("the code that ran is", transaction.data, await creationOf(contracts, future));
  }
  checks.add(
    subjectOf(future),
    wrong.length === 0,
    `${transaction.hash} is what the module says`,
    `${transaction.hash} is not what the module says: ${wrong.join("; ")}`,
  );
}

async function callOf(contracts: Resolver, future: ContractCallFuture<string, string>): Promise<string> {
  const abi = await contracts.interfaceOf(future.contract);
  return abi.encodeFunctionData(future.functionName, (await contracts.valueOf(future.args)) as unknown[]);
}

/** Calls and code are long: the first place where they differ tells what it is about. */
const SHOWN = 64;

function shown(is: string, should: string): [string, string] {
  if (is.length <= SHOWN && should.length <= SHOWN) return [is, should];
  let from = 0;
  while (is[from] === should[from]) from += 1;
  from -= from % 2;
  return [is, should].map((text) => `...${text.slice(from, from + SHOWN)}`) as [string, string];
}
