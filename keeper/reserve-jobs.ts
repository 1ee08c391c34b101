/** Does the jobs for a reserve, each on its own: what one of them meets with stops none of the others. */

import { present } from "../sdk/present.js";
import { withHeadroom } from "../sdk/gas.js";
import type { ReserveConfig } from "./config.js";
import type { Desk } from "./desk.js";
import { Adjust } from "./jobs/adjust.js";
import { AuctionBook, CloseAuctions, FillAuctions } from "./jobs/auctions.js";
import { Collect } from "./jobs/collect.js";
import { Distribute } from "./jobs/distribute.js";
import { Exits } from "./jobs/exits.js";
import { revertReason, type Call, type Job, type Rank } from "./jobs/job.js";
import { Look } from "./jobs/look.js";
import { OpenAuctions } from "./jobs/open.js";
import { Rate } from "./jobs/rate.js";
import { Refresh } from "./jobs/refresh.js";
import { Settle } from "./jobs/settle.js";
import { Tips } from "./jobs/tips.js";
import { Book, Divest, Invest } from "./jobs/vaults.js";
import { min } from "./order.js";
import type { ReserveContracts } from "./reserve-contracts.js";
import type { Idle, JobName } from "./types.js";

/** What comes first within a block. */
export const RANKS: readonly Rank[] = ["solvency", "auctions", "rest"];

/** The jobs of a reserve, in the order in which they are done within a rank. */
export function jobsOf(contracts: ReserveContracts, config: ReserveConfig, desk: Desk): Job[] {
  const { provider } = desk;
  const { firstBlock } = desk.config;
  const book = new AuctionBook(contracts, provider, config.rebalancer);
  return [
    new Look(contracts, provider, config.sheet, firstBlock),
    new Refresh(contracts, config, provider, firstBlock),
    new Settle(contracts, config.recheck.deficits),
    // After what books losses, absorptions included: within a block, whoever leaves comes last.
    new Exits(contracts, config, provider, firstBlock),
    new FillAuctions(contracts, book, config, desk),
    // An auction that is over closes when the next of its pair is opened; what is closed is what is running and not needed any more.
    new OpenAuctions(contracts, book, config),
    new CloseAuctions(contracts, book),
    new Adjust(contracts, config),
    new Book(contracts, config),
    new Divest(contracts, config),
    new Invest(contracts, config),
    new Collect(contracts, config),
    new Tips(contracts, desk),
    new Distribute(contracts, config),
    new Rate(contracts, config, desk),
  ];
}

/** How often jobs are asked by who stands by. {s} */
const FOLLOW = 600;

/** What a look led to, besides what was sent. */
export interface Done {
  readonly idle: readonly Idle[];
  /** Errors that are no reverts: the node's. */
  readonly errors: readonly unknown[];
}

export class ReserveJobs {
  readonly #desk: Desk;
  readonly #jobs: readonly Job[];
  readonly #recheck: Readonly<Record<Rank, number>>;
  /** Before that a job that had nothing to do is not asked again. (unix seconds) */
  readonly #asleep = new Map<JobName, number>();
  #resumed = false;
  #idle: Idle[] = [];
  #errors: unknown[] = [];

  constructor(desk: Desk, config: ReserveConfig, jobs: readonly Job[]) {
    this.#desk = desk;
    this.#jobs = jobs;
    this.#recheck = { solvency: 0, ...config.recheck };
  }

