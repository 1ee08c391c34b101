/**
 * Puts Ignition's journal in order before it goes on, so that a deployment can be interrupted anywhere. Ignition itself refuses to go on where a transaction was
 * about to be sent and it does not know whether it was, and where something failed before.
 */

import { setTimeout } from "node:timers/promises";

import { trackTransaction, wipe, type ArtifactResolver } from "@nomicfoundation/ignition-core";
import { Transaction } from "ethers";
import { z } from "zod";

import { DeploymentInterrupted, DeploymentStopped } from "./errors.js";
import { dropTorn, progressIn, waitOn, type OnItsWay, type Unsent } from "./journal.js";
import { NodeError, quantity, type Node } from "./node.js";
import { offer } from "./provider.js";
import type { Send, SendRecord } from "./sends.js";

export interface Mending {
  readonly folder: string;
  readonly node: Node;
  readonly sender: string;
  readonly record: SendRecord;
  readonly resolver: ArtifactResolver;
  readonly confirmations: number;
  readonly say: (line: string) => void;
  /** Between two looks. {ms} */
  readonly poll?: number;
  /** Aborted: nothing is waited for any more. */
  readonly signal?: AbortSignal;
}

/**
 * Finds out what became of transactions that were about to be sent, sends them again where nobody has them, and forgets what failed, so that it is tried again.
 * @throws {DeploymentStopped} where it cannot be found out.
 */
export async function mend(options: Mending): Promise<void> {
  const { folder, node, resolver, confirmations, say } = options;
  dropTorn(folder);
  const { unsent, broken, late } = progressIn(folder);
  for (const { futureId, ...what } of unsent) {
    const hash = await findSent(options, what);
    // It was never sent, or something else took its place.
    if (hash === undefined) await wipe(folder, resolver, futureId);
    else {
      await trackTransaction(folder, hash, node, confirmations);
      say(`${futureId}: the transaction that was sent before is ${hash}`);
    }
  }
  // Another transaction might be one too many: this one keeps its nonce until it is included, or something else is.
  for (const futureId of late) say(`${futureId}: it was given up before, and is waited for`);
  if (late.size > 0) waitOn(folder);
  for (const futureId of broken) {
    say(`${futureId}: it failed before, and is tried again`);
    await wipe(folder, resolver, futureId);
  }
}

const transaction = z.object({ from: z.string(), nonce: z.string(), hash: z.string() });
const fullBlock = z.object({ transactions: z.array(transaction) }).nullable();
/** How many blocks are looked through for a transaction that somebody else signed. */
const SEARCH = 2_000;

/** How often a node is asked for what it was given, or may be given any moment. */
const LOOKS = 20;
/** {ms} */
const PAUSE = 500;

/** The hash of the deployment's own transaction with the nonce; undefined where there is none, or another one has it. */
async function findSent(options: Mending, { nonce, data }: Omit<Unsent, "futureId">): Promise<string | undefined> {
  const { node, sender, record } = options;
  const sends = record.of(nonce).filter(({ raw }) => raw === null || Transaction.from(raw).data === data);
  const used = async (): Promise<boolean> =>
    (await quantity(node, "eth_getTransactionCount", [sender, "pending"])) > BigInt(nonce);
  const [latest] = sends;
  if (latest === undefined) return undefined;
  const { raw } = latest;
  // One that never reached a node may still do so: the same one can be given again, another one might be one too many.
  const refused = raw !== null && !(await used()) && !(await isTaken(node, raw));
  for (let look = 0; look < LOOKS; look++) {
    for (const { hash } of sends) {
      if (hash !== null && (await isKnown(node, hash))) return hash;
    }
    if (raw === null && (await used())) return await searched(options, latest);
    await pause(options, options.poll ?? PAUSE);
  }
  // What is refused (the fees may have risen) and shown nowhere would be so each time. What comes in its place has the same nonce: no more than one of them is ever included.
  if (raw === null || refused || (await used())) return undefined;
  throw new DeploymentStopped(
    `the node was given the transaction with nonce ${nonce} of ${sender}, and does not show it`,
    "Run the same again in a minute, or with another node.",
  );
}

