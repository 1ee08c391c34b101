/** What becomes of a transaction after the wallet sent it. Everything that can happen has a name. */

import { toQuantity } from "ethers";

import type { Ask } from "../data/node.js";

export type Fate =
  | { readonly kind: "mined"; readonly hash: string; readonly block: number; readonly gas: bigint }
  | { readonly kind: "reverted"; readonly hash: string; readonly block: number; readonly data: string | undefined }
  /** Another transaction of the account took its number: `same` if it does the same with another fee, and was not reverted. */
  | { readonly kind: "replaced"; readonly hash: string; readonly by: string | undefined; readonly same: boolean }
  /** The node knew it, has not for long, and its number is still free. It may come back: wallets send such ones again. */
  | { readonly kind: "dropped"; readonly hash: string };

/** What is known while nothing has come of it: it waits for a block; the node has not heard of it, or not any more; the node does not answer. */
export type Waiting = "pending" | "unheard" | "silent";

export interface Tracking {
  readonly ask: Ask;
  readonly hash: string;
  readonly from: string;
  /** Told while nothing is known yet. */
  readonly onWait?: (waited: number, state: Waiting) => void;
  readonly signal?: AbortSignal;
  /** {ms} */
  readonly every?: number;
  /** How long a node has to say the same before it is believed: that it does not know it any more, or what took its place. {ms} */
  readonly patience?: number;
  readonly sleep?: (wait: number) => Promise<void>;
}

interface Receipt {
  readonly status: string;
  readonly blockNumber: string;
  readonly gasUsed: string;
}

interface Transaction {
  readonly hash: string;
  readonly from: string;
  readonly to: string | null;
  readonly input: string;
  readonly value: string;
  readonly nonce: string;
  /** That it is in; null or missing while it is in none. */
  readonly blockNumber?: string | null;
}

const EVERY = 500;
const PATIENCE = 180_000;
/** Blocks that are searched for what took its place. */
const SEARCHED = 30;

function pause(wait: number): Promise<void> {
  return new Promise((done) => setTimeout(done, wait));
}

/** The node said nothing: which is not the same as `null`, that it knows of nothing. */
const SILENT = Symbol("the node does not answer");

/** What a node knows, where it answers. */
class Witness {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async #answer<T>(method: string, params: readonly unknown[]): Promise<T | typeof SILENT> {
    try {
      return (await this.#ask(method, params)) as T;
    } catch {
      return SILENT;
    }
  }

  async receipt(hash: string): Promise<Receipt | null | typeof SILENT> {
    return await this.#answer("eth_getTransactionReceipt", [hash]);
  }

  async transaction(hash: string): Promise<Transaction | null | typeof SILENT> {
    return await this.#answer("eth_getTransactionByHash", [hash]);
  }

  /** How many transactions of the account have been mined. */
  async count(from: string): Promise<number | typeof SILENT> {
    const count = await this.#answer<string>("eth_getTransactionCount", [from, "latest"]);
    return count === SILENT ? SILENT : Number(count);
  }
}

/**
 * Follows a transaction to its end. Only what the node answers counts: while it is silent, nothing is known of the transaction, and nothing is said
 * of it. One that the node has never heard of has no end: its number is not known, so nobody can tell that it will not be mined.
 * @throws what the signal was aborted with.
 */
export async function track(tracking: Tracking): Promise<Fate> {
  const { ask, hash, from, onWait, signal, every = EVERY, patience = PATIENCE, sleep = pause } = tracking;
  const witness = new Witness(ask);
  let sent: Transaction | undefined;
  let missingFor = 0;
  let usedFor = 0;
  let searchAt = 0;
  for (let waited = 0; ; waited += every) {
    signal?.throwIfAborted();
    const receipt = await witness.receipt(hash);
    if (receipt !== null && receipt !== SILENT) return await mined(ask, hash, receipt, sent);
    const known = await witness.transaction(hash);
    if (known !== null && known !== SILENT) sent = known;
    // Batches are sent by somebody else (EIP-5792): the number is one of the sender's.
    const count = await witness.count(sent?.from ?? from);
    if (known !== null && known !== SILENT) missingFor = 0;
    let silent = receipt === SILENT || known === SILENT || count === SILENT;
    if (sent !== undefined && count !== SILENT && count > Number(sent.nonce)) {
      // Many blocks are read for it: the longer nothing is found, the more seldom.
      if (usedFor >= Math.min(searchAt, patience)) {
        const fate = await whatTookItsPlace(ask, witness, hash, sent);
        if (fate === SILENT) silent = true;
        else if (fate !== undefined) return fate;
        // Not at once: of several nodes behind one address, the one that counts may be ahead of those that are searched.
        else if (usedFor >= patience) return { kind: "replaced", hash, by: undefined, same: false };
        else searchAt = Math.max(every, 2 * usedFor);
      }
      missingFor = 0;
      if (isInBlock(known)) usedFor = searchAt = 0;
      else if (!silent) usedFor += every;
    } else if (count !== SILENT) {
      usedFor = searchAt = 0;
      // Time in which the node said nothing is no time in which it did not know it.
      if (!silent && known === null && sent !== undefined) missingFor += every;
      if (missingFor >= patience) return { kind: "dropped", hash };
    }
    onWait?.(waited, silent ? "silent" : known === null ? "unheard" : "pending");
    await sleep(every);
  }
}

