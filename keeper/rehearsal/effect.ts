/**
 * What a proposal would do: in a fork of the chain it is decided and executed, and the protocol is looked at before and after. Limits move with
 * time, so it is looked at once more some days later, at the same prices, beside a fork in which nothing was decided.
 */

import { isError } from "ethers";

import type { AddressBook } from "../../sdk/addresses.js";
import { GOVERNANCE_SENTENCES } from "../../sdk/errors/governance.js";
import { explainData, type Explanation, type Names } from "../../sdk/errors/index.js";
import type { EncodedCall } from "../../sdk/governance/index.js";
import { present } from "../../sdk/present.js";
import { balanceSheet } from "../../sdk/reads/balance-sheet.js";
import { protocol, type Asset } from "../../sdk/reads/protocol.js";
import { combined, read } from "../../sdk/reads/query.js";
import { ICreditEngine__factory, ICreditLens__factory } from "../../types/contracts/index.js";
import { LogReader, readAll } from "../logs.js";
import { decide, DECIDING, send, type Governors } from "./decide.js";
import type { Fork, ForkCall } from "./fork.js";

const WAD = 10n ** 18n;
const DAY = 86_400;
/** Accounts in one question. */
const CHUNK = 100;

/** How an account stands. {plUSD}, {USD}, 18 decimals */
export interface AccountStanding {
  readonly account: string;
  readonly debt: bigint;
  readonly borrowLimit: bigint;
  readonly maintenanceLimit: bigint;
  readonly health: bigint;
}

/** How the protocol stands. {USD}, {plUSD} */
export interface ProtocolStanding {
  readonly capital: bigint;
  readonly required: bigint;
  readonly headroom: bigint;
  /** What the engine could lend in all: the sum of the accounts' borrow limits. {USD} */
  readonly borrowLimit: bigint;
  readonly debt: bigint;
  readonly assets: readonly Pick<
    Asset,
    "symbol" | "initialHaircut" | "maintenanceHaircut" | "cap" | "scale" | "decimals" | "pauses"
  >[];
  readonly accounts: ReadonlyMap<string, AccountStanding>;
}

/** What changes for accounts. */
export interface Changes {
  /** Could not be liquidated without the proposal, and can be with it. */
  readonly liquidatable: readonly AccountStanding[];
  /** Were within their borrow limit without it, and are not with it: they can neither borrow nor withdraw. */
  readonly overLimit: readonly AccountStanding[];
}

/** The protocol with the proposal, and without. */
export interface Comparison {
  readonly without: ProtocolStanding;
  readonly with: ProtocolStanding;
  readonly changes: Changes;
}

export interface Effect {
  readonly block: number;
  readonly now: Comparison;
  /** At the same prices. */
  readonly later: Comparison & { readonly days: number };
}

export interface EffectOptions {
  readonly fork: Fork;
  readonly book: AddressBook;
  readonly governors: Governors;
  readonly calls: readonly EncodedCall[];
  /** How long limits move until they are looked at again. {days} */
  readonly days: number;
  /** For a person who waits: what is being done. */
  readonly onProgress?: (what: string) => void;
}

/** One of the calls reverts: the proposal could not be executed. */
export class CallReverts extends Error {
  override readonly name = "CallReverts";

  constructor(
    readonly index: number,
    readonly call: EncodedCall,
    readonly explanation: Explanation | undefined,
    readonly data: string,
  ) {
    super(`call ${index} reverts: ${explanation?.message ?? data}`);
  }
}

/** @throws {CallReverts} */
export async function effectOf(options: EffectOptions): Promise<Effect> {
  const { fork, book, days, onProgress } = options;
  const block = await fork.provider.getBlockNumber();
  onProgress?.("looking for accounts");
  const accounts = await borrowers(fork, book, (behind) => onProgress?.(`looking for accounts: ${behind}`));
  const look = async (): Promise<ProtocolStanding> => await standing(fork, book, accounts);
  const afterwards = async (): Promise<ProtocolStanding> => {
    await stopPrices(fork, book);
    await fork.wait(days * DAY);
    return await look();
  };
  onProgress?.(`looking at ${accounts.length} accounts`);
  const before = await fork.undone(async () => {
    // As long as executing takes: interest is not an effect.
    await fork.wait(DECIDING);
    const now = await look();
    onProgress?.("letting time pass without the proposal");
    return { now, later: await afterwards() };
  });
  onProgress?.("executing the proposal");
  const after = await fork.undone(async () => {
    await execute(options);
    const now = await look();
    onProgress?.("letting time pass with it");
    return { now, later: await afterwards() };
  });
  return {
    block,
    now: compare(before.now, after.now),
    later: { days, ...compare(before.later, after.later) },
  };
}

