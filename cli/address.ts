import { getAddress, isAddress } from "ethers";

import { UsageError } from "./errors.js";

/** An address as typed, with its checksum checked where it has one. */
export function parseAddress(text: string): string {
  // The declared type narrows away what is not one, which is what is told apart here.
  const valid: boolean = isAddress(text);
  if (valid) return getAddress(text);
  if (/^(0x)?[0-9a-f]{40}$/i.test(text)) {
    throw new UsageError(
      `"${text}" has a wrong checksum: a character or the case of one is mistyped`,
      "Copy the address again, or write it all in lower case.",
    );
  }
  throw new UsageError(`"${text}" is not an address`, "An address is 0x and 40 hexadecimal digits.");
}
