/** Putting collateral into one's account. */

import type { AssetRef } from "../reads/protocol.js";
import { findAsset } from "../reads/protocol.js";
import type { Snapshot } from "../reads/index.js";
import {
  approvals,
  checkDeposit,
  checkWallet,
  engineAbi,
  enginePermit,
  held,
  previewOf,
  Refusals,
  together,
  withHolding,
} from "./common.js";
import type { Action, Preview } from "./types.js";

export interface DepositIntent {
  readonly asset: AssetRef;
  /** {asset} token units */
  readonly amount: bigint;
}

export interface DepositPreview extends Preview {
  /** What will be taken: whole ledger units. {asset} token units */
  readonly deposited: bigint;
}

/** As it is once the deposit is there: for what is done in the same transaction. */
export function afterDeposit<S extends Snapshot>(snapshot: S, intent: DepositIntent): S {
  const { account, protocol } = snapshot;
  const { number, scale } = findAsset(protocol, intent.asset);
  const holdings = withHolding(account.holdings, number, held(account, number) + intent.amount / scale);
  return { ...snapshot, account: { ...account, holdings } };
}

/** Puts collateral into one's account: an allowance, or a permit, and one transaction. */
export const deposit: Action<Snapshot, DepositIntent, DepositPreview> = {
  preview(snapshot, intent, at) {
    const { protocol, account } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.amount);
    const units = amount / asset.scale;
    refusals.unless(amount !== 0n, "ZeroAmount");
    if (amount !== 0n) {
      refusals.unless(units !== 0n, "AmountBelowLedgerUnit", asset.number, amount, asset.scale);
    }
    checkDeposit(refusals, account, asset, units);
    const deposited = units * asset.scale;
    checkWallet(refusals, snapshot, asset.token, deposited);
    const after = afterDeposit(snapshot, { ...intent, amount }).account;
    return { ...previewOf(snapshot, after, refusals, at), deposited };
  },

  requirements(snapshot, intent) {
    const asset = findAsset(snapshot.protocol, intent.asset);
    const amount = (intent.amount / asset.scale) * asset.scale;
    return approvals(snapshot, asset.token, snapshot.book.contracts.engine, amount, true);
  },

  tx({ book, protocol, account }, intent, signatures) {
    const asset = findAsset(protocol, intent.asset);
    const call = engineAbi.encodeFunctionData("deposit", [asset.number, intent.amount, account.address]);
    return together(book.contracts.engine, engineAbi, [...enginePermit(asset, signatures), call]);
  },
};
