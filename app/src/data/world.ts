/** What the chain says now: everything that pages show, of one block, in one call, read again with every block that is followed. */

import { Interface } from "ethers";

import { HistoryClient } from "../../../indexer/api/client.js";
import { parseAddressBook, type AddressBook } from "../../../sdk/addresses.js";
import { account, type Account } from "../../../sdk/reads/account.js";
import { auctions, type Auctions } from "../../../sdk/reads/auctions.js";
import { backstop, stake, type Backstop, type Stake } from "../../../sdk/reads/backstop.js";
import { balanceSheet, type Statement } from "../../../sdk/reads/balance-sheet.js";
import { protocol, type Protocol } from "../../../sdk/reads/protocol.js";
import { combined, mapped, optional, read, view, type Block, type Query } from "../../../sdk/reads/query.js";
import { reserve, type Reserve } from "../../../sdk/reads/reserve.js";
import { heard, indexed } from "./lag.js";
import { nodeAt, type NodeReader } from "./node.js";
import { shareSteps } from "./steps.js";
import { Store } from "./store.js";

const API = "api";
/** Without news from the indexer, the chain is looked at this often. {ms} */
const LOOK_EVERY = 4_000;
/** News that come faster than this wait for each other. {ms} */
const LEAST = 400;
/** A server that has not answered by then does not. {ms} */
const LONGEST = 15_000;

const rateAbi = new Interface(["function DOLLAR_ASSET() view returns (uint256)"]);
const oracleAbi = new Interface([
  "function price(uint256) view returns (uint256 low, uint256 mid, uint256 high, uint256 status)",
]);

/** Everything at one block. */
export interface World {
  readonly book: AddressBook;
  readonly block: Block;
  readonly protocol: Protocol;
  readonly sheet: Statement;
  readonly reserve: Reserve;
  readonly auctions: Auctions;
  readonly backstop: Backstop;
  /** plUSD's own price; undefined while nobody can say. {USD} 18 decimals */
  readonly dollar: bigint | undefined;
  /** Of whoever is looked at; undefined if nobody is. */
  readonly account: Account | undefined;
  readonly stake: Stake | undefined;
  /** Of whose wallet is connected, whoever is looked at. */
  readonly own: Account | undefined;
}

export type Reading =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly why: string }
  /** `trouble`: the last look failed, this is from before. */
  | { readonly state: "there"; readonly world: World; readonly at: number; readonly trouble: string | undefined };

export interface Deployment {
  readonly book: AddressBook;
  readonly node: NodeReader;
  readonly history: HistoryClient;
}

export const reading = new Store<Reading>({ state: "loading" });
export const deployment = new Store<Deployment | undefined>(undefined);
/** Whose account is read along. */
export const looked = new Store<string | undefined>(undefined);
/** Whose wallet is connected: that account is watched on every page. */
export const ownAddress = new Store<string | undefined>(undefined);
/** Grows with every step that the indexer followed; undefined while it tells nothing. */
export const followed = new Store<number | undefined>(undefined);

/** What may fail, however much gas it needs: a feed that averages a market's past needs a lot. */
function attempted<T>(query: Query<T>): Query<T | undefined> {
  const careful = optional(query);
  return { readings: query.readings, decode: (answers, block) => careful.decode(answers, block) };
}

function nothing<T>(): Query<T | undefined> {
  return { readings: [], decode: () => undefined };
}

/** @param owner Who is looked at. @param self Whose wallet is connected. */
function worldOf(
  book: AddressBook,
  dollarAsset: bigint | undefined,
  owner: string | undefined,
  self: string | undefined,
): Query<World> {
  const query = combined({
    protocol: protocol(book),
    sheet: balanceSheet(book),
    reserve: reserve(book),
    auctions: auctions(book),
    backstop: backstop(book),
    dollar:
      dollarAsset === undefined
        ? nothing<{ mid: bigint }>()
        : attempted(view<{ mid: bigint }>(book.contracts.oracle, oracleAbi, "price", [dollarAsset])),
    account: owner === undefined ? nothing<Account>() : account(book, owner),
    stake: owner === undefined ? nothing<Stake>() : stake(book, owner),
    self: self === undefined || self === owner ? nothing<Account>() : account(book, self),
  });
  return mapped(query, ({ dollar, self: other, ...r }, block) => ({
    ...r,
    own: self !== undefined && self === owner ? r.account : other,
    book,
    block,
    dollar: dollar === undefined || dollar.mid === 0n ? undefined : dollar.mid,
  }));
}

