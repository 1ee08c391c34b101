/**
 * What went wrong, in a sentence with its values and units, and what can be done about it.
 *
 * ```ts
 * try { await send(signer, call) } catch (error) { console.error(explain(error, { assets: protocol.assets, book })?.message) }
 * ```
 */

import { AbiCoder, dataSlice, ErrorFragment, isHexString, type ParamType } from "ethers";

import { filled, type Names, type Sentences } from "./format.js";
import { REASONS, SENTENCES } from "./sentences.js";

export { amountText, type NamedAsset, type Names, type Sentences } from "./format.js";

/** An error, said so that somebody can act on it. */
export interface Explanation {
  /** The contract's name for it; `Rejected`, `InsufficientFunds`, `Reason` or `Panic` for what no contract of the protocol says. */
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What happened. */
  readonly message: string;
  /** What can be done. */
  readonly fix: string;
}

interface Known {
  readonly fragment: ErrorFragment;
  readonly message: string;
  readonly fix: string;
}

const REASON_SELECTOR = "0x08c379a0";
const PANIC_SELECTOR = "0x4e487b71";
const MAX_DEPTH = 6;

/** Errors by selector, and by name or signature. */
interface Table {
  readonly bySelector: ReadonlyMap<string, Known>;
  readonly byName: ReadonlyMap<string, Known>;
}

const tables = new Map<Sentences, Table>();

/** Made when the first error has to be explained: most pages never see one. */
function tableOf(sentences: Sentences): Table {
  const made = tables.get(sentences);
  if (made !== undefined) return made;
  const [bySelector, byName] = [new Map<string, Known>(), new Map<string, Known>()];
  for (const [signature, [message, fix]] of Object.entries(sentences)) {
    const fragment = ErrorFragment.from(`error ${signature}`);
    const entry = { fragment, message, fix };
    bySelector.set(fragment.selector, entry);
    byName.set(fragment.format("sighash"), entry);
    // Where one name has several meanings, the signature tells.
    byName.set(fragment.name, entry);
  }
  const table = { bySelector, byName };
  tables.set(sentences, table);
  return table;
}

/** An error in the table of the protocol, or of what else is known. */
function find({ sentences }: Names, look: (table: Table) => Known | undefined): Known | undefined {
  return look(tableOf(SENTENCES)) ?? (sentences === undefined ? undefined : look(tableOf(sentences)));
}

function said({ fragment, message, fix }: Known, values: readonly unknown[], names: Names): Explanation {
  const args = Object.fromEntries(fragment.inputs.map((input: ParamType, i) => [input.name, values[i]] as const));
  return { name: fragment.name, args, message: filled(message, args, names), fix: filled(fix, args, names) };
}

/**
 * An error that is foreseen rather than met.
 * @param error Its name, or its signature where several go by the name.
 */
export function explainError(error: string, args: readonly unknown[], names: Names = {}): Explanation {
  const entry = find(names, ({ byName }) => byName.get(error));
  if (entry === undefined) throw new RangeError(`no error is called "${error}"`);
  return said(entry, args, names);
}

/** What a call reverted with, or undefined if it is no error of these contracts. */
export function explainData(data: string, names: Names = {}): Explanation | undefined {
  if (!isHexString(data) || data.length < 10) return undefined;
  const selector = dataSlice(data, 0, 4);
  const rest = dataSlice(data, 4);
  const coder = AbiCoder.defaultAbiCoder();
  try {
    if (selector === REASON_SELECTOR) return reason(String(coder.decode(["string"], rest)[0]));
    if (selector === PANIC_SELECTOR) return panic(coder.decode(["uint256"], rest)[0] as bigint);
    const entry = find(names, ({ bySelector }) => bySelector.get(selector));
    return entry && said(entry, [...coder.decode(entry.fragment.inputs, rest)], names);
  } catch {
    return undefined;
  }
}

function reason(text: string): Explanation {
  const [message, fix] = REASONS[text] ?? [`A contract refused: "${text}".`, "Look at what the contract is."];
  return { name: "Reason", args: { reason: text }, message, fix };
}

function panic(code: bigint): Explanation {
  const message = `A contract failed in its own arithmetic (panic ${code}).`;
  return { name: "Panic", args: { code }, message, fix: "This should not happen: report it." };
}

/**
 * Whatever was thrown by a wallet, a node or ethers, if it is understood: a revert with its custom error, a rejected signature, a wallet that
 * cannot pay for gas.
 */
export function explain(error: unknown, names: Names = {}): Explanation | undefined {
  const layers = layersOf(error);
  for (const layer of layers) {
    const found = typeof layer.data === "string" ? explainData(layer.data, names) : undefined;
    if (found !== undefined) return found;
  }
  if (layers.some(({ code }) => code === 4001 || code === "ACTION_REJECTED")) {
    return {
      name: "Rejected",
      args: {},
      message: "The wallet was told not to sign.",
      fix: "Nothing was sent. Try again.",
    };
  }
  if (layers.some(({ code }) => code === "INSUFFICIENT_FUNDS")) {
    const message = "The account has too little ether for the gas.";
    return { name: "InsufficientFunds", args: {}, message, fix: "Send it some ether." };
  }
  return undefined;
}

interface Layer {
  readonly code?: unknown;
  readonly data?: unknown;
}

/** The error and what it wraps, outermost first: libraries, wallets and nodes each wrap what they are told. */
function layersOf(error: unknown, depth = 0): Layer[] {
  if (typeof error !== "object" || error === null || depth > MAX_DEPTH) return [];
  const { error: inner, info, cause, data } = error as Record<"error" | "info" | "cause" | "data", unknown>;
  return [error, ...[inner, info, cause, data].flatMap((next) => layersOf(next, depth + 1))];
}
