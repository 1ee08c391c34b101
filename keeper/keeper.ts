/**
 * The keeper: at each block it values every account anew, has the lens confirm those that fail, liquidates through the pools what pays for its
 * gas, hands the rest of what has failed far enough to the absorber, records the oracle's last good prices and lets the risk model observe
 * volatilities; where it is told of a reserve, it keeps that one's books, auctions and vaults going as well. It needs no capital and no privilege:
 * anyone can run one.
 */

import type { Provider, Signer, TransactionReceipt } from "ethers";

import {
  FlashLiquidator__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPriceOracle__factory,
  IRisk__factory,
  type ICreditEngine,
} from "../types/contracts/index.js";
import { headerOf } from "../indexer/chain.js";
import type { AccountSource } from "../indexer/client.js";
import type { Header } from "../indexer/types.js";
import { AccountBook } from "./accounts.js";
import { keeperConfigSchema, type KeeperConfig, type KeeperOptions } from "./config.js";
import { Desk, type Head } from "./desk.js";
import type { Point } from "./execution/executor.js";
import type { Relay } from "./execution/relay.js";
import { Valuer } from "./execution/flows.js";
import { Absorb } from "./jobs/absorb.js";
import { findFailing } from "./jobs/failing.js";
import { Liquidate } from "./jobs/liquidate.js";
import { Observe } from "./jobs/observe.js";
import { Record } from "./jobs/record.js";
import type { Intent, Journal, Outcome, Purse } from "./journal/types.js";
import { reasonOf, type Log } from "./log.js";
import { repeat } from "./repeat.js";
import type { Leadership } from "./replicas/leadership.js";
import { reserveContracts } from "./reserve-contracts.js";
import { jobsOf, ReserveJobs } from "./reserve-jobs.js";
import { newTotals, type Fate, type Idle, type JobName, type KeeperTotals, type Sent, type Tick } from "./types.js";
import { Watch, watchedChain } from "./watch.js";
import { WAD } from "../sdk/arithmetic/integer.js";
import { present } from "../sdk/present.js";

export type { Fate, Idle, JobName, KeeperTotals, Sent, Tick } from "./types.js";

export interface KeeperDependencies {
  readonly provider: Provider;
  /** Owner of the FlashLiquidator, and of the AuctionFiller if there is one. It signs here: nodes see only what is signed. */
  readonly signer: Signer;
  /** Where intents are written; if absent in memory, which ends with the process. */
  readonly journal?: Journal;
  /** False: the keeper looks, simulates and says what it would send. */
  readonly execute?: boolean;
  /** Where several processes share the key: only the one that leads acts, the others look. */
  readonly leadership?: Leadership;
  /** Where transactions go first, if not to the nodes. */
  readonly relay?: Relay;
  readonly log?: Log;
  /** An indexer to begin from; if absent, all events since `firstBlock` are read. */
  readonly accounts?: AccountSource;
  /** Told of each step of each transaction. */
  readonly watch?: (point: Point, intent: Intent) => void;
  /** Told of each transaction's fate. */
  readonly onSettled?: (sent: Sent, fate: Fate, intent: Intent) => void;
}

/** Something went wrong in a look, and the rest of it was done. */
export class LookIncomplete extends AggregateError {
  override readonly name = "LookIncomplete";

  constructor(
    errors: readonly unknown[],
    readonly tick: Tick,
  ) {
    super(errors, errors.map(reasonOf).join("; "));
  }
}

export class Keeper {
  readonly config: KeeperConfig;
  readonly totals: KeeperTotals = newTotals();

  readonly #provider: Provider;
  readonly #onSettled: KeeperDependencies["onSettled"];
  readonly #engine: ICreditEngine;
  readonly #watch: Watch;
  readonly #desk: Desk;
  readonly #valuer: Valuer;
  readonly #liquidate: Liquidate;
  readonly #absorb: Absorb;
  readonly #record: Record;
  readonly #observe: Observe;
  readonly #reserve: ReserveJobs | undefined;
  /** Hash of the block that was looked at last. */
  #lastBlock = "";
  readonly #leadership: Leadership | undefined;
  #term: number | undefined;

