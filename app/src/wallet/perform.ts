/** Doing something: what it requires, in one signature where that can be, then the transaction, followed to its end. */

import { toQuantity } from "ethers";

import { callsOf, combineCalls, sendCalls } from "../../../sdk/actions/batch.js";
import { typedDataJson } from "../../../sdk/actions/sign.js";
import type { Call, Requirement, Signatures, TypedData } from "../../../sdk/actions/types.js";
import type { AddressBook } from "../../../sdk/addresses.js";
import { explain, explainData, type Names } from "../../../sdk/errors/index.js";
import { withHeadroom } from "../../../sdk/gas.js";
import type { NodeReader } from "../data/node.js";
import { batches, type Session } from "./session.js";
import { fateText, track, waitingText, type Fate, type Waiting } from "./track.js";
import { codeOf, REJECTED, UNSUPPORTED } from "./types.js";

/** What is going on, or how it ended. */
export interface Progress {
  readonly state: "working" | "done" | "failed";
  readonly text: string;
  /** What can be done about it. */
  readonly fix?: string | undefined;
  readonly hash?: string | undefined;
}

export interface Doing {
  readonly session: Session;
  readonly node: NodeReader;
  readonly book: AddressBook;
  readonly names: Names;
  readonly requirements: readonly Requirement[];
  /** The transaction, with what was signed. */
  readonly tx: (signatures: Signatures) => Call;
  readonly tell: (progress: Progress) => void;
  /** Nobody waits any more: neither for the wallet to answer, nor for what becomes of what was sent. */
  readonly signal?: AbortSignal | undefined;
}

/** Ended other than it should, in words. */
class Ended extends Error {
  override readonly name = "Ended";

  constructor(
    message: string,
    readonly fix?: string,
    readonly hash?: string,
  ) {
    super(message);
  }
}

/** Nothing waits for an answer of the wallet that would send it. */
function stopped(): Ended {
  return new Ended("Stopped: this was not sent.", "Reject what your wallet may still ask; a signature is not used.");
}

/** The wallet was asked to send it, and may do so at any time. */
function stoppedAsking(): Ended {
  return new Ended(
    "This page no longer waits for your wallet.",
    "If you confirm it in the wallet now, it is still sent. Reject it there, or look what became of it before you do anything of the kind again.",
  );
}

function unfollowed(hash?: string): Ended {
  return new Ended(
    "This page no longer follows it: it may still be mined.",
    "Look in your wallet what became of it before you do anything of the kind again.",
    hash,
  );
}

