/** Whether the keeper works, by what it did and not by what it means to do. */

import type { Journal } from "../journal/types.js";
import { reasonOf } from "../log.js";
import type { Role } from "../replicas/leadership.js";

export interface HealthOptions {
  readonly journal: Pick<Journal, "probe">;
  /** Ready is who looked at a block no older than this, no longer ago than this. {s} */
  readonly readyWithin: number;
  /** A look that takes longer than this will never end. {s} */
  readonly stuckAfter: number;
  /** What the process is; "leading" if absent. */
  readonly role?: () => Role;
  /** Why it cannot tell whether it leads, where it cannot. */
  readonly doubt?: () => string | undefined;
  /** Why what nodes say cannot be compared, where there are several. */
  readonly unchecked?: () => string | undefined;
  /** {ms} since the epoch: what blocks' times are told by. */
  readonly clock?: () => number;
  /** Time that never goes back, nor jumps when somebody sets the clock: what the process itself is told by. {ms} */
  readonly steady?: () => number;
}

/** What is wrong; nothing if all is well. */
export type Complaints = readonly string[];

const MS = 1_000;
/** For a write to the journal. {ms} */
const PROBE_TIMEOUT = 3_000;

export class Health {
  readonly #options: HealthOptions;
  readonly #clock: () => number;
  readonly #steady: () => number;
  /** {ms} of steady time */
  #movedAt: number;
  #lookedAt: number | undefined;
  /** Time of the block looked at last. (unix seconds) */
  #headTime = 0;
  #failure: string | undefined;
  #stopping = false;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#steady = options.steady ?? (() => performance.now());
    this.#movedAt = this.#steady();
  }

  /** A look was made, of a block of that time. (unix seconds) */
  looked(headTime: number): void {
    this.#lookedAt = this.#movedAt = this.#steady();
    this.#headTime = headTime;
    this.#failure = undefined;
  }

  /** A look failed; the next may not. */
  failed(error: unknown): void {
    this.#movedAt = this.#steady();
    this.#failure = reasonOf(error);
  }

  stopping(): void {
    this.#stopping = true;
  }

  /** Whether the process should go on: a look that fails is no reason to end it, one that never ends is. */
  alive(): Complaints {
    const still = (this.#steady() - this.#movedAt) / MS;
    return still > this.#options.stuckAfter ? [`no look has ended for ${still.toFixed(0)} s`] : [];
  }

  get role(): Role {
    return this.#options.role?.() ?? "leading";
  }

  /** Whether it does its work now; who stands by does it by looking, and by being able to take over. */
  async ready(): Promise<Complaints> {
    const { readyWithin } = this.#options;
    const complaints = [...this.alive()];
    if (this.#stopping) complaints.push("it is being stopped");
    if (this.#lookedAt === undefined) {
      complaints.push("it has not looked at any block yet");
    } else {
      const since = (this.#steady() - this.#lookedAt) / MS;
      if (since > readyWithin) complaints.push(`the last look that succeeded was ${since.toFixed(0)} s ago`);
      const age = this.#clock() / MS - this.#headTime;
      if (age > readyWithin) complaints.push(`the block looked at last is ${age.toFixed(0)} s old`);
    }
    if (this.#failure !== undefined) complaints.push(`the last look failed: ${this.#failure}`);
    const doubt = this.#options.doubt?.();
    if (doubt !== undefined) complaints.push(`who leads cannot be told: ${doubt}`);
    const unchecked = this.#options.unchecked?.();
    if (unchecked !== undefined) complaints.push(unchecked);
    const written = await this.#probe();
    if (written !== undefined) complaints.push(`the journal cannot be written: ${written}`);
    return complaints;
  }

  async #probe(): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${PROBE_TIMEOUT.toString()} ms`), PROBE_TIMEOUT);
    });
    const probe = this.#options.journal.probe().then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
    try {
      return await Promise.race([probe, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
