/**
 * Reading the protocol: each query is a part of one call, see `query.ts`.
 *
 * ```ts
 * const { protocol, account } = await readSnapshot(provider, book, "0x...");
 * const { sheet, auctions } = await read(provider, book, combined({ sheet: balanceSheet(book), auctions: auctions(book) }));
 * ```
 */

import type { Provider } from "ethers";

import type { AddressBook } from "../addresses.js";
import { account, type Account } from "./account.js";
import { protocol, type Protocol } from "./protocol.js";
import { combined, mapped, read, type Block } from "./query.js";
import { backstop, stake, type Backstop, type Stake } from "./backstop.js";
import { reserve, type Reserve } from "./reserve.js";

// Beside `termsOf`, which it takes.
export { standingOf, type Standing, type Terms } from "../credit/standing.js";
export * from "./account.js";
export * from "./auctions.js";
export * from "./backstop.js";
export * from "./balance-sheet.js";
export * from "./protocol.js";
export * from "./query.js";
export * from "./reserve.js";

/** What most actions look at: the lending book and one account, of one block. */
export interface Snapshot {
  readonly book: AddressBook;
  readonly block: Block;
  readonly protocol: Protocol;
  readonly account: Account;
}

/** A snapshot with the reserve: for what is issued, redeemed or paid in stables. */
export interface ReserveSnapshot extends Snapshot {
  readonly reserve: Reserve;
}

/** A snapshot with the Backstop. */
export interface BackstopSnapshot extends Snapshot {
  readonly backstop: Backstop;
  readonly stake: Stake;
}

/** All that actions look at. */
export type FullSnapshot = ReserveSnapshot & BackstopSnapshot;

/** Lending book and account, in one call. */
export async function readSnapshot(
  provider: Pick<Provider, "call">,
  book: AddressBook,
  address: string,
): Promise<Snapshot> {
  const query = combined({ protocol: protocol(book), account: account(book, address) });
  return await read(
    provider,
    book,
    mapped(query, (r, block) => ({ book, block, ...r })),
  );
}

/** The same with reserve and Backstop, still in one call. */
export async function readFullSnapshot(
  provider: Pick<Provider, "call">,
  book: AddressBook,
  address: string,
): Promise<FullSnapshot> {
  const query = combined({
    protocol: protocol(book),
    account: account(book, address),
    reserve: reserve(book),
    backstop: backstop(book),
    stake: stake(book, address),
  });
  return await read(
    provider,
    book,
    mapped(query, (r, block) => ({ book, block, ...r })),
  );
}
