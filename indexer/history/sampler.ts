/** Asks views at the head now and then, and knows where nobody did. */

import { reasonOf, SILENT, type Log } from "../../keeper/log.js";
import { ChainMoved, type ChainReader, type Header } from "../types.js";
import { IndexTaken, type SqlStore } from "../sql.js";
import type { HistoryStore, Gap, Looked } from "./store.js";
import type { Seen, Views } from "./views.js";

export interface SamplerOptions {
  readonly views: Pick<Views, "look" | "risk">;
  readonly index: SqlStore;
  readonly history: HistoryStore;
  readonly chain: Pick<ChainReader, "header">;
  /** Between two looks, by the chain's clock. {s} */
  readonly every?: number | undefined;
  readonly log?: Log;
}

export const SAMPLE_EVERY = 300;
/** What risk is made of changes with observations; it is looked at so often even where there are none. {s} */
const RISK_EVERY = 21_600;
/** Views that do not answer are asked again so many times in `every`. */
const RETRIES = 5;
/** So many times `every` without a look is a gap. */
const PATIENCE = 3;
/** Points are kept as they are for that long; then one an hour, and after the second one a day. {s} */
const AGES = [
  { after: 30 * 86_400, every: 3_600 },
  { after: 400 * 86_400, every: 86_400 },
] as const;
/** Between two times that old points are thinned out. {s} */
const THIN_EVERY = 86_400;

export class Sampler {
  /** Between two looks, by the chain's clock. {s} */
  every: number;
  readonly #options: SamplerOptions;
  readonly #log: Log;
  /** The head when views were asked last, or need not be. */
  #awake: Looked | undefined;
  #last: Looked | undefined;
  #riskAt: number | undefined;
  /** The risk model observed since. */
  #observed = false;
  #thinnedAt = 0;
  #started = false;
  /** When views did not answer last, and why. (unix seconds) */
  #failedAt = -Infinity;
  #reason = "";

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.every = options.every ?? SAMPLE_EVERY;
    this.#log = options.log ?? SILENT;
  }

  /** What was told before may be of blocks that are no more: it is looked at again. */
  doubt(): void {
    this.#started = false;
  }

  /** The risk model observed: what it found is worth a look. */
  observed(): void {
    this.#observed = true;
  }

  /**
   * Looks, if it is time to. A node that does not answer leaves a gap, and stops nobody.
   * @param head Which the index is at.
   */
  async look(head: Header): Promise<void> {
    const { history } = this.#options;
    const { number, hash, timestamp: time } = head;
    try {
      if (!this.#started) await this.#begin();
      // It went back.
      if (this.#last !== undefined && this.#last.number >= number) this.#last = await history.looked();
      if (this.#awake !== undefined && this.#awake.number > number) this.#awake = this.#last;
      const here = { number, hash, time };
      const { number: last, time: since } = this.#last ?? { number: -1, time: -Infinity };
      if (last === number || (!this.#observed && time - since < this.every)) {
        this.#awake = here;
        return;
      }
      if (time >= this.#failedAt && time - this.#failedAt < this.every / RETRIES) return;
      await this.#take(here);
      await this.#thin(here);
      this.#reason = "";
    } catch (error) {
      if (error instanceof IndexTaken) throw error;
      this.#failedAt = time;
      const reason = reasonOf(error);
      const level = reason === this.#reason ? "debug" : "warn";
      this.#log[level]({ block: number, reason }, "views do not answer: there will be a gap");
      this.#reason = reason;
    }
  }

  async #take(here: Looked): Promise<void> {
    const { views, index, history } = this.#options;
    const seen: Seen[] = await views.look(here.number);
    const age = this.#riskAt === undefined ? Infinity : here.time - this.#riskAt;
    const risky = this.#observed || age < 0 || age >= RISK_EVERY;
    if (risky) seen.push(...(await views.risk(here.number)));
    // The answers are those of the block only if it is on the chain still.
    if ((await this.#options.chain.header(here.number))?.hash !== here.hash) return;
    if (!(await index.note(here, history.views(here, seen, this.#gap(here))))) return;
    this.#last = this.#awake = here;
    if (!risky) return;
    this.#riskAt = here.time;
    this.#observed = false;
  }

  /** Where more than the next block has come since somebody looked, and that took long. */
  #gap(here: Looked): Gap | undefined {
    const awake = this.#awake;
    if (awake === undefined) return { since: null, until: here.time };
    const missed = here.number - awake.number > 1 && here.time - awake.time > PATIENCE * this.every;
    return missed ? { since: awake.time, until: here.time } : undefined;
  }

  async #begin(): Promise<void> {
    const { history } = this.#options;
    await this.#forgetReplaced();
    this.#last = this.#awake = await history.looked();
    this.#riskAt = (await history.looked("risk"))?.time;
    this.#started = true;
  }

  /** Forgets what views told of blocks that the chain does not have. Those that it has are all before those that it has not. */
  async #forgetReplaced(): Promise<void> {
    const { history, index, chain } = this.#options;
    const newest = await history.looked();
    if (newest === undefined || (await chain.header(newest.number))?.hash === newest.hash) return;
    const [tip] = await index.recent();
    if (tip === undefined) throw new ChainMoved("nothing is known of the chain");
    const blocks = await history.lookedBetween(0, newest.number);
    let [first, beyond] = [0, blocks.length];
    while (first < beyond) {
      const middle = (first + beyond) >> 1;
      const block = blocks[middle];
      const there = block !== undefined && (await chain.header(block.number))?.hash === block.hash;
      if (there) first = middle + 1;
      else beyond = middle;
    }
    await index.note(tip, history.forgetViews(blocks[first - 1]?.number ?? -1));
  }

  async #thin(here: Looked): Promise<void> {
    if (here.time - this.#thinnedAt < THIN_EVERY) return;
    const { index, history } = this.#options;
    for (const { after, every } of AGES) await index.note(here, history.thin(here.time - after, every));
    await history.analyze();
    this.#thinnedAt = here.time;
  }
}
