/** Puts the addresses of an operator's own contracts into his configuration file. */

import { accessSync, constants, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { reasonOf } from "../log.js";
import { writeWhole } from "./files.js";
import { withMembers } from "./json-text.js";
import type { OwnName } from "./terms.js";

type Own = Readonly<Partial<Record<OwnName, string>>>;

/** Why the file cannot be written, if it cannot; it is not touched. */
export function whyNotWritable(file: string): string | undefined {
  try {
    const real = realpathSync(file);
    accessSync(real, constants.W_OK);
    // It is put in its place from beside it.
    accessSync(dirname(real), constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? reasonOf(error);
  }
}

/** Writes them into `addresses` of the file; all else in it stays to the letter, and at no moment is it half written. */
export function writeOwn(file: string, own: Own): void {
  // What a link leads to is changed, and not the link.
  const real = realpathSync(file);
  const before = readFileSync(real, "utf8");
  const members = Object.fromEntries(
    Object.entries(own).flatMap(([name, address]) => (typeof address === "string" ? [[name, address]] : [])),
  );
  const after = withMembers(before, "addresses", members);
  const object = JSON.parse(before) as { addresses?: object };
  const wanted = { ...object, addresses: { ...object.addresses, ...members } };
  if (!isDeepStrictEqual(JSON.parse(after), wanted)) throw new SyntaxError("the file is written in an unusual way");
  writeWhole(real, after);
}