/** What wallets are asked may never be answered. @throws {Ended} as told, when nobody waits for it any more. */
async function unlessStopped<T>(
  { signal }: Pick<Doing, "signal">,
  begin: () => Promise<T>,
  end: () => Ended = stopped,
): Promise<T> {
  if (signal === undefined) return await begin();
  if (signal.aborted) throw stopped();
  let stop: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    stop = () => {
      reject(end());
    };
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([begin(), over]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

/** Of what wallets say that nobody translated. */
const LONGEST = 240;
const SENT = "Sent. Waiting for it to be mined.";
const BATCH_EVERY = 500;
/** EIP-5792: some of the calls were executed and the others were not. */
const PARTLY = 600;
/** {ms} */
const BATCH_PATIENCE = 120_000;

/** Does it, and tells how it goes. Never throws: failures are told as well. @returns whether it was done. */
export async function perform(doing: Doing): Promise<boolean> {
  const { tell } = doing;
  try {
    await checkChain(doing);
    const fate = (await asBatch(doing)) ?? (await oneByOne(doing));
    tell({ state: "done", text: fateText(fate), hash: hashOf(fate) });
    return true;
  } catch (error) {
    tell({ state: "failed", ...wordsFor(error, doing) });
    return false;
  }
}

/** Of what was mined in the end. */
function hashOf(fate: Fate): string {
  return fate.kind === "replaced" ? (fate.by ?? fate.hash) : fate.hash;
}

/** Wallets may be switched at any time, also between two signatures. @throws {Ended} */
async function checkChain(doing: Doing): Promise<void> {
  const { session, book } = doing;
  const { provider } = session.wallet;
  // Where it does not tell, it is where it last said that it was.
  const now = await unlessStopped(doing, () =>
    provider.request({ method: "eth_chainId" }).then(Number, () => session.chainId),
  );
  if (now !== book.chainId) {
    throw new Ended(
      `The wallet is on chain ${now}; this deployment is on chain ${book.chainId}.`,
      "Switch the network, then try again.",
    );
  }
}

/** What went wrong, and what to do. */
export function wordsFor(
  error: unknown,
  { names, node }: Pick<Doing, "names" | "node">,
): { text: string; fix?: string | undefined; hash?: string | undefined } {
  if (error instanceof Ended) return { text: error.message, fix: error.fix, hash: error.hash };
  if (codeOf(error) === REJECTED) {
    return { text: "You rejected it in the wallet. Nothing was sent.", fix: "Try again whenever you like." };
  }
  const known = explain(error, names);
  if (known !== undefined) return { text: known.message, fix: known.fix };
  const message =
    error instanceof Error ? error.message : ((error as { message?: string } | undefined)?.message ?? String(error));
  if (/insufficient funds|enough funds/i.test(message)) {
    return { text: "The account has too little ether for the gas.", fix: "Send it some ether, then try again." };
  }
  if (/nonce too (low|high)/i.test(message)) {
    return {
      text: "The wallet counts this account's transactions differently from the chain.",
      fix: "In the wallet's settings, clear its activity for this account; then try again.",
    };
  }
  const text = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
  return { text, fix: `If this repeats, see whether the wallet and ${node.url} are on one chain.` };
}

/** Everything in one signature, where the wallet can. Undefined: it cannot. */
async function asBatch(doing: Doing): Promise<Fate | undefined> {
  const { session, book, requirements, tx, tell } = doing;
  const { provider } = session.wallet;
  if (requirements.length === 0) return undefined;
  if (!(await unlessStopped(doing, () => batches(provider, session.address, book.chainId)))) return undefined;
  const calls = [...callsOf(requirements), tx({})];
  tell({ state: "working", text: "Confirm in your wallet: everything in one signature." });
  let id: string;
  try {
    const params = [sendCalls(book, session.address, calls)];
    const sent = await unlessStopped(
      doing,
      () => provider.request({ method: "wallet_sendCalls", params }),
      stoppedAsking,
    );
    id = typeof sent === "string" ? sent : (sent as { id: string }).id;
  } catch (error) {
    if (UNSUPPORTED.has(codeOf(error) ?? 0)) return undefined;
    throw error;
  }
  tell({ state: "working", text: SENT });
  for (let waited = 0; waited < BATCH_PATIENCE; waited += BATCH_EVERY) {
    // It is sent: a wallet that does not answer now says nothing of what became of it.
    if (doing.signal?.aborted === true) throw unfollowed();
    const answer = await unlessStopped(
      doing,
      () => provider.request({ method: "wallet_getCallsStatus", params: [id] }).catch(() => undefined),
      unfollowed,
    );
    const { status, receipts } = (answer ?? {}) as {
      status?: number | string;
      receipts?: readonly { transactionHash: string }[];
    };
    const hash = receipts?.at(-1)?.transactionHash;
    if ((status === 200 || status === "CONFIRMED") && hash !== undefined) return await followed(doing, hash);
    if (status === PARTLY) {
      throw new Ended("The wallet had only a part of it executed.", "See what is left to do, and do that.", hash);
    }
    if (typeof status === "number" && status >= 400) {
      throw new Ended("The wallet could not have the batch executed: nothing changed.", "Try again.", hash);
    }
    await new Promise((done) => setTimeout(done, BATCH_EVERY));
  }
  throw new Ended(
    "The wallet has not said for two minutes what became of it: it may still happen.",
    "Look at the activity in your wallet before you do anything of the kind again.",
  );
}

/** Permits are signed, everything else is sent, one after the other. */
async function oneByOne(doing: Doing): Promise<Fate> {
  const { requirements, tx, tell, book } = doing;
  let signatures: Signatures = {};
  const steps: Step[] = [];
  for (const requirement of requirements) {
    const permit = requirement.kind === "approval" ? requirement.permit : undefined;
    const signed = permit === undefined ? undefined : await signPermit(doing, permit);
    if (permit !== undefined && signed !== undefined) {
      signatures = { ...signatures, permit: { data: permit, signature: signed } };
    } else {
      const calls = combineCalls(book, callsOf([requirement]));
      steps.push(...calls.map((call) => ({ call, what: WHAT[requirement.kind] })));
    }
  }
  const count = steps.length + 1;
  for (const [i, { call, what }] of steps.entries()) {
    tell({ state: "working", text: `Step ${i + 1} of ${count}: confirm in your wallet to ${what}.` });
    await sendAfter(doing, i, call);
  }
  const step = count === 1 ? "Confirm" : `Step ${count} of ${count}: confirm`;
  tell({ state: "working", text: `${step} the transaction in your wallet.` });
  return await sendAfter(doing, steps.length, tx(signatures));
}

/** @param before How many steps of it are done. */
async function sendAfter(doing: Doing, before: number, call: Call): Promise<Fate> {
  try {
    return await send(doing, call);
  } catch (error) {
    if (before === 0 || codeOf(error) !== REJECTED) throw error;
    const done = before === 1 ? "The step before it is done" : `The ${before} steps before it are done`;
    throw new Ended(
      `You rejected it in the wallet. ${done}; this one was not sent.`,
      "Try again whenever you like: what is done is not asked for again.",
    );
  }
}

/** A transaction that has to go first, and what it is for. */
interface Step {
  readonly call: Call;
  readonly what: string;
}

const WHAT: Readonly<Record<Requirement["kind"], string>> = {
  approval: "allow the contract to take the tokens",
  authorization: "let the contract act for your account",
  refresh: "bring the balance sheet up to date",
};

/** Undefined where the wallet cannot sign this: an approval does as well. */
async function signPermit(doing: Doing, permit: TypedData): Promise<string | undefined> {
  const { session, tell } = doing;
  await checkChain(doing);
  tell({ state: "working", text: "Sign in your wallet that the contract may take the tokens: this costs no gas." });
  try {
    const params = [session.address, typedDataJson(permit)];
    const { provider } = session.wallet;
    return (await unlessStopped(doing, () => provider.request({ method: "eth_signTypedData_v4", params }))) as string;
  } catch (error) {
    if (UNSUPPORTED.has(codeOf(error) ?? 0)) return undefined;
    throw error;
  }
}

async function send(doing: Doing, { to, data, value }: Call): Promise<Fate> {
  const { session, node, book } = doing;
  const { provider } = session.wallet;
  const from = session.address;
  const bare = { from, to, data, value: toQuantity(value) };
  // A transaction that would be refused is not sent: the node says why, and it costs nothing.
  const estimate = BigInt((await unlessStopped(doing, () => node.ask("eth_estimateGas", [bare]))) as string);
  await checkChain(doing);
  // A wallet that is switched in this moment refuses to sign for another chain.
  const request = { ...bare, chainId: toQuantity(book.chainId), gas: toQuantity(withHeadroom(estimate)) };
  const hash = await unlessStopped(
    doing,
    () => provider.request({ method: "eth_sendTransaction", params: [request] }),
    stoppedAsking,
  );
  return await followed(doing, hash as string);
}

/** Follows what was sent to its end, and says what it waits for. @throws {Ended} unless it happened. */
async function followed(doing: Doing, hash: string): Promise<Fate> {
  const { session, node, tell, signal } = doing;
  if (signal?.aborted === true) throw unfollowed(hash);
  tell({ state: "working", text: SENT, hash });
  const tracking = {
    ask: node.ask,
    hash,
    from: session.address,
    onWait: (waited: number, state: Waiting) => {
      if (signal?.aborted === true) return;
      if (waited >= 5_000 || state === "silent") tell({ state: "working", text: waitingText(state, node.url), hash });
    },
  };
  const fate = await unlessStopped(
    doing,
    () => track(signal === undefined ? tracking : { ...tracking, signal }),
    () => unfollowed(hash),
  );
  return await settled(doing, fate);
}

/** @throws {Ended} unless it happened. */
async function settled({ names }: Doing, fate: Fate): Promise<Fate> {
  if (fate.kind === "mined" || (fate.kind === "replaced" && fate.same)) return await Promise.resolve(fate);
  const reason = fate.kind === "reverted" && fate.data !== undefined ? explainData(fate.data, names) : undefined;
  throw new Ended(`${fateText(fate)}${reason === undefined ? "" : ` ${reason.message}`}`, reason?.fix, hashOf(fate));
}
