/**
 * Puts Ignition's journal in order before it goes on, so that a deployment can be interrupted anywhere. Ignition itself refuses to go on where a transaction was
 * about to be sent and it does not know whether it was, and where something failed before.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { status, trackTransaction, wipe, type ArtifactResolver } from "@nomicfoundation/ignition-core";
import { z } from "zod";

import { DeploymentStopped } from "./errors.js";
import { quantity, type Node } from "./node.js";
import type { SendRecord } from "./sends.js";

const JOURNAL = "journal.jsonl";

/** The messages of the journal that matter here; others have other types. */
const message = z
  .object({ type: z.string(), futureId: z.string(), networkInteractionId: z.number(), nonce: z.number() })
  .partial();

/** A transaction that was about to be sent, and of which the journal does not know more. */
interface Unsent {
  readonly futureId: string;
  readonly nonce: number;
}

/** Messages after which a future's transaction is wanted no longer, or not with that nonce. */
const FORGOTTEN = new Set(["ONCHAIN_INTERACTION_DROPPED", "ONCHAIN_INTERACTION_REPLACED_BY_USER", "WIPE_APPLY"]);

/** Whether something was deployed from this folder before. */
export function isBegun(folder: string): boolean {
  return existsSync(join(folder, JOURNAL));
}

/** Futures that are done. */
export async function doneIn(folder: string): Promise<Set<string>> {
  return isBegun(folder) ? new Set((await status(folder)).successful) : new Set();
}

/** Takes away the last line of a process that was killed while it wrote: what it says did not happen yet. */
function dropTorn(folder: string): void {
  const path = join(folder, JOURNAL);
  const lines = readFileSync(path, "utf8").split("\n");
  try {
    JSON.parse(lines.at(-1) ?? "");
  } catch {
    writeFileSync(path, lines.slice(0, -1).join("\n"));
  }
}

function unsentIn(folder: string): Unsent[] {
  const open = new Map<string, Unsent>();
  // Futures with a transaction that is known: an offer of a better fee for it may get lost.
  const known = new Set<string>();
  for (const line of readFileSync(join(folder, JOURNAL), "utf8").split("\n")) {
    if (line === "") continue;
    const { type = "", futureId, nonce } = message.parse(JSON.parse(line));
    if (futureId === undefined) continue;
    if (type === "TRANSACTION_SEND") {
      known.add(futureId);
      open.delete(futureId);
    } else if (FORGOTTEN.has(type)) {
      known.delete(futureId);
      open.delete(futureId);
    } else if (type === "TRANSACTION_PREPARE_SEND" && nonce !== undefined && !known.has(futureId)) {
      open.set(futureId, { futureId, nonce });
    }
  }
  return [...open.values()].sort((a, b) => a.nonce - b.nonce);
}

export interface Mending {
  readonly folder: string;
  readonly node: Node;
  readonly sender: string;
  readonly record: SendRecord;
  readonly resolver: ArtifactResolver;
  readonly confirmations: number;
  readonly say: (line: string) => void;
}

/**
 * Finds out what became of transactions that were about to be sent, and forgets what failed, so that it is tried again.
 * @throws {DeploymentStopped} where it cannot be found out.
 */
export async function mend(options: Mending): Promise<void> {
  const { folder, node, sender, resolver, confirmations, say } = options;
  dropTorn(folder);
  for (const { futureId, nonce } of unsentIn(folder)) {
    const used = (await quantity(node, "eth_getTransactionCount", [sender, "pending"])) > BigInt(nonce);
    const hash = used ? await findSent(options, nonce) : undefined;
    if (hash === undefined) {
      // It was never sent, or something else took its place.
      await wipe(folder, resolver, futureId);
    } else {
      await trackTransaction(folder, hash, node, confirmations);
      say(`${futureId}: found the transaction that was sent before, ${hash}`);
    }
  }
  const { failed, timedOut, held } = await status(folder);
  for (const { futureId } of [...failed, ...timedOut, ...held]) {
    say(`${futureId}: it failed before, and is tried again`);
    await wipe(folder, resolver, futureId);
  }
}

const transaction = z.object({ from: z.string(), nonce: z.string(), hash: z.string() });
const fullBlock = z.object({ transactions: z.array(transaction) }).nullable();
/** How many blocks are looked through for a transaction that somebody else signed. */
const SEARCH = 2_000;

/** The hash of the deployment's own transaction with the nonce; undefined where another one has it. */
async function findSent({ node, sender, record }: Mending, nonce: number): Promise<string | undefined> {
  const sends = record.of(nonce);
  for (const { hash } of sends) {
    if (hash === null) continue;
    if ((await node.request({ method: "eth_getTransactionByHash", params: [hash] })) !== null) return hash;
  }
  const own = sends.find(({ hash }) => hash === null);
  if (own === undefined) return undefined;
  const head = Number(await quantity(node, "eth_blockNumber"));
  for (let block = own.block; block <= Math.min(head, own.block + SEARCH); block++) {
    const params = [`0x${block.toString(16)}`, true];
    const found = fullBlock.parse(await node.request({ method: "eth_getBlockByNumber", params }));
    const mine = found?.transactions.find(
      (one) => one.from.toLowerCase() === sender.toLowerCase() && Number(one.nonce) === nonce,
    );
    if (mine !== undefined) return mine.hash;
  }
  throw new DeploymentStopped(
    `the transaction with nonce ${nonce} of ${sender} was sent, and is not found in ${SEARCH} blocks from block ${own.block} on`,
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

/** Waits until nothing of the account is on its way any more: Ignition begins only then. */
export async function settled(node: Node, sender: string, confirmations: number, poll = POLL): Promise<void> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    const head = Number(await quantity(node, "eth_blockNumber"));
    const deep = Math.max(0, head - confirmations + 1);
    const [pending, safe] = [
      await quantity(node, "eth_getTransactionCount", [sender, "pending"]),
      await quantity(node, "eth_getTransactionCount", [sender, `0x${deep.toString(16)}`]),
    ];
    if (pending === safe) return;
    if (performance.now() > until) {
      throw new DeploymentStopped(
        `transactions of ${sender} have not been included for ${PATIENCE / 60_000} minutes`,
        "Have them included, or replaced by dearer ones, and run the same again.",
      );
    }
    await setTimeout(poll);
  }
}
