/** Every account's position, as of the block that is looked at. */

import type { Provider } from "ethers";

import { AccountsDiffer, Audit } from "../indexer/audit.js";
import { engineEvents } from "../indexer/chain.js";
import { SourceUnusable, type AccountSource } from "../indexer/client.js";
import { Follower } from "../indexer/follower.js";
import { MemoryStore } from "../indexer/memory.js";
import { EventsDoNotFit, type BlockRef, type ChainReader, type Header } from "../indexer/types.js";
import type { ICreditEngine } from "../types/contracts/index.js";
import { HealthScreen } from "./health/screen.js";
import { identityOf } from "./journal/identity.js";
import { SILENT, type Log } from "./log.js";

export interface AccountBookOptions {
  readonly provider: Provider;
  readonly engine: ICreditEngine;
  /** The engine's deployment, or 0. */
  readonly firstBlock: number;
  /** Where to begin instead of at the deployment. */
  readonly source?: AccountSource;
  /** After that long sums are compared with the engine's again. {s} */
  readonly auditInterval: number;
  readonly log?: Log;
  /** How long one update may take; what is left is done in the next. {ms} */
  readonly patience?: number;
}

/** Positions are known as of an earlier block only. */
export class AccountsBehind extends Error {
  override readonly name = "AccountsBehind";

  constructor(
    readonly known: number | undefined,
    readonly head: number,
  ) {
    super(
      known === undefined
        ? "no account is known yet"
        : `accounts are known as of block ${known}, ${head - known} blocks behind`,
    );
  }
}

/** {ms} */
const PATIENCE = 10_000;
/** Attempts after which a source that cannot be used is done without. */
const ATTEMPTS = 5;

/**
 * Follows the engine's events by itself, block by block, whatever number of accounts there is: one question about events for each block. An indexer,
 * where there is one, saves it from reading all of the past at its start, and is not needed afterwards. That nothing is missing is told by sums: all shares and all
 * balances known must be those of the engine, to the unit.
 */
export class AccountBook {
  /** The accounts that owe something. */
  readonly screen = new HealthScreen();
  readonly #options: AccountBookOptions;
  readonly #log: Log;
  readonly #chain: ChainReader;
  readonly #store: MemoryStore;
  readonly #follower: Follower;
  #source: AccountSource | undefined;
  #failures = 0;
  readonly #audit: Audit;

  constructor(options: AccountBookOptions) {
    this.#options = options;
    this.#log = options.log ?? SILENT;
    this.#source = options.source;
    this.#store = new MemoryStore((account, position) => this.screen.set(account, position));
    this.#chain = engineEvents(options.provider, options.engine.target as string);
    this.#follower = new Follower({
      chain: this.#chain,
      store: this.#store,
      firstBlock: options.firstBlock,
      log: this.#log,
    });
    const { engine, auditInterval: interval } = options;
    this.#audit = new Audit({ engine, interval, totals: () => this.#store.totals() });
  }

  /** The block that positions are of. */
  get at(): BlockRef | undefined {
    return this.#store.tip;
  }

  /**
   * Brings positions up to a block.
   * @param time Of the block. (unix seconds)
   * @throws {AccountsBehind | AccountsDiffer | SourceUnusable} Whatever it throws, what is known stays usable: an account may be missing, none is made up that
   * the lens would not throw out.
   */
  async update(head: Header, time: number): Promise<void> {
    if (this.#store.tip === undefined && this.#source !== undefined) await this.#begin(this.#source, head);
    const until = performance.now() + (this.#options.patience ?? PATIENCE);
    if (!(await this.#follow(head, until))) throw new AccountsBehind(this.at?.number, head.number);
    // Elsewhere where nothing is deployed yet, or the node is behind what was seen.
    if (this.at?.hash === head.hash) await this.#compare(head, time);
  }

  async #follow(head: Header, until: number): Promise<boolean> {
    try {
      return await this.#follower.follow(head, { until });
    } catch (error) {
      // All is read again; not from whom it may have come.
      if (error instanceof EventsDoNotFit) this.#source = undefined;
      throw error;
    }
  }

  // ---- the beginning

  async #begin(source: AccountSource, head: Header): Promise<void> {
    try {
      await this.#load(source, head);
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof SourceUnusable)) throw error;
      this.#failures += 1;
      if (this.#failures < ATTEMPTS) throw error;
      this.#log.error({ reason: error.message }, "the indexer cannot be used: all events are read here");
      this.#source = undefined;
    }
  }

  async #load(source: AccountSource, head: Header): Promise<void> {
    const { engine, provider } = this.#options;
    const identity = { chain: await identityOf(provider), engine: engine.target as string };
    const { block, positions, scales } = await source.snapshot(identity);
    const own = block.number === head.number ? head : await this.#chain.header(block.number);
    if (own === undefined || block.number > head.number) {
      throw new SourceUnusable(`the indexer is at block ${block.number}, the node at ${head.number} only`);
    }
    if (own.hash !== block.hash) throw new SourceUnusable(`the indexer's block ${block.number} is not the node's`);
    this.#store.load(block, positions, scales);
    const fields = { block: block.number, behind: head.number - block.number, accounts: positions.size };
    this.#log.info(fields, "accounts taken over from the indexer; the rest is read here");
  }

  // ---- completeness

  async #compare(at: BlockRef, time: number): Promise<void> {
    const difference = await this.#audit.check(at, time);
    if (difference === undefined) return;
    if (this.#audit.mayReread(time)) {
      this.#source = undefined;
      this.#log.error({ block: at.number, difference }, "accounts do not add up: all events are read again, here");
      await this.#store.reset();
      this.#audit.forget(time);
    }
    // Otherwise it is not the indexer's fault: a node keeps events back, or `firstBlock` is after the engine's deployment.
    throw new AccountsDiffer(difference);
  }
}
