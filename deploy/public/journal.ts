/** What Ignition's journal says of a deployment, as far as it is needed before Ignition goes on. Ignition's own `status` reads every artifact as well. */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

const NAME = "journal.jsonl";
const SUCCESS = "SUCCESS";

/** The parts of its messages that matter here; each type has some of them. */
const message = z
  .object({
    type: z.string(),
    futureId: z.string(),
    nonce: z.number(),
    result: z.object({ type: z.string(), address: z.string() }).partial(),
    receipt: z.object({ blockNumber: z.number() }),
    transaction: z.object({ hash: z.string() }),
    hash: z.string(),
    networkInteraction: z.object({ data: z.string() }),
  })
  .partial();
type Message = z.output<typeof message>;

/** Messages after which a future's transaction is wanted no longer, or not with that nonce. */
const FORGOTTEN = new Set(["ONCHAIN_INTERACTION_DROPPED", "ONCHAIN_INTERACTION_REPLACED_BY_USER", "WIPE_APPLY"]);
const GIVEN_UP = "ONCHAIN_INTERACTION_TIMEOUT";
/** Futures that need nothing of the chain are done when they begin. */
const DONE_AT_ONCE = new Set([
  "CONTRACT_AT_EXECUTION_STATE_INITIALIZE",
  "READ_EVENT_ARGUMENT_EXECUTION_STATE_INITIALIZE",
  "ENCODE_FUNCTION_CALL_EXECUTION_STATE_INITIALIZE",
]);

/** Whether something was deployed from this folder before. */
export function isBegun(folder: string): boolean {
  return existsSync(join(folder, NAME));
}

/** A transaction that was about to be sent, and of which the journal does not know more. */
export interface Unsent {
  readonly futureId: string;
  readonly nonce: number;
  /** What it was to be: a nonce may have been meant for another one before. */
  readonly data: string;
}

/** A transaction that was sent: once, and perhaps again for a better fee. At most one of them gets included. */
export interface OnItsWay {
  readonly futureId: string;
  readonly nonce: number;
  readonly hashes: readonly string[];
}

/** Futures by how far they are. */
export interface Progress {
  readonly done: ReadonlySet<string>;
  /** Done, or with a transaction on its way. */
  readonly begun: ReadonlySet<string>;
  /** Failed: Ignition does not go on while there are any. */
  readonly broken: ReadonlySet<string>;
  /** Given up after long waiting: what was sent may be included all the same, at any time. */
  readonly late: ReadonlySet<string>;
  /** By nonce. */
  readonly unsent: readonly Unsent[];
  /** Transactions that were sent, of futures that are not done. */
  readonly onTheirWay: readonly OnItsWay[];
  /** Block of a future's transaction. */
  readonly blocks: ReadonlyMap<string, number>;
  /** Where a future's contract is. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Hash of a future's transaction, once it is deep enough. */
  readonly included: ReadonlyMap<string, string>;
}

/** Where the deployment in the folder is; nowhere if none was begun. */
export function progressIn(folder: string): Progress {
  const [done, begun] = [new Set<string>(), new Set<string>()];
  const [broken, late] = [new Set<string>(), new Set<string>()];
  const unsent = new Map<string, Unsent>();
  const asked = new Map<string, string>();
  const blocks = new Map<string, number>();
  const [addresses, included] = [new Map<string, string>(), new Map<string, string>()];
  // Futures with a transaction that is known: an offer of a better fee for it may get lost.
  const sent = new Map<string, { nonce: number; hashes: string[] }>();
  for (const one of messagesOf(folder)) {
    const { type = "", futureId, nonce, result, receipt, transaction, hash, networkInteraction } = one;
    if (futureId === undefined) continue;
    if (networkInteraction !== undefined) asked.set(futureId, networkInteraction.data);
    if (type.endsWith("_INITIALIZE")) begun.add(futureId);
    if (DONE_AT_ONCE.has(type)) done.add(futureId);
    if (type.endsWith("_EXECUTION_STATE_COMPLETE")) (result?.type === SUCCESS ? done : broken).add(futureId);
    if (result?.address !== undefined) addresses.set(futureId, result.address);
    if (type === GIVEN_UP) late.add(futureId);
    if (receipt !== undefined) blocks.set(futureId, receipt.blockNumber);
    if (type === "TRANSACTION_CONFIRM" && hash !== undefined) included.set(futureId, hash);
    if (type === "TRANSACTION_SEND") {
      const hashes = [...(sent.get(futureId)?.hashes ?? []), transaction?.hash ?? ""];
      sent.set(futureId, { nonce: nonce ?? 0, hashes });
      unsent.delete(futureId);
    }
    if (FORGOTTEN.has(type)) for (const of of [sent, unsent]) of.delete(futureId);
    if (type === "WIPE_APPLY")
      for (const of of [done, begun, broken, late, blocks, addresses, included]) of.delete(futureId);
    if (type === "TRANSACTION_PREPARE_SEND" && nonce !== undefined && !sent.has(futureId)) {
      unsent.set(futureId, { futureId, nonce, data: asked.get(futureId) ?? "" });
    }
  }
  return {
    ...{ done, begun, broken, late, blocks, addresses, included },
    unsent: [...unsent.values()].sort((a, b) => a.nonce - b.nonce),
    onTheirWay: [...sent]
      .filter(([id]) => !done.has(id) && !broken.has(id))
      .map(([futureId, one]) => ({ futureId, ...one })),
  };
}

/** Takes away the last line of a process that was killed while it wrote: what it says did not happen yet. */
export function dropTorn(folder: string): void {
  const lines = readFileSync(join(folder, NAME), "utf8").split("\n");
  if (!isWhole(lines.at(-1))) rewrite(folder, lines.slice(0, -1));
}

/** Has Ignition wait on for what it gave up. */
export function waitOn(folder: string): void {
  const lines = readFileSync(join(folder, NAME), "utf8").split("\n");
  rewrite(
    folder,
    lines.filter((line) => line === "" || message.parse(JSON.parse(line)).type !== GIVEN_UP),
  );
}

/** All of it or nothing: a journal that is cut short would have transactions sent twice. */
function rewrite(folder: string, lines: readonly string[]): void {
  const path = join(folder, NAME);
  writeFileSync(`${path}.new`, lines.join("\n"));
  renameSync(`${path}.new`, path);
}

function isWhole(line = ""): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function messagesOf(folder: string): Message[] {
  if (!isBegun(folder)) return [];
  const lines = readFileSync(join(folder, NAME), "utf8").split("\n");
  // The line of a process that was killed while it wrote; `dropTorn` takes it away before anything is written behind it.
  if (!isWhole(lines.at(-1))) lines.pop();
  return lines.filter((line) => line !== "").map((line) => message.parse(JSON.parse(line)));
}
