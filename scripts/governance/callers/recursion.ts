/** Functions call each other, and variables are given values that depend on themselves: what is looked into already is not looked into again. */
export class Recursion {
  /** What is being looked into. */
  readonly #open = new Map<unknown, number>();
  /** The outermost of these at which a search ended, by depth. */
  #cut = Infinity;

  isOpen(key: unknown): boolean {
    return this.#open.has(key);
  }

  /** @returns `otherwise` if `key` is being looked into already. */
  once<T>(key: unknown, otherwise: T, look: () => T): T {
    const depth = this.#open.get(key);
    if (depth !== undefined) {
      this.#cut = Math.min(this.#cut, depth);
      return otherwise;
    }
    this.#open.set(key, this.#open.size);
    try {
      return look();
    } finally {
      this.#open.delete(key);
    }
  }

  /** What `look` finds, and whether that is all: what was cut short by something that is still looked into is no answer for others. */
  whole<T>(look: () => T): { readonly found: T; readonly isAll: boolean } {
    const [before, depth] = [this.#cut, this.#open.size];
    this.#cut = Infinity;
    const found = look();
    const isAll = this.#cut >= depth;
    this.#cut = Math.min(before, this.#cut);
    return { found, isAll };
  }
}
