/** What of an operator's own contracts is there, what is on its way, and what has to be deployed at what cost. Nothing is sent here. */

import type { Provider, TransactionReceipt } from "ethers";

import { firstOffer, type FeeRules, type Offer } from "../execution/fees.js";
import { CannotDeploy } from "./errors.js";
import type { DeployRecord, Entry } from "./record.js";
import { differenceOf, initCodeOf, KINDS, madeWith, OWN, type OwnName, type OwnTerms, type Terms } from "./terms.js";

/** What is added to a deployment's estimate: the cost of one changes little from block to block. % */
const GAS_MARGIN = 10n;
/** Nodes without an archive know older states not that far back. Blocks */
const MEMORY = 64;

/**
 * - there: it is deployed, and is what is wanted
 * - sent: it is on its way, or not deep enough yet
 * - missing: it has to be deployed
 */
export type Standing = { readonly name: OwnName; readonly terms: Terms } & (
  | { readonly state: "there"; readonly address: string; readonly source: Source }
  | { readonly state: "sent"; readonly address: string; readonly entry: Entry }
  | { readonly state: "missing"; readonly data: string; readonly gas: bigint; readonly gasLimit: bigint }
);

/** Who says where it is. */
export type Source = "configuration" | "record" | "address book";

export interface Named {
  /** By the configuration: they must be what they should be. */
  readonly configured: Readonly<Partial<Record<OwnName, string>>>;
  /** By the address book: somebody's, perhaps the key's. */
  readonly listed: Readonly<Partial<Record<OwnName, string>>>;
}

export interface Plan {
  /** The head that it was made at. */
  readonly block: number;
  readonly standings: readonly Standing[];
  /** {wei} per gas */
  readonly baseFee: bigint;
  /** What is offered for gas; undefined where that is above the ceiling. */
  readonly offer: Offer | undefined;
  /** Of the key. {wei} */
  readonly balance: bigint;
  /** What deploying costs at the present fee, and what the key must have for it: the most that it offers. {wei} */
  readonly cost: bigint;
  readonly most: bigint;
}

export interface Situation extends Named {
  readonly provider: Provider;
  readonly terms: OwnTerms;
  readonly owner: string;
  readonly record: DeployRecord;
  readonly rules: FeeRules & { readonly confirmations: number };
}

/** @throws {CannotDeploy} where the configuration names a contract that is not the operator's, or not for this protocol. */
export async function planOf(situation: Situation): Promise<Plan> {
  const { provider, owner, rules, terms } = situation;
  const { number: block, baseFee } = await headOf(provider);
  const standings: Standing[] = [];
  for (const name of OWN) {
    const wanted = terms[name];
    if (wanted !== undefined) standings.push(await standingOf(name, wanted, block, situation));
  }
  const offer = firstOffer(baseFee, rules);
  const missing = standings.flatMap((one) => (one.state === "missing" ? [one] : []));
  const sum = (of: (one: (typeof missing)[number]) => bigint): bigint => missing.reduce((s, one) => s + of(one), 0n);
  return {
    block,
    standings,
    baseFee,
    offer,
    balance: await provider.getBalance(owner),
    cost: sum(({ gas }) => gas) * (baseFee + rules.priorityFee),
    most: sum(({ gasLimit }) => gasLimit) * (offer?.maxFee ?? 0n),
  };
}

export async function headOf(provider: Provider): Promise<{ number: number; baseFee: bigint }> {
  const head = await provider.getBlock("latest");
  if (head === null) throw new CannotDeploy("the node has no block", "Wait until it has caught up.");
  return { number: head.number, baseFee: head.baseFeePerGas ?? 0n };
}

async function standingOf(name: OwnName, terms: Terms, block: number, situation: Situation): Promise<Standing> {
  const { configured, listed, provider, owner } = situation;
  const given = configured[name];
  if (given !== undefined) {
    await needsOwn(name, given, terms, provider);
    return { name, terms, state: "there", address: given, source: "configuration" };
  }
  const recorded = await recordedOf(name, terms, block, situation);
  if (recorded !== undefined) return recorded;
  const known = listed[name];
  if (known !== undefined && differenceOf(await madeWith(name, known, provider), terms) === undefined) {
    return { name, terms, state: "there", address: known, source: "address book" };
  }
  const data = await initCodeOf(name, terms);
  const gas = await provider.estimateGas({ from: owner, data });
  return { name, terms, state: "missing", data, gas, gasLimit: (gas * (100n + GAS_MARGIN)) / 100n };
}

/** @throws {CannotDeploy} unless the contract that the configuration names is what is wanted. */
async function needsOwn(name: OwnName, address: string, terms: Terms, provider: Provider): Promise<void> {
  const other = `Take addresses.${name} out of the configuration (file and environment) to have one of your own deployed, or correct it.`;
  if ((await provider.getCode(address)) === "0x") {
    throw new CannotDeploy(`nothing is deployed at ${address}, where addresses.${name} should be`, other);
  }
  const actual = await madeWith(name, address, provider);
  if (actual.owner !== terms.owner) {
    throw new CannotDeploy(
      `addresses.${name} (${address}) obeys ${actual.owner ?? "nobody"}, not the key's ${terms.owner ?? "nobody"}`,
      `Is it the right key? ${other}`,
    );
  }
  const key = differenceOf(actual, terms);
  if (key === undefined) return;
  throw new CannotDeploy(
    `addresses.${name} (${address}) was made with the ${key} ${actual[key] ?? "none"}, not with ${terms[key] ?? "none"}`,
    other,
  );
}

/** What became of what was sent; undefined where nothing was, or nothing that helps came of it. */
async function recordedOf(
  name: OwnName,
  terms: Terms,
  block: number,
  { record, provider, owner, rules }: Situation,
): Promise<Standing | undefined> {
  const entry = record.entries[name];
  if (entry === undefined) return undefined;
  const { address } = entry;
  if ((await provider.getCode(address)) === "0x") {
    if ((await receiptOf(entry, provider))?.status === 0) return undefined;
    // Somebody else's transaction had the number, and that will not change any more.
    const gone = await isOvertaken(entry, owner, block, rules.confirmations, provider);
    return gone ? undefined : { name, terms, state: "sent", address, entry };
  }
  // The protocol, or the operator's router, may be another since.
  if (differenceOf(await madeWith(name, address, provider), terms) !== undefined) return undefined;
  if (entry.final) return { name, terms, state: "there", address, source: "record" };
  return { name, terms, state: "sent", address, entry };
}

/** Of whichever of its transactions was included. */
export async function receiptOf({ transactions }: Entry, provider: Provider): Promise<TransactionReceipt | null> {
  for (const { hash } of [...transactions].reverse()) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt;
  }
  return null;
}

/** Whether its number was used already in a block so deep that it stays. */
export async function isOvertaken(
  { nonce }: Entry,
  owner: string,
  block: number,
  confirmations: number,
  provider: Provider,
): Promise<boolean> {
  const deep = Math.max(0, block - Math.min(confirmations, MEMORY));
  return (await provider.getTransactionCount(owner, deep)) > nonce;
}

/** How a contract is named where both its role and its kind are of interest. */
export function labelOf(name: OwnName): string {
  return `${name} (${KINDS[name]})`;
}
