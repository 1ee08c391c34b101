/** What is looked at on a chain, one line each. */

export interface Check {
  /** What it is about: "feed ETH", "role governor". */
  readonly subject: string;
  /** What holds, or what is wrong, in a sentence with the values. */
  readonly said: string;
  readonly holds: boolean;
}

/** Collects checks. */
export class Checks {
  readonly all: Check[] = [];

  /**
   * @param holds Whether it is so.
   * @param said If it is.
   * @param otherwise If it is not.
   */
  add(subject: string, holds: boolean, said: string, otherwise: string): boolean {
    this.all.push({ subject, holds, said: holds ? said : otherwise });
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
