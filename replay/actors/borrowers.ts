/**
 * Borrowers as people are: some put more collateral in when their loan gets tight, some pay a part of it back, most do nothing. Whoever has lost his loan comes
 * back, and whoever has become rich borrows more: without that nobody would be left to liquidate after the first crash, or after the first rise.
 */

import { getAddress } from "ethers";

import type { LocalAsset } from "../../deploy/parameters/local.js";
import { WAD } from "../../sdk/arithmetic/integer.js";
import { present } from "../../sdk/present.js";
import {
  ICreditEngine__factory,
  ICreditLens__factory,
  type ICreditEngine,
  type ICreditLens,
} from "../../types/contracts/index.js";
import type { AccountHealthStructOutput } from "../../types/contracts/contracts/interfaces/ICreditLens.js";
import type { Random } from "../path/random.js";
import type { Borrower } from "../scenario/population.js";
import type { Actor, Moment } from "../scenario/run.js";
import { borrow, deposit, give, marketPrices, tokenOf, type World } from "../scenario/world.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;

export type Temper = "tops up" | "repays" | "ignores";

/** The stated rules. Health is M / D. */
export const HABITS = {
  /** Parts of the population; the rest ignores. */
  topsUp: 0.35,
  repays: 0.25,
  /** Everybody looks so often, and at once when ether has fallen by so much since the last look. {s} */
  look: 12 * HOUR,
  alarm: 0.03,
  /** Who looks after his loan acts below the first, and brings it to the second. */
  tight: 1.12,
  easy: 1.3,
  /** What somebody puts in besides what he began with, all in all, as a part of that. */
  reserves: 0.6,
  /** Who uses less than this part of what he once meant to use borrows up to it again; asked once a week. */
  idle: 0.6,
  week: 7 * DAY,
  /** After losing his loan somebody stays away between the two. {s} */
  away: [3 * DAY, 14 * DAY],
} as const;

/** Below the protocol's minimum nobody can borrow. {plUSD} */
const LEAST_LOAN = 110n * WAD;
const PARTS = 10_000;

const engineAbi = ICreditEngine__factory.createInterface();

/** One borrower's mind. */
interface Habit {
  readonly borrower: Borrower;
  readonly account: string;
  readonly temper: Temper;
  /** Part of the borrow limit that he means to use. */
  use: number;
  /** {USD} that he can still put in. */
  reserves: number;
  /** (unix seconds) */
  nextWeek: number;
  /** Since he has no loan, when he will borrow again. (unix seconds) */
  backAt: number | undefined;
}

/** What they did. */
export interface Deeds {
  toppedUp: number;
  repaid: number;
  borrowedMore: number;
  cameBack: number;
}

export class Borrowers implements Actor {
  readonly deeds: Deeds = { toppedUp: 0, repaid: 0, borrowedMore: 0, cameBack: 0 };
  readonly #world: World;
  readonly #random: Random;
  readonly #engine: ICreditEngine;
  readonly #lens: ICreditLens;
  readonly #habits: readonly Habit[];
  #lookedAt = -Infinity;
  #etherThen = 0n;

