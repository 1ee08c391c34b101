/** Buying from the reserve's auctions. */

import { DOLLAR, type FillQuote } from "../reads/auctions.js";
import { findAsset } from "../reads/protocol.js";
import type { Snapshot } from "../reads/index.js";
import { IRebalancer__factory } from "../../types/contracts/factories/contracts/interfaces/IRebalancer__factory.js";
import { approvals, atMost, callOf, checkWallet, Refusals } from "./common.js";
import type { Action, Outcome } from "./types.js";

export interface FillIntent {
  /** Asset number. */
  readonly sold: bigint;
  /** Asset number, or `DOLLAR`. */
  readonly bought: bigint;
  /** As `fillQuote` reads it. */
  readonly quote: FillQuote;
  /** What it may cost more by then; prices of auctions fall, so this is for the oracle. bps; 50 if absent */
  readonly slippage?: bigint;
  /** Who gets what is sold; the account itself if absent. */
  readonly to?: string;
}

export interface FillOutcome extends Outcome {
  /** {sold} token units */
  readonly got: bigint;
  /** {bought} token units */
  readonly paid: bigint;
}

/** The token that is paid, and its units per unit of what is quoted. */
function payment({ book, protocol }: Snapshot, bought: bigint): { token: string; scale: bigint } {
  return bought === DOLLAR ? { token: book.contracts.dollar, scale: 1n } : findAsset(protocol, bought);
}

/** Fills an auction: an allowance to the reserve (none for plUSD, which is burned) and one transaction. */
export const fill: Action<Snapshot, FillIntent, FillOutcome> = {
  preview(snapshot, { sold, bought, quote, to }) {
    const { token, scale } = payment(snapshot, bought);
    const asset = findAsset(snapshot.protocol, sold);
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(quote.amount);
    refusals.lost(to);
    if (!asset.answers) refusals.silent(asset.token);
    refusals.unless(amount !== 0n, "NothingToFill", sold, bought);
    const paid = refusals.amount(quote.paid) * scale;
    checkWallet(refusals, snapshot, token, paid);
    return { got: amount * asset.scale, paid, problems: refusals.list };
  },

  requirements(snapshot, { bought, quote, slippage }) {
    if (bought === DOLLAR) return [];
    const { token, scale } = payment(snapshot, bought);
    return approvals(snapshot, token, snapshot.book.contracts.reserve, atMost(quote.paid, slippage) * scale, false);
  },

  tx({ book, account }, { sold, bought, quote, slippage, to }) {
    const abi = IRebalancer__factory.createInterface();
    const most = atMost(quote.paid, slippage);
    const args = [sold, bought, quote.amount, most, to ?? account.address, "0x"] as const;
    return callOf(book.contracts.rebalancer, abi.encodeFunctionData("fill", [...args]));
  },
};
