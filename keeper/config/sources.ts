/** Puts a configuration together from a file, the environment and flags; flags win over the environment, which wins over the file. */

import { readFileSync } from "node:fs";

import { type ZodIssue } from "zod";

import { ConfigError, type Problem } from "./errors.js";
import { operatorSchema, type OperatorConfig } from "./operator.js";

/** A value with the name of where it came from. */
interface Given {
  readonly path: string;
  readonly value: unknown;
  readonly source: string;
}

/** Fields that are set through the environment. Lists are separated by commas. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PLIMSOLL_NETWORK: "network",
  PLIMSOLL_RPC: "rpc",
  PLIMSOLL_RELAY: "relay.rpc",
  PLIMSOLL_RELAY_METHOD: "relay.method",
  PLIMSOLL_RELAY_SIGNED: "relay.signed",
  PLIMSOLL_RELAY_PATIENCE: "relay.patience",
  PLIMSOLL_RELAY_SOLVENCY: "relay.solvency",
  PLIMSOLL_EXECUTE: "execute",
  PLIMSOLL_KEYSTORE: "key.keystore",
  PLIMSOLL_KEYSTORE_PASSWORD_FILE: "key.passwordFile",
  PLIMSOLL_KEEPER_ADDRESS: "key.address",
  PLIMSOLL_JOURNAL: "journal.directory",
  DATABASE_URL: "journal.databaseUrl",
  PLIMSOLL_INDEXER: "indexer.url",
  PLIMSOLL_INDEX: "indexer.directory",
  PLIMSOLL_INDEX_HOST: "indexer.host",
  PLIMSOLL_INDEX_PORT: "indexer.port",
  PLIMSOLL_ADDRESSES: "addressBook",
  PLIMSOLL_LIQUIDATOR: "addresses.liquidator",
  PLIMSOLL_FILLER: "addresses.filler",
  PLIMSOLL_FIRST_BLOCK: "firstBlock",
  PLIMSOLL_INTERVAL: "interval",
  PLIMSOLL_TIP: "fees.tip",
  PLIMSOLL_FEE_CEILING: "fees.ceiling",
  PLIMSOLL_FEE_BUMP_PERCENT: "fees.bumpPercent",
  PLIMSOLL_PATIENCE: "fees.patience",
  PLIMSOLL_CONFIRMATIONS: "fees.confirmations",
  PLIMSOLL_GAS_BUDGET: "spending.gasBudget",
  PLIMSOLL_SOLVENCY_BUDGET: "spending.solvencyBudget",
  PLIMSOLL_MIN_PROFIT: "spending.minProfit",
  PLIMSOLL_SLIPPAGE: "spending.slippage",
  PLIMSOLL_NODE_TIMEOUT: "nodes.timeout",
  PLIMSOLL_HOST: "operation.host",
  PLIMSOLL_PORT: "operation.port",
  PLIMSOLL_READY_WITHIN: "operation.readyWithin",
  PLIMSOLL_LOG_LEVEL: "log.level",
};

/** Fields that are set through flags of the command, by the option's name. */
export const FLAGS: Readonly<Record<string, string>> = {
  network: "network",
  rpc: "rpc",
  relay: "relay.rpc",
  execute: "execute",
  keystore: "key.keystore",
  passwordFile: "key.passwordFile",
  address: "key.address",
  journal: "journal.directory",
  indexer: "indexer.url",
  addresses: "addressBook",
  interval: "interval",
  confirmations: "fees.confirmations",
  port: "operation.port",
  logLevel: "log.level",
};

/** The same for `plimsoll index`. */
export const INDEX_FLAGS: Readonly<Record<string, string>> = {
  network: "network",
  rpc: "rpc",
  directory: "indexer.directory",
  addresses: "addressBook",
  interval: "interval",
  port: "indexer.port",
  logLevel: "log.level",
};

const LISTS = new Set(["rpc", "relay.rpc"]);
/** Paths of nodes' URLs hold keys of their services, and a database's URL its password. What looks like a key stays hidden wherever it is. */
const URLS = new Set(["rpc", "relay.rpc", "journal.databaseUrl", "indexer.url"]);
const SECRET_NAME = /private|secret|password(?!file)|mnemonic|seed/i;
const SECRET_VALUE = /^(0x)?[0-9a-f]{64}$/i;
const HIDDEN = "(hidden)";

