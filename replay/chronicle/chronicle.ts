/** What is kept of a replay: the state once an hour, the extremes of every step, and the first thing that did not hold. */

import { MaxUint256 } from "ethers";

import type { LocalAsset } from "../../deploy/parameters/local.js";
import { present } from "../../sdk/present.js";
import { read } from "../../sdk/reads/query.js";
import { Auditor } from "../scenario/invariants.js";
import type { Outcome } from "../scenario/outcome.js";
import type { Moment, Records, Watcher } from "../scenario/run.js";
import { marketPrices, type World } from "../scenario/world.js";
import { type Measures, type Questions, questionsOf, type Reading } from "./reading.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const WAD_NUMBER = 1e18;
const BPS = 10_000;
/** What prices move and nothing else, of the assets that are borrowed against. */
const VOLATILE = ["WETH", "WBTC", "wstETH"];

/** The state at an hour. USD, plUSD, and parts of 1; numbers for pictures and tables, six digits of them. */
export interface Sample {
  /** (unix seconds) */
  readonly time: number;
  readonly eth: number;
  readonly btc: number;
  readonly dollar: number;
  /** {gwei} */
  readonly gas: number;
  /** Haircuts in force, by asset. */
  readonly initial: readonly number[];
  readonly maintenance: readonly number[];
  readonly volatility: number;
  readonly capital: number;
  readonly required: number;
  readonly backing: number;
  readonly supply: number;
  readonly debt: number;
  /** Parts of the reserve, by asset. */
  readonly weights: readonly number[];
  /** What can be borrowed against a dollar of the volatile collateral that there is. */
  readonly borrowingPower: number;
  readonly failing: number;
  /** Since the beginning. */
  readonly liquidated: number;
  readonly absorbed: number;
  readonly handledDebt: number;
  readonly handledCollateral: number;
  readonly losses: number;
  readonly fills: number;
  readonly traded: number;
  readonly rebalanceLost: number;
}

/** Something that did not hold. */
export interface Breach {
  /** (unix seconds) */
  readonly time: number;
  readonly what: string;
}

/** A day's loss of what the reserve held at its beginning. */
export interface ReserveDay {
  /** Of its beginning. (unix seconds) */
  readonly time: number;
  /** {USD}, negative where it gained */
  readonly loss: number;
  /** What the balance sheet said at its beginning that it could be. {USD} */
  readonly valueAtRisk: number;
}

/** What has to hold besides. */
export interface Demands {
  /** Whether losses that are covered may happen: keepers are not there all the time. */
  readonly allowsLosses: boolean;
}

export class Chronicle implements Watcher {
  readonly samples: Sample[] = [];
  readonly days: ReserveDay[] = [];
  /** Undefined while nothing is owed. */
  minBacking = Infinity;
  minCapitalRatio = Infinity;
  /** Account by account looks at the books. */
  audits = 0;
  /** The first of them. */
  readonly breaches: Breach[] = [];
  readonly #world: World;
  readonly #auditor: Auditor;
  readonly #questions: Questions;
  readonly #demands: Demands;
  #before: Reading | undefined;
  #nextSample = 0;
  #auditedAt = -Infinity;
  #dawn: { time: number; reading: Reading } | undefined;

  constructor(world: World, demands: Demands) {
    this.#world = world;
    this.#auditor = new Auditor(world.provider, world.addresses);
    this.#demands = demands;
    this.#questions = questionsOf(world.addresses, world.assets);
  }

