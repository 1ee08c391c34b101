/** Amounts as people type them, for every form and every command line. */

import { parseUnits } from "ethers";

/** Why a text is no amount: no number at all, separators that do not group by thousands, or digits that the token does not have. */
export type AmountProblem = "NotANumber" | "Grouping" | "TooManyDigits";

/** What was typed is no amount. `message` says why, `fix` what to type instead. */
export class AmountError extends Error {
  override readonly name = "AmountError";

  constructor(
    readonly problem: AmountProblem,
    readonly text: string,
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** One separator throughout (comma, underscore or a space), and groups of three after the first, which does not begin with 0: "0,500" is half of something. */
const GROUPED = /^[1-9]\d{0,2}(?<separator>[,_\s])\d{3}(?:\k<separator>\d{3})*$/;
const SEPARATORS = /[,_\s]/g;

/**
 * An amount as typed, exactly: a point before the fraction, thousands grouped or not. A comma is never taken for a point, nor left out where it does
 * not group: "1,5" is no amount, because whoever types it means one and a half.
 * @param decimals Of the token: more digits than these are refused, not cut off.
 * @param symbol What the message calls it.
 * @returns In the smallest units of the token.
 * @throws {AmountError}
 */
export function parseDecimal(text: string, decimals: number, symbol = "the token"): bigint {
  const typed = text.trim();
  if (!/^[\d.,_\s]*$/.test(typed) || !/\d/.test(typed)) {
    throw new AmountError(
      "NotANumber",
      typed,
      `"${typed}" is no amount`,
      "Write digits, and a point before a fraction.",
    );
  }
  const [whole = "", part = "", ...more] = typed.split(".");
  if (more.length > 0)
    throw new AmountError("NotANumber", typed, `"${typed}" has more than one point`, "Write 1000.5.");
  if (!/^\d*$/.test(part) || (!/^\d*$/.test(whole) && !GROUPED.test(whole))) throw misgrouped(typed);
  if (part.length > decimals) {
    const message = `${typed} has ${part.length} digits after the point; ${symbol} has ${decimals}`;
    throw new AmountError("TooManyDigits", typed, message, "Leave the last ones out.");
  }
  const digits = whole.replaceAll(SEPARATORS, "");
  return parseUnits(`${digits === "" ? "0" : digits}.${part === "" ? "0" : part}`, decimals);
}

function misgrouped(typed: string): AmountError {
  const separators = typed.match(SEPARATORS) ?? [];
  const once = separators.length === 1 && !typed.includes(".");
  const message = `"${typed}" does not group by thousands`;
  // What is meant can be said where there is one separator: that it divides.
  if (once && separators[0] === ",") {
    const meant = typed.replace(",", ".");
    return new AmountError("Grouping", typed, message, `Write ${meant}, not ${typed}: a point before the fraction.`);
  }
  return new AmountError("Grouping", typed, message, "Write 1000.5 or 1,000.5: a point before the fraction.");
}
