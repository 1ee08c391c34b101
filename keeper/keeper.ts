/**
 * The keeper: at each block it looks at every borrower's health in one view call, liquidates through the pools what pays for its
 * gas, hands the rest of what has failed far enough to the absorber, records the oracle's last good prices and lets the risk model observe
 * volatilities. It needs no capital and no privilege: anyone can run one.
 */

import { isError, type Provider, type Signer, type TransactionReceipt, type TransactionResponse } from "ethers";

import { previewSlice, type LiquidationParameters, type SlicePreview } from "../sdk/credit/liquidation.js";
import {
  FlashLiquidator__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPriceOracle__factory,
  IRisk__factory,
  type FlashLiquidator,
  type ICreditEngine,
  type IPriceOracle,
  type IRisk,
} from "../types/contracts/index.js";
import { BorrowerBook } from "./accounts.js";
import { keeperConfigSchema, type KeeperConfig, type KeeperOptions } from "./config.js";
import { GasModel } from "./gas.js";
import { Outbox } from "./outbox.js";
import { Watch } from "./watch.js";
import { withHeadroom } from "../sdk/gas.js";
import { present } from "../sdk/present.js";

const WAD = 10n ** 18n;
const BPS = 10_000n;
const MAX_UINT256 = 2n ** 256n - 1n;
/** Parts of the largest slice that are tried when a pool is too thin for all of it. */
const SIZES = [1n, 2n, 4n, 8n];

/** Batches simulated at most for one block. */
const MAX_ATTEMPTS = 8;
/** Blocks after which an attempt that did not pay is made again, and by how much better the incentive must be before. 18 decimals */
const PATIENCE = 8;
const BETTER = 2_000_000_000_000_000n;

export type JobName = "liquidate" | "absorb" | "record" | "observe";

/** What became of a transaction. */
export type Fate = "done" | "reverted" | "lost";

/** A transaction that the keeper sent. */
export interface Sent {
  readonly job: JobName;
  readonly hash: string;
  readonly accounts: readonly string[];
  /** What is expected to be left after gas; negative where the keeper pays. {plUSD} */
  readonly expected: bigint;
}

/** What one look at the chain led to. */
export interface Tick {
  readonly block: number;
  readonly borrowers: number;
  readonly failing: number;
  readonly sent: readonly Sent[];
}

/** What became of the keeper's transactions so far. */
export interface KeeperTotals {
  liquidations: number;
  absorptions: number;
  records: number;
  observations: number;
  reverted: number;
  /** Never included, and taken back or forgotten by the node. */
  lost: number;
  /** {plUSD}, before gas */
  profit: bigint;
  /** {wei} */
  gasSpent: bigint;
}

interface Failing {
  readonly account: string;
  readonly health: bigint;
  readonly debt: bigint;
  readonly preview: SlicePreview;
}

interface Pending extends Sent {
  readonly sales: number;
}

interface Plan {
  readonly accounts: readonly Failing[];
  readonly items: { account: string; maxRepay: bigint }[];
  readonly sales: number;
  /** As simulated, before gas. {plUSD} */
  readonly profit: bigint;
  /** After modelled gas. {plUSD} */
  readonly net: bigint;
}

/** What gas costs now. */
interface GasCost {
  /** {wei} per gas */
  readonly price: bigint;
  /** {plUSD} of so much gas */
  of(gas: bigint): bigint;
}

export interface KeeperDependencies {
  readonly provider: Provider;
  /** Owner of the FlashLiquidator. */
  readonly signer: Signer;
  /** Told of each transaction's fate. */
  readonly onSettled?: (sent: Sent, fate: Fate) => void;
}

export class Keeper {
  readonly config: KeeperConfig;
  readonly totals: KeeperTotals = {
    liquidations: 0,
    absorptions: 0,
    records: 0,
    observations: 0,
    reverted: 0,
    lost: 0,
    profit: 0n,
    gasSpent: 0n,
  };

  readonly #provider: Provider;
  readonly #onSettled: KeeperDependencies["onSettled"];
  readonly #engine: ICreditEngine;
  readonly #oracle: IPriceOracle;
  readonly #risk: IRisk;
  readonly #liquidator: FlashLiquidator;
  readonly #book: BorrowerBook;
  readonly #watch: Watch;
  readonly #liquidationGas = new GasModel(180_000, 30_000, 190_000);
  readonly #absorptionGas = new GasModel(150_000, 25_000, 0);
  readonly #outbox: Outbox<Pending>;
  #lastBlock = -1;
  /** Selling did not pay at this incentive; not tried again until that block unless somebody offers more. */
  #hopeless: { incentive: bigint; until: number } | undefined;
  #recordedAt = 0;
  /** Before this time prices need not be observed. (unix seconds) */
  #observeAt = 0n;