let dollarAsset: bigint | undefined;
let busy: Promise<void> | undefined;

async function look(): Promise<void> {
  const before = reading.value;
  try {
    const { book, node } = deployment.value ?? (await findDeployment());
    const owner = looked.value;
    const self = ownAddress.value;
    dollarAsset ??= await read(node, book, optional(view<bigint>(book.contracts.rate, rateAbi, "DOLLAR_ASSET")));
    const world = await read(node, book, worldOf(book, dollarAsset, owner, self));
    // Somebody else is looked at by now, or another deployment: the next look is on its way.
    const current = owner === looked.value && self === ownAddress.value && book === deployment.value?.book;
    if (current) reading.set({ state: "there", world, at: Date.now(), trouble: undefined });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reading.set(before.state === "there" ? { ...before, trouble: why } : { state: "failed", why });
  }
}

/** Reads again, now. */
export async function refresh(): Promise<void> {
  // A look that began before this call may have missed what it is about.
  while (busy !== undefined) await busy;
  busy = look().finally(() => {
    busy = undefined;
  });
  await busy;
}

async function askForBook(): Promise<AddressBook> {
  const response = await fetch(`${API}/deployment`, { signal: AbortSignal.timeout(LONGEST) }).catch(() => undefined);
  if (response?.ok !== true) throw new Error("The server of this page does not answer: is `npm start` still running?");
  return parseAddressBook(await response.json());
}

async function findDeployment(book?: AddressBook): Promise<Deployment> {
  const found = book ?? (await askForBook());
  if (found.rpcUrl === undefined) throw new Error("The deployment names no node to ask.");
  const next = { book: found, node: nodeAt(found.rpcUrl), history: new HistoryClient(API) };
  dollarAsset = undefined;
  indexed.set(undefined);
  followed.set(undefined);
  deployment.set(next);
  return next;
}

/** Whether the addresses are still those of this page: a chain that was started anew has others. */
async function checkDeployment(): Promise<void> {
  const known = deployment.value?.book;
  if (known === undefined) return;
  const book = await askForBook().catch(() => undefined);
  if (book === undefined || JSON.stringify(book) === JSON.stringify(known)) return;
  await findDeployment(book);
  await refresh();
}

/** Begins to read, and goes on for as long as the page is open. */
export function start(): void {
  let last = 0;
  let checked = Date.now();
  let due: ReturnType<typeof setTimeout> | undefined;
  const soon = (wait: number): void => {
    clearTimeout(due);
    due = setTimeout(() => void round(), wait);
  };
  const round = async (): Promise<void> => {
    last = Date.now();
    // Nobody sees it; the health of an account is watched all the same, less often.
    await refresh();
    if (Date.now() - checked >= LOOK_EVERY) {
      checked = Date.now();
      await checkDeployment().catch(() => undefined);
    }
    soon(document.hidden ? 3 * LOOK_EVERY : LOOK_EVERY);
  };
  let following = false;
  const follow = (): void => {
    const history = deployment.value?.history;
    if (following || history === undefined) return;
    following = true;
    shareSteps(history, (step) => {
      heard(step.block.number);
      followed.set(step.block.number);
      soon(Math.max(0, last + LEAST - Date.now()));
    });
  };
  deployment.watch(follow);
  void round();
  for (const whose of [looked, ownAddress]) {
    whose.watch(() => {
      soon(0);
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) soon(0);
  });
}
