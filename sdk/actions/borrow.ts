/** Borrowing plUSD. */

import { sharesForLoan } from "../credit/valuation.js";
import type { Snapshot } from "../reads/index.js";
import { callOf, checkLoan, engineAbi, indexOf, previewOf, Refusals, refreshes } from "./common.js";
import type { Action, Preview } from "./types.js";

export interface BorrowIntent {
  /** {plUSD} */
  readonly amount: bigint;
  /** Who gets it; the account itself if absent. */
  readonly to?: string;
}

export interface BorrowPreview extends Preview {
  /** Debt shares that are added. {share} */
  readonly shares: bigint;
  /** Borrowing itself costs nothing; the debt grows at this rate from then on. {1/s} 18 decimals */
  readonly rate: bigint;
}

/** Borrows plUSD against the account's collateral. */
export const borrow: Action<Snapshot, BorrowIntent, BorrowPreview> = {
  preview(snapshot, intent, at) {
    const { account, protocol } = snapshot;
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.amount);
    const shares = sharesForLoan(amount, indexOf(snapshot, at));
    refusals.receiver(intent.to);
    refusals.unless(amount !== 0n, "ZeroAmount");
    checkLoan(refusals, snapshot, account, { amount, shares }, at);
    const after = { ...account, debtShares: account.debtShares + shares };
    return { ...previewOf(snapshot, after, refusals, at), shares, rate: protocol.debt.rate };
  },

  requirements: (snapshot) => refreshes(snapshot),

  tx({ book, account }, { amount, to }) {
    const data = engineAbi.encodeFunctionData("borrow", [amount, account.address, to ?? account.address]);
    return callOf(book.contracts.engine, data);
  },
};
