/** What must be true of the protocol at any time, checked against the chain account by account. */

import { type Log, type Provider, ZeroAddress, zeroPadValue } from "ethers";

import type { AddressBook } from "../../sdk/addresses.js";
import {
  IBalanceSheet__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
  IReserve__factory,
  type IBalanceSheet,
  type ICreditEngine,
  type ICreditLens,
  type IPlimsollDollar,
  type IReserve,
} from "../../types/contracts/index.js";
import type { StatementStructOutput } from "../../types/contracts/contracts/interfaces/IBalanceSheet.js";
import { present } from "../../sdk/present.js";
import { combined, listed, mapped, type Query, read, view, words } from "../../sdk/reads/query.js";

/** One thing that must hold. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  /** The figures compared. */
  readonly detail: string;
}

/** The state that the checks and the summary look at. */
export interface Audit {
  readonly checks: readonly Check[];
  /** {plUSD} */
  readonly supply: bigint;
  /** {plUSD} */
  readonly totalDebt: bigint;
  /** {USD} */
  readonly collateralValue: bigint;
  /** Losses booked and debts written off so far. {USD} */
  readonly badDebt: bigint;
  /** Accounts with D > M. */
  readonly openUnderwater: number;
  readonly statement: StatementStructOutput;
  /** What of the reserve is in vaults. {USD} */
  readonly invested: bigint;
}

const ASSET_SHIFT = 248n;
const BALANCE_MASK = (1n << ASSET_SHIFT) - 1n;
const CHUNK = 500;
/** Members whose balances are read in one call. */
const BATCH = 250;

const engineAbi = ICreditEngine__factory.createInterface();
const dollarAbi = IPlimsollDollar__factory.createInterface();
const sheetAbi = IBalanceSheet__factory.createInterface();

/** Everyone whom events name: the members of a set that only grows, read block range by block range. */
class Census {
  readonly #members = new Set<string>();
  readonly #provider: Provider;
  readonly #address: string;
  readonly #topics: readonly string[];
  readonly #nameOf: (log: Log) => string;
  #next: number;

  constructor(
    provider: Provider,
    address: string,
    topics: readonly string[],
    firstBlock: number,
    nameOf: (log: Log) => string,
  ) {
    this.#provider = provider;
    this.#address = address;
    this.#topics = topics;
    this.#next = firstBlock;
    this.#nameOf = nameOf;
  }

  async upTo(block: number): Promise<readonly string[]> {
    if (block >= this.#next) {
      const logs = await this.#provider.getLogs({
        address: this.#address,
        topics: [[...this.#topics]],
        fromBlock: this.#next,
        toBlock: block,
      });
      for (const log of logs) this.#members.add(this.#nameOf(log));
      this.#next = block + 1;
    }
    return [...this.#members];
  }
}

/** The same question to all members of a set that only grows, some hundred in a call. The calls are put into words once. */
class Poll<T> {
  readonly #ask: (member: string) => Query<T>;
  readonly #asked: { readonly count: number; readonly query: Query<readonly T[]> }[] = [];

  constructor(ask: (member: string) => Query<T>) {
    this.#ask = ask;
  }

