/** Whether an indexer is where the chain is, and what Prometheus reads of that. */

import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

import { reasonOf } from "../keeper/log.js";
import type { Complaints } from "../keeper/operation/health.js";
import type { BlockRef } from "./types.js";

export interface IndexHealthOptions {
  /** Ready is who was at a head no older than this, no longer ago than this. {s} */
  readonly readyWithin: number;
  /** A step that takes longer than this will never end. {s} */
  readonly stuckAfter: number;
  /** {ms} since the epoch: what blocks' times are told by. */
  readonly clock?: () => number;
  /** Time that never goes back, nor jumps when somebody sets the clock: what the process itself is told by. {ms} */
  readonly steady?: () => number;
}

const MS = 1_000;
const PREFIX = "plimsoll_indexer_";

export class IndexHealth {
  readonly registry = new Registry();
  readonly #options: IndexHealthOptions;
  readonly #clock: () => number;
  readonly #steady: () => number;
  readonly #looks: Counter<"result">;
  readonly #replaced: Counter;
  readonly #resets: Counter;
  /** {ms} of steady time */
  #movedAt: number;
  #thereAt: number | undefined;
  /** Of the head that it was at last. (unix seconds) */
  #headTime = 0;
  #failure: string | undefined;
  #difference: string | undefined;
  #at: number | undefined;
  #head: number | undefined;

  constructor(options: IndexHealthOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#steady = options.steady ?? (() => performance.now());
    this.#movedAt = this.#steady();
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const about = (name: string, help: string) => ({ name: PREFIX + name, help, registers });
    const gauge = (name: string, help: string, read: () => number | undefined): void => {
      new Gauge({
        ...about(name, help),
        collect() {
          this.set(read() ?? NaN);
        },
      });
    };
    gauge("block", "Number of the block that positions are of.", () => this.#at);
    gauge("head_block", "Number of the node's head.", () => this.#head);
    gauge("behind_blocks", "How far positions are behind the head.", () => this.behind);
    this.#looks = new Counter({ ...about("looks_total", "Looks at the chain."), labelNames: ["result"] });
    this.#replaced = new Counter(about("replaced_blocks_total", "Blocks that reorganisations replaced."));
    this.#resets = new Counter(about("resets_total", "How often everything was read anew."));
    for (const result of ["succeeded", "failed"]) this.#looks.inc({ result }, 0);
  }

  /** Blocks; undefined before anything is known. */
  get behind(): number | undefined {
    if (this.#head === undefined) return undefined;
    return Math.max(0, this.#head - (this.#at ?? -1));
  }

  /** A block was taken in on the way to the head. */
  stepped(at: BlockRef, head: BlockRef): void {
    this.#movedAt = this.#steady();
    this.#at = at.number;
    this.#head = head.number;
  }

  /** Blocks were replaced; all of them if undefined. */
  reorganised(blocks: number | undefined): void {
    if (blocks === undefined) this.#resets.inc();
    else this.#replaced.inc(blocks);
  }

  /** It is at the head. */
  arrived(at: BlockRef | undefined, head: BlockRef & { readonly timestamp: number }): void {
    this.#looks.inc({ result: "succeeded" });
    this.#movedAt = this.#thereAt = this.#steady();
    this.#headTime = head.timestamp;
    this.#at = at?.number;
    this.#head = head.number;
    this.#failure = undefined;
  }

  /** What was found when sums were compared with the engine's. */
  compared(difference: string | undefined): void {
    this.#difference = difference;
  }

  failed(error: unknown): void {
    this.#looks.inc({ result: "failed" });
    this.#movedAt = this.#steady();
    this.#failure = reasonOf(error);
  }

  alive(): Complaints {
    const still = (this.#steady() - this.#movedAt) / MS;
    return still > this.#options.stuckAfter ? [`nothing has happened for ${still.toFixed(0)} s`] : [];
  }

  ready(): Promise<Complaints> {
    const { readyWithin } = this.#options;
    const complaints = [...this.alive()];
    const { behind } = this;
    if (behind !== undefined && behind > 0) complaints.push(`positions are ${behind} blocks behind the head`);
    if (this.#thereAt === undefined) {
      complaints.push("it has not been at the head yet");
    } else {
      const since = (this.#steady() - this.#thereAt) / MS;
      if (since > readyWithin) complaints.push(`it was at the head ${since.toFixed(0)} s ago`);
      const age = this.#clock() / MS - this.#headTime;
      if (age > readyWithin) complaints.push(`the head is ${age.toFixed(0)} s old`);
    }
    if (this.#difference !== undefined) complaints.push(`positions do not add up: ${this.#difference}`);
    if (this.#failure !== undefined) complaints.push(`the last look failed: ${this.#failure}`);
    return Promise.resolve(complaints);
  }
}
