/**
 * A rehearsal: in a fork of the chain each account's collateral falls in price until the account fails, feeds and pools alike, and the keeper does with it what it would
 * do, told by its operator's configuration. Nothing is sent to the chain, and no key is needed.
 */

import { getAddress, VoidSigner, type TransactionReceipt } from "ethers";

import { WAD } from "../../sdk/arithmetic/integer.js";
import { decodeHolding } from "../../sdk/credit/holdings.js";
import { previewSlice } from "../../sdk/credit/liquidation.js";
import { present } from "../../sdk/present.js";
import {
  FlashLiquidator__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPriceOracle__factory,
  IRisk__factory,
  type ICreditEngine,
} from "../../types/contracts/index.js";
import type { AccountHealthStructOutput } from "../../types/contracts/contracts/interfaces/ICreditLens.js";
import type { KeeperConfig } from "../config.js";
import { Desk, type Request } from "../desk.js";
import type { Offer } from "../execution/fees.js";
import { Valuer } from "../execution/flows.js";
import { Absorb } from "../jobs/absorb.js";
import { liquidationTerms, type Failing } from "../jobs/failing.js";
import { attempt } from "../jobs/job.js";
import { Liquidate } from "../jobs/liquidate.js";
import { LogReader } from "../logs.js";
import { reasonOf, SILENT, type Log } from "../log.js";
import type { Planned } from "../types.js";
import type { Fork, Hop } from "./fork.js";

/** What came of one account. */
export interface Rehearsed {
  readonly account: string;
  /** {plUSD} */
  readonly debt: bigint;
  /** As it is now. 18 decimals */
  readonly health: bigint;
  /** How far its collateral had to fall. 18 decimals, of the price */
  readonly fall: bigint;
  /** What the keeper did, if anything. */
  readonly job: "liquidate" | "absorb" | undefined;
  /** After gas. {plUSD} */
  readonly expected: bigint | undefined;
  readonly earned: bigint | undefined;
  /** {wei} */
  readonly fee: bigint | undefined;
  /** Why nothing was earned. */
  readonly reason: string | undefined;
  /** What of the rehearsal is less than real. */
  readonly notes: readonly string[];
}

export interface RehearsalOptions {
  readonly fork: Fork;
  readonly config: KeeperConfig;
  /** Owner of the FlashLiquidator. */
  readonly owner: string;
  /** These alone; all that borrow if absent. */
  readonly accounts?: readonly string[];
  readonly onProgress?: (done: number, of: number) => void;
}

/** The nodes that the fork reads from fail: what would be said of an account then says nothing about it. */
export class RehearsalStopped extends Error {
  override readonly name = "RehearsalStopped";

  /** @param done Accounts before that. */
  constructor(
    reason: string,
    readonly done: readonly Rehearsed[],
    readonly of: number,
  ) {
    super(`the chain cannot be read any more: ${reason}`);
  }
}

/** Just below what anybody may liquidate. */
const TARGET = (WAD * 97n) / 100n;
const LOWEST = (WAD * 90n) / 100n;
const ATTEMPTS = 6;
const engineAbi = ICreditEngine__factory.createInterface();

