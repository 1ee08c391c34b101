/** `plimsoll account`: how an account stands, and what its owner does with it. Needs the contracts' bindings. */

import type { JsonRpcProvider, Signer } from "ethers";

import { borrow } from "../../sdk/actions/borrow.js";
import { callsOf, combineCalls } from "../../sdk/actions/batch.js";
import { deposit } from "../../sdk/actions/deposit.js";
import { repay } from "../../sdk/actions/repay.js";
import { repayInStable } from "../../sdk/actions/repay-in-stable.js";
import { signRequirements } from "../../sdk/actions/sign.js";
import type { Action, Call, Preview, Requirement, Signatures } from "../../sdk/actions/types.js";
import { withdraw } from "../../sdk/actions/withdraw.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { standingOf } from "../../sdk/credit/standing.js";
import { amountText } from "../../sdk/errors/format.js";
import { readFullSnapshot, readSnapshot, type FullSnapshot } from "../../sdk/reads/index.js";
import { findAsset, termsOf, UnknownAsset } from "../../sdk/reads/protocol.js";
import { stablesOf } from "../../sdk/reads/reserve.js";
import { parseAddress } from "../address.js";
import { connect, findChain, type ChainOptions } from "../chain.js";
import { CliError, EXIT, UsageError } from "../errors.js";
import { clock, json } from "../present.js";
import { nearest } from "../suggestion.js";
import { refusal, sendCall, understood, withSent } from "../transactions.js";
import type { Terminal } from "../terminal.js";
import { parseAmount, PLUSD } from "./amount.js";
import { addressOf, openSigner, type SignerOptions } from "./signer.js";
import { changeLines, holdingLines, standingLines, walletLines } from "./standing.js";

export interface ShowOptions extends ChainOptions, SignerOptions {
  readonly json?: boolean;
}

export interface ActOptions extends ShowOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** Of `repay`: the stable that it is paid in. */
  readonly in?: string;
  /** Of `borrow` and `withdraw`: who gets it. */
  readonly to?: string;
  /** For how long a transaction that was sent is waited for. {s} */
  readonly wait?: number;
}

export type Verb = "deposit" | "borrow" | "repay" | "withdraw";

// ---- show

/** How an account stands. */
export async function show(whose: string | undefined, options: ShowOptions, terminal: Terminal): Promise<void> {
  const { say, environment } = terminal;
  const address = whose === undefined ? await addressOf(options, environment) : parseAddress(whose);
  const { url, book } = await findChain(options);
  const provider = connect(url, book.chainId);
  try {
    const { account, protocol, block } = await readSnapshot(provider, book, address);
    const standing = standingOf(account, termsOf(protocol));
    if (options.json === true) {
      const { holdings, wallet, unknown } = account;
      say(json({ block, address, standing, holdings, wallet, unknown }));
      return;
    }
    say(`${address} at ${clock(block.timestamp)}, block ${block.number}`);
    for (const line of ["", ...holdingLines(account, standing, protocol), "", ...standingLines(standing)]) say(line);
    for (const line of walletLines(account, protocol, book.contracts.dollar)) say(line);
  } finally {
    provider.destroy();
  }
}

// ---- act

/** An action with its intent, for a snapshot that is read again before it is sent. */
interface Task {
  /** "deposit 1.5 WETH" */
  readonly what: string;
  preview(snapshot: FullSnapshot): Preview;
  requirements(snapshot: FullSnapshot): Requirement[];
  tx(snapshot: FullSnapshot, signatures?: Signatures): Call;
}

function task<I, P extends Preview>(what: string, action: Action<FullSnapshot, I, P>, intent: I): Task {
  return {
    what,
    preview: (snapshot) => action.preview(snapshot, intent),
    requirements: (snapshot) => action.requirements(snapshot, intent),
    tx: (snapshot, signatures) => action.tx(snapshot, intent, signatures),
  };
}

