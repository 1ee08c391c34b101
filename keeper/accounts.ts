/** Which accounts there are to watch. */

import type { Provider } from "ethers";

import { ICreditEngine__factory } from "../types/contracts/index.js";

const engineAbi = ICreditEngine__factory.createInterface();
const borrowEvent = engineAbi.getEvent("Borrow");
const withdrawEvent = engineAbi.getEvent("Withdraw");

/**
 * Every account that ever borrowed, learned from the engine's events. Only a debt can fail, and a debt begins with a borrow: what
 * an account deposits is read when its health is.
 */
export class BorrowerBook {
  readonly #provider: Provider;
  readonly #engine: string;
  readonly #accounts = new Set<string>();
  /** First block not read yet. */
  #next: number;

  /** @param firstBlock The block of the engine's deployment, or 0. */
  constructor(provider: Provider, engine: string, firstBlock = 0) {
    this.#provider = provider;
    this.#engine = engine;
    this.#next = firstBlock;
  }

  get accounts(): readonly string[] {
    return [...this.#accounts];
  }

  /**
   * Reads the events up to `block`. The set only grows, so reading a block twice does no harm.
   * @returns The accounts that took risk in between: what was known of their health no longer holds.
   */
  async update(block: number, span = 5_000): Promise<Set<string>> {
    const touched = new Set<string>();
    while (this.#next <= block) {
      const toBlock = Math.min(block, this.#next + span - 1);
      const logs = await this.#provider.getLogs({
        address: this.#engine,
        topics: [[borrowEvent.topicHash, withdrawEvent.topicHash]],
        fromBlock: this.#next,
        toBlock,
      });
      for (const log of logs) {
        const event = engineAbi.parseLog(log);
        if (event === null) continue;
        const account = event.args.account as string;
        if (event.name === "Borrow") this.#accounts.add(account);
        if (this.#accounts.has(account)) touched.add(account);
      }
      this.#next = toBlock + 1;
    }
    return touched;
  }
}
