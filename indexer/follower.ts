/** Follows a chain block by block, back and forth, and keeps the positions in a store as they are at its head. */

import { reasonOf, SILENT, type Log } from "../keeper/log.js";
import { present } from "../sdk/present.js";
import { accountsOf, changesOf, fold } from "./fold.js";
import {
  ChainMoved,
  DEPTH,
  EventsDoNotFit,
  type BlockRef,
  type ChainReader,
  type Chronicle,
  type EventLog,
  type Header,
  type PositionStore,
} from "./types.js";

export interface FollowerOptions {
  readonly chain: ChainReader;
  readonly store: PositionStore;
  /** The engine's deployment, or 0. */
  readonly firstBlock: number;
  /** Whose events positions follow from, where others are followed too. */
  readonly engine?: string;
  /** Keeps what else the events tell. */
  readonly chronicle?: Chronicle;
  /** Blocks below the head from which on nothing is replaced. */
  readonly depth?: number;
  /** Blocks in one question about what is older. */
  readonly span?: number;
  readonly log?: Log;
  /** Told after each step of how far it is. */
  readonly onStep?: (at: Header, head: BlockRef) => void;
  /** Told how many blocks were replaced; undefined where everything is read again. */
  readonly onReorganised?: (blocks: number | undefined) => void;
}

/** When to stop although the head is not reached. */
export interface Patience {
  /** No step is begun after it; one is always made. {ms} of `performance.now` */
  readonly until?: number;
  readonly signal?: AbortSignal;
}

const SPAN = 5_000;
/** Blocks near the head that are asked for at once. */
const AT_ONCE = 16;
/** How often a chain that changes while it is read is looked at again. */
const ATTEMPTS = 3;

export class Follower {
  readonly #chain: ChainReader;
  readonly #store: PositionStore;
  readonly #options: FollowerOptions;
  readonly #depth: number;
  readonly #log: Log;
  readonly #longest: number;
  #span: number;

  constructor(options: FollowerOptions) {
    this.#chain = options.chain;
    this.#store = options.store;
    this.#options = options;
    this.#depth = options.depth ?? DEPTH;
    this.#log = options.log ?? SILENT;
    this.#longest = this.#span = options.span ?? SPAN;
  }

