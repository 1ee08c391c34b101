/** Structured logs: one JSON object a line. No secret gets into them, whoever tries. */

import { formatUnits } from "ethers";
import { pino } from "pino";

import type { Log } from "../log.js";

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** Texts that must not appear, wherever they come from. */
  readonly secrets: readonly string[];
  readonly write: (line: string) => void;
  /** Whose log it is. */
  readonly name?: string;
}

const HIDDEN = "(hidden)";
/** Fields that hold secrets by their name, at the top and one below. */
const SECRET_FIELDS = ["privateKey", "password", "mnemonic", "secret", "databaseUrl"];

export function createLog({ level, secrets, write, name = "plimsoll-keeper" }: LogOptions): Log {
  const hide = hiding(secrets);
  return pino(
    {
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: HIDDEN },
      formatters: { level: (label) => ({ level: label }), log: (fields) => plain(fields) as Record<string, unknown> },
    },
    { write: (line: string) => write(hide(line)) },
  );
}

/** Amounts that people read: their unit, and how many digits tell enough. The journal has them to the last one. */
const UNITS: Readonly<Record<string, readonly [unit: string, digits: number]>> = {
  expected: ["plUSD", 2],
  realised: ["plUSD", 2],
  fee: ["ether", 6],
};

/** Such as 66.97 plUSD. */
function readable(amount: bigint, [unit, digits]: readonly [string, number]): string {
  return `${Number(formatUnits(amount, 18)).toFixed(digits)} ${unit}`;
}

/** Replaces secrets in a text, also where JSON has escaped them; keys with and without their 0x, in any case. */
export function hiding(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .flatMap((secret) => [secret, secret.replace(/^0x/i, ""), JSON.stringify(secret).slice(1, -1)])
    // What is too short to be a secret would garble everything.
    .filter((form) => form.length >= 4);
  if (forms.length === 0) return (text) => text;
  const escaped = [...new Set(forms)]
    .sort((a, b) => b.length - a.length)
    .map((f) => f.replace(/[$()*+./?[\\\]^{|}-]/g, "\\$&"));
  const pattern = new RegExp(escaped.join("|"), "gi");
  return (text) => text.replace(pattern, HIDDEN);
}

/** Amounts as text, those that people read in whole units: JSON has no numbers of their size. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Error) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      const unit = Object.hasOwn(UNITS, key) ? UNITS[key] : undefined;
      return [key, typeof inner === "bigint" && unit !== undefined ? readable(inner, unit) : plain(inner)];
    }),
  );
}
