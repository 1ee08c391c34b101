/**
 * The keeper: at each block it looks at every borrower's health in one view call, liquidates through the pools what pays for its
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
import { BorrowerBook } from "./accounts.js";
import { keeperConfigSchema, type KeeperConfig, type KeeperOptions } from "./config.js";
import { Desk, type Pending } from "./desk.js";
import { Absorb } from "./jobs/absorb.js";
import { findFailing } from "./jobs/failing.js";
import { Liquidate } from "./jobs/liquidate.js";
import { Observe } from "./jobs/observe.js";
import { Record } from "./jobs/record.js";
import { reserveContracts } from "./reserve-contracts.js";
import { jobsOf, ReserveJobs, rethrow } from "./reserve-jobs.js";
import { newTotals, type Fate, type Idle, type KeeperTotals, type Sent, type Tick } from "./types.js";
import { Watch } from "./watch.js";

export type { Fate, Idle, JobName, KeeperTotals, Sent, Tick } from "./types.js";

export interface KeeperDependencies {
  readonly provider: Provider;
  /** Owner of the FlashLiquidator, and of the AuctionFiller if there is one. */
  readonly signer: Signer;
  /** Told of each transaction's fate. */
  readonly onSettled?: (sent: Sent, fate: Fate) => void;
}

export class Keeper {
  readonly config: KeeperConfig;
  readonly totals: KeeperTotals = newTotals();

  readonly #provider: Provider;
  readonly #onSettled: KeeperDependencies["onSettled"];
  readonly #engine: ICreditEngine;
  readonly #book: BorrowerBook;
  readonly #watch: Watch;
  readonly #desk: Desk;
  readonly #liquidate: Liquidate;
  readonly #absorb: Absorb;
  readonly #record: Record;
  readonly #observe: Observe;
  readonly #reserve: ReserveJobs | undefined;
  #lastBlock = -1;

  constructor(options: KeeperOptions, { provider, signer, onSettled }: KeeperDependencies) {
    const config = keeperConfigSchema.parse(options);
    this.config = config;
    this.#provider = provider;
    this.#onSettled = onSettled;
    const engine = ICreditEngine__factory.connect(config.engine, signer);
    const oracle = IPriceOracle__factory.connect(config.oracle, signer);
    const risk = IRisk__factory.connect(config.risk, signer);
    this.#engine = engine;
    this.#book = new BorrowerBook(provider, config.engine, config.firstBlock);
    this.#watch = new Watch(engine, ICreditLens__factory.connect(config.lens, signer), oracle, this.#book, config);
    this.#desk = new Desk(config, provider, signer, oracle);
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
   */
  async tick(): Promise<Tick> {
    const head = await this.#provider.getBlock("latest");
    if (head === null) throw new Error("the node knows no block");
    const baseFee = head.baseFeePerGas ?? 0n;
    await this.#settle(head.number, baseFee);
    const look = { failing: 0, idle: [] as Idle[] };
    if (head.number !== this.#lastBlock) {
      this.#lastBlock = head.number;
      this.#desk.turnTo({ number: head.number, timestamp: head.timestamp, baseFee });
      const errors: unknown[] = [];
      await guarded(errors, async () => (look.failing = await this.#rescue()));
      await this.#attend(["solvency"], look.idle, errors);
      await guarded(errors, () => this.#record.run());
      await guarded(errors, () => this.#observe.run());
      await this.#attend(["auctions", "rest"], look.idle, errors);
      rethrow(errors);
    } else {
      this.#desk.turnTo(this.#desk.head);
    }
    return { block: head.number, borrowers: this.#book.accounts.length, ...look, sent: this.#desk.sent };
  }

  /** Sees to failing accounts; returns how many there are. */
  async #rescue(): Promise<number> {
    const failing = await findFailing(this.#desk, this.#engine, this.#watch);
    if (failing.length > 0) {
      const liquidated = await this.#liquidate.run(failing);
      await this.#absorb.run(failing.filter((f) => !liquidated.has(f.account)));
    }
    return failing.length;
  }

  async #attend(ranks: Parameters<ReserveJobs["run"]>[0], idle: Idle[], errors: unknown[]): Promise<void> {
    const done = await this.#reserve?.run(ranks);
    idle.push(...(done?.idle ?? []));
    errors.push(...(done?.errors ?? []));
  }

  // ---- what became of transactions

  async #settle(block: number, baseFee: bigint): Promise<void> {
    for (const { transaction, receipt, wasted } of await this.#desk.outbox.settle(block, baseFee)) {
      this.totals.gasSpent += receipt?.fee ?? wasted;
      let fate: Fate = "lost";
      if (receipt === undefined) {
        this.totals.lost += 1;
      } else if (receipt.status !== 1) {
        this.totals.reverted += 1;
        fate = "reverted";
      } else {
        this.#count(transaction, receipt);
        fate = "done";
      }
      this.#onSettled?.(transaction, fate);
    }
  }

  #count(transaction: Pending, receipt: TransactionReceipt): void {
    const { job, accounts } = transaction;
    this.totals.jobs[job] += 1;
    if (job === "liquidate") {
      this.totals.liquidations += accounts.length;
      this.totals.profit += this.#liquidate.settled(transaction, receipt);
    } else if (job === "absorb") {
      this.totals.absorptions += accounts.length;
      this.#absorb.settled(transaction, receipt);
    } else if (job === "record") {
      this.totals.records += 1;
    } else if (job === "observe") {
      this.totals.observations += 1;
    }
  }

  // ---- life

  /**
   * Ticks until `signal` aborts, then returns. A tick that fails (a node that does not answer) is reported and tried again: a keeper
   * that dies of one error is of no use in a crash.
   */
  async run(signal: AbortSignal, intervalMs: number, onError: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.tick();
      } catch (error) {
        onError(error);
      }
      await pause(intervalMs, signal);
    }
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

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish, { once: true });
  });
}
