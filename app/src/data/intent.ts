/** What somebody is about to do: the SDK's actions behind one form. */

import { MaxUint256 } from "ethers";

import { borrow } from "../../../sdk/actions/borrow.js";
import { combineCalls } from "../../../sdk/actions/batch.js";
import { afterDeposit, deposit } from "../../../sdk/actions/deposit.js";
import { mostBorrowable, mostDepositable, mostRepaid, mostWithdrawable } from "../../../sdk/actions/most.js";
import { repay } from "../../../sdk/actions/repay.js";
import type { Call, Preview, Requirement, Signatures } from "../../../sdk/actions/types.js";
import { withdraw } from "../../../sdk/actions/withdraw.js";
import { standingOf } from "../../../sdk/credit/standing.js";
import { termsOf, type Asset } from "../../../sdk/reads/protocol.js";
import type { Snapshot } from "../../../sdk/reads/index.js";

export type Kind = "deposit" | "borrow" | "repay" | "withdraw";

export interface Wish {
  readonly kind: Kind;
  /** What is deposited or withdrawn. */
  readonly asset: Asset;
  /** In the units of the asset, or {plUSD}. */
  readonly amount: bigint;
  /** As much as there is, however much that is by then. */
  readonly all: boolean;
  /** Borrowed in the same transaction as a deposit. {plUSD} */
  readonly borrowed: bigint;
}

export interface Plan {
  readonly preview: Preview;
  readonly requirements: readonly Requirement[];
  tx(signatures: Signatures): Call;
}

/** What it would come to. */
export function planOf(snapshot: Snapshot, wish: Wish): Plan {
  const { kind, asset, all } = wish;
  const asked = { asset: asset.number, amount: wish.amount };
  switch (kind) {
    case "deposit":
      return wish.borrowed === 0n ? single(deposit, snapshot, asked) : depositAndBorrow(snapshot, wish);
    case "borrow":
      return single(borrow, snapshot, { amount: wish.amount });
    case "repay":
      // Interest grows until it is mined: all is more than it is now.
      return single(repay, snapshot, { amount: all && coversDebt(snapshot) ? MaxUint256 : wish.amount });
    case "withdraw":
      return single(withdraw, snapshot, {
        ...asked,
        amount: all && snapshot.account.debtShares === 0n ? MaxUint256 : wish.amount,
      });
  }
}

function single<I>(
  action: {
    preview(snapshot: Snapshot, intent: I): Preview;
    requirements(snapshot: Snapshot, intent: I): Requirement[];
    tx(snapshot: Snapshot, intent: I, signatures?: Signatures): Call;
  },
  snapshot: Snapshot,
  intent: I,
): Plan {
  return {
    preview: action.preview(snapshot, intent),
    requirements: action.requirements(snapshot, intent),
    tx: (signatures) => action.tx(snapshot, intent, signatures),
  };
}

function depositAndBorrow(snapshot: Snapshot, { asset, amount, borrowed }: Wish): Plan {
  const put = { asset: asset.number, amount };
  const taken = { amount: borrowed };
  const first = deposit.preview(snapshot, put);
  const then = borrow.preview(afterDeposit(snapshot, put), taken);
  return {
    preview: { before: first.before, after: then.after, problems: [...first.problems, ...then.problems] },
    requirements: [...deposit.requirements(snapshot, put), ...borrow.requirements(snapshot, taken)],
    tx(signatures) {
      const calls = [deposit.tx(snapshot, put, signatures), borrow.tx(snapshot, taken)];
      const [call, ...more] = combineCalls(snapshot.book, calls);
      if (call === undefined || more.length > 0) throw new Error("deposit and loan are calls of one contract");
      return call;
    },
  };
}

function coversDebt(snapshot: Snapshot): boolean {
  const { debt } = standingOf(snapshot.account, termsOf(snapshot.protocol));
  return debt > 0n && balanceOf(snapshot, snapshot.book.contracts.dollar) >= debt;
}

export function balanceOf({ account }: Snapshot, token: string): bigint {
  return account.wallet.get(token)?.balance ?? 0n;
}

/** The most that can be done, as things stand. In the units of the asset, or {plUSD} */
export function mostOf(snapshot: Snapshot, kind: Kind, asset: Asset): bigint {
  switch (kind) {
    case "deposit":
      return mostDepositable(snapshot, asset.number);
    case "borrow":
      return mostBorrowable(snapshot);
    case "repay":
      return mostRepaid(snapshot);
    case "withdraw":
      return mostWithdrawable(snapshot, asset.number);
  }
}