  /**
   * Goes to the head, on whichever branch it is. A head that the store is beyond, on the same branch, changes nothing: it is a node that is a
   * little behind.
   * @returns Whether it is there; not when patience ended first.
   * @throws {ChainMoved | EventsDoNotFit} or whatever the node fails with; what is in the store is that of one block always.
   */
  async follow(head: Header, { until = Infinity, signal }: Patience = {}): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS;) {
      const tip = await this.#agree(head);
      if (tip !== undefined && tip.number >= head.number) return true;
      const next = tip === undefined ? this.#options.firstBlock : tip.number + 1;
      // A chain on which the engine is not deployed yet.
      if (next > head.number) return true;
      const moved = (await this.#step(next, tip, head)) === undefined;
      if (moved) attempt += 1;
      if (signal?.aborted === true || performance.now() > until) {
        return (await this.#store.recent())[0]?.hash === head.hash;
      }
    }
    throw new ChainMoved(`the chain changed while its blocks up to ${head.number} were read`);
  }

  // ---- which branch

  /** Takes the store back to the last block that the head's branch has; where it is then, if anywhere. */
  async #agree(head: Header): Promise<BlockRef | undefined> {
    const recent = await this.#store.recent();
    const [tip] = recent;
    if (tip === undefined || (await this.#isOn(head, tip))) return tip;
    // A node that is behind, on the same branch.
    if (recent.some(({ number, hash }) => number === head.number && hash === head.hash)) return tip;
    if (present(recent.at(-1)).number > head.number) {
      throw new ChainMoved(`the node is at block ${head.number}, and block ${tip.number} has been seen`);
    }
    for (const [index, block] of recent.entries()) {
      if (index === 0 || !(await this.#isOn(head, block))) continue;
      await this.#store.rollBack(block);
      this.#log.warn({ from: tip.number, to: block.number }, "blocks were replaced");
      this.#options.onReorganised?.(tip.number - block.number);
      return block;
    }
    this.#log.error({ block: tip.number }, "more blocks were replaced than can be undone: everything is read again");
    this.#options.onReorganised?.(undefined);
    await this.#store.reset();
    return undefined;
  }

  /** Whether a block is on the head's branch. */
  async #isOn(head: Header, { number, hash }: BlockRef): Promise<boolean> {
    if (number > head.number) return false;
    if (number === head.number) return hash === head.hash;
    if (number === head.number - 1 && hash === head.parentHash) return true;
    return (await this.#chain.header(number))?.hash === hash;
  }

  // ---- blocks

  /** Takes in some blocks from `next` on. Returns where it is then; undefined where the chain has changed meanwhile. */
  async #step(next: number, tip: BlockRef | undefined, head: Header): Promise<BlockRef | undefined> {
    const final = head.number - this.#depth;
    try {
      return next <= final ? await this.#stride(next, final, head) : await this.#walk(next, tip, head);
    } catch (error) {
      if (error instanceof EventsDoNotFit) {
        this.#log.error({ reason: reasonOf(error) }, "events are missing: everything is read again");
        this.#options.onReorganised?.(undefined);
        await this.#store.reset();
      }
      throw error;
    }
  }

  /** Many blocks with one question. */
  async #stride(next: number, final: number, head: Header): Promise<BlockRef | undefined> {
    const last = Math.min(final, next + this.#span - 1);
    let logs: EventLog[];
    try {
      logs = await this.#chain.eventsBetween(next, last);
    } catch (error) {
      // Nodes allow so many blocks, or so many events, in one answer; each has its own words for that.
      this.#span = Math.max(1, Math.floor(this.#span / 2));
      throw error;
    }
    // Slowly: a limit that stays is met again rarely.
    this.#span = Math.min(this.#longest, this.#span + Math.ceil(this.#longest / 100));
    const to = await this.#chain.header(last);
    if (to === undefined || logs.some((log) => log.blockNumber === last && log.blockHash !== to.hash)) return undefined;
    await this.#take(to, logs, true, head);
    return to;
  }

  /** Blocks near the head, each by its hash and as the child of the one before. */
  async #walk(next: number, tip: BlockRef | undefined, head: Header): Promise<BlockRef | undefined> {
    const count = Math.min(AT_ONCE, head.number - next + 1);
    const numbers = Array.from({ length: count }, (_, i) => next + i);
    const blocks = await Promise.all(
      numbers.map(async (number) => {
        const header = number === head.number ? head : await this.#chain.header(number);
        return header === undefined ? undefined : { header, logs: await this.#chain.eventsIn(header.hash) };
      }),
    );
    let at = tip;
    for (const block of blocks) {
      if (block === undefined || (at !== undefined && !(await this.#follows(block.header, at)))) return undefined;
      await this.#take(block.header, block.logs, false, head);
      at = block.header;
    }
    return at;
  }

  /** Whether a block is the next on the branch of another. Blocks that local nodes make in bulk do not name their parents rightly: then both must be there at one time. */
  async #follows(next: Header, at: BlockRef): Promise<boolean> {
    if (next.parentHash === at.hash) return true;
    for (const { number, hash } of [next, at, next]) {
      if ((await this.#chain.header(number))?.hash !== hash) return false;
    }
    return true;
  }

  async #take(to: Header, logs: readonly EventLog[], final: boolean, head: Header): Promise<void> {
    const { engine, chronicle } = this.#options;
    const changes = changesOf(engine === undefined ? logs : logs.filter(({ address }) => address === engine));
    const before = await this.#store.known(accountsOf(changes));
    const also = await chronicle?.prepare(to, logs);
    const { number, hash } = to;
    await this.#store.advance({ number, hash }, fold(changes, before), final, also);
    this.#options.onStep?.(to, head);
  }
}
