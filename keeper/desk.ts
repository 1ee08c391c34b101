/** What all jobs of a keeper share: the block they look at, what gas costs in it, what may be spent, and the way out. */

import { randomUUID } from "node:crypto";

import type { Provider, Signer } from "ethers";

import type { IPriceOracle } from "../types/contracts/index.js";
import { Spending } from "./budget.js";
import { Caution } from "./caution.js";
import type { KeeperConfig } from "./config.js";
import {
  Executor,
  SendRefused,
  type At,
  type ExecutorOptions,
  type Point,
  type Rules,
  type Work,
} from "./execution/executor.js";
import { firstOffer, type Offer } from "./execution/fees.js";
import { attempt } from "./jobs/job.js";
import { MemoryJournal } from "./journal/memory.js";
import type { Intent, IntentJob, Journal, Purse, Terms } from "./journal/types.js";
import { SILENT, type Log } from "./log.js";
import { max } from "./order.js";
import type { JobName, Planned, Sent } from "./types.js";
import { WAD } from "../sdk/arithmetic/integer.js";

const DAY = 86_400;
/** What is spent within a day where no reserve says. {plUSD} */
const USUAL_BUDGET = 50n * WAD;
/** Of a gas limit that is burned: what is asked for beyond the estimate is not. % */
const BURNED_PERCENT = 77n;

/** After a revert accounts, or the subject of a job, are left alone for that long, and longer after each further one. {s} */
const PAUSE = { first: 24, longest: 384 };
/** The same for all that a job expects to earn with, where what a revert costs is not covered by the day's budget. {s} */
const PROBATION = { first: 600, longest: DAY };

/** The block that is looked at. */
export type Head = At;

/** What gas costs now. */
export interface GasCost {
  /** {wei} per gas */
  readonly price: bigint;
  /** What a whole coin of gas is worth. {plUSD} 18 decimals */
  readonly coin: bigint;
  /** Whether the oracle knows that now; else it is what was known last, or what the operator takes it to be. */
  readonly known: boolean;
  /** {plUSD} of so much gas */
  of(gas: bigint): bigint;
}

/** What a job wants to have done. */
export interface Order {
  readonly job: JobName;
  readonly accounts: readonly string[];
  /** What is expected to be left after gas. {plUSD} */
  readonly expected: bigint;
  readonly subject?: string;
  readonly sales?: number;
  /** Whose money pays where that is below 0. */
  readonly purse: Purse;
}

/** What the books need of an intent that is over. */
type Settlement = Pick<
  Intent,
  "id" | "job" | "subject" | "accounts" | "state" | "purse" | "time" | "expected" | "loss" | "outcome"
>;

/** A transaction without what decides its place in the chain. */
export interface Request {
  readonly to: string;
  readonly data: string;
  readonly value?: bigint;
  readonly gasLimit: bigint;
}

export interface DeskOptions {
  /** In memory if absent. */
  readonly journal?: Journal;
  /** False: nothing is sent, it is only told what would be. */
  readonly execute?: boolean;
  readonly log?: Log;
  readonly assess?: ExecutorOptions["assess"];
  readonly watch?: (point: Point, intent: Intent) => void;
  /** Told of what would be sent where nothing is. */
  readonly onPlan?: (planned: Planned, request: Request, offer: Offer) => void;
  readonly permit?: ExecutorOptions["permit"];
  readonly relay?: ExecutorOptions["relay"];
}

export class Desk {
  readonly config: KeeperConfig;
  readonly provider: Provider;
  readonly signer: Signer;
  readonly executor: Executor;
  readonly execute: boolean;
  readonly #rules: Rules;
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #oracle: IPriceOracle;
  readonly #onPlan: DeskOptions["onPlan"];
  #head: Head = { number: -1, timestamp: 0, baseFee: 0n };
  #sent: Sent[] = [];
  #planned: Planned[] = [];
  /** What was announced at the last look and at this one: said aloud once. */
  #announced: [ReadonlySet<string>, Set<string>] = [new Set(), new Set()];
  #gas: GasCost | undefined;
  #spending: Spending;
  #pauses = new Caution(PAUSE.first, PAUSE.longest);
  #probation = new Caution(PROBATION.first, PROBATION.longest);
  /** Price of gas's coin when it was known last. */
  #coin: bigint | undefined;
  #restored = false;
  readonly #lastTimes = new Map<IntentJob, number>();