  constructor(
    options: KeeperOptions,
    { provider, signer, onSettled, accounts, leadership, ...others }: KeeperDependencies,
  ) {
    const config = keeperConfigSchema.parse(options);
    this.config = config;
    this.#provider = provider;
    this.#onSettled = onSettled;
    this.#leadership = leadership;
    const engine = ICreditEngine__factory.connect(config.engine, signer);
    const oracle = IPriceOracle__factory.connect(config.oracle, signer);
    const risk = IRisk__factory.connect(config.risk, signer);
    this.#engine = engine;
    const book = new AccountBook({
      provider,
      engine,
      firstBlock: config.firstBlock,
      auditInterval: config.auditInterval,
      ...(accounts === undefined ? {} : { source: accounts }),
      ...(others.log === undefined ? {} : { log: others.log }),
    });
    const lens = ICreditLens__factory.connect(config.lens, signer);
    this.#watch = new Watch(watchedChain(engine, lens, signer), book, config);
    this.#valuer = new Valuer({ engine, oracle, risk });
    const assess = async (intent: Intent, receipt: TransactionReceipt): Promise<Outcome> =>
      await this.#assess(intent, receipt);
    const fenced = leadership === undefined ? {} : { permit: () => leadership.permit() };
    this.#desk = new Desk(config, provider, signer, oracle, { ...others, ...fenced, assess });
    this.#liquidate = new Liquidate(this.#desk, engine, FlashLiquidator__factory.connect(config.liquidator, signer));
    this.#absorb = new Absorb(this.#desk, engine);
    this.#record = new Record(this.#desk, engine, oracle);
    this.#observe = new Observe(this.#desk, risk);
    if (config.reserve !== undefined) {
      const contracts = reserveContracts(config.reserve, signer, { engine, oracle, risk });
      this.#reserve = new ReserveJobs(this.#desk, config.reserve, jobsOf(contracts, config.reserve, this.#desk));
    }
  }

