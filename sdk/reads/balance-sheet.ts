/** What is owned, what is owed, and how much loss could be absorbed. */

import type { AddressBook } from "../addresses.js";
import { mapped, view, type Query } from "./query.js";
import type { StatementStructOutput } from "../../types/contracts/contracts/interfaces/IBalanceSheet.js";
import { IBalanceSheet__factory } from "../../types/contracts/factories/contracts/interfaces/IBalanceSheet__factory.js";

/** One asset of the reserve. */
export interface StatementLine {
  readonly asset: bigint;
  /** {ledger} */
  readonly amount: bigint;
  /** {USD/tok} 18 decimals */
  readonly low: bigint;
  readonly mid: bigint;
  /** One of `PRICE_STATUS`. */
  readonly status: bigint;
  /** At low, at mid. {USD} */
  readonly value: bigint;
  readonly midValue: bigint;
  /** bps */
  readonly haircut: bigint;
  /** What a dollar of it requires. bps */
  readonly unitRequirement: bigint;
}

/** A statement as it would be taken now. {USD} or {plUSD}, 18 decimals, unless said otherwise */
export interface Statement {
  /** {unix seconds} */
  readonly takenAt: bigint;
  readonly fullyPriced: boolean;
  readonly reserve: bigint;
  readonly loans: bigint;
  readonly supply: bigint;
  readonly equity: bigint;
  readonly midEquity: bigint;
  readonly backstop: bigint;
  readonly cooling: bigint;
  /** Equity and Backstop: what stands against losses. */
  readonly capital: bigint;
  readonly valueAtRisk: bigint;
  readonly jump: bigint;
  readonly loanPart: bigint;
  /** The Plimsoll line: capital may not be below it while plUSD is minted. */
  readonly required: bigint;
  /** b; `MAX_UINT256` where nothing is owed. 18 decimals */
  readonly backing: bigint;
  /** With haircuts; decides nothing. 18 decimals */
  readonly coverage: bigint;
  readonly headroom: bigint;
  readonly borrowable: bigint;
  readonly lines: readonly StatementLine[];
}

/** What {@link Statement} is made of. */
export function balanceSheet(book: AddressBook): Query<Statement> {
  const abi = IBalanceSheet__factory.createInterface();
  return mapped(view<StatementStructOutput>(book.contracts.sheet, abi, "statement"), (s) => ({
    takenAt: s.takenAt,
    fullyPriced: s.fullyPriced,
    reserve: s.reserve,
    loans: s.loans,
    supply: s.supply,
    equity: s.equity,
    midEquity: s.midEquity,
    backstop: s.backstop,
    cooling: s.cooling,
    capital: s.capital,
    valueAtRisk: s.valueAtRisk,
    jump: s.jump,
    loanPart: s.loanPart,
    required: s.required,
    backing: s.backing,
    coverage: s.coverage,
    headroom: s.headroom,
    borrowable: s.borrowable,
    lines: s.lines.map(({ asset, amount, low, mid, status, value, midValue, haircut, unitRequirement }) => ({
      asset,
      amount,
      low,
      mid,
      status,
      value,
      midValue,
      haircut,
      unitRequirement,
    })),
  }));
}
