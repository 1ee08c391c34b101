/** What somebody typed into a field for an amount. */

import { AmountError, parseDecimal } from "../../../sdk/format/amount.js";

export interface Typed {
  /** In token units; undefined while there is none. */
  readonly amount: bigint | undefined;
  /** What is wrong with it and what to type instead; nothing is wrong with an empty field. */
  readonly problem: string | undefined;
}

export function typedAmount(text: string, decimals: number, symbol: string): Typed {
  if (text.trim() === "") return { amount: undefined, problem: undefined };
  try {
    return { amount: parseDecimal(text, decimals, symbol), problem: undefined };
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    return { amount: undefined, problem: `${error.message}. ${error.fix}` };
  }
}
