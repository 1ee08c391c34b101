/** How long hands are kept off what has reverted: somebody may make it revert each time. */

interface Mark {
  /** Reverts in a row. */
  readonly count: number;
  /** (unix seconds) */
  readonly until: number;
}

export class Caution {
  readonly #marks = new Map<string, Mark>();
  readonly #first: number;
  readonly #longest: number;

  /**
   * @param first Pause after one revert; each further one in a row doubles it. {s}
   * @param longest {s}
   */
  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
  }

  reverted(key: string, time: number): void {
    const count = (this.#marks.get(key)?.count ?? 0) + 1;
    const pause = Math.min(this.#first * 2 ** (count - 1), this.#longest);
    this.#marks.set(key, { count, until: time + pause });
    this.#forget(time);
  }

  succeeded(key: string): void {
    this.#marks.delete(key);
  }

  /** Whether it is too early to try it again. */
  holds(key: string, time: number): boolean {
    const mark = this.#marks.get(key);
    return mark !== undefined && time < mark.until;
  }

  /** What was left alone for long counts as never tried: accounts come and go. */
  #forget(time: number): void {
    for (const [key, { until }] of this.#marks) if (time > until + this.#longest) this.#marks.delete(key);
  }
}
