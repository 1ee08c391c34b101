/** The reserve's auctions. */

import type { AddressBook } from "../addresses.js";
import { factorAt, type AuctionPath } from "../arithmetic/auction.js";
import { min } from "../arithmetic/integer.js";
import { combined, mapped, view, type Block, type Query } from "./query.js";
import { IRebalancer__factory } from "../../types/contracts/factories/contracts/interfaces/IRebalancer__factory.js";

/** What is bought, where it is plUSD. */
export const DOLLAR = (1n << 256n) - 1n;

export interface Auction {
  /** Asset number. */
  readonly sold: bigint;
  /** Asset number, or {@link DOLLAR}. */
  readonly bought: bigint;
  /** Still for sale. {ledger} */
  readonly left: bigint;
  /** {unix seconds} */
  readonly startedAt: bigint;
  /** The last second in which it can be filled. {unix seconds} */
  readonly endsAt: bigint;
  /** Part of the full lot that this one has. bps */
  readonly scale: bigint;
  /** The price in terms of the oracle's, at the time of the reading. 18 decimals */
  readonly factor: bigint;
  /** Out of time: anyone may close it. */
  readonly over: boolean;
}

export interface Auctions {
  readonly open: readonly Auction[];
  readonly path: AuctionPath;
  /** What may still be lost against the oracle. {USD} */
  readonly lossBudget: bigint;
  /** By asset number: weight now, target and band in force. bps */
  readonly weights: readonly { readonly now: bigint; readonly target: bigint; readonly band: bigint }[];
  /** Part of the risky targets that is in force, and whether plUSD is bought. bps */
  readonly derisking: { readonly scale: bigint; readonly buysDollar: boolean };
}

type OpenAuction = Omit<Auction, "factor" | "over">;

/** What {@link Auctions} is made of. */
export function auctions(book: AddressBook): Query<Auctions> {
  const address = book.contracts.rebalancer;
  const abi = IRebalancer__factory.createInterface();
  const query = combined({
    open: view<OpenAuction[]>(address, abi, "auctions"),
    terms: view<{ auction_: AuctionPath }>(address, abi, "terms"),
    budget: view<bigint>(address, abi, "lossBudget"),
    weights: view<{ now_: bigint[]; targets: bigint[]; bands: bigint[] }>(address, abi, "weights"),
    derisking: view<{ scale: bigint; buysDollar: boolean }>(address, abi, "derisking"),
  });
  return mapped(query, (r, block) => {
    const { premium, maxSlippage, duration } = r.terms.auction_;
    const path = { premium, maxSlippage, duration };
    return {
      open: r.open.map((a) => auctionOf(a, path, block)),
      path,
      lossBudget: r.budget,
      weights: r.weights.now_.map((now, i) => ({
        now,
        target: r.weights.targets[i] ?? 0n,
        band: r.weights.bands[i] ?? 0n,
      })),
      derisking: { scale: r.derisking.scale, buysDollar: r.derisking.buysDollar },
    };
  });
}

function auctionOf(
  { sold, bought, left, startedAt, endsAt, scale }: OpenAuction,
  path: AuctionPath,
  at: Block,
): Auction {
  const factor = factorAt(path, min(at.timestamp - startedAt, path.duration));
  return { sold, bought, left, startedAt, endsAt, scale, factor, over: at.timestamp > endsAt };
}

/** What a fill would take and pay now. */
export interface FillQuote {
  /** {ledger} */
  readonly amount: bigint;
  /** {ledger}, or {plUSD} for plUSD */
  readonly paid: bigint;
  /** The most that can be filled. {ledger} */
  readonly maximum: bigint;
}

/** Asks for a fill of up to `amount`: the contract looks at all holdings for it. */
export function fillQuote(book: AddressBook, sold: bigint, bought: bigint, amount: bigint): Query<FillQuote> {
  const abi = IRebalancer__factory.createInterface();
  const query = view<{ paid: bigint; maximum: bigint }>(book.contracts.rebalancer, abi, "quoteFill", [
    sold,
    bought,
    amount,
  ]);
  return mapped(query, ({ paid, maximum }) => ({ amount: min(amount, maximum), paid, maximum }));
}
