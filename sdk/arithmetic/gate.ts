/** What a new loan takes of the balance sheet's headroom, to the wei as `contracts/solvency/BalanceSheet.sol` has it. */

import { BPS } from "../credit/valuation.js";
import { ceilDiv, max, min } from "./integer.js";

/** Headroom is kept in steps of a millionth of a plUSD. {plUSD} */
const STEP = 10n ** 12n;

/** What the last statement and look at collateral left. */
export interface LoanGate {
  /** {plUSD} */
  readonly headroom: bigint;
  /** What the liquid stables let be lent. {plUSD} */
  readonly borrowable: bigint;
  /** What a dollar lent requires. bps */
  readonly loanUnit: bigint;
}

/** The most that the headroom lets be minted. {plUSD}, rounded down */
export function fits(headroom: bigint, unit: bigint): bigint {
  return (headroom * BPS) / max(unit, 1n);
}

/** Whether the headroom suffices for a mint that requires so many bps. */
export function covers(headroom: bigint, amount: bigint, unit: bigint): boolean {
  return max(1n, ceilDiv(amount * unit, BPS * STEP)) <= headroom / STEP;
}

/** Whether the liquid stables suffice for a loan. */
export function lendable({ borrowable }: LoanGate, amount: bigint): boolean {
  return ceilDiv(amount, STEP) <= borrowable / STEP;
}

/** The most that can be lent. {plUSD} */
export function mostLent(gate: LoanGate): bigint {
  return min(fits(gate.headroom, gate.loanUnit), gate.borrowable);
}
