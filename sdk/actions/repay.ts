/** Repaying debt, in plUSD. */

import { debtOf, sharesForPayment } from "../credit/valuation.js";
import type { Snapshot } from "../reads/index.js";
import { callOf, checkRest, checkWallet, debtNow, engineAbi, indexOf, previewOf, Refusals } from "./common.js";
import type { Action, At, Preview } from "./types.js";

export interface RepayIntent {
  /** `MAX_UINT256`, or anything above the debt, for all of it. {plUSD} */
  readonly amount: bigint;
  /** Whose debt; the account's own if absent. Previews are of the own one only. */
  readonly account?: string;
}

export interface RepayPreview extends Preview {
  /** What is burned. {plUSD} */
  readonly repaid: bigint;
}

/** What a payment takes off a debt: shares, rounded down, and what these owe, rounded up. */
export function repayment(snapshot: Snapshot, amount: bigint, at?: At): { shares: bigint; repaid: bigint } {
  const index = indexOf(snapshot, at);
  const { debtShares } = snapshot.account;
  const shares = amount < debtOf(debtShares, index) ? sharesForPayment(amount, index) : debtShares;
  return { shares, repaid: debtOf(shares, index) };
}

/** What any repayment is refused for, whatever it is paid in. */
export function checkRepayment(refusals: Refusals, snapshot: Snapshot, amount: bigint, shares: bigint, at?: At): void {
  const { account } = snapshot;
  const index = indexOf(snapshot, at);
  refusals.unless(amount !== 0n, "ZeroAmount");
  refusals.unless(account.debtShares !== 0n, "NoDebt", account.address);
  if (account.debtShares !== 0n && amount !== 0n) {
    refusals.unless(shares !== 0n, "AmountBelowDebtShare", amount, debtOf(1n, index));
  }
  checkRest(refusals, snapshot, debtOf(account.debtShares - shares, index));
}

/** Repays debt with plUSD: one transaction, no allowance. */
export const repay: Action<Snapshot, RepayIntent, RepayPreview> = {
  preview(snapshot, intent, at) {
    const { account, book } = snapshot;
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.amount);
    const { shares, repaid } = repayment(snapshot, amount, at);
    checkRepayment(refusals, snapshot, amount, shares, at);
    checkWallet(refusals, snapshot, book.contracts.dollar, repaid);
    const after = { ...account, debtShares: account.debtShares - shares };
    return { ...previewOf(snapshot, after, refusals, at), repaid };
  },

  requirements: () => [],

  tx({ book, account }, intent) {
    const data = engineAbi.encodeFunctionData("repay", [intent.amount, intent.account ?? account.address]);
    return callOf(book.contracts.engine, data);
  },
};

/** The most that `repay` can take off the debt with what the wallet holds. {plUSD} */
export function mostRepayable(snapshot: Snapshot, at?: At): bigint {
  const balance = snapshot.account.wallet.get(snapshot.book.contracts.dollar)?.balance ?? 0n;
  const debt = debtNow(snapshot, at);
  return balance < debt ? balance : debt;
}
