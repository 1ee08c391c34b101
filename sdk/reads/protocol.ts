/** The lending book, its assets, and what may be lent. */

import { mapped, combined, view, type Block, type Query } from "./query.js";
import type { AddressBook } from "../addresses.js";
import { indexAt, type DebtIndex } from "../arithmetic/interest.js";
import { fits, type LoanGate } from "../arithmetic/gate.js";
import { min, WAD } from "../arithmetic/integer.js";
import type { LiquidationParameters } from "../credit/liquidation.js";
import type { FullQuote, FullQuotes } from "../credit/valuation.js";
import type { Terms } from "../credit/standing.js";
import type { AssetSummaryStructOutput } from "../../types/contracts/contracts/interfaces/ICreditLens.js";
import { IBalanceSheet__factory } from "../../types/contracts/factories/contracts/interfaces/IBalanceSheet__factory.js";
import { ICreditEngine__factory } from "../../types/contracts/factories/contracts/interfaces/ICreditEngine.sol/ICreditEngine__factory.js";
import { ICreditLens__factory } from "../../types/contracts/factories/contracts/interfaces/ICreditLens__factory.js";
import { IPlimsollDollar__factory } from "../../types/contracts/factories/contracts/interfaces/IPlimsollDollar__factory.js";

/** `source` of a mint against a loan. */
const LOANS = (1n << 256n) - 1n;

/** Bits of {@link Asset.pauses}. */
export const PAUSE = { deposit: 1n, withdraw: 2n, borrow: 4n, flashLoan: 8n } as const;

/** A listed collateral. */
export interface Asset extends FullQuote {
  /** Its number. */
  readonly number: bigint;
  readonly token: string;
  /** The book's name for it where the token says none; empty if that has none either. */
  readonly symbol: string;
  readonly decimals: number;
  /** Whether the token still answers: one that does not can be neither deposited nor withdrawn, and nothing else hangs on it. */
  readonly answers: boolean;
  /** Token units per ledger unit. */
  readonly scale: bigint;
  /** All that is deposited. {ledger} */
  readonly total: bigint;
  /** No deposit goes beyond it. {ledger} */
  readonly cap: bigint;
  /** All that is deposited, at mid. {USD} */
  readonly value: bigint;
  /** Bits of {@link PAUSE}. */
  readonly pauses: bigint;
  /** No new risk is taken against it. */
  readonly delisted: boolean;
}

/** What may be minted, as the last statement of the balance sheet left it. */
export interface Gate extends LoanGate {
  /** {unix seconds} */
  readonly takenAt: bigint;
  /** A statement older than this gives nothing. {s} */
  readonly maxAge: bigint;
  /** Capital was short of what is required. */
  readonly short: boolean;
  /** What the engine may mint now; 0 as well while statement or look at collateral are too old. {plUSD} */
  readonly available: bigint;
}

export interface Protocol {
  readonly assets: readonly Asset[];
  readonly debt: DebtIndex & {
    /** All debts. {plUSD} {share} */
    readonly total: bigint;
    readonly shares: bigint;
    /** An account owes nothing or at least this. {plUSD} */
    readonly minimum: bigint;
    /** {plUSD} */
    readonly ceiling: bigint;
  };
  readonly liquidation: LiquidationParameters;
  readonly gate: Gate;
  /** plUSD outstanding. {plUSD} */
  readonly supply: bigint;
  /** All collateral at mid. {USD} */
  readonly collateralValue: bigint;
  /** The most that a flash mint may create. {plUSD} */
  readonly flashMint: bigint;
  /** Who takes stables for debts: the reserve. */
  readonly absorber: string;
}

/** What the book calls a token. */
function nameOf({ tokens }: AddressBook, token: string): string {
  return Object.entries(tokens).find(([, address]) => address === token)?.[0] ?? "";
}

function assetOf(book: AddressBook, s: AssetSummaryStructOutput): Asset {
  return {
    number: s.asset,
    token: s.token,
    symbol: s.symbol === "" ? nameOf(book, s.token) : s.symbol,
    decimals: Number(s.decimals),
    answers: s.answers,
    scale: s.scale,
    low: s.low,
    mid: s.mid,
    high: s.high,
    status: s.status,
    initialHaircut: s.initialHaircut,
    maintenanceHaircut: s.maintenanceHaircut,
    // The lens gives whole token units: multiples of what was asked for.
    borrowDepth: s.borrowDepth / s.scale,
    maintenanceDepth: s.maintenanceDepth / s.scale,
    unit: 10n ** s.decimals / s.scale,
    borrowPaused: (s.pauses & PAUSE.borrow) !== 0n,
    total: s.deposited / s.scale,
    cap: s.cap / s.scale,
    value: s.value,
    pauses: s.pauses,
    delisted: s.delisted,
  };
}