export interface Sources {
  /** A JSON file. */
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** As the command line has parsed them. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Which fields they set: those of the keeper, if nobody says. */
  readonly flagFields?: Readonly<Record<string, string>>;
}

/**
 * The configuration that the sources make together.
 * @throws {ConfigError} that names every field that breaks a rule.
 */
export function loadConfig({ file, environment = {}, flags = {}, flagFields = FLAGS }: Sources): OperatorConfig {
  const given = [
    ...(file === undefined ? [] : flatten(readConfigFile(file), file)),
    ...named(environment, ENVIRONMENT, (name) => name),
    ...named(flags, flagFields, (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`),
  ];
  const parsed = operatorSchema.safeParse(nest(given));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap((issue) => problemsOf(issue, given)));
  const { network, rpc } = parsed.data;
  if (network === undefined && rpc === undefined) {
    const rule = "say which chain to look after: a network, or the URL of a node (rpc)";
    throw new ConfigError([{ field: "network", value: undefined, rule, source: undefined }]);
  }
  return parsed.data;
}

function readConfigFile(path: string): Record<string, unknown> {
  const fail = (rule: string): never => {
    throw new ConfigError([{ field: "config", value: JSON.stringify(path), rule, source: "--config" }]);
  };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return fail(`a file is needed that can be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The parser's message quotes the file, and with it whatever secret is in it.
  }
  return fail("the file must hold one JSON object");
}

/** The leaves of what a file says; lists are leaves. */
function flatten(value: Record<string, unknown>, source: string, prefix = ""): Given[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const isGroup = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return isGroup ? flatten(inner as Record<string, unknown>, source, path) : [{ path, value: inner, source }];
  });
}

function named(
  values: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, string>>,
  sourceOf: (name: string) => string,
): Given[] {
  return Object.entries(fields).flatMap(([name, path]) => {
    const value = values[name];
    if (value === undefined || value === "") return [];
    const list = LISTS.has(path) && typeof value === "string";
    return [{ path, value: list ? value.split(",").map((part) => part.trim()) : value, source: sourceOf(name) }];
  });
}

/** What was given later wins. */
function nest(given: readonly Given[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { path, value } of given) {
    const keys = path.split(".");
    let at = root;
    for (const key of keys.slice(0, -1)) {
      // A field that should be a group but is not stays to be told.
      if (typeof at[key] !== "object" || at[key] === null) at[key] = {};
      at = at[key] as Record<string, unknown>;
    }
    at[keys[keys.length - 1] ?? ""] = value;
  }
  return root;
}

function problemsOf(issue: ZodIssue, given: readonly Given[]): Problem[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const field = path === "" ? key : `${path}.${key}`;
      const rule = SECRET_NAME.test(key)
        ? "a secret does not belong into a configuration; see PLIMSOLL_PRIVATE_KEY and PLIMSOLL_KEYSTORE_PASSWORD_FILE"
        : "there is no such field";
      return { field, ...shown(field, given), rule };
    });
  }
  return [{ field: path, ...shown(path, given), rule: issue.message }];
}

/** The value that counts for a field, as it may be shown, and where it is from. */
function shown(field: string, given: readonly Given[]): Pick<Problem, "value" | "source"> {
  const last = [...given].reverse();
  // A list is given as a whole: the entry of `rpc.1` is in `rpc`.
  const found =
    last.find((g) => g.path === field) ??
    last.find((g) => field.startsWith(`${g.path}.`) || g.path.startsWith(`${field}.`));
  if (found === undefined) return { value: undefined, source: undefined };
  const rest = field.slice(found.path.length + 1).split(".");
  const value = field.startsWith(`${found.path}.`)
    ? rest.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], found.value)
    : found.value;
  return { value: display(field, value), source: found.source };
}

function display(field: string, value: unknown): string {
  const base = field.replace(/\.\d+$/, "");
  const text = JSON.stringify(value);
  if (SECRET_NAME.test(field) || (typeof value === "string" && SECRET_VALUE.test(value.trim()))) return HIDDEN;
  if (!URLS.has(base)) return text;
  return JSON.stringify(
    Array.isArray(value) ? value.map((one) => withoutSecrets(String(one))) : withoutSecrets(String(value)),
  );
}

/** A URL as it may be shown: without what comes after the host, where services put their keys, and without a password. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return HIDDEN;
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname.length > 1 || search !== "" ? "/..." : ""}`;
}
