/** All that a chronicle wants to know of a moment, in one call: what is checked after every step, and once an hour what is noted besides. */

import type { LocalAsset } from "../../deploy/parameters/local.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { combined, listed, type Query, view } from "../../sdk/reads/query.js";
import { present } from "../../sdk/present.js";
import {
  FaucetToken__factory,
  IBalanceSheet__factory,
  ICreditEngine__factory,
  IPlimsollDollar__factory,
  IReserve__factory,
  IRisk__factory,
} from "../../types/contracts/index.js";
import type { StatementStructOutput } from "../../types/contracts/contracts/interfaces/IBalanceSheet.js";
import type { PositionStructOutput } from "../../types/contracts/contracts/interfaces/IReserve.sol/IReserve.js";

const engineAbi = ICreditEngine__factory.createInterface();
const sheetAbi = IBalanceSheet__factory.createInterface();
const dollarAbi = IPlimsollDollar__factory.createInterface();
const reserveAbi = IReserve__factory.createInterface();
const riskAbi = IRisk__factory.createInterface();
const tokenAbi = FaucetToken__factory.createInterface();

/** Haircuts in force. bps */
export interface Haircuts {
  readonly initial: bigint;
  readonly maintenance: bigint;
}

export interface Reading {
  readonly statement: StatementStructOutput;
  readonly totalDebt: bigint;
  readonly totalDebtShares: bigint;
  readonly index: bigint;
  /** {plUSD} */
  readonly supply: bigint;
  readonly levels: readonly bigint[];
  /** What is in the engine's ledger of each asset. {ledger} */
  readonly deposited: readonly bigint[];
  readonly positions: readonly PositionStructOutput[];
  /** Tokens that engine and reserve hold. {tok} */
  readonly inEngine: readonly bigint[];
  readonly inReserve: readonly bigint[];
}

/** What the risk model has measured. */
export interface Measures {
  readonly haircuts: readonly Haircuts[];
  /** Daily. 18 decimals */
  readonly volatilities: readonly bigint[];
}

/** The questions, made once: they are the same at every step. */
export interface Questions {
  readonly step: Query<{ reading: Reading }>;
  readonly hour: Query<{ reading: Reading; measures: Measures }>;
}

export function questionsOf(book: AddressBook, assets: readonly LocalAsset[]): Questions {
  const { contracts, tokens } = book;
  const mask = assets.reduce((bits, { id }) => bits | (1n << BigInt(id)), 0n);
  const each = <T>(ask: (asset: LocalAsset) => Query<T>): Query<readonly T[]> => listed(assets.map(ask));
  const balance = (holder: string) => (asset: LocalAsset) =>
    view<bigint>(present(tokens[asset.symbol]), tokenAbi, "balanceOf", [holder]);
  const reading = combined({
    statement: view<StatementStructOutput>(contracts.sheet, sheetAbi, "statement"),
    totalDebt: view<bigint>(contracts.engine, engineAbi, "totalDebt"),
    totalDebtShares: view<bigint>(contracts.engine, engineAbi, "totalDebtShares"),
    index: view<bigint>(contracts.engine, engineAbi, "index"),
    supply: view<bigint>(contracts.dollar, dollarAbi, "totalSupply"),
    levels: listed(
      [contracts.engine, contracts.reserve].map((each) => view<bigint>(contracts.dollar, dollarAbi, "level", [each])),
    ),
    deposited: view<readonly bigint[]>(contracts.engine, engineAbi, "holdings", [mask]),
    positions: each((asset) => view<PositionStructOutput>(contracts.reserve, reserveAbi, "position", [asset.id])),
    inEngine: each(balance(contracts.engine)),
    inReserve: each(balance(contracts.reserve)),
  });
  const measures = combined({
    haircuts: each((asset) => view<Haircuts>(contracts.risk, riskAbi, "haircuts", [asset.id])),
    volatilities: view<readonly bigint[]>(contracts.risk, riskAbi, "volatilities", [mask]),
  });
  return { step: combined({ reading }), hour: combined({ reading, measures }) };
}
