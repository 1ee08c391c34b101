/** What the reserve charges, to the wei as `contracts/reserve/FeeCurve.sol`, `Market.sol` and `Taking.sol` have it. */

import { ceilDiv, max, min, WAD } from "./integer.js";

const BPS_TO_WAD = 10n ** 14n;
/** Larger amounts cost what the largest that can be held costs. {ledger} */
const LARGEST = (1n << 64n) - 1n;

/** How the reserve holds a stable. Amounts {ledger}, fees bps */
export interface FeeTerms {
  readonly cap: bigint;
  readonly liquidFloor: bigint;
  readonly liquidCeiling: bigint;
  readonly baseFee: bigint;
  readonly maxFee: bigint;
}

/** What counts of a stable when it is issued against, redeemed or paid with. */
export interface StableQuote extends FeeTerms {
  /** {USD/tok} 18 decimals */
  readonly low: bigint;
  readonly high: bigint;
  /** {ledger/tok} */
  readonly unit: bigint;
  /** In the reserve itself. {ledger} */
  readonly cash: bigint;
  /** In the engine's ledger. {ledger} */
  readonly credit: bigint;
  /** In vaults, as last booked. {ledger} */
  readonly vaulted: bigint;
}

/** Integral up to `x` of the part of the marginal fee above the base one, times twice the span. */
function area(x: bigint, start: bigint, span: bigint): bigint {
  if (x <= start) return 0n;
  const past = x - start;
  if (span === 0n) return 2n * past;
  if (past < span) return past * past;
  return span * span + 2n * span * (past - span);
}

/** Mean over [from, from + amount] of a fee that is `base` before `start`, `top` from `end` on and linear between. 18 decimals, rounded up */
function mean(from: bigint, amount: bigint, start: bigint, end: bigint, base: bigint, top: bigint): bigint {
  const span = end - start;
  const above = area(from + amount, start, span) - area(from, start, span);
  const whole = 2n * (span === 0n ? 1n : span) * (amount === 0n ? 1n : amount);
  return base * BPS_TO_WAD + ceilDiv((top - base) * BPS_TO_WAD * above, whole);
}

/** Fee of taking in `amount`. 18 decimals, rounded up */
export function takingFee(q: StableQuote, amount: bigint): bigint {
  const held = q.cash + q.credit + q.vaulted;
  return mean(held, min(amount, LARGEST), q.cap / 2n, q.cap, q.baseFee, q.maxFee);
}

/** Fee of paying `amount` out of cash. 18 decimals, rounded up */
export function payingFee(q: StableQuote, amount: bigint): bigint {
  const top = max(q.cash, q.liquidCeiling);
  return mean(top - q.cash, min(amount, LARGEST), top - q.liquidCeiling, top - q.liquidFloor, q.baseFee, q.maxFee);
}

function parOrLess(low: bigint): bigint {
  return min(low, WAD);
}

/** What is issued for an amount. {ledger} to {plUSD} */
export function issued(q: StableQuote, units: bigint): { issued: bigint; fee: bigint } {
  const gross = (units * parOrLess(q.low)) / q.unit;
  const net = (gross * (WAD - takingFee(q, units))) / WAD;
  return { issued: net, fee: gross - net };
}

/** What is paid for plUSD, while backing is 1 or more. {plUSD} to {ledger} */
export function redeemed(q: StableQuote, amount: bigint): { units: bigint; fee: bigint } {
  const net = (amount * (WAD - payingFee(q, (amount * q.unit) / q.high))) / WAD;
  return { units: (net * q.unit) / q.high, fee: amount - net };
}

/** What pays a debt in a stable. {plUSD} to {ledger}, rounded up */
export function paymentFor(q: StableQuote, debt: bigint): { units: bigint; fee: bigint } {
  const price = parOrLess(q.low);
  const unitsAt = (fee: bigint): bigint => ceilDiv(debt * q.unit, (price * (WAD - fee)) / WAD);
  const units = unitsAt(takingFee(q, unitsAt(q.maxFee * BPS_TO_WAD)));
  const worth = (units * price) / q.unit;
  return { units, fee: worth > debt ? worth - debt : 0n };
}