  /** @param start When they begin. (unix seconds) */
  constructor(world: World, random: Random, start: number) {
    this.#world = world;
    this.#random = random;
    this.#engine = ICreditEngine__factory.connect(world.addresses.contracts.engine, world.provider);
    this.#lens = ICreditLens__factory.connect(world.addresses.contracts.lens, world.provider);
    this.#habits = world.borrowers.map((borrower) => {
      const drawn = random.uniform();
      const worth = [...borrower.collateral.values()].reduce((sum, each) => sum + each, 0);
      return {
        borrower,
        account: getAddress(borrower.account),
        temper: drawn < HABITS.topsUp ? "tops up" : drawn < HABITS.topsUp + HABITS.repays ? "repays" : "ignores",
        use: random.between(0.4, 0.95),
        reserves: HABITS.reserves * worth,
        nextWeek: start + Math.floor(random.between(0, HABITS.week)),
        backAt: undefined,
      };
    });
  }

  /** What somebody does when his loan gets tight; undefined for who is none of them. */
  temperOf(account: string): Temper | undefined {
    return this.#habits.find((habit) => habit.account === getAddress(account))?.temper;
  }

  async act({ time }: Pick<Moment, "time">): Promise<void> {
    const ether = this.#world.quotes.answers.eth;
    const fallen = Number(ether) < (1 - HABITS.alarm) * Number(this.#etherThen);
    if (!fallen && time < this.#lookedAt + HABITS.look) return;
    this.#lookedAt = time;
    this.#etherThen = ether;
    const healths = await this.#lens.healths(this.#habits.map(({ account }) => account));
    for (const [i, habit] of this.#habits.entries()) await this.#decide(habit, present(healths[i]), time);
  }

  async #decide(habit: Habit, health: AccountHealthStructOutput, time: number): Promise<void> {
    if (health.debt === 0n) {
      await this.#perhapsComeBack(habit, health, time);
      return;
    }
    const ratio = Number(health.maintenanceLimit) / Number(health.debt);
    if (ratio < HABITS.tight) {
      // Below 1 he is too late: a keeper is on its way.
      if (ratio > 1 && habit.temper === "tops up") await this.#topUp(habit, health);
      if (ratio > 1 && habit.temper === "repays") await this.#repay(habit, health);
      return;
    }
    if (time < habit.nextWeek) return;
    while (habit.nextWeek <= time) habit.nextWeek += HABITS.week;
    const meant = parts(health.borrowLimit, habit.use);
    if (health.debt > parts(meant, HABITS.idle) || meant - health.debt < LEAST_LOAN) return;
    this.deeds.borrowedMore += 1;
    await this.#borrow(habit, meant - health.debt);
  }

  /** Collateral of the kind that he has most of and for which there is room, as much as makes the loan easy and he can afford. */
  async #topUp(habit: Habit, { debt, maintenanceLimit, collateralValue }: AccountHealthStructOutput): Promise<void> {
    const missing = (HABITS.easy * Number(debt) - Number(maintenanceLimit)) / 1e18;
    const counts = Number(maintenanceLimit) / Number(collateralValue);
    const worth = Math.min(missing / counts, habit.reserves);
    if (!(worth >= 1)) return;
    for (const [symbol] of [...habit.borrower.collateral].sort((a, b) => b[1] - a[1])) {
      if ((await this.#room(symbol)) < this.#amountOf(symbol, worth)) continue;
      habit.reserves -= worth;
      this.deeds.toppedUp += 1;
      await this.#deposit(habit.account, symbol, worth);
      return;
    }
  }

  /** How much more of an asset the engine takes. {tok} */
  async #room(symbol: string): Promise<bigint> {
    const { assets } = this.#world;
    const { cap, total, scale } = await this.#engine.assetInfo(present(assets.find((a) => a.symbol === symbol)).id);
    return total < cap ? (cap - total) * scale : 0n;
  }

  /** {USD} to {tok}, at the market's price */
  #amountOf(symbol: string, worth: number): bigint {
    const { assets, quotes } = this.#world;
    const { decimals } = present(assets.find((each) => each.symbol === symbol));
    const price = present(marketPrices(quotes)[symbol]);
    return (BigInt(Math.round(worth * 1e6)) * 10n ** 12n * 10n ** BigInt(decimals)) / price;
  }

  /** In plUSD that he has kept; it needs no approval. */
  async #repay({ account }: Habit, { debt, maintenanceLimit }: AccountHealthStructOutput): Promise<void> {
    const amount = debt - parts(maintenanceLimit, 1 / HABITS.easy);
    // What would leave less than the minimum is refused: then he lets it be.
    if (amount <= 0n || debt - amount < LEAST_LOAN) return;
    this.deeds.repaid += 1;
    const { engine } = this.#world.addresses.contracts;
    const data = engineAbi.encodeFunctionData("repay", [amount, account]);
    await this.#world.chain.send(account, { to: engine, data, gas: 400_000n }, `repay by ${account}`, true);
  }

  /** With the collateral that he began with, as many dollars of it, and another idea of how far to go. */
  async #perhapsComeBack(habit: Habit, health: AccountHealthStructOutput, time: number): Promise<void> {
    habit.backAt ??= time + this.#random.between(...HABITS.away);
    if (time < habit.backAt) return;
    habit.use = this.#random.between(0.4, 0.95);
    const worth = [...habit.borrower.collateral.values()].reduce((sum, each) => sum + each, 0);
    const left = Number(health.collateralValue) / 1e18;
    if (left < worth / 2) {
      // First the collateral; the loan follows when he looks again, at the limit of then.
      for (const [symbol, part] of habit.borrower.collateral) await this.#deposit(habit.account, symbol, part);
      return;
    }
    const amount = parts(health.borrowLimit, habit.use);
    if (amount < LEAST_LOAN) return;
    habit.backAt = undefined;
    habit.reserves = HABITS.reserves * worth;
    this.deeds.cameBack += 1;
    await this.#borrow(habit, amount);
  }

  async #deposit(account: string, symbol: string, worth: number): Promise<void> {
    const { chain, deployer, addresses, tokens, assets } = this.#world;
    const asset: LocalAsset = present(assets.find((each) => each.symbol === symbol));
    const token = tokenOf(tokens, symbol);
    const amount = this.#amountOf(symbol, worth);
    await give(chain, deployer.address, token, account, amount);
    await deposit(chain, addresses.contracts.engine, account, asset, token, amount, true);
  }

  async #borrow({ account }: Habit, amount: bigint): Promise<void> {
    await borrow(this.#world.chain, this.#world.addresses.contracts.engine, account, amount, true);
  }
}

function parts(amount: bigint, part: number): bigint {
  return (amount * BigInt(Math.floor(part * PARTS))) / BigInt(PARTS);
}