  /** @param members Those of the last time first, in the same order. */
  async of(members: readonly string[], provider: Provider, addresses: AddressBook): Promise<T[]> {
    const found: T[] = [];
    for (let at = 0; at * BATCH < members.length; at++) {
      const some = members.slice(at * BATCH, (at + 1) * BATCH);
      let asked = this.#asked[at];
      if (asked?.count !== some.length) {
        asked = { count: some.length, query: listed(some.map(this.#ask)) };
        this.#asked[at] = asked;
      }
      found.push(...(await read(provider, addresses, asked.query)));
    }
    return found;
  }
}

/** What the ledger has of an account. */
interface Position {
  readonly debtShares: bigint;
  /** `asset << 248 | balance` in {ledger} */
  readonly holdings: readonly bigint[];
  /** {plUSD}, rounded up */
  readonly debt: bigint;
}

function positionOf(engine: string, account: string): Query<Position> {
  const query = combined({
    // Shares, where the list begins, how many it has, and those.
    position: words(engine, engineAbi, "position", [account]),
    debt: view<bigint>(engine, engineAbi, "debtOf", [account]),
  });
  return mapped(query, ({ position: [debtShares = 0n, , count = 0n, ...holdings], debt }) => {
    if (holdings.length !== Number(count)) throw new RangeError(`the position of ${account} is cut off`);
    return { debtShares, holdings, debt };
  });
}

/** What one look at the books gives. */
interface Books {
  readonly checks: readonly Check[];
  readonly accounts: readonly string[];
  readonly supply: bigint;
  readonly totalDebt: bigint;
}

/**
 * Checks the protocol against sums that it does not keep itself: account by account, holder by holder. Takes a second or two for some
 * hundred accounts.
 */
export class Auditor {
  readonly #provider: Provider;
  readonly #addresses: AddressBook;
  readonly #engine: ICreditEngine;
  readonly #lens: ICreditLens;
  readonly #dollar: IPlimsollDollar;
  readonly #reserve: IReserve;
  readonly #sheet: IBalanceSheet;
  /** Everyone who ever had anything in the ledger, or a debt. */
  readonly #accounts: Census;
  /** Everyone who ever got plUSD. */
  readonly #holders: Census;
  readonly #positions: Poll<Position>;
  readonly #balances: Poll<bigint>;
  /** What a debt share was worth at the last look. */
  #index = 0n;
  #looks = 0;
  /** The first thing that did not hold between beginning and end. */
  #broken: string | undefined;

  constructor(provider: Provider, addresses: AddressBook) {
    const { contracts, firstBlock } = addresses;
    this.#provider = provider;
    this.#addresses = addresses;
    this.#engine = ICreditEngine__factory.connect(contracts.engine, provider);
    this.#lens = ICreditLens__factory.connect(contracts.lens, provider);
    this.#dollar = IPlimsollDollar__factory.connect(contracts.dollar, provider);
    this.#reserve = IReserve__factory.connect(contracts.reserve, provider);
    this.#sheet = IBalanceSheet__factory.connect(contracts.sheet, provider);
    const topics = (["Deposit", "Borrow", "Credit"] as const).map((name) => engineAbi.getEvent(name).topicHash);
    this.#accounts = new Census(
      provider,
      contracts.engine,
      topics,
      firstBlock,
      (log) => present(engineAbi.parseLog(log)).args.account as string,
    );
    this.#positions = new Poll((account) => positionOf(contracts.engine, account));
    this.#balances = new Poll((holder) => view<bigint>(contracts.dollar, dollarAbi, "balanceOf", [holder]));
    const transfer = dollarAbi.getEvent("Transfer").topicHash;
    this.#holders = new Census(
      provider,
      contracts.dollar,
      [transfer],
      firstBlock,
      (log) => present(dollarAbi.parseLog(log)).args.to as string,
    );
  }

  /**
   * Looks at the books in between: what does not balance now is told at the end.
   * @returns What did not balance, if anything.
   */
  async look(when: string): Promise<string | undefined> {
    const { checks } = await this.#books();
    this.#looks += 1;
    const broken = checks.find((check) => !check.holds);
    if (broken === undefined) return undefined;
    const what = `${broken.name}: ${broken.detail}`;
    this.#broken ??= `${when}: ${what}`;
    return what;
  }

  /** Looks at everything, as it must be once keepers have done their work. */
  async conclude(): Promise<Audit> {
    const { checks: books, accounts, supply, totalDebt } = await this.#books();
    const checks = [...books];
    if (this.#looks > 0) {
      checks.push({
        name: "the books balanced all the time",
        holds: this.#broken === undefined,
        detail: this.#broken ?? `${this.#looks} looks in between`,
      });
    }

    let failing = 0;
    for (let i = 0; i < accounts.length; i += CHUNK) {
      failing += (await this.#lens.failing(accounts.slice(i, i + CHUNK), 10_000)).length;
    }
    checks.push({
      name: "no account is left with more debt than its collateral maintains",
      holds: failing === 0,
      detail: `${failing} accounts`,
    });
    const badDebt = await bookedLosses(this.#provider, this.#addresses);
    checks.push({ name: "nothing was lost", holds: badDebt === 0n, detail: `${badDebt} booked` });

    const { collateralValue } = await this.#lens.book();
    const statement = await this.#sheet.statement();
    let invested = 0n;
    for (const { asset, amount, midValue } of statement.lines) {
      const { vaulted } = await this.#reserve.position(asset);
      if (amount !== 0n) invested += (midValue * vaulted) / amount;
    }
    return { checks, supply, totalDebt, collateralValue, badDebt, openUnderwater: failing, statement, invested };
  }

  async #balanceOf(token: string, account: string): Promise<bigint> {
    return await read(this.#provider, this.#addresses, view<bigint>(token, dollarAbi, "balanceOf", [account]));
  }

  /** What must hold after any block. */
  async #books(): Promise<Books> {
    const engine = this.#engine;
    const block = await this.#provider.getBlockNumber();
    const accounts = await this.#accounts.upTo(block);
    let shares = 0n;
    let debts = 0n;
    const balances = new Map<number, bigint>();
    const positions = await this.#positions.of(accounts, this.#provider, this.#addresses);
    for (const { debtShares, holdings, debt } of positions) {
      shares += debtShares;
      debts += debt;
      for (const holding of holdings) {
        const asset = Number(holding >> ASSET_SHIFT);
        balances.set(asset, (balances.get(asset) ?? 0n) + (holding & BALANCE_MASK));
      }
    }

    const checks: Check[] = [];
    const check = (name: string, holds: boolean, detail: string): void => {
      checks.push({ name, holds, detail });
    };
    const assets = await this.#lens.assets();
    for (const asset of assets) {
      const total = asset.deposited / asset.scale;
      const sum = balances.get(Number(asset.asset)) ?? 0n;
      check(`${asset.symbol}: the accounts' balances add up to the ledger`, sum === total, `${sum} against ${total}`);
      const held = await this.#balanceOf(asset.token, this.#addresses.contracts.engine);
      check(
        `${asset.symbol}: the engine holds at least its ledger`,
        held >= asset.deposited,
        `${held} against ${asset.deposited}`,
      );
    }

    for (const symbol of Object.keys(this.#addresses.tokens)) {
      const asset = present(assets.find((a) => a.symbol === symbol));
      const { cash, credit } = await this.#reserve.position(asset.asset);
      const held = await this.#balanceOf(asset.token, this.#addresses.contracts.reserve);
      check(
        `${symbol}: the reserve holds at least what it counts as cash`,
        held >= cash * asset.scale,
        `${held} against ${cash * asset.scale}`,
      );
      const ledger = await engine.balanceOf(this.#addresses.contracts.reserve, asset.asset);
      check(
        `${symbol}: what the reserve counts as absorbed is in the ledger`,
        credit === ledger,
        `${credit}, ${ledger}`,
      );
    }

    const totalShares = await engine.totalDebtShares();
    check("the accounts' debt shares add up to the total", shares === totalShares, `${shares} against ${totalShares}`);
    const totalDebt = await engine.totalDebt();
    // Each account's debt is rounded up by less than a wei.
    const rounding = debts - totalDebt;
    check(
      "the accounts' debts add up to the total debt",
      rounding >= 0n && rounding <= BigInt(accounts.length),
      `${debts} against ${totalDebt}`,
    );
    const index = await engine.index();
    check("a debt share is worth no less than before", index >= this.#index, `${index}, before ${this.#index}`);
    this.#index = index;

    const supply = await this.#dollar.totalSupply();
    const holders = (await this.#holders.upTo(block)).filter((holder) => holder !== ZeroAddress);
    const balancesOfHolders = await this.#balances.of(holders, this.#provider, this.#addresses);
    const owned = balancesOfHolders.reduce((sum, each) => sum + each, 0n);
    const levels =
      (await this.#dollar.level(this.#addresses.contracts.engine)) +
      (await this.#dollar.level(this.#addresses.contracts.reserve));
    check("supply is what engine and reserve minted and did not burn", levels === supply, `${levels}, ${supply}`);
    check("the plUSD that its holders have adds up to the supply", owned === supply, `${owned} against ${supply}`);
    return { checks, accounts, supply, totalDebt };
  }
}

async function bookedLosses(provider: Provider, addresses: AddressBook): Promise<bigint> {
  const logs = await provider.getLogs({
    address: addresses.contracts.sheet,
    // Of accounts, that is: vaults and auctions are booked by the reserve.
    topics: [sheetAbi.getEvent("LossBooked").topicHash, zeroPadValue(addresses.contracts.engine, 32)],
    fromBlock: addresses.firstBlock,
    toBlock: "latest",
  });
  return logs.reduce((sum, log) => sum + (present(sheetAbi.parseLog(log)).args.amount as bigint), 0n);
}