/** Until the next look. @throws {DeploymentInterrupted} where there is none any more. */
async function pause({ signal }: Mending, duration: number): Promise<void> {
  if (signal?.aborted === true) throw new DeploymentInterrupted();
  await setTimeout(duration);
}

/** Whether the node takes the transaction, or has it; it does not where it answers that it will not. */
async function isTaken(node: Node, raw: string): Promise<boolean> {
  try {
    await offer(node, raw);
    return true;
  } catch (error) {
    if (error instanceof NodeError) return false;
    throw error;
  }
}

async function isKnown(node: Node, hash: string): Promise<boolean> {
  return (await node.request({ method: "eth_getTransactionByHash", params: [hash] })) !== null;
}

/** Looks for a transaction that somebody else signed, block by block. */
async function searched({ node, sender }: Mending, { nonce, block: first }: Send): Promise<string> {
  const head = Number(await quantity(node, "eth_blockNumber"));
  for (let block = first; block <= Math.min(head, first + SEARCH); block++) {
    const params = [`0x${block.toString(16)}`, true];
    const found = fullBlock.parse(await node.request({ method: "eth_getBlockByNumber", params }));
    const mine = found?.transactions.find(
      (one) => one.from.toLowerCase() === sender.toLowerCase() && Number(one.nonce) === nonce,
    );
    if (mine !== undefined) return mine.hash;
  }
  throw new DeploymentStopped(
    `the transaction with nonce ${nonce} of ${sender} was sent, and is not found in ${SEARCH} blocks from block ${first} on`,
    "Wait until it is included, and run the same again.",
  );
}

/** {ms} */
const POLL = 1_000;
/** For as long as the account's transactions may take to be deep enough. {ms} */
const PATIENCE = 600_000;

/** How deep a transaction must be on this chain: nodes that mine at once replace nothing. */
export async function depthWanted(node: Node, confirmations: number): Promise<number> {
  try {
    return (await node.request({ method: "hardhat_getAutomine", params: [] })) === true ? 1 : confirmations;
  } catch {
    return confirmations;
  }
}

/**
 * Waits until Ignition can begin: it does so only when nothing of the account is on its way but what it knows, and takes what a node does not show for lost.
 */
export async function settled(options: Mending): Promise<void> {
  const { folder, node, sender, confirmations, poll = POLL } = options;
  const until = performance.now() + PATIENCE;
  const { onTheirWay } = progressIn(folder);
  for (;;) {
    const deep = Math.max(0, Number(await quantity(node, "eth_blockNumber")) - confirmations + 1);
    const pending = await quantity(node, "eth_getTransactionCount", [sender, "pending"]);
    const safe = await quantity(node, "eth_getTransactionCount", [sender, `0x${deep.toString(16)}`]);
    const shown = await Promise.all(onTheirWay.map((one) => isShown(options, one, safe)));
    if (onTheirWay.length > 0 ? shown.every(Boolean) : pending === safe) return;
    if (performance.now() > until) {
      throw new DeploymentStopped(
        `transactions of ${sender} have not been included for ${PATIENCE / 60_000} minutes`,
        "Have them included, or replaced by dearer ones, and run the same again.",
      );
    }
    await pause(options, poll);
  }
}

/** Whether the node shows the transaction, or another one has its nonce for good. One that the node has forgotten is given to it again: the same one. */
async function isShown({ node, record }: Mending, { nonce, hashes }: OnItsWay, safe: bigint): Promise<boolean> {
  for (const hash of hashes) if (await isKnown(node, hash)) return true;
  if (safe > BigInt(nonce)) return true;
  const raw = record.of(nonce).find(({ hash }) => hash !== null && hashes.includes(hash))?.raw;
  // Refused, it may be that another one with its nonce is on its way, or included just now: the next look tells.
  if (raw !== null && raw !== undefined) await isTaken(node, raw);
  return false;
}
