/** Numbers of the protocol as commands show them, and the same for programs. */

import { MAX_UINT256 } from "../sdk/arithmetic/integer.js";
import { amountText } from "../sdk/errors/format.js";

/** Dollars or plUSD, to the cent. 18 decimals */
export function money(value: bigint): string {
  const cents = value / 10n ** 16n;
  const text = amountText(cents < 0n ? -cents : cents, 2);
  const [whole = "0", part = ""] = text.split(".");
  return `${cents < 0n ? "-" : ""}${whole}.${part.padEnd(2, "0")}`;
}

/** A ratio with three digits, or that there is none. 18 decimals */
export function ratio(value: bigint): string {
  if (value === MAX_UINT256) return "-";
  const [whole = "0", part = ""] = amountText(value / 10n ** 15n, 3).split(".");
  return `${whole}.${part.padEnd(3, "0")}`;
}

/** bps */
export function percent(bps: bigint): string {
  const [whole = "0", part = ""] = amountText(bps, 2).split(".");
  return `${whole}.${part.padEnd(2, "0")}%`;
}

/** Unix seconds in UTC. */
export function clock(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString().replace("T", " ").replace(".000Z", " UTC");
}

/** A text that somebody else wrote, for a terminal: without what moves the cursor, colours, hides or turns letters around. Lines stay. */
export function visible(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, "");
}

/** One JSON object: amounts as decimal strings of their smallest units, maps as objects, sets as lists. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "bigint") return inner.toString();
    if (inner instanceof Set) return [...inner] as unknown;
    if (inner instanceof Map) return Object.fromEntries([...inner].map(([key, of]) => [String(key), of as unknown]));
    return inner;
  });
}
