/** Taking collateral out of one's account. */

import { MAX_UINT256 } from "../arithmetic/integer.js";
import { standingOf } from "../credit/standing.js";
import { findAsset, PAUSE, termsOf, type AssetRef } from "../reads/protocol.js";
import type { Snapshot } from "../reads/index.js";
import { callOf, engineAbi, held, previewOf, Refusals, timeOf, withHolding } from "./common.js";
import type { Action, Preview } from "./types.js";

export interface WithdrawIntent {
  readonly asset: AssetRef;
  /** `MAX_UINT256` for all of it. {asset} token units */
  readonly amount: bigint;
  /** Who gets it; the account itself if absent. */
  readonly to?: string;
}

export interface WithdrawPreview extends Preview {
  /** What arrives: whole ledger units. {asset} token units */
  readonly withdrawn: bigint;
}

/** Takes collateral out: one transaction. An account without debt needs no price for it. */
export const withdraw: Action<Snapshot, WithdrawIntent, WithdrawPreview> = {
  preview(snapshot, intent, at) {
    const { protocol, account } = snapshot;
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.amount);
    const asset = findAsset(protocol, intent.asset);
    const balance = held(account, asset.number);
    const units = amount === MAX_UINT256 ? balance : amount / asset.scale;
    refusals.receiver(intent.to);
    if (!asset.answers) refusals.silent(asset.token);
    refusals.unless(amount !== 0n && (amount !== MAX_UINT256 || balance !== 0n), "ZeroAmount");
    if (amount !== 0n && amount !== MAX_UINT256) {
      refusals.unless(units !== 0n, "AmountBelowLedgerUnit", asset.number, amount, asset.scale);
    }
    refusals.unless(units <= balance, "InsufficientBalance", asset.number, account.address, balance, units);
    const left = units < balance ? balance - units : 0n;
    const after = { ...account, holdings: withHolding(account.holdings, asset.number, left) };
    if (account.debtShares !== 0n) {
      refusals.unless((asset.pauses & PAUSE.withdraw) === 0n, "Paused(uint256,uint256)", asset.number, PAUSE.withdraw);
      const { debt, borrowLimit } = standingOf(after, termsOf(protocol, timeOf(snapshot, at)));
      refusals.unless(debt <= borrowLimit, "BorrowLimitExceeded", account.address, debt, borrowLimit);
    }
    return { ...previewOf(snapshot, after, refusals, at), withdrawn: units * asset.scale };
  },

  requirements: () => [],

  tx({ book, protocol, account }, intent) {
    const asset = findAsset(protocol, intent.asset);
    const to = intent.to ?? account.address;
    const data = engineAbi.encodeFunctionData("withdraw", [asset.number, intent.amount, account.address, to]);
    return callOf(book.contracts.engine, data);
  },
};
