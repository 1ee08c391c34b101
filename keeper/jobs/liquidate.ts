/** Liquidates through the pools what pays for its gas. */

import { isError, type TransactionReceipt } from "ethers";

import { MAX_UINT256, WAD } from "../../sdk/arithmetic/integer.js";
import { withHeadroom } from "../../sdk/gas.js";
import { present } from "../../sdk/present.js";
import type { FlashLiquidator, ICreditEngine } from "../../types/contracts/index.js";
import type { KeeperConfig } from "../config.js";
import type { Desk, GasCost } from "../desk.js";
import type { Intent } from "../journal/types.js";
import { GasModel } from "../gas.js";
import { compare, min } from "../order.js";
import { assetsOf } from "../reserve-contracts.js";
import { liquidationTerms, type Failing } from "./failing.js";
import { leastProfit } from "./floor.js";
import { Unsold } from "./memory.js";
import { GasRoom } from "./room.js";

/** Parts of the largest slice that are tried when a pool is too thin for all of it. */
const SIZES = [1n, 2n, 4n, 8n] as const;
const WHOLE = SIZES[0];
const SMALLEST = SIZES[3];

/**
 * Simulations at most in one look: of single accounts, one for each kind; of batches of whole slices, and of smaller parts, for each size. Batches that nodes find
 * too dear are halved so often.
 */
export const MAX_PROBES = 12;
const MAX_WHOLE = 16;
const MAX_PARTS = 4;
const MAX_HALVINGS = 4;
export const MAX_SIMULATIONS = MAX_PROBES + MAX_WHOLE + (SIZES.length - 1) * MAX_PARTS + MAX_HALVINGS;

/** A batch that leaves that part of what it would without any impact on the pools is not searched for accounts that spoil it. */
const ENOUGH = { parts: 3n, of: 4n } as const;
/** In place of a kind, for all there are. */
const ALL = -1n;

type Route = KeeperConfig["routes"][number];

/** An account whose sale seems to pay. */
interface Candidate extends Failing {
  /** What it would leave if the pools gave for all of it what they give for a little. {plUSD} */
  readonly won: bigint;
}

interface Plan {
  readonly accounts: readonly Candidate[];
  readonly items: { account: string; maxRepay: bigint }[];
  readonly routes: readonly Route[];
  readonly size: bigint;
  readonly sales: number;
  /** As simulated, before gas. {plUSD} */
  readonly profit: bigint;
  /** After modelled gas. {plUSD} */
  readonly net: bigint;
}

/** What became of handing a plan over. */
type Handed = "sent" | "not sent" | "too dear";

export class Liquidate {
  readonly #desk: Desk;
  readonly #config: KeeperConfig;
  readonly #engine: ICreditEngine;
  readonly #liquidator: FlashLiquidator;
  readonly #gas = new GasModel(180_000, 30_000, 190_000);
  readonly #room: GasRoom;
  readonly #unsold = new Unsold();

  constructor(desk: Desk, engine: ICreditEngine, liquidator: FlashLiquidator) {
    this.#desk = desk;
    this.#config = desk.config;
    this.#engine = engine;
    this.#liquidator = liquidator;
    this.#room = new GasRoom(desk);
  }

  /** Sends the most profitable batch there is, if any. Returns the accounts in it. */
  async run(failing: readonly Failing[]): Promise<Set<string>> {
    const gas = await this.#desk.gasCost();
    const cheapest = gas.of(this.#gas.estimate(1, 1)) + this.#config.minProfit;
    if (failing.reduce((sum, f) => sum + f.preview.gain, 0n) < cheapest) return new Set();
    this.#unsold.turnTo(this.#desk.head.number);
    const worth = await this.#candidates(failing, gas);
    const room = worth.length === 0 ? 0n : await this.#room.most();
    let plan = await this.#bestPlan(worth, gas, room);
    for (let halvings = 0; plan !== undefined; halvings++) {
      const handed = await this.#handOver(plan, gas, room);
      if (handed === "sent") return new Set(plan.accounts.map((f) => f.account));
      if (handed === "not sent" || plan.accounts.length === 1 || halvings === MAX_HALVINGS) break;
      const half = plan.accounts.slice(0, Math.floor(plan.accounts.length / 2));
      plan = await this.#evaluate(half, plan.size, gas);
    }
    return new Set();
  }

  async #handOver({ accounts, items, routes, profit, sales }: Plan, gas: GasCost, room: bigint): Promise<Handed> {
    let estimate: bigint;
    try {
      estimate = await this.#liquidator.liquidate.estimateGas(items, [...routes], 0n);
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return "not sent";
      throw error;
    }
    // A single account cannot be less: the node may say what is wrong with it.
    const most = accounts.length === 1 ? this.#config.maxGas : room;
    if (estimate > most) return "too dear";
    const cost = gas.of(estimate);
    const { minProfit, slippage } = this.#config;
    if (profit < cost + minProfit) return "not sent";

    const gasLimit = min(withHeadroom(estimate), estimate > room ? most : room);
    // On chain so much must be left: otherwise somebody was faster, or trades around the sale, and the call reverts.
    const floor = leastProfit(profit, cost, minProfit, slippage);
    const { to, data } = await this.#liquidator.liquidate.populateTransaction(items, [...routes], floor);
    const names = accounts.map((f) => f.account);
    const order = { job: "liquidate", accounts: names, expected: profit - cost, sales, purse: "solvency" } as const;
    const obstacle = await this.#desk.send(order, { to, data, gasLimit });
    if (obstacle === undefined) return "sent";
    return this.#room.isTooDear(obstacle, gasLimit) ? "too dear" : "not sent";
  }

