/** Numbers with their units, as proposals write them; reading and writing are each other's inverse. */

import { formatUnits } from "ethers";

import type { NamedAsset } from "../errors/format.js";
import { AmountError, parseDecimal } from "../format/amount.js";
import { PAUSE } from "../reads/protocol.js";
import { assetNamed, type Deployment } from "./names.js";
import { ADMIN_ROLE, ROLES } from "./roles.js";
import type { Unit } from "./units.js";

/** Why a text is no such quantity, and what would be. */
export interface Misread {
  readonly rule: string;
  readonly fix: string;
}

/** What a quantity may depend on. */
export interface Surroundings {
  readonly deployment: Deployment;
  /** The asset that the call is about, where it names one. */
  readonly asset: NamedAsset | undefined;
}

/** One way of writing numbers. */
interface Notation {
  /** @returns The number, or what is wrong. */
  read(text: string, around: Surroundings): bigint | Misread;
  write(value: bigint, around: Surroundings): string;
}

const RESERVE_PAUSE = { issue: 1n, invest: 2n } as const;
const LEDGER_UNITS = "ledger units";

/** All digits, thousands apart. */
function exact(value: bigint, decimals: number): string {
  const [whole = "0", part = ""] = formatUnits(value < 0n ? -value : value, decimals).split(".");
  const rest = part.replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${rest === "" ? "" : `.${rest}`}`;
}

function decimal(text: string, decimals: number, what: string): bigint | Misread {
  try {
    return parseDecimal(text, decimals, what);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    return { rule: `is no amount: ${error.message}`, fix: error.fix };
  }
}

/** A decimal number with a word behind it. */
function suffixed(word: string, decimals: number, example: string): Notation {
  const glue = word === "%" ? "" : " ";
  return {
    read(text) {
      const trimmed = text.trim();
      if (!trimmed.toLowerCase().endsWith(word.toLowerCase())) {
        return { rule: `has no unit: it is counted in ${word}`, fix: `For instance: "${example}"` };
      }
      return decimal(trimmed.slice(0, -word.length), decimals, word);
    },
    write: (value) => `${exact(value, decimals)}${glue}${word}`,
  };
}

/** A decimal number alone. */
function plain(decimals: number): Notation {
  return {
    read: (text) => decimal(text, decimals, "the number"),
    write: (value) => exact(value, decimals),
  };
}

const DURATIONS: readonly (readonly [pattern: RegExp, seconds: bigint, one: string])[] = [
  [/^(days?|d)$/, 86_400n, "day"],
  [/^(hours?|h)$/, 3_600n, "hour"],
  [/^(minutes?|min)$/, 60n, "minute"],
  [/^(seconds?|s)$/, 1n, "second"],
];

/** A whole number of a unit of time. @param base What is counted. {s} */
function duration(base: bigint, example: string): Notation {
  return {
    read(text) {
      const [, count = "", word = ""] = /^([\d,]+)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
      const unit = DURATIONS.find(([pattern]) => pattern.test(word.toLowerCase()));
      if (unit === undefined) return { rule: "is no duration", fix: `For instance: "${example}"` };
      const whole = decimal(count, 0, "a duration");
      if (typeof whole !== "bigint") return whole;
      const seconds = whole * unit[1];
      if (seconds % base !== 0n) {
        return {
          rule: `is no whole number of ${base === 3_600n ? "hours" : "seconds"}`,
          fix: `For instance: "${example}"`,
        };
      }
      return seconds / base;
    },
    write(value) {
      const seconds = value * base;
      for (const [, length, one] of DURATIONS) {
        if (seconds % length !== 0n || (seconds === 0n && length !== 1n)) continue;
        const count = seconds / length;
        return `${count} ${one}${count === 1n ? "" : "s"}`;
      }
      return `${seconds} seconds`;
    },
  };
}

/** An amount of an asset that is named beside it. @param scaled What one of the smallest units stored is in units of the token. */
function amount(counted: "ledger" | "tokens" | "tokens18"): Notation {
  const decimalsOf = (asset: NamedAsset): number => (counted === "tokens18" ? 18 : asset.decimals);
  const scaleOf = (asset: NamedAsset): bigint => (counted === "ledger" ? asset.scale : 1n);
  return {
    read(text, { deployment, asset: about }) {
      const [, number = "", word = ""] = /^([\d.,_]+)\s+(.+)$/.exec(text.trim()) ?? [];
      const example = `For instance: "12.5 ${about?.symbol ?? "WETH"}"`;
      // Of an asset that nobody has listed yet, its units are all that there is to say.
      if (word === LEDGER_UNITS) return decimal(number, 0, LEDGER_UNITS);
      const asset = word === "" ? undefined : assetNamed(word, deployment);
      if (asset === undefined) return { rule: "is no amount of a listed asset", fix: example };
      if (about !== undefined && about.number !== asset.number) {
        return { rule: `is of ${asset.symbol}, and the call is about ${about.symbol}`, fix: example };
      }
      const value = decimal(number, decimalsOf(asset), asset.symbol);
      if (typeof value !== "bigint") return value;
      const scale = scaleOf(asset);
      if (value % scale !== 0n)
        return {
          rule: `is no whole number of the units that ${asset.symbol} is kept in`,
          fix: "Leave the last digits out.",
        };
      return value / scale;
    },
    write(value, { asset }) {
      if (asset === undefined) return `${exact(value, 0)} ${LEDGER_UNITS}`;
      return `${exact(value * scaleOf(asset), decimalsOf(asset))} ${asset.symbol}`;
    },
  };
}

/** The last moment that is written as a date. {unix seconds} */
const LAST_DATE = 253_402_300_799n;
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/;

const TIME: Notation = {
  read(text) {
    const trimmed = text.trim();
    // After the dates there are seconds alone: what is meant to be never.
    if (/^\d+$/.test(trimmed) && BigInt(trimmed) > LAST_DATE) return BigInt(trimmed);
    const fix = 'For instance: "2027-03-01T12:00:00Z"';
    // Only UTC: what means another moment on another machine would be another proposal.
    const milliseconds = DATE.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
    if (Number.isNaN(milliseconds)) return { rule: "is no moment in UTC", fix };
    // The 31st of a shorter month would be taken for a day of the next.
    const day = new Date(milliseconds).toISOString().slice(0, 10);
    if (!trimmed.startsWith(day)) return { rule: "is a day that the month does not have", fix };
    return BigInt(milliseconds / 1_000);
  },
  write: (value) =>
    value > LAST_DATE ? value.toString() : new Date(Number(value) * 1_000).toISOString().replace(".000Z", "Z"),
};

/** Numbers of assets have a byte; those from 16 on are prices without collateral. */
const LAST_ASSET = 255n;

const ASSET: Notation = {
  read(text, { deployment }) {
    const asset = assetNamed(text, deployment);
    if (asset !== undefined) return asset.number;
    // One that is about to be listed has a number only.
    if (/^\d+$/.test(text.trim())) {
      const number = BigInt(text.trim());
      if (number <= LAST_ASSET) return number;
      return { rule: "is the number of no asset", fix: `Numbers go to ${LAST_ASSET}.` };
    }
    const known = deployment.assets.map(({ symbol }) => symbol).join(", ");
    return { rule: "is no listed asset", fix: `There are ${known}.` };
  },
  write: (value, { deployment }) =>
    deployment.assets.find(({ number }) => number === value)?.symbol ?? value.toString(),
};

const ROLE: Notation = {
  read(text) {
    const roles: Readonly<Record<string, bigint>> = { admin: ADMIN_ROLE, ...ROLES };
    const id = Object.hasOwn(roles, text.trim()) ? roles[text.trim()] : undefined;
    if (id !== undefined) return id;
    if (/^\d+$/.test(text.trim())) return BigInt(text.trim());
    return { rule: "is no role", fix: `There are ${Object.keys(roles).join(", ")}.` };
  },
  write: (value) =>
    value === ADMIN_ROLE ? "admin" : (Object.entries(ROLES).find(([, id]) => id === value)?.[0] ?? value.toString()),
};

const NOTATIONS: Readonly<Partial<Record<Unit, Notation>>> = {
  asset: ASSET,
  bps: suffixed("%", 2, "12.5%"),
  percent: suffixed("%", 0, "4%"),
  plusd: suffixed("plUSD", 18, "1,000 plUSD"),
  usd: suffixed("USD", 18, "5 USD"),
  wholeUsd: suffixed("USD", 0, "100 USD"),
  plim: suffixed("PLIM", 18, "1,000 PLIM"),
  ledger: amount("ledger"),
  tokens: amount("tokens"),
  tokens18: amount("tokens18"),
  seconds: duration(1n, "3 days"),
  hours: duration(3_600n, "24 hours"),
  time: TIME,
  millionths: plain(6),
  wad: plain(18),
  perSecond: suffixed("/s", 18, "0.000000001547 /s"),
  shares: suffixed("smallest units", 0, "1,000,000 smallest units"),
  role: ROLE,
};

/** Which bits go by which names. */
const FLAGS: Readonly<Partial<Record<Unit, Readonly<Record<string, bigint>>>>> = {
  creditPauses: PAUSE,
  reservePauses: RESERVE_PAUSE,
};

/** A number that is written with its unit. @returns The number, or what is wrong. */
export function readQuantity(text: string, unit: Unit, around: Surroundings): bigint | Misread {
  const notation = NOTATIONS[unit];
  if (notation === undefined) throw new RangeError(`${unit} is no single number`);
  return notation.read(text, around);
}

export function writeQuantity(value: bigint, unit: Unit, around: Surroundings): string {
  const notation = NOTATIONS[unit];
  if (notation === undefined) throw new RangeError(`${unit} is no single number`);
  return notation.write(value, around);
}

/** Whether the unit is a list of names, one for each bit. */
export function flagsOf(unit: Unit | undefined): Readonly<Record<string, bigint>> | undefined {
  return unit === undefined ? undefined : FLAGS[unit];
}
