/**
 * Address books on disk, beside what Ignition keeps of its own deployments: one per chain, and one per node where several local chains run
 * at once, since they all have the same id.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { z } from "zod";

import { addressBookSchema, type AddressBook } from "../sdk/addresses.js";

/** Where deployments are kept unless somebody says otherwise. */
export const DEPLOYMENTS_FOLDER = join(dirname(fileURLToPath(import.meta.url)), "deployments");
const USUAL_PORT = "8545";
const BOOK_NAME = /^addresses(-\d+)?\.json$/;

/** No address book for the chain: nothing was deployed there from here. */
export class NotDeployed extends Error {
  readonly chainId: number;

  constructor(chainId: number) {
    super(`nothing is known to be deployed on chain ${chainId}`);
    this.name = "NotDeployed";
    this.chainId = chainId;
  }
}

/** The usual name, except for a node on another port than the usual one: that one must not overwrite the usual one's book. */
function nameOf({ rpcUrl }: Pick<AddressBook, "rpcUrl">): string {
  const port = rpcUrl === undefined ? "" : new URL(rpcUrl).port;
  return port === "" || port === USUAL_PORT ? "addresses.json" : `addresses-${port}.json`;
}

export function addressBookPath(book: Pick<AddressBook, "chainId" | "rpcUrl">, folder = DEPLOYMENTS_FOLDER): string {
  return join(folder, `chain-${book.chainId}`, nameOf(book));
}

export function writeAddressBook(book: AddressBook, folder = DEPLOYMENTS_FOLDER): string {
  const path = addressBookPath(book, folder);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(addressBookSchema.parse(book), null, 2)}\n`);
  return path;
}

/** The books that the SDK comes with. */
const SHIPPED = fileURLToPath(new URL("../sdk/deployments.json", import.meta.url));

/** All of them. */
export function shippedBooks(path = SHIPPED): AddressBook[] {
  return z.array(addressBookSchema).parse(JSON.parse(readFileSync(path, "utf8")));
}

/**
 * Puts a book among those that the SDK comes with, in place of one of the same chain.
 * @returns True: it is there.
 */
export function shipAddressBook(book: AddressBook, path = SHIPPED): true {
  const books = shippedBooks(path);
  const others = books.filter(({ chainId }) => chainId !== book.chainId);
  const all = [...others, addressBookSchema.parse(book)].sort((a, b) => a.chainId - b.chainId);
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
  return true;
}

/** Takes away the book of a chain that has ended. */
export function removeAddressBook(book: Pick<AddressBook, "chainId" | "rpcUrl">, folder = DEPLOYMENTS_FOLDER): void {
  rmSync(addressBookPath(book, folder), { force: true });
}

/**
 * The books of all nodes of the chain, that of the usual port first.
 * @throws {NotDeployed} if there is none.
 */
export function readAddressBooks(chainId: number, folder = DEPLOYMENTS_FOLDER): AddressBook[] {
  const place = join(folder, `chain-${chainId}`);
  let names: string[];
  try {
    names = readdirSync(place).filter((name) => BOOK_NAME.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    names = [];
  }
  if (names.length === 0) throw new NotDeployed(chainId);
  names.sort((a, b) => a.length - b.length || a.localeCompare(b));
  return names.map((name) => addressBookSchema.parse(JSON.parse(readFileSync(join(place, name), "utf8"))));
}