  constructor(
    config: KeeperConfig,
    provider: Provider,
    signer: Signer,
    oracle: IPriceOracle,
    options: DeskOptions = {},
  ) {
    const { journal = new MemoryJournal(), execute = true, log = SILENT, assess, watch, permit, relay } = options;
    this.config = config;
    this.provider = provider;
    this.signer = signer;
    this.execute = execute;
    this.#journal = journal;
    this.#log = log;
    this.#oracle = oracle;
    this.#onPlan = options.onPlan;
    const { priorityFee, feeCeiling: ceiling, bumpPercent, patience, confirmations } = config;
    this.#rules = { priorityFee, ceiling, bumpPercent, patience, confirmations };
    this.#spending = this.#unspent();
    this.executor = new Executor({
      provider,
      signer,
      journal,
      rules: this.#rules,
      log,
      terms: (intent, offer, at) => this.#terms(intent, offer, at),
      ...(assess === undefined ? {} : { assess }),
      ...(watch === undefined ? {} : { watch }),
      ...(permit === undefined ? {} : { permit }),
      ...(relay === undefined ? {} : { relay }),
    });
  }

  /** Begins a look at a block. */
  turnTo(head: Head): void {
    if (head.number !== this.#head.number) this.#announced = [this.#announced[1], new Set()];
    this.#head = head;
    this.#sent = [];
    this.#planned = [];
    this.#gas = undefined;
  }

  /** What may still be lost. */
  get spending(): Spending {
    return this.#spending;
  }

  #unspent(): Spending {
    return new Spending(this.config.reserve?.gasBudget ?? USUAL_BUDGET, this.config.solvencyBudget);
  }

  /** Forgets what it sent and spent: another process has acted since, and what it did is in the journal. */
  forget(): void {
    this.executor.forget();
    this.#spending = this.#unspent();
    this.#lastTimes.clear();
    this.#restored = false;
  }

