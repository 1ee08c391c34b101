/**
 * Which of many accounts fail at new prices: a pass in floating point tells those that surely do from those that surely do not, and exact
 * arithmetic decides about whatever is too close to tell.
 *
 * THE BOUND. With u = 2^-53, a term `c q / (X + q)` with `c = P X (1 - h) / (U BPS)` is computed with ten roundings at most, and a sum of n positive
 * terms adds n - 1: the limit is within 26 u of its exact value for n <= 16, of which rounding down takes at most n wei. A debt, `shares index / 1e8`,
 * times a health in basis points, takes five, and is rounded up by less than a wei. Both, and the comparison itself, are well within
 * {@link RELATIVE_ERROR} = 64 u of each side and {@link ABSOLUTE_ERROR} = 32 wei.
 */

import { BPS, debtOf, maintenanceLimit, type Position, type Quote, type Quotes } from "../../sdk/credit/valuation.js";
import { present } from "../../sdk/present.js";

/** Of each side of the comparison. */
export const RELATIVE_ERROR = 64 * 2 ** -53;
/** {wei} */
export const ABSOLUTE_ERROR = 32;

const ASSETS = 16;
const FIRST_CAPACITY = 1_024;

/** What health depends on besides positions. */
export interface Market {
  readonly quotes: Quotes;
  /** `ICreditEngine.index`, 18 decimals. */
  readonly index: bigint;
}

export interface Screened {
  /** Accounts with `debt * health > limit * BPS`, in no particular order. */
  readonly failing: string[];
  /** How many were too close for floating point. */
  readonly exact: number;
}

/** Positions in columns, one row an account with a debt. */
export class HealthScreen {
  readonly #rows = new Map<string, number>();
  readonly #accounts: string[] = [];
  readonly #positions: Position[] = [];
  #debts = new Float64Array(FIRST_CAPACITY);
  /** By asset number; an asset nobody holds has no column. {ledger} */
  readonly #balances: (Float64Array | undefined)[] = Array.from({ length: ASSETS }, () => undefined);
  #limits = new Float64Array(FIRST_CAPACITY);

  /** Accounts with a debt. */
  get size(): number {
    return this.#accounts.length;
  }

  /**
   * Takes note of a position; one without a debt is forgotten.
   * @throws RangeError for an asset number that there cannot be; nothing is changed then.
   */
  set(account: string, position: Position): void {
    for (const { asset } of position.holdings) {
      if (asset < 0n || asset >= BigInt(ASSETS)) throw new RangeError(`no asset has number ${asset}`);
    }
    if (position.debtShares === 0n) {
      this.#remove(account);
      return;
    }
    const row = this.#rows.get(account) ?? this.#append(account);
    this.#positions[row] = position;
    this.#debts[row] = Number(position.debtShares);
    for (const column of this.#balances) if (column !== undefined) column[row] = 0;
    for (const { asset, amount } of position.holdings) this.#column(Number(asset))[row] = Number(amount);
  }

  /** As last noted; undefined without a debt. */
  position(account: string): Position | undefined {
    const row = this.#rows.get(account);
    return row === undefined ? undefined : this.#positions[row];
  }

  /**
   * The accounts that fail.
   * @param health They fail below it; bps.
   */
  screen(market: Market, health = BPS): Screened {
    const count = this.size;
    const limits = this.#limits;
    limits.fill(0, 0, count);
    for (const [asset, quote] of market.quotes) this.#addTerms(limits, Number(asset), quote, count);

    const failing: string[] = [];
    let exact = 0;
    const debts = this.#debts;
    const scale = (Number(market.index) / 1e8) * (Number(health) / Number(BPS));
    const up = 1 + RELATIVE_ERROR;
    const down = 1 - RELATIVE_ERROR;
    for (let row = 0; row < count; row++) {
      const debt = (debts[row] ?? 0) * scale;
      const limit = limits[row] ?? 0;
      if (debt * up + ABSOLUTE_ERROR <= limit * down) continue;
      if (debt * down <= limit * up + ABSOLUTE_ERROR) {
        exact += 1;
        if (!this.#fails(row, market, health)) continue;
      }
      failing.push(present(this.#accounts[row]));
    }
    return { failing, exact };
  }

  #addTerms(limits: Float64Array, asset: number, quote: Quote, count: number): void {
    const balances = this.#balances[asset];
    const constant = constantOf(quote);
    if (balances === undefined || constant === 0) return;
    const depth = Number(quote.maintenanceDepth);
    for (let row = 0; row < count; row++) {
      const balance = balances[row] ?? 0;
      limits[row] = (limits[row] ?? 0) + (constant * balance) / (depth + balance);
    }
  }

  #fails(row: number, { quotes, index }: Market, health: bigint): boolean {
    const { debtShares, holdings } = present(this.#positions[row]);
    return debtOf(debtShares, index) * health > maintenanceLimit(holdings, quotes) * BPS;
  }

  // ---- rows

  #append(account: string): number {
    const row = this.#accounts.length;
    if (row === this.#debts.length) this.#grow(row * 2);
    this.#accounts.push(account);
    this.#rows.set(account, row);
    return row;
  }

  /** The last row takes its place. */
  #remove(account: string): void {
    const row = this.#rows.get(account);
    if (row === undefined) return;
    const last = this.#accounts.length - 1;
    const moved = present(this.#accounts[last]);
    this.#accounts[row] = moved;
    this.#positions[row] = present(this.#positions[last]);
    for (const column of [this.#debts, ...this.#balances])
      if (column !== undefined) column[row] = present(column[last]);
    this.#accounts.pop();
    this.#positions.pop();
    this.#rows.set(moved, row);
    this.#rows.delete(account);
  }

  #column(asset: number): Float64Array {
    return (this.#balances[asset] ??= new Float64Array(this.#debts.length));
  }

  #grow(capacity: number): void {
    this.#debts = extended(this.#debts, capacity);
    this.#limits = new Float64Array(capacity);
    for (const [asset, column] of this.#balances.entries()) {
      if (column !== undefined) this.#balances[asset] = extended(column, capacity);
    }
  }
}

/** `P X (1 - h) / (U BPS)`. {wei} */
function constantOf({ high, maintenanceDepth, maintenanceHaircut, unit }: Quote): number {
  const whole = Number(unit) * Number(BPS);
  return (Number(high) * Number(maintenanceDepth) * Number(BPS - maintenanceHaircut)) / whole;
}

function extended(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