  // ---- what can be sold

  /** Routes that are used now. What has none goes to the owner as it is, and does not count. */
  get #routes(): readonly Route[] {
    return this.#config.routes.filter(({ asset }) => this.#unsold.isSellable(BigInt(asset)));
  }

  /**
   * Accounts whose sale seems to pay, the best first. Of each kind the account with the highest incentive shows, by a small sale, what selling costs now (fees, the
   * price of plUSD), and whether it works at all: a pool that is empty stops accounts that hold its token, and no others.
   */
  async #candidates(failing: readonly Failing[], gas: GasCost): Promise<Candidate[]> {
    const kinds = new Map<bigint, Failing[]>();
    for (const f of failing) {
      if (!this.#unsold.mayTry(f, SMALLEST)) continue;
      const others = kinds.get(f.assets);
      if (others === undefined) kinds.set(f.assets, [f]);
      else others.push(f);
    }
    const gainOf = (list: readonly Failing[]): bigint => list.reduce((sum, f) => sum + f.preview.gain, 0n);
    const ordered = [...kinds].sort(([, a], [, b]) => compare(gainOf(b), gainOf(a)));
    const { minimumDebt } = await liquidationTerms(this.#engine);
    const share = gas.of(this.#gas.estimate(2, 1)) - gas.of(this.#gas.estimate(1, 1));
    const probes = { left: MAX_PROBES };
    const found: Candidate[] = [];
    for (const [kind, accounts] of ordered) {
      if (probes.left === 0) break;
      const top = topOf(accounts);
      const { incentive, gain, repay } = top.preview;
      if (!this.#unsold.mayTryKind(kind, incentive)) continue;
      const kept = await this.#probe(top, minimumDebt, probes);
      if (kept === undefined) {
        this.#unsold.failed(top, SMALLEST);
        this.#unsold.kindFailed(kind, incentive);
        continue;
      }
      this.#unsold.kindSold(kind);
      const offered = (gain * WAD) / repay;
      const friction = offered > kept ? offered - kept : 0n;
      for (const f of accounts) {
        const won = f.preview.gain - (f.preview.repay * friction) / WAD;
        if (won > share) found.push({ ...f, won });
      }
    }
    return found.sort((a, b) => compare(b.won, a.won));
  }

  /**
   * What a small liquidation of an account leaves, as a part of what it repays. 18 decimals; undefined where it does not pay. Where it fails, each asset's sale is left out
   * once: as no sale brings less than nothing, what works then and did not before has a sale that reverts.
   */
  async #probe(account: Failing, minimumDebt: bigint, probes: { left: number }): Promise<bigint | undefined> {
    const { repay } = account.preview;
    const small = repay / SMALLEST;
    // A slice must be worth the minimum debt, and leave no less of it: else all at once.
    const divisible = small > minimumDebt && account.debt - small > minimumDebt;
    const items = [{ account: account.account, maxRepay: divisible ? small : MAX_UINT256 }];
    const attempt = async (routes: readonly Route[]): Promise<bigint | undefined> => {
      probes.left -= 1;
      const outcome = await this.#simulate(items, routes);
      const repaid = outcome?.repaid[0] ?? 0n;
      return outcome === undefined || repaid === 0n || outcome.profit <= 0n
        ? undefined
        : (outcome.profit * WAD) / repaid;
    };
    const routes = this.#routes;
    const kept = await attempt(routes);
    if (kept !== undefined) return kept;
    const sold = assetsOf(account.assets).filter((asset) => routes.some((route) => BigInt(route.asset) === asset));
    if (sold.length < 2) return undefined;
    for (const asset of sold) {
      if (probes.left === 0) return undefined;
      const without = await attempt(routes.filter((route) => BigInt(route.asset) !== asset));
      if (without === undefined) continue;
      this.#unsold.assetFailed(asset);
      return without;
    }
    return undefined;
  }

  // ---- the batch

  /**
   * The batch that leaves most after gas. A batch shares the cost of the transaction, but sells more into the same pools, and one account that cannot be sold makes all of
   * it revert. So all are tried at once; what does not leave nearly what it should is tried in halves, the more promising one first, down to single accounts; what
   * works is put together again. Where nothing of that pays, or little, smaller parts of the slices are tried.
   */
  async #bestPlan(worth: readonly Candidate[], gas: GasCost, room: bigint): Promise<Plan | undefined> {
    if (worth.length === 0) return undefined;
    const { incentive } = topOf(worth).preview;
    if (!this.#unsold.mayTryKind(ALL, incentive)) return undefined;
    // What the key pays for is an estimate's to tell: a batch that is too dear is halved.
    const capacity = Math.min(
      this.#gas.capacity(this.#config.maxGas, this.#config.routes.length),
      this.#gas.capacity(room, 1),
    );
    let best: Plan | undefined;
    for (const size of SIZES) {
      const tried = worth.filter((f) => this.#unsold.mayTry(f, size)).slice(0, capacity);
      if (tried.length > 0) best = await this.#search(tried, size, gas, best);
    }
    if (best === undefined) this.#unsold.kindFailed(ALL, incentive);
    else this.#unsold.kindSold(ALL);
    return best;
  }

  /** The best batch of parts of that size, or the one that was there if it is better. */
  async #search(
    all: readonly Candidate[],
    size: bigint,
    gas: GasCost,
    other: Plan | undefined,
  ): Promise<Plan | undefined> {
    const queue: (readonly Candidate[])[] = [all];
    /** Batches without an account in common that leave what can be had. */
    const good: Plan[] = [];
    let best = other;
    const { minProfit } = this.#config;
    // With no impact on the pools this much could be won, after gas.
    const most = (list: readonly Candidate[]): bigint =>
      list.reduce((sum, f) => sum + f.won / size, 0n) - gas.of(this.#gas.estimate(list.length, 1));
    // One is kept for what is put together in the end.
    let left = (size === WHOLE ? MAX_WHOLE : MAX_PARTS) - 1;
    while (queue.length > 0 && left > 0) {
      const accounts = present(queue.splice(indexOfMost(queue.map(most)), 1)[0]);
      const hoped = most(accounts);
      if (hoped < minProfit || (other !== undefined && hoped <= other.net)) continue;
      left -= 1;
      const plan = await this.#evaluate(accounts, size, gas);
      const pays = plan !== undefined && plan.net >= minProfit;
      if (pays && (best === undefined || plan.net > best.net)) best = plan;
      if (accounts.length > 1 && (plan === undefined || plan.net * ENOUGH.of < hoped * ENOUGH.parts)) {
        const half = Math.ceil(accounts.length / 2);
        queue.push(accounts.slice(0, half), accounts.slice(half));
      } else if (pays) good.push(plan);
      else if (plan === undefined) this.#unsold.failed(present(accounts[0]), size);
    }
    if (good.length < 2) return best;
    const joined = good.flatMap(({ accounts }) => accounts);
    const together = await this.#evaluate(joined, size, gas);
    return together !== undefined && together.net > (best?.net ?? 0n) ? together : best;
  }

  async #evaluate(accounts: readonly Candidate[], size: bigint, gas: GasCost): Promise<Plan | undefined> {
    const items = accounts.map((f) => ({
      account: f.account,
      maxRepay: size === WHOLE ? MAX_UINT256 : f.preview.repay / size,
    }));
    const routes = this.#routes;
    const outcome = await this.#simulate(items, routes);
    if (outcome === undefined) return undefined;
    const done = accounts.filter((_, i) => outcome.repaid[i] !== 0n);
    const kept = items.filter((_, i) => outcome.repaid[i] !== 0n);
    // How many assets there are to sell is not known here; the average account holds two.
    const sales = Math.min(routes.length, done.length + 1);
    const cost = gas.of(this.#gas.estimate(done.length, sales));
    const { profit } = outcome;
    return { accounts: done, items: kept, routes, size, sales, profit, net: profit - cost };
  }

  async #simulate(
    items: { account: string; maxRepay: bigint }[],
    routes: readonly Route[],
  ): Promise<{ repaid: bigint[]; profit: bigint } | undefined> {
    try {
      // A sale into a pool that is empty walks through it to the end: what no transaction could carry does not work.
      const { maxGas: gasLimit } = this.#config;
      const { repaid, profit } = await this.#liquidator.liquidate.staticCall(items, [...routes], 0n, { gasLimit });
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

function indexOfMost(values: readonly bigint[]): number {
  return values.reduce((best, value, i) => (value > present(values[best]) ? i : best), 0);
}