function taskOf(verb: Verb, words: readonly string[], options: ActOptions, snapshot: FullSnapshot): Task {
  const { assets } = snapshot.protocol;
  const to = options.to === undefined ? {} : { to: parseAddress(options.to) };
  switch (verb) {
    case "deposit": {
      const { unit, amount } = parseAmount(words, assets);
      return task(`deposit ${amountText(amount, unit.decimals)} ${unit.symbol}`, deposit, {
        asset: unit.number,
        amount,
      });
    }
    case "withdraw": {
      const { unit, amount } = parseAmount(words, assets, true);
      const text = words.join(" ").startsWith("all") ? "all" : amountText(amount, unit.decimals);
      return task(`withdraw ${text} ${unit.symbol}`, withdraw, { asset: unit.number, amount, ...to });
    }
    case "borrow": {
      const { amount } = parseAmount(words, [PLUSD]);
      return task(`borrow ${amountText(amount, 18)} plUSD`, borrow, { amount, ...to });
    }
    case "repay": {
      const { amount } = parseAmount(words, [PLUSD], true);
      const text = words.join(" ").startsWith("all") ? "all debt" : `${amountText(amount, 18)} plUSD of debt`;
      if (options.in === undefined) return task(`repay ${text}`, repay, { amount });
      const asset = stableOf(options.in, snapshot);
      return task(`repay ${text} in ${asset.symbol}`, repayInStable, { asset: asset.number, amount });
    }
  }
}

function stableOf(name: string, { reserve, protocol }: FullSnapshot): { symbol: string; number: bigint } {
  const stables = stablesOf(reserve, protocol);
  try {
    return findAsset({ assets: stables }, name);
  } catch (error) {
    if (!(error instanceof UnknownAsset)) throw error;
    const meant = nearest(name, error.known);
    const hint = meant === undefined ? `There is ${error.known.join(", ")}.` : `Did you mean ${meant}?`;
    throw new UsageError(`debts cannot be paid in "${name}"`, hint);
  }
}

/** Previews, asks, and sends. */
export async function act(
  verb: Verb,
  words: readonly string[],
  options: ActOptions,
  terminal: Terminal,
): Promise<void> {
  const { say, environment } = terminal;
  const { url, book } = await findChain(options);
  const provider = connect(url, book.chainId);
  const closing: (() => void)[] = [
    () => {
      provider.destroy();
    },
  ];
  const sent: string[] = [];
  try {
    const dry = options.dryRun === true;
    const { signer, close } = dry
      ? { signer: undefined, close: () => undefined }
      : await openSigner(options, environment, provider);
    closing.push(close);
    const address = signer === undefined ? await addressOf(options, environment) : await signer.getAddress();
    const snapshot = await readFullSnapshot(provider, book, address);
    const job = taskOf(verb, words, options, snapshot);
    const preview = job.preview(snapshot);
    if (options.json !== true) {
      say(`${address}: ${job.what}`);
      for (const line of ["", ...changeLines(preview.before, preview.after, snapshot.protocol.assets), ""]) say(line);
    }
    const [problem] = preview.problems;
    if (problem !== undefined) throw refusal(problem);
    if (signer === undefined) {
      if (options.json === true) say(json({ action: job.what, address, ...preview, transactions: [] }));
      else say("Nothing was sent: --dry-run.");
      return;
    }
    await confirm(job, options, terminal);
    await send(job, { signer, provider, book, snapshot, options, terminal, sent });
    if (options.json === true) say(json({ action: job.what, address, ...preview, transactions: sent }));
  } catch (error) {
    throw withSent(understood(error, { book }), sent);
  } finally {
    for (const close of closing.reverse()) close();
  }
}

async function confirm(job: Task, { yes, json: forPrograms }: ActOptions, { ask }: Terminal): Promise<void> {
  if (yes === true) return;
  if (ask === undefined || forPrograms === true) {
    throw new UsageError("nobody can be asked whether to send this", "Say so beforehand: --yes, or --dry-run.");
  }
  if (!(await ask(`Send it (${job.what})? [y/N] `))) throw new CliError("nothing was sent", EXIT.failed);
}

interface Sending {
  readonly signer: Signer;
  readonly provider: JsonRpcProvider;
  readonly book: AddressBook;
  readonly snapshot: FullSnapshot;
  readonly options: ActOptions;
  readonly terminal: Terminal;
  /** Hashes of what was sent, as it is sent: they are told whatever comes after. */
  readonly sent: string[];
}

/** What is required first, each with its transaction unless a signature will do; then the action itself. */
async function send(job: Task, at: Sending): Promise<void> {
  const { signer, snapshot, provider, book, options, terminal, sent } = at;
  const { signatures, rest } = await signRequirements(signer, job.requirements(snapshot));
  for (const call of combineCalls(book, [...callsOf(rest), job.tx(snapshot, signatures)])) {
    // What comes before it in this list decides what it takes: estimated only now.
    const say = options.json === true ? () => undefined : terminal.say;
    await sendCall(call, { signer, provider, chainId: book.chainId, wait: options.wait, sent, say });
  }
}