  async look(moment: Moment, records: Records): Promise<void> {
    const { provider, addresses } = this.#world;
    const isDue = moment.time >= this.#nextSample;
    const hour = isDue ? await read(provider, addresses, this.#questions.hour) : undefined;
    const { reading } = hour ?? (await read(provider, addresses, this.#questions.step));
    this.#extremes(reading);
    this.#check(moment, reading, records.outcome);
    await this.#audit(moment, reading);
    if (hour !== undefined) {
      this.#nextSample = (Math.floor(moment.time / HOUR) + 1) * HOUR;
      this.samples.push(this.#sample(moment, reading, hour.measures, records));
    }
    this.#day(moment.time, reading);
    this.#before = reading;
  }

  #extremes({ statement }: Reading): void {
    if (statement.backing !== MaxUint256) this.minBacking = Math.min(this.minBacking, ratio(statement.backing));
    if (statement.required > 0n) {
      const covered = Number(statement.capital) / Number(statement.required);
      this.minCapitalRatio = Math.min(this.minCapitalRatio, covered);
    }
  }

  /** What must hold after every step, whatever happened in it. */
  #check({ time }: Moment, reading: Reading, outcome: Outcome): void {
    const { statement, levels, supply, index } = reading;
    const demand = (holds: boolean, what: string): void => {
      if (!holds) this.#breach(time, what);
    };
    demand(
      levels.reduce((sum, each) => sum + each, 0n) === supply,
      "supply is not what engine and reserve minted and did not burn",
    );
    demand(index >= (this.#before?.index ?? 0n), "a debt share is worth less than before");
    this.#world.assets.forEach((asset, i) => {
      const scale = 10n ** BigInt(asset.decimals - asset.unitDecimals);
      const { cash } = present(reading.positions[i]);
      demand(
        present(reading.inEngine[i]) >= present(reading.deposited[i]) * scale,
        `${asset.symbol}: the engine holds less than its ledger`,
      );
      demand(
        present(reading.inReserve[i]) >= cash * scale,
        `${asset.symbol}: the reserve holds less than what it counts as cash`,
      );
    });
    demand(statement.backing >= 10n ** 18n, `backing is ${ratio(statement.backing).toFixed(6)}`);
    const losses = outcome.losses + outcome.writtenOff;
    if (this.#demands.allowsLosses) {
      demand(losses === 0n || statement.capital >= 0n, "losses are more than the first-loss capital");
    } else {
      demand(losses === 0n, `${(Number(losses) / WAD_NUMBER).toFixed(2)} plUSD of bad debt`);
    }
  }

  /** Account by account: whenever somebody's position has changed, and once a day in any case. */
  async #audit({ time }: Moment, reading: Reading): Promise<void> {
    const before = this.#before;
    const moved =
      reading.totalDebtShares !== before?.totalDebtShares ||
      reading.deposited.some((amount, i) => amount !== before.deposited[i]);
    if (!moved && time < this.#auditedAt + DAY) return;
    this.#auditedAt = time;
    this.audits += 1;
    const broken = await this.#auditor.look(new Date(time * 1_000).toISOString());
    if (broken !== undefined) this.#breach(time, broken);
  }

  #breach(time: number, what: string): void {
    if (!this.breaches.some((each) => each.what === what)) this.breaches.push({ time, what });
  }

  #sample(
    { time, baseFee, failing }: Moment,
    reading: Reading,
    { haircuts, volatilities }: Measures,
    { outcome, rebalancing }: Records,
  ): Sample {
    const { statement } = reading;
    const prices = marketPrices(this.#world.quotes);
    const price = (symbol: string): number => ratio(present(prices[symbol]));
    const haircut = (which: "initial" | "maintenance"): number[] => haircuts.map((each) => Number(each[which]) / BPS);
    const worth = statement.lines.reduce((sum, line) => sum + ratio(line.midValue), 0);
    return {
      time,
      eth: digits(price("WETH")),
      btc: digits(price("WBTC")),
      dollar: digits(ratio(this.#world.quotes.dollar)),
      gas: digits(Number(baseFee) / 1e9),
      initial: haircut("initial"),
      maintenance: haircut("maintenance"),
      volatility: digits(ratio(present(volatilities[0]))),
      capital: digits(ratio(statement.capital)),
      required: digits(ratio(statement.required)),
      backing: statement.backing === MaxUint256 ? 0 : digits(ratio(statement.backing)),
      supply: digits(ratio(statement.supply)),
      debt: digits(ratio(reading.totalDebt)),
      weights: this.#world.assets.map(({ id }) => {
        const line = statement.lines.find(({ asset }) => Number(asset) === id);
        return line === undefined || worth === 0 ? 0 : digits(ratio(line.midValue) / worth);
      }),
      borrowingPower: digits(borrowingPower(this.#world.assets, reading.deposited, haircuts, price)),
      failing,
      liquidated: outcome.liquidated.accounts.size,
      absorbed: outcome.absorbed.accounts.size,
      handledDebt: digits(ratio(outcome.liquidated.debt + outcome.absorbed.debt)),
      handledCollateral: digits(ratio(outcome.liquidated.collateral + outcome.absorbed.collateral)),
      losses: digits(ratio(outcome.losses + outcome.writtenOff)),
      fills: rebalancing.fills,
      traded: digits(ratio(rebalancing.traded)),
      rebalanceLost: digits(ratio(rebalancing.lost)),
    };
  }

  /** What the reserve of yesterday's dawn is worth today, beside what could have been lost of it. */
  #day(time: number, reading: Reading): void {
    const dawn = this.#dawn;
    if (dawn !== undefined && Math.floor(time / DAY) === Math.floor(dawn.time / DAY)) return;
    if (dawn !== undefined) {
      const now = new Map(reading.statement.lines.map((line) => [line.asset, line.mid]));
      const loss = dawn.reading.statement.lines.reduce((sum, { asset, amount, mid }) => {
        const unit = 10 ** present(this.#world.assets[Number(asset)]).unitDecimals;
        return sum + (Number(amount) / unit) * (ratio(mid) - ratio(now.get(asset) ?? mid));
      }, 0);
      const valueAtRisk = digits(ratio(dawn.reading.statement.valueAtRisk));
      this.days.push({ time: Math.floor(dawn.time / DAY) * DAY, loss: digits(loss), valueAtRisk });
    }
    this.#dawn = { time, reading };
  }
}

/** Of a dollar of volatile collateral in the ledger, what can be borrowed: 1 less its haircut, before the discount for size. */
function borrowingPower(
  assets: readonly LocalAsset[],
  deposited: readonly bigint[],
  haircuts: Measures["haircuts"],
  price: (symbol: string) => number,
): number {
  let [worth, power] = [0, 0];
  assets.forEach(({ symbol, unitDecimals }, i) => {
    if (!VOLATILE.includes(symbol)) return;
    const value = (Number(present(deposited[i])) / 10 ** unitDecimals) * price(symbol);
    worth += value;
    power += value * (1 - Number(present(haircuts[i]).initial) / BPS);
  });
  return worth === 0 ? 0 : power / worth;
}

/** 18 decimals */
function ratio(value: bigint): number {
  return Number(value) / WAD_NUMBER;
}

/** Six digits: more are noise, and files stay small. */
function digits(x: number): number {
  return Number(x.toPrecision(6));
}