/** What {@link Protocol} is made of. */
export function protocol(book: AddressBook): Query<Protocol> {
  const { engine, lens, sheet, dollar } = book.contracts;
  const [engineAbi, lensAbi, sheetAbi, dollarAbi] = [
    ICreditEngine__factory.createInterface(),
    ICreditLens__factory.createInterface(),
    IBalanceSheet__factory.createInterface(),
    IPlimsollDollar__factory.createInterface(),
  ];
  const query = combined({
    assets: view<AssetSummaryStructOutput[]>(lens, lensAbi, "assets"),
    index: view<bigint>(engine, engineAbi, "index"),
    interest: view<{ rate: bigint; accruedAt: bigint }>(engine, engineAbi, "interest"),
    total: view<bigint>(engine, engineAbi, "totalDebt"),
    shares: view<bigint>(engine, engineAbi, "totalDebtShares"),
    limits: view<{ minimumDebt: bigint; debtCeiling: bigint }>(engine, engineAbi, "debtLimits"),
    liquidation: view<LiquidationParameters>(engine, engineAbi, "liquidationParameters"),
    absorber: view<string>(engine, engineAbi, "absorber"),
    stored: view<{ headroom: bigint; borrowable: bigint; takenAt: bigint; loanUnit: bigint; short: boolean }>(
      sheet,
      sheetAbi,
      "stored",
    ),
    parameters: view<{ maxAge: bigint }>(sheet, sheetAbi, "parameters"),
    available: view<bigint>(sheet, sheetAbi, "available", [engine, LOANS]),
    supply: view<bigint>(dollar, dollarAbi, "totalSupply"),
    flashMint: view<bigint>(dollar, dollarAbi, "maxFlashLoan", [dollar]),
  });
  return mapped(query, (r, block): Protocol => {
    const assets = r.assets.map((summary) => assetOf(book, summary));
    const { rate, accruedAt } = r.interest;
    const { minimumDebt: minimum, debtCeiling: ceiling } = r.limits;
    const { targetHealth, minIncentive, maxIncentive, fullIncentiveHealth, absorbHealth, tipShare } = r.liquidation;
    const { headroom, borrowable, takenAt, loanUnit, short } = r.stored;
    return {
      assets,
      debt: {
        index: r.index,
        rate,
        accruedAt,
        readAt: block.timestamp,
        total: r.total,
        shares: r.shares,
        minimum,
        ceiling,
      },
      liquidation: { targetHealth, minIncentive, maxIncentive, fullIncentiveHealth, absorbHealth, tipShare },
      gate: { headroom, borrowable, takenAt, loanUnit, short, maxAge: r.parameters.maxAge, available: r.available },
      supply: r.supply,
      collateralValue: assets.reduce((sum, a) => sum + a.value, 0n),
      flashMint: r.flashMint,
      absorber: r.absorber,
    };
  });
}

/** Quotes by asset number. */
export function quotesOf({ assets }: Pick<Protocol, "assets">): FullQuotes {
  return new Map(assets.map((a) => [a.number, a]));
}

/** What positions are judged by, at the time of the reading or later. */
export function termsOf(p: Protocol, time = p.debt.readAt): Terms {
  return { quotes: quotesOf(p), index: indexAt(p.debt, time) };
}

/** Why nothing is lent for the moment although there is room; undefined if that is not so. */
export function staleness({ gate }: Protocol, block: Block): "statement" | "look" | undefined {
  if (block.timestamp > gate.takenAt + gate.maxAge) return "statement";
  const room = min(fits(gate.headroom, gate.loanUnit), gate.borrowable);
  // Nothing is said of how long ago collateral was looked at but that nothing is available.
  return gate.available === 0n && room !== 0n ? "look" : undefined;
}

/** No asset goes by this name. */
export class UnknownAsset extends Error {
  override readonly name = "UnknownAsset";

  constructor(
    readonly asset: string,
    readonly known: readonly string[],
  ) {
    super(`no asset is called "${asset}"; there are ${known.join(", ")}`);
  }
}

/** An asset by its number, symbol (whatever its case), or token. */
export type AssetRef = bigint | number | string;

/** @throws {UnknownAsset} */
export function findAsset({ assets }: Pick<Protocol, "assets">, ref: AssetRef): Asset {
  const found = assets.find((a) =>
    typeof ref === "string"
      ? a.symbol.toLowerCase() === ref.toLowerCase() || a.token.toLowerCase() === ref.toLowerCase()
      : a.number === BigInt(ref),
  );
  if (found !== undefined) return found;
  throw new UnknownAsset(
    ref.toString(),
    assets.map((a) => a.symbol),
  );
}

/** What an amount in a ledger is worth at mid. {ledger} to {USD} */
export function ledgerWorth({ mid, unit }: Pick<Asset, "mid" | "unit">, amount: bigint): bigint {
  return (mid * amount) / unit;
}

/** What an amount of an asset is worth at mid. {asset} to {USD} */
export function worth(asset: Asset, amount: bigint): bigint {
  return ledgerWorth(asset, amount / asset.scale);
}

/** One USD, as values are given. */
export const USD = WAD;
