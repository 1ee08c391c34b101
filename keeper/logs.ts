/** Reads events as the chain grows. */

import type { Log, Provider } from "ethers";

/** Blocks in one question, at most. */
const SPAN = 5_000;
/** How long one reading may take; what is left is read in the next. {ms} */
const PATIENCE = 5_000;
/** How often a question is asked again at once, of half as many blocks each time, where another reading follows anyhow. */
const ATTEMPTS = 3;
/** The part by which a span grows after each answer. */
const GROWTH = 20;

/** Not all events have been read yet. */
export class EventsBehind extends Error {
  override readonly name = "EventsBehind";

  constructor(read: number, head: number) {
    super(`events are read up to block ${read}, ${head - read} blocks behind`);
  }
}

export class LogReader {
  readonly #provider: Provider;
  readonly #addresses: string[];
  readonly #topics: string[];
  readonly #firstBlock: number;
  readonly #overlap: number;
  readonly #patience: number;
  readonly #attempts: number;
  /** First block not read yet. */
  #next: number;
  /** Where a reading goes on that did not get to its end, and what it has found. */
  #unfinished: { next: number; readonly found: Log[] } | undefined;
  #span = SPAN;

  /**
   * @param topics Hashes of the events.
   * @param overlap So many blocks are read again each time, as the last ones may have been replaced by others meanwhile: for whoever may be told of an event twice.
   * @param patience How long one reading may take. {ms}
   * @param attempts How often a question is asked again with half as many blocks. Whoever reads once goes on down to single blocks: some nodes allow ten.
   */
  constructor(
    provider: Provider,
    addresses: readonly string[],
    topics: readonly string[],
    firstBlock: number,
    overlap = 0,
    patience = PATIENCE,
    attempts = ATTEMPTS,
  ) {
    this.#provider = provider;
    this.#addresses = [...addresses];
    this.#topics = [...topics];
    this.#firstBlock = firstBlock;
    this.#overlap = overlap;
    this.#patience = patience;
    this.#attempts = attempts;
    this.#next = firstBlock;
  }

  /**
   * What was not read yet up to `block`, in order; before it, what is read again.
   * @throws {EventsBehind} or whatever the node fails with: what was read until then is kept, and comes with what is read next.
   */
  async read(block: number): Promise<Log[]> {
    const until = performance.now() + this.#patience;
    const reading = (this.#unfinished ??= {
      next: Math.max(this.#firstBlock, this.#next - this.#overlap),
      found: [],
    });
    while (reading.next <= block) {
      const toBlock = await this.#ask(reading, block, until);
      this.#next = Math.max(this.#next, toBlock + 1);
      reading.next = toBlock + 1;
      if (reading.next <= block && performance.now() > until) throw new EventsBehind(toBlock, block);
    }
    this.#unfinished = undefined;
    return reading.found;
  }

  /** Reads some blocks; returns the last of them. */
  async #ask({ next, found }: { next: number; readonly found: Log[] }, block: number, until: number): Promise<number> {
    for (let attempt = 0; ; attempt++) {
      const toBlock = Math.min(block, next + this.#span - 1);
      const filter = { address: this.#addresses, topics: [this.#topics], fromBlock: next, toBlock };
      try {
        found.push(...(await this.#provider.getLogs(filter)));
        // Slowly: a limit that stays is met again rarely.
        this.#span = Math.min(SPAN, this.#span + Math.ceil(this.#span / GROWTH));
        return toBlock;
      } catch (error) {
        // Nodes allow so many blocks, or so many events, in one answer; each has its own words for that.
        const asked = toBlock - next + 1;
        this.#span = Math.max(1, Math.floor(asked / 2));
        if (asked === 1 || attempt >= this.#attempts || performance.now() > until) throw error;
      }
    }
  }
}

/** Reads on until everything is read that there is up to `block`: for whoever has nothing else to do. @param onBehind Is told how far it has come, now and then. */
export async function readAll(
  reader: LogReader,
  block: number,
  onBehind?: (behind: EventsBehind) => void,
): Promise<Log[]> {
  for (;;) {
    try {
      return await reader.read(block);
    } catch (error) {
      // It comes further each time: at least by one answer of the node.
      if (!(error instanceof EventsBehind)) throw error;
      onBehind?.(error);
    }
  }
}
