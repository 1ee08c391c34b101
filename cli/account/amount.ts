/** Amounts as people type them: "1.5 WETH", "1,000 plUSD", "all". */

import { MAX_UINT256 } from "../../sdk/arithmetic/integer.js";
import { AmountError, parseDecimal } from "../../sdk/format/amount.js";
import { UsageError } from "../errors.js";
import { nearest } from "../suggestion.js";

/** Something that there can be an amount of. */
export interface Unit {
  readonly symbol: string;
  readonly decimals: number;
}

export const PLUSD: Unit = { symbol: "plUSD", decimals: 18 };

export interface Amount<U extends Unit> {
  readonly unit: U;
  /** In the unit's smallest parts; `MAX_UINT256` for all of it. */
  readonly amount: bigint;
}

const AMOUNT = /^(?<number>all|[\d.,](?:[\d.,_]|\s+(?=\d))*)\s*(?<symbol>[A-Za-z][\w.-]*)?$/;

/**
 * @param words As typed, in one piece or two.
 * @param units Which there may be. Where there is one, its name may be left out.
 * @throws {UsageError}
 */
export function parseAmount<U extends Unit>(
  words: readonly string[],
  units: readonly U[],
  mayBeAll = false,
): Amount<U> {
  const text = words.join(" ").trim();
  const example = `For instance: ${mayBeAll ? "all, or " : ""}"1.5 ${units[0]?.symbol ?? "WETH"}"`;
  const groups = AMOUNT.exec(text)?.groups;
  if (groups === undefined) throw new UsageError(`"${text}" is no amount`, example);
  const { number = "", symbol } = groups;
  const unit = unitOf(symbol, units, example);
  if (number === "all") {
    if (!mayBeAll) throw new UsageError(`"all" is no amount here`, example);
    return { unit, amount: MAX_UINT256 };
  }
  const amount = decimalOf(number, unit);
  if (amount === 0n) throw new UsageError("the amount is zero", example);
  return { unit, amount };
}

function decimalOf(number: string, { symbol, decimals }: Unit): bigint {
  try {
    return parseDecimal(number, decimals, symbol);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    throw new UsageError(error.message, error.fix);
  }
}

function unitOf<U extends Unit>(symbol: string | undefined, units: readonly U[], example: string): U {
  const [only] = units;
  if (symbol === undefined) {
    if (only !== undefined && units.length === 1) return only;
    throw new UsageError("the amount has no unit", example);
  }
  const found = units.find((u) => u.symbol.toLowerCase() === symbol.toLowerCase());
  if (found !== undefined) return found;
  const names = units.map((u) => u.symbol);
  const meant = nearest(symbol, names);
  const hint =
    meant === undefined ? `There ${names.length === 1 ? "is" : "are"} ${names.join(", ")}.` : `Did you mean ${meant}?`;
  throw new UsageError(`"${symbol}" cannot be used here`, hint);
}
