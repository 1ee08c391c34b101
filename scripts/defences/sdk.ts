/** Defences of the SDK: what it says before anything is signed. */
import { one, type Defence } from "./defence.js";

const COMMON = "sdk/actions/common.ts";
const REFUSALS = "test/unit/sdk/refusals.test.ts";

export const SDK_DEFENCES: readonly Defence[] = [
  one(
    "sdk-liquidation-price",
    "a price of liquidation that is a hundredth off",
    "sdk/credit/standing.ts",
    "prices.set(asset, ceilDiv(price * q.mid, q.high))",
    "prices.set(asset, (ceilDiv(price * q.mid, q.high) * 101n) / 100n)",
    "test/unit/sdk/credit/standing.test.ts",
  ),
  one(
    "sdk-borrow-limit",
    "a loan beyond the limit that is not foreseen",
    COMMON,
    "after.debt <= after.borrowLimit,",
    "after.debt >= 0n,",
    REFUSALS,
  ),
  one(
    "sdk-liquidity",
    "a loan beyond the liquid stables that is not foreseen",
    COMMON,
    "refusals.unless(lendable(gate, loan.amount),",
    "refusals.unless(true,",
    REFUSALS,
  ),
  one(
    "sdk-paused-deposit",
    "a deposit while deposits are paused that is not foreseen",
    COMMON,
    "refusals.unless((asset.pauses & PAUSE.deposit) === 0n,",
    "refusals.unless(true,",
    REFUSALS,
  ),
];
