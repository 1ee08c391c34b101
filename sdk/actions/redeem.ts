/** A stable for plUSD, while everything is backed. */

import { redeemed } from "../arithmetic/fees.js";
import { WAD } from "../arithmetic/integer.js";
import { PRICE_STATUS } from "../credit/valuation.js";
import { findAsset, type AssetRef } from "../reads/protocol.js";
import { heldOf, stableQuote } from "../reads/reserve.js";
import type { ReserveSnapshot } from "../reads/index.js";
import { IReserve__factory } from "../../types/contracts/factories/contracts/interfaces/IReserve.sol/IReserve__factory.js";
import { atLeast, callOf, checkWallet, Refusals } from "./common.js";
import type { Action, Outcome } from "./types.js";

export interface RedeemIntent {
  /** The stable that is wanted. */
  readonly asset: AssetRef;
  /** {plUSD} */
  readonly amount: bigint;
  /** What may be lost to fees and prices that move meanwhile. bps; 50 if absent */
  readonly slippage?: bigint;
  /** Who gets it; the account itself if absent. */
  readonly to?: string;
}

export interface RedeemOutcome extends Outcome {
  /** {asset} token units */
  readonly paid: bigint;
  /** {plUSD} */
  readonly fee: bigint;
}

/** Redeems plUSD for a stable: one transaction, no allowance. */
export const redeem: Action<ReserveSnapshot, RedeemIntent, RedeemOutcome> = {
  preview(snapshot, intent) {
    const { protocol, reserve, book } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const held = heldOf(reserve, asset);
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.amount);
    refusals.receiver(intent.to);
    if (!asset.answers) refusals.silent(asset.token);
    refusals.unless(held.stable, "NotStable", asset.number);
    refusals.unless(amount !== 0n, "ZeroAmount");
    const priced = asset.status !== PRICE_STATUS.unpriced;
    refusals.unless(priced, "PriceUnusable", asset.number, asset.status);
    refusals.unless(reserve.backing === WAD, "NotBacked", reserve.backing);
    const { units, fee } = priced ? redeemed(stableQuote(held, asset), amount) : { units: 0n, fee: 0n };
    if (priced && amount !== 0n) refusals.unless(units !== 0n, "AmountBelowLedgerUnit", asset.number, 0n, held.scale);
    refusals.unless(units <= held.cash, "LiquidityShort(uint256,uint256,uint256)", asset.number, held.cash, units);
    checkWallet(refusals, snapshot, book.contracts.dollar, amount);
    return { paid: units * held.scale, fee, problems: refusals.list };
  },

  requirements: () => [],

  tx(snapshot, intent) {
    const { book, account, protocol } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const least = atLeast(redeem.preview(snapshot, intent).paid, intent.slippage);
    const abi = IReserve__factory.createInterface();
    const to = intent.to ?? account.address;
    return callOf(book.contracts.reserve, abi.encodeFunctionData("redeem", [asset.number, intent.amount, least, to]));
  },
};