/** Its receipt is late, then: it is mined. */
function isInBlock(known: Transaction | null | typeof SILENT): boolean {
  return known !== null && known !== SILENT && known.blockNumber !== undefined && known.blockNumber !== null;
}

/** Its number is used: by itself, or by what? Undefined where nothing is found that used it. */
async function whatTookItsPlace(
  ask: Ask,
  witness: Witness,
  hash: string,
  sent: Transaction,
): Promise<Fate | undefined | typeof SILENT> {
  // It may have been mined between the questions.
  const late = await witness.receipt(hash);
  if (late === SILENT) return SILENT;
  if (late !== null) return await mined(ask, hash, late, sent);
  const other = await whatCameInstead(ask, sent);
  if (other === undefined) return undefined;
  if (other === SILENT || other.hash === hash) return SILENT;
  const same = other.to === sent.to && other.input === sent.input && other.value === sent.value;
  if (!same) return { kind: "replaced", hash, by: other.hash, same };
  // The same may have come to something else by then.
  const receipt = await witness.receipt(other.hash);
  if (receipt === SILENT || receipt === null) return SILENT;
  const fate = await mined(ask, other.hash, receipt, other);
  return fate.kind === "reverted" ? fate : { kind: "replaced", hash, by: other.hash, same };
}

async function mined(ask: Ask, hash: string, receipt: Receipt, sent: Transaction | undefined): Promise<Fate> {
  const block = Number(receipt.blockNumber);
  if (BigInt(receipt.status) === 1n) return { kind: "mined", hash, block, gas: BigInt(receipt.gasUsed) };
  const transaction = sent ?? ((await ask("eth_getTransactionByHash", [hash]).catch(() => null)) as Transaction | null);
  return { kind: "reverted", hash, block, data: transaction === null ? undefined : await why(ask, transaction, block) };
}

/** What a transaction reverted with: the same call on the state before its block. */
async function why(ask: Ask, { from, to, input, value }: Transaction, block: number): Promise<string | undefined> {
  try {
    await ask("eth_call", [{ from, to, data: input, value }, toQuantity(block - 1)]);
  } catch (error) {
    const { data } = error as { data?: unknown };
    const inner = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : data;
    return typeof inner === "string" ? inner : undefined;
  }
  return undefined;
}

/** The transaction with the same number; undefined if none of the latest blocks has one. */
async function whatCameInstead(
  ask: Ask,
  { from, nonce }: Transaction,
): Promise<Transaction | undefined | typeof SILENT> {
  try {
    const head = Number(await ask("eth_blockNumber"));
    for (let number = head; number > Math.max(-1, head - SEARCHED); number--) {
      const block = (await ask("eth_getBlockByNumber", [toQuantity(number), true])) as {
        transactions: readonly Transaction[];
      } | null;
      // The node that counted the blocks is ahead of the one that was asked for this one.
      if (block === null) return SILENT;
      const found = block.transactions.find(
        (t) => t.from.toLowerCase() === from.toLowerCase() && Number(t.nonce) === Number(nonce),
      );
      if (found !== undefined) return found;
    }
  } catch {
    return SILENT;
  }
  return undefined;
}

/** What is said while nothing has come of it. @param node Where it is looked for. */
export function waitingText(state: Waiting, node: string): string {
  switch (state) {
    case "pending":
      return "Still waiting: the network knows it, but no block has it yet.";
    case "unheard":
      return `It is not known what became of it: ${node} knows of no such transaction. It may lag behind the node that your wallet uses. Look in your wallet before you do anything of the kind again.`;
    case "silent":
      return `It is not known what became of it: ${node} does not answer. It may have been mined. This page looks again as soon as the node is back.`;
  }
}

/** In a sentence or two. Reverts say more where their reason is understood. */
export function fateText(fate: Fate): string {
  switch (fate.kind) {
    case "mined":
      return `Done, in block ${fate.block}.`;
    case "reverted":
      return `The transaction was mined in block ${fate.block}, but the contracts refused it: nothing changed but the gas that it cost.`;
    case "replaced":
      if (fate.same) return "The wallet sent it again with another fee, and that one was mined.";
      return fate.by === undefined
        ? "Another transaction of your account took its place. Look in your wallet what that was; this one will not happen."
        : "It was cancelled or replaced in your wallet: another transaction took its place. This one will not happen.";
    case "dropped":
      return "The network no longer knows this transaction: it was probably dropped for its low fee. It can still be mined if your wallet sends it once more, so look there, and cancel it, before you do anything of the kind again.";
  }
}
