/** Reads events as the chain grows. */

import type { Log, Provider } from "ethers";

/** Blocks in one question. */
const SPAN = 5_000;

export class LogReader {
  readonly #provider: Provider;
  readonly #addresses: string[];
  readonly #topics: string[];
  readonly #firstBlock: number;
  readonly #overlap: number;
  /** First block not read yet. */
  #next: number;

  /**
   * @param topics Hashes of the events.
   * @param overlap So many blocks are read again each time, as the last ones may have been replaced by others meanwhile: for whoever may be told of an event twice.
   */
  constructor(
    provider: Provider,
    addresses: readonly string[],
    topics: readonly string[],
    firstBlock: number,
    overlap = 0,
  ) {
    this.#provider = provider;
    this.#addresses = [...addresses];
    this.#topics = [...topics];
    this.#firstBlock = firstBlock;
    this.#overlap = overlap;
    this.#next = firstBlock;
  }

  /** What was not read yet up to `block`, in order; before it, what is read again. */
  async read(block: number): Promise<Log[]> {
    const found: Log[] = [];
    let next = Math.max(this.#firstBlock, this.#next - this.#overlap);
    while (next <= block) {
      const toBlock = Math.min(block, next + SPAN - 1);
      const filter = { address: this.#addresses, topics: [this.#topics], fromBlock: next, toBlock };
      found.push(...(await this.#provider.getLogs(filter)));
      next = toBlock + 1;
    }
    // Only now: where a question failed, all of it is asked again.
    this.#next = Math.max(this.#next, next);
    return found;
  }
}
