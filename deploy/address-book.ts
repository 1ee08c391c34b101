/** Address books on disk, one per chain, beside what Ignition keeps of its own deployments. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { addressBookSchema, type AddressBook } from "../sdk/addresses.js";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "deployments");

/** No address book for the chain: nothing was deployed there from here. */
export class NotDeployed extends Error {
  readonly chainId: number;

  constructor(chainId: number) {
    super(`nothing is known to be deployed on chain ${chainId}`);
    this.name = "NotDeployed";
    this.chainId = chainId;
  }
}

export function addressBookPath(chainId: number, folder = FOLDER): string {
  return join(folder, `chain-${chainId}`, "addresses.json");
}

export function writeAddressBook(book: AddressBook, folder = FOLDER): string {
  const path = addressBookPath(book.chainId, folder);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(addressBookSchema.parse(book), null, 2)}\n`);
  return path;
}

/** @throws {NotDeployed} */
export function readAddressBook(chainId: number, folder = FOLDER): AddressBook {
  let text: string;
  try {
    text = readFileSync(addressBookPath(chainId, folder), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new NotDeployed(chainId);
    throw error;
  }
  return addressBookSchema.parse(JSON.parse(text));
}
