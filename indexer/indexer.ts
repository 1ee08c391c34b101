/** An indexer: positions and history of one deployment, followed together and kept in one database. */

import type { Provider } from "ethers";

import type { Database } from "../keeper/journal/database.js";
import { SILENT, type Log } from "../keeper/log.js";
import type { Answering } from "../keeper/operation/server.js";
import type { Step } from "./api/wire.js";
import { eventsOf } from "./chain.js";
import { Follower, type Patience } from "./follower.js";
import { Archive } from "./history/archive.js";
import { History } from "./history/chronicle.js";
import { HASHES, Reader, type Contracts } from "./history/contracts.js";
import { HistoryPages } from "./history/pages.js";
import { Sampler } from "./history/sampler.js";
import { HistoryStore } from "./history/store.js";
import { Stream } from "./history/stream.js";
import { Views } from "./history/views.js";
import { SqlStore } from "./sql.js";
import type { BlockRef, Header } from "./types.js";
import type { Identity } from "./wire.js";

export interface IndexerOptions {
  readonly provider: Provider;
  readonly database: Database;
  readonly identity: Identity;
  readonly contracts: Contracts & { readonly lens?: string | undefined };
  /** The engine's deployment, or 0. */
  readonly firstBlock: number;
  /** Blocks below the head from which on nothing is replaced. */
  readonly depth?: number;
  /** Blocks in one question about what is older. */
  readonly span?: number;
  /** Between two looks at views, by the chain's clock. {s} */
  readonly sampleEvery?: number;
  readonly log?: Log;
  /** Told after each step of how far it is. */
  readonly onStep?: (at: BlockRef, head: BlockRef) => void;
  /** Told how many blocks were replaced; undefined where everything is read again. */
  readonly onReorganised?: (blocks: number | undefined) => void;
}

export class Indexer {
  readonly store: SqlStore;
  /** What it answers about history. */
  readonly pages: Answering;
  readonly #stream = new Stream();
  readonly #follower: Follower;
  readonly #sampler: Sampler;
  readonly #options: IndexerOptions;
  #replaced: Step["replaced"];

  private constructor(options: IndexerOptions, store: SqlStore, history: HistoryStore, chainName: string) {
    const { provider, database, contracts, firstBlock, identity, sampleEvery, log = SILENT } = options;
    this.#options = options;
    this.store = store;
    const reader = new Reader(contracts);
    const chain = eventsOf(provider, reader.addresses, HASHES);
    const views = new Views(provider, contracts);
    this.#sampler = new Sampler({ views, index: store, history, chain, every: sampleEvery, log });
    this.#follower = new Follower({
      chain,
      store,
      firstBlock,
      engine: identity.engine,
      chronicle: new History({
        chain,
        reader,
        store: history,
        log,
        ...(views.priced ? { prices: (block: number) => views.prices(block) } : {}),
        onObserved: () => this.#sampler.observed(),
      }),
      log,
      ...(options.depth === undefined ? {} : { depth: options.depth }),
      ...(options.span === undefined ? {} : { span: options.span }),
      onStep: (at, head) => this.#stepped(at, head),
      onReorganised: (blocks) => this.#reorganised(blocks),
    });
    const archive = new Archive(database, chainName);
    this.pages = new HistoryPages({ archive, stream: this.#stream, version: () => store.version });
  }

  /** Goes on where one before it left off, or begins, also where what it left was of other contracts. */
  static async open(options: IndexerOptions): Promise<Indexer> {
    const { database, identity, contracts, depth, log = SILENT } = options;
    const name = `${identity.chain}-${identity.engine}`;
    const history = new HistoryStore(database, name);
    const store = await SqlStore.open(database, name, { depth, companion: history });
    if (!(await history.isOf(contracts))) {
      if ((await store.recent()).length > 0) {
        log.warn({}, "what is kept is not of these contracts, or without history: everything is read again");
        await store.reset();
      }
      await history.becomeOf(contracts);
    }
    return new Indexer(options, store, history, name);
  }

  /** Goes to the head, and has a look around there if it is time to. See {@link Follower.follow}. */
  async follow(head: Header, patience: Patience = {}): Promise<boolean> {
    const arrived = await this.#follower.follow(head, patience);
    if (!arrived) return false;
    const [at] = await this.store.recent();
    if (at?.hash !== head.hash) return true;
    const before = this.store.version;
    await this.#sampler.look(head);
    // Views told more of it.
    if (this.store.version !== before) this.#tell(head, head);
    return true;
  }

  /** From now on views are asked so often, by the chain's clock. {s} */
  sampleEvery(seconds: number): void {
    this.#sampler.every = seconds;
  }

  /** Forgets what can be read again. */
  async reset(): Promise<void> {
    this.#reorganised(undefined);
    await this.store.reset();
  }

  close(): void {
    this.#stream.close();
  }

  #stepped(at: Header, head: BlockRef): void {
    this.#tell(at, head);
    this.#options.onStep?.(at, head);
  }

  #tell({ number, hash, timestamp }: Header, head: BlockRef): void {
    const replaced = this.#replaced === undefined ? {} : { replaced: this.#replaced };
    this.#replaced = undefined;
    this.#stream.tell({ block: { number, hash, time: timestamp }, head: head.number, ...replaced });
  }

  #reorganised(blocks: number | undefined): void {
    this.#replaced = blocks ?? "all";
    if (blocks === undefined) this.#sampler.doubt();
    this.#options.onReorganised?.(blocks);
  }
}