export class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #engine: ICreditEngine;

  constructor(options: RehearsalOptions) {
    this.#options = options;
    this.#engine = ICreditEngine__factory.connect(options.config.engine, options.fork.provider);
  }

  /**
   * One account after the other, the largest debts first.
   * @throws {RehearsalStopped}
   */
  async run(): Promise<Rehearsed[]> {
    const accounts = await this.#borrowers();
    const done: Rehearsed[] = [];
    const { fork } = this.#options;
    for (const account of accounts) {
      const { count } = fork.faults;
      const row = await fork.undone(() => this.#rehearse(account));
      if (row.broke && fork.faults.count > count) {
        throw new RehearsalStopped(fork.faults.reason, done, accounts.length);
      }
      done.push(row.rehearsed);
      this.#options.onProgress?.(done.length, accounts.length);
    }
    return done;
  }

  /** Accounts with a debt. */
  async #borrowers(): Promise<AccountHealthStructOutput[]> {
    const { fork, config, accounts } = this.#options;
    let names = accounts;
    if (names === undefined) {
      const { topicHash } = engineAbi.getEvent("Borrow");
      const reader = new LogReader(fork.provider, [config.engine], [topicHash], config.firstBlock);
      const logs = await reader.read(await fork.provider.getBlockNumber());
      names = [...new Set(logs.map((log) => present(engineAbi.parseLog(log)).args.account as string))];
    }
    const found: AccountHealthStructOutput[] = [];
    for (let i = 0; i < names.length; i += config.chunk) {
      found.push(...(await this.#healths(names.slice(i, i + config.chunk))));
    }
    return found.filter(({ debt }) => debt > 0n).sort((a, b) => (a.debt > b.debt ? -1 : 1));
  }

  async #healths(accounts: readonly string[]): Promise<AccountHealthStructOutput[]> {
    const lens = ICreditLens__factory.connect(this.#options.config.lens, this.#options.fork.provider);
    return [...(await lens.healths([...accounts]))];
  }

  /** @returns Also whether an error that nobody foresaw ended it. */
  async #rehearse(before: AccountHealthStructOutput): Promise<{ rehearsed: Rehearsed; broke: boolean }> {
    const { account, debt, health } = before;
    const nothing = { job: undefined, expected: undefined, earned: undefined, fee: undefined };
    const about = { account: getAddress(account), debt, health };
    try {
      const { factor, failing, notes } = await this.#crash(before);
      const fall = WAD - factor;
      const reason = "no fall of prices within the oracle's bands makes it fail";
      const outcome = failing === undefined ? { ...nothing, reason } : await this.#act(failing);
      return { rehearsed: { ...about, fall, notes, ...outcome }, broke: false };
    } catch (error) {
      const rehearsed = { ...about, ...nothing, fall: 0n, notes: [], reason: reasonOf(error) };
      return { rehearsed, broke: true };
    }
  }

  // ---- the market

  /** Lets what the account holds fall until it fails, in feeds and in pools. */
  async #crash(
    before: AccountHealthStructOutput,
  ): Promise<{ factor: bigint; failing: AccountHealthStructOutput | undefined; notes: string[] }> {
    const { fork, config } = this.#options;
    const { holdings } = await this.#engine.position(before.account);
    const assets = holdings.map((holding) => decodeHolding(holding).asset);
    const answers = new Map<string, bigint>();
    for (const asset of assets)
      for (const [feed, answer] of await fork.answersOf(config.oracle, asset)) answers.set(feed, answer);
    let factor = WAD;
    let now = before;
    for (let i = 0; i < ATTEMPTS && (now.health >= WAD || (now.health < LOWEST && factor < WAD)); i++) {
      // What is owed stays, what is held falls with the price; where it does not quite, it is tried again.
      factor = (factor * TARGET) / now.health;
      for (const [feed, answer] of answers) await fork.answer(feed, max1((answer * factor) / WAD));
      const { health } = now;
      now = present((await this.#healths([before.account]))[0]);
      // What the oracle does not believe counts as it did before, and does not fall.
      if (now.health >= WAD && now.health >= health) break;
    }
    if (now.health >= WAD) return { factor, failing: undefined, notes: [] };
    const notes = factor < WAD ? await this.#sellOff(assets, factor) : [];
    return { factor, failing: present((await this.#healths([before.account]))[0]), notes };
  }

  /** Trades the pools that the keeper's routes go through to where the market would be. */
  async #sellOff(assets: readonly bigint[], factor: bigint): Promise<string[]> {
    const { fork, config } = this.#options;
    const fallen = new Set<string>();
    for (const asset of assets) fallen.add(getAddress((await this.#engine.assetInfo(asset)).token));
    const { baseFeePerGas } = present(await fork.provider.getBlock("latest"));
    const router = await FlashLiquidator__factory.connect(config.liquidator, fork.provider).ROUTER();
    const pools = new Map<string, Hop>();
    for (const { path } of config.routes) {
      for (const hop of hopsOf(path)) {
        // Where both fell, or neither, the pool stays where it is.
        if (fallen.has(hop.from) === fallen.has(hop.to)) continue;
        const sale = fallen.has(hop.from) ? hop : { from: hop.to, fee: hop.fee, to: hop.from };
        pools.set(`${sale.from} ${sale.fee.toString()} ${sale.to}`, sale);
      }
    }
    const notes: string[] = [];
    for (const hop of pools.values()) {
      const fault = await fork.trade({ router, hop, factor, baseFee: baseFeePerGas ?? 0n });
      if (fault !== undefined) notes.push(`the pool of ${hop.from} and ${hop.to} did not fall: ${fault}`);
    }
    return notes;
  }

  // ---- the keeper

  async #act(
    account: AccountHealthStructOutput,
  ): Promise<Pick<Rehearsed, "job" | "expected" | "earned" | "fee" | "reason">> {
    const { fork, config, owner } = this.#options;
    const latest = present(await fork.provider.getBlock("latest"));
    const head = await fork.mine(latest.baseFeePerGas ?? 0n);
    const said: string[] = [];
    const plans: { planned: Planned; request: Request; offer: Offer }[] = [];
    const desk = this.#desk(said, (planned, request, offer) => plans.push({ planned, request, offer }));
    desk.turnTo(head);
    const { p, minimumDebt } = await liquidationTerms(this.#engine);
    const preview = previewSlice(account, p, minimumDebt);
    const nothing = { job: undefined, expected: undefined, earned: undefined, fee: undefined };
    if (preview === undefined) return { ...nothing, reason: "it does not fail" };
    const { holdings } = await this.#engine.position(account.account);
    const assets = holdings.reduce((mask, holding) => mask | (1n << decodeHolding(holding).asset), 0n);
    const failing: Failing = { account: account.account, health: account.health, debt: account.debt, assets, preview };
    const signer = desk.signer;
    const liquidator = FlashLiquidator__factory.connect(config.liquidator, signer);
    const taken = await new Liquidate(desk, this.#engine.connect(signer), liquidator).run([failing]);
    if (taken.size === 0) await new Absorb(desk, this.#engine.connect(signer)).run([failing]);
    const [plan] = plans;
    if (plan === undefined) {
      return { ...nothing, reason: said[0] ?? (await this.#whyNot(failing, desk)) };
    }
    const { planned, request, offer } = plan;
    const job = planned.job === "absorb" ? "absorb" : "liquidate";
    const { to, data, value = 0n, gasLimit: gas } = request;
    const balance = await fork.provider.getBalance(owner);
    if (balance < gas * offer.maxFee + value) {
      const reason = "the key has too little ether for the gas";
      return { job, expected: planned.expected, earned: undefined, fee: undefined, reason };
    }
    const receipt = await fork.execute({ from: owner, to, data, value, gas, ...offer }, head.baseFee);
    if (receipt.status !== 1) {
      return { job, expected: planned.expected, earned: undefined, fee: receipt.fee, reason: "it reverts" };
    }
    const earned = await this.#worth(receipt, desk);
    return { job, expected: planned.expected, earned, fee: receipt.fee, reason: undefined };
  }

  #desk(said: string[], onPlan: (planned: Planned, request: Request, offer: Offer) => void): Desk {
    const { fork, config, owner } = this.#options;
    const oracle = IPriceOracle__factory.connect(config.oracle, fork.provider);
    const log: Log = {
      ...SILENT,
      warn: ({ reason }, message) => {
        if (message === "not sent") said.push(String(reason));
      },
    };
    return new Desk(config, fork.provider, new VoidSigner(owner, fork.provider), oracle, {
      execute: false,
      log,
      onPlan,
    });
  }

  /** {plUSD} after gas */
  async #worth(receipt: TransactionReceipt, desk: Desk): Promise<bigint> {
    const { fork, config, owner } = this.#options;
    const oracle = IPriceOracle__factory.connect(config.oracle, fork.provider);
    const risk = IRisk__factory.connect(config.risk, fork.provider);
    const valuer = new Valuer({ engine: this.#engine, oracle, risk });
    const { coin } = await desk.gasCost();
    return (await valuer.worth(await valuer.flows(receipt, getAddress(owner)))) - (receipt.fee * coin) / WAD;
  }

  /** Why the keeper left it alone, as far as it can be told. */
  async #whyNot({ account, preview }: Failing, desk: Desk): Promise<string> {
    const { config } = this.#options;
    const whole = 2n ** 256n - 1n;
    const liquidator = FlashLiquidator__factory.connect(config.liquidator, desk.signer);
    const items = [{ account, maxRepay: whole }];
    const sale = await attempt(() => liquidator.liquidate.staticCall(items, config.routes, 0n));
    const gas = await desk.gasCost();
    const parts: string[] = [];
    if (!sale.ok) parts.push(`selling what is seized reverts (${sale.reason})`);
    else {
      const used = await attempt(() => liquidator.liquidate.estimateGas(items, config.routes, 0n));
      const cost = used.ok ? gas.of(used.value) : 0n;
      const { profit } = sale.value;
      parts.push(
        `selling leaves ${plusd(profit)} plUSD, gas costs ${plusd(cost)}, and minProfit is ${plusd(config.minProfit)}`,
      );
    }
    parts.push(
      preview.absorbable ? "absorbing it costs more gas than it brings" : "it has not failed far enough to be absorbed",
    );
    return parts.join("; ");
  }
}

/** The pools of a packed route. */
export function hopsOf(path: string): Hop[] {
  const [ADDRESS, FEE] = [40, 6];
  const text = path.slice(2);
  const hops: Hop[] = [];
  for (let at = 0; at + 2 * ADDRESS + FEE <= text.length; at += ADDRESS + FEE) {
    const from = getAddress(`0x${text.slice(at, at + ADDRESS)}`);
    const fee = Number.parseInt(text.slice(at + ADDRESS, at + ADDRESS + FEE), 16);
    const to = getAddress(`0x${text.slice(at + ADDRESS + FEE, at + 2 * ADDRESS + FEE)}`);
    hops.push({ from, fee, to });
  }
  return hops;
}

function max1(value: bigint): bigint {
  return value > 1n ? value : 1n;
}

function plusd(amount: bigint): string {
  return (Number(amount) / 1e18).toFixed(2);
}
