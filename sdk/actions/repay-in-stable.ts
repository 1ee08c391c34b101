/** Repaying debt in a stable of the reserve: for when plUSD is dear. */

import { paymentFor } from "../arithmetic/fees.js";
import { PRICE_STATUS } from "../credit/valuation.js";
import { findAsset, type AssetRef } from "../reads/protocol.js";
import { heldOf, stableQuote } from "../reads/reserve.js";
import type { ReserveSnapshot } from "../reads/index.js";
import { approvals, atMost, callOf, checkWallet, engineAbi, previewOf, Refusals } from "./common.js";
import { checkRepayment, repayment } from "./repay.js";
import type { Action, Preview } from "./types.js";

export interface RepayInStableIntent {
  /** A stable of the reserve. */
  readonly asset: AssetRef;
  /** `MAX_UINT256`, or anything above the debt, for all of it. {plUSD} */
  readonly amount: bigint;
  /** What it may cost more by then: interest, fees, the stable's price. bps; 50 if absent */
  readonly slippage?: bigint;
}

export interface RepayInStablePreview extends Preview {
  /** Debt that is removed. {plUSD} */
  readonly repaid: bigint;
  /** {asset} token units */
  readonly paid: bigint;
  /** {plUSD} */
  readonly fee: bigint;
}

/** Repays debt in a stable: an allowance to the reserve and one transaction. */
export const repayInStable: Action<ReserveSnapshot, RepayInStableIntent, RepayInStablePreview> = {
  preview(snapshot, intent, at) {
    const { account, protocol, reserve } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const held = heldOf(reserve, asset);
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.amount);
    const { shares, repaid } = repayment(snapshot, amount, at);
    checkRepayment(refusals, snapshot, amount, shares, at);
    refusals.unless(held.stable, "NotStable", asset.number);
    const live = asset.status === PRICE_STATUS.live;
    refusals.unless(live, "PriceUnusable", asset.number, asset.status);
    const q = stableQuote(held, asset);
    const { units, fee } = live ? paymentFor(q, repaid) : { units: 0n, fee: 0n };
    const all = q.cash + q.credit + q.vaulted;
    refusals.unless(all + units <= q.cap, "CapExceeded", asset.number, all, q.cap);
    const paid = units * held.scale;
    checkWallet(refusals, snapshot, asset.token, paid);
    const after = { ...account, debtShares: account.debtShares - shares };
    return { ...previewOf(snapshot, after, refusals, at), repaid, paid, fee };
  },

  requirements(snapshot, intent) {
    const asset = findAsset(snapshot.protocol, intent.asset);
    const { paid } = repayInStable.preview(snapshot, intent);
    return approvals(snapshot, asset.token, snapshot.protocol.absorber, atMost(paid, intent.slippage), false);
  },

  tx(snapshot, intent) {
    const { book, account, protocol } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const most = atMost(repayInStable.preview(snapshot, intent).paid, intent.slippage);
    const args = [asset.number, intent.amount, account.address, most] as const;
    return callOf(book.contracts.engine, engineAbi.encodeFunctionData("repayInStable", [...args]));
  },
};