  constructor(options: KeeperOptions, { provider, signer, onSettled }: KeeperDependencies) {
    this.config = keeperConfigSchema.parse(options);
    this.#provider = provider;
    this.#onSettled = onSettled;
    this.#engine = ICreditEngine__factory.connect(this.config.engine, signer);
    this.#oracle = IPriceOracle__factory.connect(this.config.oracle, signer);
    this.#risk = IRisk__factory.connect(this.config.risk, signer);
    this.#outbox = new Outbox(provider, signer, this.config.patience);
    this.#liquidator = FlashLiquidator__factory.connect(this.config.liquidator, signer);
    this.#book = new BorrowerBook(provider, this.config.engine, this.config.firstBlock);
    const lens = ICreditLens__factory.connect(this.config.lens, signer);
    this.#watch = new Watch(this.#engine, lens, this.#oracle, this.#book, this.config);
  }

  /** Looks at the latest block and acts on it. Does nothing when the block was looked at before. */
  async tick(): Promise<Tick> {
    const head = await this.#provider.getBlock("latest");
    if (head === null) throw new Error("the node knows no block");
    await this.#settle(head.number, head.baseFeePerGas ?? 0n);
    const sent: Sent[] = [];
    if (head.number === this.#lastBlock)
      return { block: head.number, borrowers: this.#book.accounts.length, failing: 0, sent };
    this.#lastBlock = head.number;

    const failing = await this.#failing(head.number, head.timestamp);
    if (failing.length > 0) {
      const gas = await this.#gasCost(head.baseFeePerGas ?? 0n);
      const liquidated = await this.#liquidate(failing, gas, sent);
      const rest = failing.filter((f) => !liquidated.has(f.account));
      await this.#absorb(rest, gas, sent);
    }
    if (head.timestamp - this.#recordedAt >= this.config.recordInterval) {
      await this.#record(head.baseFeePerGas ?? 0n, sent);
      this.#recordedAt = head.timestamp;
    }
    if (BigInt(head.timestamp) >= this.#observeAt) await this.#observe(head, sent);
    return { block: head.number, borrowers: this.#book.accounts.length, failing: failing.length, sent };
  }

  // ---- what there is to do

  async #failing(block: number, time: number): Promise<Failing[]> {
    const list = await this.#watch.failing(block, time);
    const busy = this.#outbox.busy;
    const found: Failing[] = [];
    let parameters: { p: LiquidationParameters; minimumDebt: bigint } | undefined;
    for (const h of list) {
      if (busy.has(h.account)) continue;
      parameters ??= await this.#parameters();
      const preview = previewSlice(h, parameters.p, parameters.minimumDebt);
      if (preview !== undefined) found.push({ account: h.account, health: h.health, debt: h.debt, preview });
    }
    return found;
  }

  async #parameters(): Promise<{ p: LiquidationParameters; minimumDebt: bigint }> {
    const [p, limits] = [await this.#engine.liquidationParameters(), await this.#engine.debtLimits()];
    return { p, minimumDebt: limits.minimumDebt };
  }

  async #gasCost(baseFee: bigint): Promise<GasCost> {
    const price = baseFee + this.config.priorityFee;
    const { high } = await this.#oracle.price(this.config.gasAsset);
    return { price, of: (gas) => (gas * price * high) / WAD };
  }

  // ---- liquidation

  /** Sends the most profitable batch there is, if any. Returns the accounts in it. */
  async #liquidate(failing: readonly Failing[], gas: GasCost, sent: Sent[]): Promise<Set<string>> {
    const plan = await this.#bestPlan(failing, gas);
    if (plan === undefined) return new Set();
    const routes = this.config.routes;
    let estimate: bigint;
    try {
      estimate = await this.#liquidator.liquidate.estimateGas(plan.items, routes, 0n);
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return new Set();
      throw error;
    }
    const cost = gas.of(estimate);
    if (plan.profit < cost + this.config.minProfit) return new Set();

    const limit = min(withHeadroom(estimate), this.config.maxGas);
    // On chain the profit must still pay for the gas: otherwise somebody was faster, and the call reverts early.
    const response = await this.#liquidator.liquidate(plan.items, routes, cost, {
      gasLimit: limit,
      ...this.#fees(gas),
    });
    const accounts = plan.accounts.map((f) => f.account);
    this.#track({ job: "liquidate", accounts, expected: plan.profit - cost }, response, sent, plan.sales);
    return new Set(accounts);
  }

  /**
   * The batch that leaves most after gas. First a small sale shows what selling costs now (fees, the price of plUSD); accounts whose
   * incentive does not pay for that are left out. Then the largest slices of the most promising accounts are tried, then fewer of them,
   * then smaller parts: a batch shares the cost of the transaction, but sells more into the same pools.
   */
  async #bestPlan(failing: readonly Failing[], gas: GasCost): Promise<Plan | undefined> {
    const cheapest = gas.of(this.#liquidationGas.estimate(1, 1)) + this.config.minProfit;
    if (failing.reduce((sum, f) => sum + f.preview.gain, 0n) < cheapest) return undefined;
    const friction = await this.#friction(failing);
    if (friction === undefined) return undefined;

    const share = gas.of(this.#liquidationGas.estimate(2, 1)) - gas.of(this.#liquidationGas.estimate(1, 1));
    const worth = failing
      .map((f) => ({ ...f, won: f.preview.gain - (f.preview.repay * friction) / WAD }))
      .filter((f) => f.won > share)
      .sort((a, b) => compare(b.won, a.won));
    const capacity = this.#liquidationGas.capacity(this.config.maxGas, this.config.routes.length);
    let best: Plan | undefined;
    let attempts = 0;
    for (const size of SIZES) {
      for (
        let count = Math.min(worth.length, capacity);
        count >= 1 && attempts < MAX_ATTEMPTS;
        count = Math.floor(count / 2)
      ) {
        const accounts = worth.slice(0, count);
        // With no impact on the pools this much could be won.
        const most = accounts.reduce((sum, f) => sum + f.won / size, 0n);
        const least = gas.of(this.#liquidationGas.estimate(count, 1));
        if (most < least + this.config.minProfit || (best !== undefined && most - least <= best.net)) break;
        attempts += 1;
        const plan = await this.#evaluate(accounts, size, gas);
        if (plan !== undefined && plan.net >= this.config.minProfit && (best === undefined || plan.net > best.net))
          best = plan;
      }
    }
    if (best === undefined) this.#giveUp(failing);
    return best;
  }

  /** Remembers that selling did not pay at the best incentive there is. */
  #giveUp(failing: readonly Failing[]): void {
    this.#hopeless = { incentive: topOf(failing).preview.incentive, until: this.#lastBlock + PATIENCE };
  }

  /**
   * What selling costs at the moment, as a part of what is repaid (18 decimals), found by simulating a small liquidation of the account
   * with the highest incentive. Undefined when not even that one pays.
   */
  async #friction(failing: readonly Failing[]): Promise<bigint | undefined> {
    const top = topOf(failing);
    const { incentive, repay, gain } = top.preview;
    const hopeless = this.#hopeless;
    if (hopeless !== undefined && this.#lastBlock < hopeless.until && incentive < hopeless.incentive + BETTER)
      return undefined;

    const { minimumDebt } = await this.#parameters();
    const small = repay / present(SIZES[SIZES.length - 1]);
    // A slice must be worth the minimum debt, and leave no less of it: else all at once.
    const divisible = small > minimumDebt && top.debt - small > minimumDebt;
    const outcome = await this.#simulate([{ account: top.account, maxRepay: divisible ? small : MAX_UINT256 }]);
    const repaid = outcome?.repaid[0] ?? 0n;
    if (outcome === undefined || repaid === 0n || outcome.profit <= 0n) {
      this.#giveUp(failing);
      return undefined;
    }
    this.#hopeless = undefined;
    const kept = (outcome.profit * WAD) / repaid;
    const offered = (gain * WAD) / repay;
    return offered > kept ? offered - kept : 0n;
  }

  async #evaluate(accounts: readonly Failing[], size: bigint, gas: GasCost): Promise<Plan | undefined> {
    const items = accounts.map((f) => ({
      account: f.account,
      maxRepay: size === 1n ? MAX_UINT256 : f.preview.repay / size,
    }));
    const outcome = await this.#simulate(items);
    if (outcome === undefined) return undefined;
    const done = accounts.filter((_, i) => outcome.repaid[i] !== 0n);
    const kept = items.filter((_, i) => outcome.repaid[i] !== 0n);
    // How many assets there are to sell is not known here; the average account holds two.
    const sales = Math.min(this.config.routes.length, done.length + 1);
    const cost = gas.of(this.#liquidationGas.estimate(done.length, sales));
    return { accounts: done, items: kept, sales, profit: outcome.profit, net: outcome.profit - cost };
  }

  async #simulate(
    items: { account: string; maxRepay: bigint }[],
  ): Promise<{ repaid: bigint[]; profit: bigint } | undefined> {
    try {
      const { repaid, profit } = await this.#liquidator.liquidate.staticCall(items, this.config.routes, 0n);
      return { repaid: [...repaid], profit };
    } catch (error) {
      // It reverts: the sale does not pay the debt, or nothing is left to do.
      if (isError(error, "CALL_EXCEPTION")) return undefined;
      throw error;
    }
  }

  // ---- absorption

  /** Has the accounts absorbed that may be, if the tips and what the operator adds pay for the gas. */
  async #absorb(failing: readonly Failing[], gas: GasCost, sent: Sent[]): Promise<void> {
    const candidates = failing.filter((f) => f.preview.absorbable).sort((a, b) => compare(a.health, b.health));
    if (candidates.length === 0) return;
    const batch = candidates.slice(0, this.#absorptionGas.capacity(this.config.maxGas));
    const { p } = await this.#parameters();
    const tip = batch.reduce((sum, f) => sum + (f.preview.gain * p.tipShare) / BPS, 0n);
    const cost = gas.of(this.#absorptionGas.estimate(batch.length));
    const urgent = batch.some((f) => f.health * BPS < BigInt(this.config.urgentHealth) * WAD);
    if (!urgent && cost > tip + this.config.absorbSubsidy * BigInt(batch.length)) return;

    let removed: bigint[];
    try {
      removed = [...(await this.#engine.absorb.staticCall(batch.map((f) => f.account)))];
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return;
      throw error;
    }
    const accounts = batch.filter((_, i) => removed[i] !== 0n).map((f) => f.account);
    if (accounts.length === 0) return;
    const estimate = await this.#engine.absorb.estimateGas(accounts);
    const limit = min(withHeadroom(estimate), this.config.maxGas);
    const response = await this.#engine.absorb(accounts, { gasLimit: limit, ...this.#fees(gas) });
    this.#track({ job: "absorb", accounts, expected: tip - gas.of(estimate) }, response, sent);
  }

  // ---- oracle

  async #record(baseFee: bigint, sent: Sent[]): Promise<void> {
    const mask = await this.#engine.listedMask();
    if (mask === 0n) return;
    const price = baseFee + this.config.priorityFee;
    const response = await this.#oracle.record(mask, { gasLimit: 1_500_000n, ...this.#fees({ price }) });
    this.#track({ job: "record", accounts: [], expected: 0n }, response, sent);
  }

  // ---- risk model

  /** Lets the risk model look at the prices, as soon as it may. */
  async #observe(head: { timestamp: number; baseFeePerGas: bigint | null }, sent: Sent[]): Promise<void> {
    if (this.#outbox.waiting.some((t) => t.job === "observe")) return;
    const { allowedAt } = await this.#risk.observation();
    this.#observeAt = allowedAt;
    if (BigInt(head.timestamp) < allowedAt) return;
    const price = (head.baseFeePerGas ?? 0n) + this.config.priorityFee;
    let estimate: bigint;
    try {
      estimate = await this.#risk.observe.estimateGas();
    } catch (error) {
      // Somebody was faster, or the model cannot observe now; the next block tells.
      if (isError(error, "CALL_EXCEPTION")) return;
      throw error;
    }
    const gasLimit = withHeadroom(estimate);
    const response = await this.#risk.observe({ gasLimit, ...this.#fees({ price }) });
    this.#track({ job: "observe", accounts: [], expected: 0n }, response, sent);
  }

  // ---- transactions

  #fees({ price }: { price: bigint }): { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } {
    return { maxFeePerGas: price * 2n, maxPriorityFeePerGas: this.config.priorityFee };
  }

  #track(what: Omit<Sent, "hash">, response: TransactionResponse, sent: Sent[], sales = 0): void {
    const transaction = { ...what, hash: response.hash };
    this.#outbox.add({ ...transaction, sales }, response, this.#lastBlock);
    sent.push(transaction);
  }

  /** Looks what became of what was sent. */
  async #settle(block: number, baseFee: bigint): Promise<void> {
    for (const { transaction, receipt, wasted } of await this.#outbox.settle(block, baseFee)) {
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

  #count({ job, accounts, sales }: Pending, receipt: TransactionReceipt): void {
    switch (job) {
      case "liquidate":
        this.totals.liquidations += accounts.length;
        this.totals.profit += this.#profitOf(receipt.logs);
        this.#liquidationGas.learn(accounts.length, sales, receipt.gasUsed);
        return;
      case "absorb":
        this.totals.absorptions += accounts.length;
        this.#absorptionGas.learn(accounts.length, 0, receipt.gasUsed);
        return;
      case "record":
        this.totals.records += 1;
        return;
      case "observe":
        this.totals.observations += 1;
    }
  }

  #profitOf(
    logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[],
  ): bigint {
    let profit = 0n;
    for (const log of logs) {
      if (log.address !== this.config.liquidator) continue;
      const parsed = this.#liquidator.interface.parseLog(log);
      if (parsed?.name === "Liquidated") profit += parsed.args.profit as bigint;
    }
    return profit;
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

function topOf(failing: readonly Failing[]): Failing {
  return failing.reduce((a, b) => (b.preview.incentive > a.preview.incentive ? b : a));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
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
