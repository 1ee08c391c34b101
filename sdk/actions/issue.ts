/** plUSD for a stable, at par or below. */

import { covers, fits } from "../arithmetic/gate.js";
import { issued } from "../arithmetic/fees.js";
import { PRICE_STATUS } from "../credit/valuation.js";
import { findAsset, staleness, type AssetRef } from "../reads/protocol.js";
import { heldOf, stableQuote } from "../reads/reserve.js";
import type { ReserveSnapshot } from "../reads/index.js";
import { IReserve__factory } from "../../types/contracts/factories/contracts/interfaces/IReserve.sol/IReserve__factory.js";
import { approvals, atLeast, callOf, checkWallet, Refusals, refreshes } from "./common.js";
import type { Action, Outcome } from "./types.js";

export interface IssueIntent {
  /** A stable of the reserve. */
  readonly asset: AssetRef;
  /** {asset} token units */
  readonly amount: bigint;
  /** What may be lost to fees and prices that move meanwhile. bps; 50 if absent */
  readonly slippage?: bigint;
  /** Who gets it; the account itself if absent. */
  readonly to?: string;
}

export interface IssueOutcome extends Outcome {
  /** What is taken: whole ledger units. {asset} token units */
  readonly paid: bigint;
  /** {plUSD} both */
  readonly issued: bigint;
  readonly fee: bigint;
}

/** Issues plUSD against a stable: an allowance and one transaction. */
export const issue: Action<ReserveSnapshot, IssueIntent, IssueOutcome> = {
  preview(snapshot, intent) {
    const { protocol, reserve } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const held = heldOf(reserve, asset);
    const refusals = new Refusals(snapshot);
    const units = refusals.amount(intent.amount) / held.scale;
    const q = stableQuote(held, asset);
    const result = issued(q, units);
    refusals.receiver(intent.to);
    refusals.unless(held.stable, "NotStable", asset.number);
    refusals.unless(asset.status === PRICE_STATUS.live, "PriceUnusable", asset.number, asset.status);
    refusals.unless(result.issued !== 0n, "ZeroAmount");
    const all = q.cash + q.credit + q.vaulted;
    refusals.unless(all + units <= q.cap, "CapExceeded", asset.number, all, q.cap);
    refusals.unless(held.requirement !== 0n, "AssetWithoutRequirement", asset.number);
    if (staleness(protocol, snapshot.block) === undefined && held.requirement !== 0n) {
      const { headroom } = protocol.gate;
      const fitting = covers(headroom, result.issued, held.requirement);
      refusals.unless(fitting, "IssuanceExceeded", result.issued, fits(headroom, held.requirement));
    }
    const paid = units * held.scale;
    checkWallet(refusals, snapshot, asset.token, paid);
    return { ...result, paid, problems: refusals.list };
  },

  requirements(snapshot, intent) {
    const asset = findAsset(snapshot.protocol, intent.asset);
    const { scale } = heldOf(snapshot.reserve, asset);
    const amount = (intent.amount / scale) * scale;
    const { reserve } = snapshot.book.contracts;
    return [...approvals(snapshot, asset.token, reserve, amount, false), ...refreshes(snapshot)];
  },

  tx(snapshot, intent) {
    const { book, account, protocol } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const least = atLeast(issue.preview(snapshot, intent).issued, intent.slippage);
    const abi = IReserve__factory.createInterface();
    const to = intent.to ?? account.address;
    return callOf(book.contracts.reserve, abi.encodeFunctionData("issue", [asset.number, intent.amount, least, to]));
  },
};