  /** Takes up what an earlier process left: what is on its way, and what was spent within the day. */
  async restore(now: number): Promise<void> {
    if (this.#restored) return;
    await this.executor.load();
    for (const intent of await this.#journal.since(now - DAY)) {
      const { id, job, state, purse, time, loss, outcome } = intent;
      if (state === "dropped") continue;
      if (outcome === undefined) this.#spending.spend(id, purse, time, loss);
      else this.settle(intent);
      if (state !== "replaced" && state !== "reverted") {
        this.#lastTimes.set(job, Math.max(time, this.#lastTimes.get(job) ?? 0));
      }
    }
    this.#restored = true;
  }

  /** Counts what really came of a transaction whose fate is known; again, where that became another one. */
  settle({ id, job, subject, accounts, state, purse, time, expected, loss, outcome }: Settlement): void {
    // What was to pay for itself is no expense of solvency where it did not: somebody may see to it that it never does.
    const earning = loss === 0n && expected >= 0n;
    // What was never included cost nothing.
    this.#spending.settle(id, earning ? "rest" : purse, time, outcome?.realised ?? 0n);
    if (job === "gap") return;
    const { timestamp } = this.#head;
    for (const key of keysOf({ job, subject, accounts })) {
      if (state === "reverted") this.#pauses.reverted(key, timestamp);
      else if (state === "confirmed") this.#pauses.succeeded(key);
    }
    if (state === "reverted" && earning) this.#probation.reverted(job, timestamp);
    else if (state === "confirmed") this.#probation.succeeded(job);
  }

  /** Whether what a job did with an account reverted a moment ago. */
  hesitates(job: JobName, account: string): boolean {
    return this.#pauses.holds(keyOf(job, account), this.#head.timestamp);
  }

  /** When an earlier process sent such a transaction last, if it did within a day. (unix seconds) */
  lastTime(job: JobName): number | undefined {
    return this.#lastTimes.get(job);
  }

  get head(): Head {
    return this.#head;
  }

  /** Sent in this look. */
  get sent(): readonly Sent[] {
    return this.#sent;
  }

  /** What would have been sent in this look. */
  get planned(): readonly Planned[] {
    return this.#planned;
  }

  /** What gas costs in this block; the price of what pays for it is asked for once. Solvency does not wait for a feed that is dead. */
  async gasCost(): Promise<GasCost> {
    if (this.#gas === undefined) {
      const price = this.#head.baseFee + this.config.priorityFee;
      const asked = await attempt(() => this.#oracle.price(this.config.gasAsset));
      const known = asked.ok && asked.value.high > 0n;
      if (known) this.#coin = asked.value.high;
      const coin = this.#coin ?? this.config.gasAssetPrice;
      this.#gas = { price, coin, known, of: (gas) => (gas * price * coin) / WAD };
    }
    return this.#gas;
  }

  /**
   * Why a transaction cannot be sent now; undefined if it can.
   * @param atRisk What it costs where it reverts. {plUSD}
   */
  #obstacle({ job, subject = "", accounts, purse, expected }: Order, atRisk: bigint): string | undefined {
    const loss = max(-expected, 0n);
    const { timestamp } = this.#head;
    if (keysOf({ job, subject, accounts }).some((key) => this.#pauses.holds(key, timestamp))) {
      return "it reverted a moment ago";
    }
    if (loss === 0n && this.#probation.holds(job, timestamp) && atRisk > this.#spending.left("rest", timestamp)) {
      return "such a transaction reverted, and the day's budget does not cover another that does";
    }
    if (loss > this.#spending.left(purse, this.#head.timestamp)) {
      const whose = purse === "solvency" ? "the day's budget and of what is kept for solvency" : "the day's budget";
      return `gas costs more than what is left of ${whose}`;
    }
    return firstOffer(this.#head.baseFee, this.#rules) === undefined ? "gas costs more than the ceiling" : undefined;
  }

  /** Sends it, or says what would be sent. Returns why not, if it does neither. */
  async send(order: Order, request: Request): Promise<string | undefined> {
    const { job, accounts, expected, purse, subject = "", sales = 0 } = order;
    const gas = await this.gasCost();
    for (const id of this.executor.takeUnwritten()) this.#spending.release(id);
    const obstacle = this.#obstacle(order, gas.of((request.gasLimit * BURNED_PERCENT) / 100n));
    const offer = firstOffer(this.#head.baseFee, this.#rules);
    if (obstacle !== undefined || offer === undefined) {
      this.#log.warn({ job, subject, expected, reason: obstacle }, "not sent");
      return obstacle;
    }
    if (!this.execute) {
      this.#plan({ job, accounts, subject, expected }, request);
      this.#onPlan?.({ job, accounts, subject, expected }, request, offer);
      return undefined;
    }
    const { price: gasPrice, coin: coinPrice } = gas;
    const { to, data, value = 0n, gasLimit } = request;
    const loss = max(-expected, 0n);
    const call = { to, data, value, gasLimit };
    const id = randomUUID();
    const work: Work = { id, job, subject, accounts, sales, expected, loss, purse, coinPrice, gasPrice, call };
    let intent: Intent;
    // Before it is sent: what is on its way counts, whatever fails afterwards.
    this.#spending.spend(id, purse, this.#head.timestamp, loss);
    try {
      intent = await this.executor.submit(work, offer, this.#head);
    } catch (error) {
      if (!this.executor.mayHave(id)) this.#spending.release(id);
      if (!(error instanceof SendRefused)) throw error;
      this.#log.error({ job, subject, reason: error.message }, "no node takes the transaction");
      return `no node takes the transaction: ${error.message}`;
    }
    const hash = intent.transactions[0]?.hash ?? "";
    this.#sent.push({ job, accounts, subject, expected, hash });
    this.#log.info({ job, subject, accounts, expected, nonce: intent.nonce, hash }, "sent");
    return undefined;
  }

  #plan(planned: Planned, { to, data, gasLimit }: Request): void {
    const { job, subject, accounts, expected } = planned;
    const key = [job, subject, ...accounts].join(" ");
    const said = this.#announced[0].has(key) || this.#announced[1].has(key);
    this.#announced[1].add(key);
    this.#planned.push(planned);
    // Calls of many accounts are long, and said in full to who asks for it.
    this.#log[said ? "debug" : "info"]({ job, subject, accounts, expected, to, gasLimit }, "would send");
    this.#log.debug({ job, subject, to, data }, "the call");
  }

  /** Accounts that transactions on their way are about. */
  get busy(): Set<string> {
    return new Set(this.executor.waiting.flatMap((intent) => intent.accounts));
  }

  /** Whether such a transaction is on its way. */
  isWaiting(job: JobName, subject = ""): boolean {
    return this.executor.waiting.some((intent) => intent.job === job && intent.subject === subject);
  }

  /** What work leaves when it offers more: undefined where the purse does not allow that loss. What it loses more is spent. */
  #terms(intent: Intent, offer: Offer, { baseFee, timestamp }: At): Terms | undefined {
    const price = baseFee + offer.tip;
    const gas = (intent.call.gasLimit * BURNED_PERCENT) / 100n;
    const expected = intent.expected - (gas * max(price - intent.gasPrice, 0n) * intent.coinPrice) / WAD;
    const loss = max(-expected, intent.loss);
    const more = loss - intent.loss;
    // It may no longer pay for itself, which is why it was sent: it is taken back, and whether to do it at this price is decided anew.
    if (intent.loss === 0n && intent.expected >= 0n && loss > 0n) return undefined;
    if (more > this.#spending.left(intent.purse, timestamp)) return undefined;
    this.#spending.spend(intent.id, intent.purse, timestamp, more);
    return { expected, loss, gasPrice: max(price, intent.gasPrice) };
  }
}

/** What a transaction is about, as far as trying it again goes. */
function keysOf({ job, subject, accounts }: Pick<Intent, "job" | "subject" | "accounts">): string[] {
  return accounts.length === 0 ? [keyOf(job, subject)] : accounts.map((account) => keyOf(job, account));
}

function keyOf(job: IntentJob, about: string): string {
  return `${job} ${about}`;
}
