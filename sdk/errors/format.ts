/** Values of errors, as people read them. */

import { decodeBytes32String, formatUnits } from "ethers";

import type { AddressBook } from "../addresses.js";

/** What is known of an asset, for its values to be said in its own units. */
export interface NamedAsset {
  readonly number: bigint;
  readonly token: string;
  readonly symbol: string;
  readonly decimals: number;
  /** Token units per ledger unit. */
  readonly scale: bigint;
}

/** What values are named with. Without it they are said all the same, in raw units. */
export interface Names {
  readonly assets?: readonly NamedAsset[];
  readonly book?: AddressBook;
  /** Which token errors of tokens are about, which do not say it themselves. */
  readonly token?: string;
  /** Errors that are known beside those of the protocol itself: `GOVERNANCE_SENTENCES`, where votes are cast. A page without votes need not carry them. */
  readonly sentences?: Sentences;
}

/** By an error's signature: what happened, and what to do, with values and their units in braces. */
export type Sentences = Readonly<Record<string, readonly [message: string, fix: string]>>;

/** What a value is compared with or counted in: another argument of the same error. */
export type Arguments = Readonly<Record<string, unknown>>;

const PLUSD = (1n << 256n) - 1n;
const MAX_DECIMALS = 6;
const ACTIONS: readonly (readonly [bigint, string])[] = [
  [1n, "deposits, or issuing against it"],
  [2n, "withdrawals with debt, or investing"],
  [4n, "borrowing against it"],
  [8n, "flash loans"],
];
/** Of proposals, in the governor's order. */
export const PROPOSAL_STATES = [
  "pending",
  "active",
  "canceled",
  "defeated",
  "succeeded",
  "queued",
  "expired",
  "executed",
] as const;
const STATUSES = ["it has none", "its sources disagree", "it is live"];

/** Digits that matter: at most six after the point, and no less than shows that it is not nothing; groups of three before it. */
export function amountText(value: bigint, decimals: number): string {
  const [whole = "0", part = ""] = formatUnits(value < 0n ? -value : value, decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const shown = whole === "0" ? firstDigits(part) : part.slice(0, MAX_DECIMALS);
  const rest = shown.replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${grouped}${rest === "" ? "" : `.${rest}`}`;
}

/** Leading zeros do not count as digits that matter. */
function firstDigits(part: string): string {
  const zeros = /^0*/.exec(part)?.[0].length ?? 0;
  return part.slice(0, Math.max(MAX_DECIMALS, zeros + 2));
}

function assetOf(number: unknown, { assets }: Names): NamedAsset | undefined {
  return assets?.find((a) => a.number === number);
}

function assetText(number: unknown, names: Names): string {
  return assetOf(number, names)?.symbol ?? `asset ${String(number)}`;
}

/** An address by what it is, if that is known. */
export function addressText(address: string, { book, assets }: Names): string {
  const token = assets?.find((a) => a.token === address);
  if (token !== undefined) return token.symbol;
  for (const [name, at] of Object.entries(book?.contracts ?? {})) if (at === address) return `the ${name}`;
  if (book?.leverage === address) return "the contract for leverage";
  return address;
}

function inUnits(value: bigint, decimals: number, unit: string): string {
  return `${amountText(value, decimals)} ${unit}`;
}

function ledgerText(value: bigint, number: unknown, names: Names): string {
  const asset = assetOf(number, names);
  if (asset === undefined) return `${value} ledger units of asset ${String(number)}`;
  return inUnits(value * asset.scale, asset.decimals, asset.symbol);
}

function unitsText(value: bigint, number: unknown, names: Names): string {
  const asset = assetOf(number, names);
  if (asset === undefined) return `${value} units of asset ${String(number)}`;
  return inUnits(value, asset.decimals, asset.symbol);
}

function tokensText(value: bigint, token: unknown, names: Names): string {
  const asset = names.assets?.find((a) => a.token === token);
  if (asset !== undefined) return inUnits(value, asset.decimals, asset.symbol);
  if (names.book?.contracts.dollar === token) return inUnits(value, 18, "plUSD");
  return `${value} units`;
}

/** Of the token that is spoken of without being named. */
function heldText(value: bigint, names: Names): string {
  const text = tokensText(value, names.token, names);
  return text === `${value} units` ? `${text} of the token` : text;
}

function timeText(seconds: bigint): string {
  // Beyond what a date can be: somebody's "never".
  if (seconds > 8_640_000_000_000n) return "the end of time";
  return new Date(Number(seconds) * 1_000).toISOString().replace("T", " ").replace(".000Z", " UTC");
}

function durationText(seconds: bigint): string {
  if (seconds % 86_400n === 0n && seconds !== 0n) return plural(seconds / 86_400n, "day");
  if (seconds % 3_600n === 0n && seconds !== 0n) return plural(seconds / 3_600n, "hour");
  if (seconds % 60n === 0n && seconds !== 0n) return plural(seconds / 60n, "minute");
  return plural(seconds, "second");
}

function plural(count: bigint, unit: string): string {
  return `${count} ${unit}${count === 1n ? "" : "s"}`;
}

function nameText(word: string): string {
  try {
    return decodeBytes32String(word);
  } catch {
    return word;
  }
}

function actionText(bits: bigint): string {
  return ACTIONS.filter(([bit]) => (bits & bit) !== 0n)
    .map(([, name]) => name)
    .join("; ");
}

/** Units that stand alone. */
const UNITS: Readonly<Record<string, (value: never, names: Names) => string>> = {
  plusd: (v: bigint) => inUnits(v, 18, "plUSD"),
  plim: (v: bigint) => inUnits(v, 18, "PLIM"),
  proposal: (v: bigint) => PROPOSAL_STATES[Number(v)] ?? v.toString(),
  usd: (v: bigint) => inUnits(v, 18, "USD"),
  shares: (v: bigint) => inUnits(v, 24, "shares"),
  ratio: (v: bigint) => amountText(v, 18),
  ray: (v: bigint) => amountText(v, 27),
  bps: (v: bigint) => `${amountText(v, 2)}%`,
  int: (v: bigint) => v.toString(),
  time: timeText,
  seconds: durationText,
  hours: (v: bigint) => plural(v, "hour"),
  address: addressText,
  asset: assetText,
  bought: (v: bigint, names) => (v === PLUSD ? "plUSD" : assetText(v, names)),
  held: heldText,
  action: actionText,
  status: (v: bigint) => STATUSES[Number(v)] ?? v.toString(),
  name: nameText,
  hex: (v: string) => v,
  text: (v: unknown) => String(v),
};

/** Units of an asset or a token that another argument names. */
const OF: Readonly<Record<string, (value: bigint, of: unknown, names: Names) => string>> = {
  ledger: ledgerText,
  units: unitsText,
  tokens: tokensText,
};

/** A sentence with its values filled in. */
export function filled(sentence: string, args: Arguments, names: Names): string {
  return sentence.replace(/\{(\w+)\|(\w+)(?: (\w+))?\}/g, (_, name: string, unit: string, of: string | undefined) => {
    const value = args[name];
    const related = OF[unit];
    if (related !== undefined) return related(value as bigint, args[of ?? ""], names);
    const alone = UNITS[unit];
    if (alone === undefined) throw new RangeError(`no unit is called "${unit}"`);
    return alone(value as never, names);
  });
}