  /** Does what is due, solvency first. */
  async run(ranks: readonly Rank[] = RANKS): Promise<Done> {
    this.#resume();
    this.#idle = [];
    this.#errors = [];
    for (const rank of ranks) {
      for (const job of this.#jobs) {
        if (job.rank === rank) await this.#guarded(job.name, () => this.#attend(job));
      }
    }
    return { idle: this.#idle, errors: this.#errors };
  }

  /** Looks without doing anything, now and then, so that jobs which learn from events know them when it is their turn. */
  async follow(): Promise<void> {
    this.#errors = [];
    const { head } = this.#desk;
    for (const job of this.#jobs) {
      if (head.timestamp < (this.#asleep.get(job.name) ?? 0)) continue;
      await this.#guarded(job.name, async () => {
        await job.due(head);
      });
      this.#asleep.set(job.name, head.timestamp + FOLLOW);
    }
    rethrow(this.#errors);
  }

  /** Every job is asked anew, and told what another process did meanwhile. */
  forget(): void {
    this.#asleep.clear();
    this.#resumed = false;
  }

  /** Once: what an earlier process did at intervals is not due again because of a restart. */
  #resume(): void {
    if (this.#resumed) return;
    this.#resumed = true;
    for (const job of this.#jobs) {
      const sentAt = this.#desk.lastTime(job.name);
      if (sentAt !== undefined) job.resume?.(sentAt);
    }
  }

  async #attend(job: Job): Promise<void> {
    const { timestamp } = this.#desk.head;
    if (timestamp < (this.#asleep.get(job.name) ?? 0)) {
      this.#skip(job.name, "had nothing to do a moment ago");
      return;
    }
    const verdict = await job.due(this.#desk.head);
    const later = timestamp + (job.recheck ?? this.#recheck[job.rank]);
    this.#asleep.set(job.name, Math.min(later, job.wakeAt ?? later));
    if (!verdict.due) {
      this.#skip(job.name, verdict.reason);
      return;
    }
    for (const call of verdict.calls) {
      await this.#guarded(job.name, () => this.#send(job, call, verdict.urgent || job.rank === "solvency"));
    }
  }

  async #send(job: Job, call: Call, urgent: boolean): Promise<void> {
    const subject = call.subject ?? "";
    if (this.#isTaken(job.name, subject)) {
      this.#skip(job.name, "on its way");
      return;
    }
    const { provider, signer, config } = this.#desk;
    const from = await signer.getAddress();
    // Estimating simulates it: what would revert ends here.
    const estimate = await provider.estimateGas({ ...call.transaction, from });
    const gas = await this.#desk.gasCost();
    // What solvency needs does not wait for the price of what pays for gas.
    if (!gas.known && !urgent) {
      this.#skip(job.name, "what gas costs is not known");
      return;
    }
    const expected = (call.earns ?? 0n) - gas.of(estimate);
    // Auctions mend what is short, but what is kept for failing accounts comes before them.
    const mayDraw = job.rank !== "auctions" || this.#desk.spending.isAmple(this.#desk.head.timestamp);
    const purse = urgent && mayDraw ? "solvency" : "rest";
    const { to, data, value } = call.transaction;
    const obstacle = await this.#desk.send(
      { job: job.name, accounts: [], subject, expected, purse },
      {
        to,
        data,
        ...(value === undefined ? {} : { value }),
        gasLimit: min(withHeadroom(estimate), config.maxGas),
      },
    );
    if (obstacle === undefined) job.sent?.(this.#desk.head);
    else this.#skip(job.name, obstacle);
  }

  /** Such a transaction is on its way, or one that makes it needless: what opens an auction closes the one before. */
  #isTaken(job: JobName, subject: string): boolean {
    return this.#desk.isWaiting(job, subject) || (job === "close" && this.#desk.isWaiting("open", subject));
  }

  async #guarded(job: JobName, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = revertReason(error);
      if (reason === undefined) this.#errors.push(error);
      this.#skip(job, reason ?? "the node failed");
    }
  }

  #skip(job: JobName, reason: string): void {
    this.#idle.push({ job, reason });
  }
}

/** Throws what went wrong, if anything did. */
export function rethrow(errors: readonly unknown[]): void {
  if (errors.length === 1) throw present(errors[0]);
  if (errors.length > 1) throw new AggregateError(errors, "several jobs failed");
}
