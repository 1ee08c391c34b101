/** Reads events as the chain grows. */

import type { Log, Provider } from "ethers";

/** Blocks in one question. */
const SPAN = 5_000;

export class LogReader {
  readonly #provider: Provider;
  readonly #addresses: string[];
  readonly #topics: string[];
  /** First block not read yet. */
  #next: number;

  /** @param topics Hashes of the events. */
  constructor(provider: Provider, addresses: readonly string[], topics: readonly string[], firstBlock: number) {
    this.#provider = provider;
    this.#addresses = [...addresses];
    this.#topics = [...topics];
    this.#next = firstBlock;
  }

  /** What was not read yet up to `block`, in order. */
  async read(block: number): Promise<Log[]> {
    const found: Log[] = [];
    let next = this.#next;
    while (next <= block) {
      const toBlock = Math.min(block, next + SPAN - 1);
      const filter = { address: this.#addresses, topics: [this.#topics], fromBlock: next, toBlock };
      found.push(...(await this.#provider.getLogs(filter)));
      next = toBlock + 1;
    }
    // Only now: where a question failed, all of it is asked again.
    this.#next = next;
    return found;
  }
}
