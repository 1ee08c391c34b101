/** Liquidates through the pools what pays for its gas. */

import { isError, type TransactionReceipt } from "ethers";

import { withHeadroom } from "../../sdk/gas.js";
import { present } from "../../sdk/present.js";
import type { FlashLiquidator, ICreditEngine } from "../../types/contracts/index.js";
import type { KeeperConfig } from "../config.js";
import type { Desk, GasCost } from "../desk.js";
import type { Intent } from "../journal/types.js";
import { GasModel } from "../gas.js";
import { compare, min } from "../order.js";
import { liquidationTerms, type Failing } from "./failing.js";

const WAD = 10n ** 18n;
const MAX_UINT256 = 2n ** 256n - 1n;
/** Parts of the largest slice that are tried when a pool is too thin for all of it. */
const SIZES = [1n, 2n, 4n, 8n];

/** Batches simulated at most for one block. */
const MAX_ATTEMPTS = 8;
/** Blocks after which an attempt that did not pay is made again, and by how much better the incentive must be before. 18 decimals */
const PATIENCE = 8;
const BETTER = 2_000_000_000_000_000n;

interface Plan {
  readonly accounts: readonly Failing[];
  readonly items: { account: string; maxRepay: bigint }[];
  readonly sales: number;
  /** As simulated, before gas. {plUSD} */
  readonly profit: bigint;
  /** After modelled gas. {plUSD} */
  readonly net: bigint;
}

export class Liquidate {
  readonly #desk: Desk;
  readonly #config: KeeperConfig;
  readonly #engine: ICreditEngine;
  readonly #liquidator: FlashLiquidator;
  readonly #gas = new GasModel(180_000, 30_000, 190_000);
  /** Selling did not pay at this incentive; not tried again until that block unless somebody offers more. */
  #hopeless: { incentive: bigint; until: number } | undefined;

  constructor(desk: Desk, engine: ICreditEngine, liquidator: FlashLiquidator) {
    this.#desk = desk;
    this.#config = desk.config;
    this.#engine = engine;
    this.#liquidator = liquidator;
  }

  /** Sends the most profitable batch there is, if any. Returns the accounts in it. */
  async run(failing: readonly Failing[]): Promise<Set<string>> {
    const gas = await this.#desk.gasCost();
    const plan = await this.#bestPlan(failing, gas);
    if (plan === undefined) return new Set();
    const routes = this.#config.routes;
    let estimate: bigint;
    try {
      estimate = await this.#liquidator.liquidate.estimateGas(plan.items, routes, 0n);
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return new Set();
      throw error;
    }
    const cost = gas.of(estimate);
    if (plan.profit < cost + this.#config.minProfit) return new Set();

    const limit = min(withHeadroom(estimate), this.#config.maxGas);
    // On chain the profit must still pay for the gas: otherwise somebody was faster, and the call reverts early.
    const { to, data } = await this.#liquidator.liquidate.populateTransaction(plan.items, routes, cost);
    const accounts = plan.accounts.map((f) => f.account);
    const { profit, sales } = plan;
    const order = { job: "liquidate", accounts, expected: profit - cost, sales, purse: "solvency" } as const;
    const obstacle = await this.#desk.send(order, { to, data, gasLimit: limit });
    return new Set(obstacle === undefined ? accounts : []);
  }

  /**
   * The batch that leaves most after gas. First a small sale shows what selling costs now (fees, the price of plUSD); accounts whose
   * incentive does not pay for that are left out. Then the largest slices of the most promising accounts are tried, then fewer of them,
   * then smaller parts: a batch shares the cost of the transaction, but sells more into the same pools.
   */
  async #bestPlan(failing: readonly Failing[], gas: GasCost): Promise<Plan | undefined> {
    const cheapest = gas.of(this.#gas.estimate(1, 1)) + this.#config.minProfit;
    if (failing.reduce((sum, f) => sum + f.preview.gain, 0n) < cheapest) return undefined;
    const friction = await this.#friction(failing);
    if (friction === undefined) return undefined;

    const share = gas.of(this.#gas.estimate(2, 1)) - gas.of(this.#gas.estimate(1, 1));
    const worth = failing
      .map((f) => ({ ...f, won: f.preview.gain - (f.preview.repay * friction) / WAD }))
      .filter((f) => f.won > share)
      .sort((a, b) => compare(b.won, a.won));
    const capacity = this.#gas.capacity(this.#config.maxGas, this.#config.routes.length);
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
        const least = gas.of(this.#gas.estimate(count, 1));
        if (most < least + this.#config.minProfit || (best !== undefined && most - least <= best.net)) break;
        attempts += 1;
        const plan = await this.#evaluate(accounts, size, gas);
        if (plan !== undefined && plan.net >= this.#config.minProfit && (best === undefined || plan.net > best.net))
          best = plan;
      }
    }
    if (best === undefined) this.#giveUp(failing);
    return best;
  }

  /** Remembers that selling did not pay at the best incentive there is. */
  #giveUp(failing: readonly Failing[]): void {
    this.#hopeless = { incentive: topOf(failing).preview.incentive, until: this.#desk.head.number + PATIENCE };
  }

  /**
   * What selling costs at the moment, as a part of what is repaid (18 decimals), found by simulating a small liquidation of the account
   * with the highest incentive. Undefined when not even that one pays.
   */
  async #friction(failing: readonly Failing[]): Promise<bigint | undefined> {
    const top = topOf(failing);
    const { incentive, repay, gain } = top.preview;
    const hopeless = this.#hopeless;
    if (hopeless !== undefined && this.#desk.head.number < hopeless.until && incentive < hopeless.incentive + BETTER)
      return undefined;

    const { minimumDebt } = await liquidationTerms(this.#engine);
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
    const sales = Math.min(this.#config.routes.length, done.length + 1);
    const cost = gas.of(this.#gas.estimate(done.length, sales));
    return { accounts: done, items: kept, sales, profit: outcome.profit, net: outcome.profit - cost };
  }

  async #simulate(
    items: { account: string; maxRepay: bigint }[],
  ): Promise<{ repaid: bigint[]; profit: bigint } | undefined> {
    try {
      const { repaid, profit } = await this.#liquidator.liquidate.staticCall(items, this.#config.routes, 0n);
      return { repaid: [...repaid], profit };
    } catch (error) {
      // It reverts: the sale does not pay the debt, or nothing is left to do.
      if (isError(error, "CALL_EXCEPTION")) return undefined;
      throw error;
    }
  }

  /**
   * Learns from a receipt.
   * @returns What the transaction left for the owner, before gas. {plUSD}
   */
  settled({ accounts, sales }: Pick<Intent, "accounts" | "sales">, receipt: TransactionReceipt): bigint {
    this.#gas.learn(accounts.length, sales, receipt.gasUsed);
    let profit = 0n;
    for (const log of receipt.logs) {
      if (log.address !== this.#config.liquidator) continue;
      const parsed = this.#liquidator.interface.parseLog(log);
      if (parsed?.name === "Liquidated") profit += parsed.args.profit as bigint;
    }
    return profit;
  }
}

function topOf(failing: readonly Failing[]): Failing {
  return failing.reduce((a, b) => (b.preview.incentive > a.preview.incentive ? b : a));
}
