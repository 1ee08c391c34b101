/**
 * Positions from the engine's events, to the unit: debt shares and balances change by nothing that is not told in one of these.
 *
 * - `Deposit`, `Withdraw`: token units, always whole ledger units; `AssetListed` says how many token units one is, and never changes.
 * - `Borrow`, `Repay`: the shares. A debt paid in a stable tells `Repay` as well.
 * - `Liquidate`, `Absorb`: the shares and balances that the account lost; `Credit`: what liquidator, absorber and caller got
 *   in the ledger; without one in the same call (`liquidateTo`) it was paid out.
 * - `WriteOff`: what was left of the account went to the absorber (a `Credit`), and its debt is gone.
 */

import type { Holding } from "../sdk/credit/holdings.js";
import { decodeSlice } from "../sdk/credit/slice.js";
import type { Position } from "../sdk/credit/valuation.js";
import { ICreditEngine__factory } from "../types/contracts/index.js";
import { EventsDoNotFit, type EventLog, type Positions, type Scales } from "./types.js";

const abi = ICreditEngine__factory.createInterface();

/** Hashes of the events that positions follow from. */
export const TOPICS: readonly string[] = (
  ["AssetListed", "Deposit", "Withdraw", "Borrow", "Repay", "Liquidate", "Absorb", "WriteOff", "Credit"] as const
).map((name) => abi.getEvent(name).topicHash);

/** What an account is that nothing is known of. */
export const EMPTY: Position = { debtShares: 0n, holdings: [] };

/** What one event says. */
export type Change =
  | { readonly kind: "listed"; readonly asset: number; readonly scale: bigint }
  /** {asset}, below 0 for what goes out */
  | { readonly kind: "moved"; readonly account: string; readonly asset: number; readonly tokens: bigint }
  /** {share} and {ledger}, below 0 for what is taken */
  | {
      readonly kind: "booked";
      readonly account: string;
      readonly shares: bigint;
      readonly amounts: ReadonlyMap<number, bigint>;
    }
  | { readonly kind: "emptied"; readonly account: string };

const NONE: ReadonlyMap<number, bigint> = new Map();

/** Reads events; those that say nothing about positions are left out. */
export function changesOf(logs: readonly EventLog[]): Change[] {
  return logs.flatMap((log) => changeOf(log) ?? []);
}

function changeOf(log: EventLog): Change | undefined {
  const event = abi.parseLog(log);
  if (event === null) return undefined;
  // By name, and not as fields: lists have a method `slice` of their own.
  const value = (name: string): unknown => event.args.getValue(name);
  const amount = (name: string): bigint => value(name) as bigint;
  const asset = (): number => Number(amount("asset"));
  const account = (): string => value("account") as string;
  switch (event.name) {
    case "AssetListed":
      return { kind: "listed", asset: asset(), scale: amount("scale") };
    case "Deposit":
      return { kind: "moved", account: account(), asset: asset(), tokens: amount("amount") };
    case "Withdraw":
      return { kind: "moved", account: account(), asset: asset(), tokens: -amount("amount") };
    case "Borrow":
      return { kind: "booked", account: account(), shares: amount("shares"), amounts: NONE };
    case "Repay":
      return { kind: "booked", account: account(), shares: -amount("shares"), amounts: NONE };
    case "Liquidate":
    case "Absorb": {
      const { debtShares, amounts } = decodeSlice(value("slice") as bigint[]);
      const taken = new Map([...amounts].map(([taking, units]) => [taking, -units]));
      return { kind: "booked", account: account(), shares: -debtShares, amounts: taken };
    }
    case "Credit":
      return { kind: "booked", account: account(), shares: 0n, amounts: new Map([[asset(), amount("amount")]]) };
    case "WriteOff":
      return { kind: "emptied", account: account() };
    default:
      return undefined;
  }
}

/** Whose positions they change. */
export function accountsOf(changes: readonly Change[]): Set<string> {
  return new Set(changes.flatMap((change) => (change.kind === "listed" ? [] : [change.account])));
}

/**
 * What the changes make of what was known before: the positions and scales that are other ones now.
 * @throws {EventsDoNotFit}
 */
export function fold(changes: readonly Change[], before: Positions): Positions {
  const scales = new Map<number, bigint>();
  const accounts = new Map<string, Account>();
  for (const change of changes) {
    if (change.kind === "listed") {
      scales.set(change.asset, change.scale);
      continue;
    }
    const account = accounts.get(change.account) ?? new Account(before.positions.get(change.account) ?? EMPTY);
    accounts.set(change.account, account);
    switch (change.kind) {
      case "moved":
        account.add(0n, [[change.asset, ledgerUnits(change, scales, before.scales)]]);
        break;
      case "booked":
        account.add(change.shares, change.amounts);
        break;
      case "emptied":
        account.clear();
        break;
    }
  }
  return { positions: new Map([...accounts].map(([name, account]) => [name, account.position(name)])), scales };
}

function ledgerUnits({ asset, tokens }: Change & { kind: "moved" }, ...tables: Scales[]): bigint {
  const scale = tables.map((table) => table.get(asset)).find((found) => found !== undefined);
  if (scale === undefined) throw new EventsDoNotFit(`asset ${asset} moved before it was listed`);
  if (tokens % scale !== 0n) throw new EventsDoNotFit(`asset ${asset} moved by a part of a ledger unit`);
  return tokens / scale;
}

/** A position while it changes. */
class Account {
  #shares: bigint;
  readonly #balances: Map<number, bigint>;

  constructor({ debtShares, holdings }: Position) {
    this.#shares = debtShares;
    this.#balances = new Map(holdings.map(({ asset, amount }) => [Number(asset), amount]));
  }

  add(shares: bigint, amounts: Iterable<readonly [number, bigint]>): void {
    this.#shares += shares;
    for (const [asset, amount] of amounts) this.#balances.set(asset, (this.#balances.get(asset) ?? 0n) + amount);
  }

  clear(): void {
    this.#shares = 0n;
    this.#balances.clear();
  }

  position(name: string): Position {
    const holdings: Holding[] = [];
    for (const [asset, amount] of [...this.#balances].sort(([a], [b]) => a - b)) {
      if (amount < 0n) throw new EventsDoNotFit(`${name} would hold less than nothing of asset ${asset}`);
      if (amount > 0n) holdings.push({ asset: BigInt(asset), amount });
    }
    if (this.#shares < 0n) throw new EventsDoNotFit(`${name} would owe less than nothing`);
    return { debtShares: this.#shares, holdings };
  }
}
