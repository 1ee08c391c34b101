/** What is looked at on a chain, one line each. */

export interface Check {
  /** What it is about: "feed ETH", "role governor". */
  readonly subject: string;
  /** What holds, or what is wrong, in a sentence with the values. */
  readonly said: string;
  readonly holds: boolean;
  /** Contracts whose state it is about, where those who govern may change that state. */
  readonly contracts?: readonly string[];
  /** Where it does not hold any more: what changed it, which those may do who govern. */
  readonly since?: string;
}

/** Collects checks. */
export class Checks {
  readonly all: Check[];
  readonly #contracts: readonly string[] | undefined;

  constructor(all: Check[] = [], contracts?: readonly string[]) {
    this.all = all;
    this.#contracts = contracts;
  }

  /** The same list, where what is added is about these contracts, and may be changed by those who govern. */
  about(...contracts: readonly string[]): Checks {
    return new Checks(this.all, contracts);
  }

  /**
   * @param holds Whether it is so.
   * @param said If it is.
   * @param otherwise If it is not.
   */
  add(subject: string, holds: boolean, said: string, otherwise: string): boolean {
    const contracts = this.#contracts;
    this.all.push({
      subject,
      holds,
      said: holds ? said : otherwise,
      ...(contracts === undefined ? {} : { contracts }),
    });
    return holds;
  }

  /** Compares what was found with what should be. */
  same(subject: string, what: string, found: unknown, wanted: unknown): boolean {
    const [f, w] = [textOf(found), textOf(wanted)];
    return this.add(subject, f === w, `${what}: ${w}`, `${what}: ${f}, not ${w}`);
  }

  get failed(): Check[] {
    return this.all.filter(({ holds }) => !holds);
  }
}

/** Equal values have equal texts, whether they came from the chain (bigint) or a file (number). */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  return String(value);
}
