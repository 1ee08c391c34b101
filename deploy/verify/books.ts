/** Whether address books, by which programs find a deployment, say what was proved. */

import type { AddressBook } from "../../sdk/addresses.js";
import type { Checks } from "../checks.js";

/** A book, and where it was found. */
export interface FoundBook {
  readonly where: string;
  /** Undefined where there should be one, and is none. */
  readonly book: AddressBook | undefined;
}

/** @param should What a book says that is right. */
export function checkBooks(checks: Checks, should: AddressBook, books: readonly FoundBook[]): void {
  const wanted = flat(should);
  for (const { where, book } of books) {
    const subject = `address book ${where}`;
    if (book === undefined) {
      checks.add(subject, false, "", "there is none");
      continue;
    }
    const found = flat(book);
    const names = [...new Set([...wanted.keys(), ...found.keys()])].filter(
      (name) => found.get(name) !== wanted.get(name),
    );
    checks.add(
      subject,
      names.length === 0,
      "it says what was deployed, and where",
      names.map((name) => `${name} is ${found.get(name) ?? "absent"}, not ${wanted.get(name) ?? "absent"}`).join("; "),
    );
  }
}

/** Each value by its path, such as `contracts.engine`. */
function flat(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]]);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return new Map(entries.flatMap(([name, each]) => [...flat(each, path === "" ? name : `${path}.${name}`)]));
}