/** Everybody who ever borrowed. */
async function borrowers({ provider }: Fork, book: AddressBook, onBehind: (how: string) => void): Promise<string[]> {
  const abi = ICreditEngine__factory.createInterface();
  const { topicHash } = abi.getEvent("Borrow");
  const reader = new LogReader(provider, [book.contracts.engine], [topicHash], book.firstBlock);
  const logs = await readAll(reader, await provider.getBlockNumber(), ({ message }) => onBehind(message));
  return [...new Set(logs.map((log) => present(abi.parseLog(log)).args.account as string))];
}

async function standing(fork: Fork, book: AddressBook, names: readonly string[]): Promise<ProtocolStanding> {
  const query = combined({ protocol: protocol(book), sheet: balanceSheet(book) });
  const { protocol: p, sheet } = await read(fork.provider, book, query);
  const lens = ICreditLens__factory.connect(book.contracts.lens, fork.provider);
  const accounts = new Map<string, AccountStanding>();
  for (let i = 0; i < names.length; i += CHUNK) {
    for (const one of await lens.healths(names.slice(i, i + CHUNK))) {
      const { account, debt, borrowLimit, maintenanceLimit, health } = one;
      if (debt > 0n) accounts.set(account, { account, debt, borrowLimit, maintenanceLimit, health });
    }
  }
  const sum = (part: "debt" | "borrowLimit"): bigint =>
    [...accounts.values()].reduce((all, one) => all + one[part], 0n);
  return {
    capital: sheet.capital,
    required: sheet.required,
    headroom: sheet.headroom,
    borrowLimit: sum("borrowLimit"),
    debt: sum("debt"),
    assets: p.assets,
    accounts,
  };
}

/** From now on every feed says what it says now, at any time: only limits move. */
async function stopPrices(fork: Fork, { contracts }: AddressBook): Promise<void> {
  const lens = ICreditLens__factory.connect(contracts.lens, fork.provider);
  const answers = new Map<string, bigint>();
  for (const { asset } of await lens.assets()) {
    for (const [feed, answer] of await fork.answersOf(contracts.oracle, asset)) answers.set(feed, answer);
  }
  for (const [feed, answer] of answers) await fork.answer(feed, answer);
}

async function execute({ fork, governors, calls, book }: EffectOptions): Promise<void> {
  const execution = await decide(fork, governors, calls);
  // Asked first, as a receipt does not say why.
  const reason = await refusalOf(fork, execution);
  if (reason !== undefined) throw await revertOf({ fork, governors, calls, book }, reason);
  if ((await send(fork, execution)) !== 1) throw new CallReverts(0, present(calls[0]), undefined, "0x");
}

/** What the contracts say where it reverts; undefined if it does not. */
async function refusalOf(fork: Fork, { from, to, data, gas }: ForkCall): Promise<string | undefined> {
  try {
    await fork.provider.call({ from, to, data, gasLimit: gas ?? null });
    return undefined;
  } catch (error) {
    if (!isError(error, "CALL_EXCEPTION")) throw error;
    return error.data ?? "0x";
  }
}

/** Which call it is: the last of the fewest that cannot be executed together. */
async function revertOf(
  { fork, governors, calls, book }: Pick<EffectOptions, "fork" | "governors" | "calls" | "book">,
  reason: string,
): Promise<CallReverts> {
  let index = 0;
  for (; index < calls.length - 1; index++) {
    const first = calls.slice(0, index + 1);
    const fails = await fork.undone(async () => await refusalOf(fork, await decide(fork, governors, first)));
    if (fails !== undefined) break;
  }
  const names: Names = { book, sentences: GOVERNANCE_SENTENCES };
  return new CallReverts(index, present(calls[index]), explainData(reason, names), reason);
}

function compare(without: ProtocolStanding, proposed: ProtocolStanding): Comparison {
  const pairs = [...proposed.accounts.values()].map((one) => [without.accounts.get(one.account), one] as const);
  const became = (is: (one: AccountStanding) => boolean): AccountStanding[] =>
    pairs
      .filter(([before, after]) => is(after) && !(before !== undefined && is(before)))
      .map(([, after]) => after)
      .sort((a, b) => (a.debt > b.debt ? -1 : 1));
  const changes = {
    liquidatable: became(({ health }) => health < WAD),
    overLimit: became(({ debt, borrowLimit }) => debt > borrowLimit),
  };
  return { without, with: proposed, changes };
}
