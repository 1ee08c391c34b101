/** What is wrong with a configuration, said so that an operator finds it. */

/** One value that breaks a rule. */
export interface Problem {
  /** Dotted, as in the file: `fees.bumpPercent`. */
  readonly field: string;
  /** As given; a secret is never shown. Undefined where nothing was given. */
  readonly value: string | undefined;
  /** What the value must be. */
  readonly rule: string;
  /** Where it came from: `file`, `PLIMSOLL_RPC`, `--rpc`. Undefined for what is not given anywhere. */
  readonly source: string | undefined;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(describe).join("\n"));
  }
}

function describe({ field, value, rule, source }: Problem): string {
  const given = value === undefined ? "is missing" : `is ${value}${source === undefined ? "" : ` (${source})`}`;
  return `${field} ${given}: ${rule}`;
}

/** The key cannot be had: no such file, a wrong password. The message holds no secret. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}