  /**
   * Looks at the latest block and acts on it: failing accounts, then the reserve's solvency, then its auctions, then everything else. Does nothing when
   * the block was looked at before. What fails stops none of the rest, and is thrown in the end.
   * @throws {LookIncomplete} with what was done all the same.
   */
  async tick(): Promise<Tick> {
    const head = await this.#provider.getBlock("latest");
    if (head === null) throw new Error("the node knows no block");
    const at = { number: head.number, timestamp: head.timestamp, baseFee: head.baseFeePerGas ?? 0n };
    if (!this.#leads()) return await this.#follow(headerOf(head), at);
    // What is on its way comes first, also what another process sent that led before.
    await this.#desk.restore(at.timestamp);
    const errors = this.#desk.execute ? await this.#settle(at) : [];
    const look = { failing: 0, idle: [] as Idle[] };
    const header = headerOf(head);
    if (header.hash !== this.#lastBlock) {
      this.#lastBlock = header.hash;
      this.#desk.turnTo(at);
      await guarded(errors, () => this.#learn(header, at.timestamp));
      await guarded(errors, async () => (look.failing = await this.#rescue()));
      await this.#attend(["solvency"], look.idle, errors);
      await guarded(errors, () => this.#record.run());
      await guarded(errors, () => this.#observe.run());
      await this.#attend(["auctions", "rest"], look.idle, errors);
    } else {
      this.#desk.turnTo(this.#desk.head);
    }
    const { sent, planned } = this.#desk;
    const tick = { block: head.number, time: at.timestamp, borrowers: this.#watch.size, ...look, sent, planned };
    if (errors.length > 0) throw new LookIncomplete(errors, tick);
    return tick;
  }

  /** Learns what became of accounts. Where that does not succeed, the block is looked at again, and what is known is acted on. */
  async #learn(header: Header, time: number): Promise<void> {
    try {
      await this.#watch.update(header, time);
    } catch (error) {
      this.#lastBlock = "";
      throw error;
    }
  }

  /** Whether it acts in this look. What it knew before another process led is not what is. */
  #leads(): boolean {
    if (this.#leadership === undefined) return true;
    const term = this.#leadership.begin();
    if (term !== this.#term) {
      this.#desk.forget();
      this.#reserve?.forget();
      this.#lastBlock = "";
    }
    this.#term = term;
    return term !== undefined;
  }

  /** Looks as who acts does, and leaves acting to him: accounts and events are known when it is this one's turn. */
  async #follow(header: Header, at: Head): Promise<Tick> {
    this.#desk.turnTo(at);
    let failing = 0;
    if (header.hash !== this.#lastBlock) {
      await this.#watch.update(header, at.timestamp);
      failing = (await this.#watch.failing()).length;
      await this.#reserve?.follow();
      this.#lastBlock = header.hash;
    }
    const { size: borrowers } = this.#watch;
    return { block: at.number, time: at.timestamp, borrowers, failing, idle: [], sent: [], planned: [] };
  }

  /** Sees to failing accounts; returns how many there are. */
  async #rescue(): Promise<number> {
    const failing = await findFailing(this.#desk, this.#engine, this.#watch);
    if (failing.length > 0) {
      const free = (job: "liquidate" | "absorb") => failing.filter((f) => !this.#desk.hesitates(job, f.account));
      const liquidated = await this.#liquidate.run(free("liquidate"));
      await this.#absorb.run(free("absorb").filter((f) => !liquidated.has(f.account)));
    }
    return failing.length;
  }

  async #attend(ranks: Parameters<ReserveJobs["run"]>[0], idle: Idle[], errors: unknown[]): Promise<void> {
    const done = await this.#reserve?.run(ranks);
    idle.push(...(done?.idle ?? []));
    errors.push(...(done?.errors ?? []));
  }

  // ---- what became of transactions

  async #settle(at: Head): Promise<unknown[]> {
    const { settled, errors } = await this.#desk.executor.settle(at);
    for (const { intent, receipt, again } of settled) {
      this.#desk.settle(intent);
      // It was counted when it was final for the first time.
      if (again) continue;
      this.totals.gasSpent += intent.inclusion?.fee ?? 0n;
      const { job } = intent;
      // What only filled a gap was no job.
      if (job === "gap") continue;
      let fate: Fate = "lost";
      if (intent.state === "confirmed" && receipt !== undefined) {
        this.#count(job, intent, receipt);
        fate = "done";
      } else if (intent.state === "reverted") {
        this.totals.reverted += 1;
        fate = "reverted";
      } else {
        this.totals.lost += 1;
      }
      const { accounts, subject, expected, transactions } = intent;
      const hash = intent.inclusion?.hash ?? present(transactions[0], "transaction").hash;
      this.#onSettled?.({ job, accounts, subject, expected, hash }, fate, intent);
    }
    return errors;
  }

  #count(job: JobName, intent: Intent, receipt: TransactionReceipt): void {
    const { accounts } = intent;
    this.totals.jobs[job] += 1;
    if (job === "liquidate") {
      this.totals.liquidations += accounts.length;
      this.totals.profit += this.#liquidate.settled(intent, receipt);
    } else if (job === "absorb") {
      this.totals.absorptions += accounts.length;
      this.#absorb.settled(intent, receipt);
    } else if (job === "record") {
      this.totals.records += 1;
    } else if (job === "observe") {
      this.totals.observations += 1;
    }
  }

  /** What a transaction brought, to the unit, and what that is worth after gas. */
  async #assess({ coinPrice }: Intent, receipt: TransactionReceipt): Promise<Outcome> {
    const flows = await this.#valuer.flows(receipt, await this.#desk.signer.getAddress());
    return { flows, realised: (await this.#valuer.worth(flows)) - (receipt.fee * coinPrice) / WAD };
  }

  /** Transactions whose fate is open. */
  get open(): number {
    return this.#desk.executor.open;
  }

  /** What jobs may still lose today. {plUSD} */
  budgetLeft(purse: Purse): bigint {
    return this.#desk.spending.left(purse, this.#desk.head.timestamp);
  }

  // ---- life

  /**
   * Ticks until `signal` aborts, then returns. A tick that fails (a node that does not answer) is reported and tried again: a keeper
   * that dies of one error is of no use in a crash.
   */
  async run(signal: AbortSignal, intervalMs: number, onError: (error: unknown) => void): Promise<void> {
    const look = async (): Promise<void> => {
      await this.tick();
    };
    await repeat(() => look().catch(onError), intervalMs, signal);
  }
}

/** Does it, and keeps the error if there is one. */
async function guarded(errors: unknown[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    errors.push(error);
  }
}
