/** Keeps auctions going: opens them for what is outside its band, fills them through the market, closes what is over. */

import { present } from "../../sdk/present.js";
import type { ReserveConfig } from "../config.js";
import type { Desk, Head } from "../desk.js";
import { assetsOf, DOLLAR_ASSET, pathBetween, worthOfToken, type ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Call, type Job, type Verdict } from "./job.js";

/** Parts of what can be filled that are tried: all of it, then halves, as a pool may be too thin. */
const SIZES = [1n, 2n, 4n];
const SMALLEST = 8n;
const MAX_UINT256 = 2n ** 256n - 1n;

interface Running {
  readonly sold: bigint;
  readonly bought: bigint;
  /** (unix seconds) */
  readonly endsAt: number;
}

/** Auctions that were opened and not closed; some of them are over. Several jobs ask in the same block: the chain is asked once. */
export class AuctionBook {
  readonly #contracts: ReserveContracts;
  #asOf = -1;
  #running: Promise<Running[]> = Promise.resolve([]);

  constructor(contracts: ReserveContracts) {
    this.#contracts = contracts;
  }

  async running(head: Head): Promise<Running[]> {
    if (head.number !== this.#asOf) {
      this.#asOf = head.number;
      this.#running = this.#read();
      // Not kept where the node failed.
      this.#running.catch(() => (this.#asOf = -1));
    }
    return await this.#running;
  }

  async #read(): Promise<Running[]> {
    const { rebalancer, reserve } = this.#contracts;
    // Only what is held can be for sale, collateral that the reserve does not list included.
    const { mask } = await reserve.booked();
    const { auctions } = await rebalancer.terms();
    const found = await Promise.all(
      assetsOf(mask).map(async (sold) => ({ sold, auction: await rebalancer.auction(sold) })),
    );
    return found.flatMap(({ sold, auction: { bought, startedAt } }) =>
      startedAt === 0n ? [] : [{ sold, bought, endsAt: Number(startedAt + auctions.duration) }],
    );
  }
}

/** Fills what pays: the largest part whose proceeds leave the least profit after gas; near the end, one that costs no more than the subsidy. */
export class FillAuctions implements Job {
  readonly name = "fill";
  readonly rank = "auctions";
  readonly #contracts: ReserveContracts;
  readonly #book: AuctionBook;
  readonly #config: ReserveConfig;
  readonly #desk: Desk;

  constructor(contracts: ReserveContracts, book: AuctionBook, config: ReserveConfig, desk: Desk) {
    this.#contracts = contracts;
    this.#book = book;
    this.#config = config;
    this.#desk = desk;
  }

  async due(head: Head): Promise<Verdict> {
    if (this.#contracts.filler === undefined) return notDue("there is no filler");
    const calls: Call[] = [];
    let tried = 0;
    for (const auction of await this.#book.running(head)) {
      if (head.timestamp > auction.endsAt) continue;
      tried += 1;
      const call = await this.#best(auction, head);
      if (call !== undefined) calls.push(call);
    }
    if (calls.length > 0) return dueNow(calls, true);
    return notDue(tried === 0 ? "no auction runs" : "filling does not pay yet");
  }

  async #best({ sold, bought, endsAt }: Running, head: Head): Promise<Call | undefined> {
    const { rebalancer } = this.#contracts;
    const path = pathBetween(this.#config, sold, bought);
    if (path === undefined || this.#desk.isWaiting("fill", sold.toString())) return undefined;
    const quote = await attempt(() => rebalancer.quoteFill(sold, MAX_UINT256));
    if (!quote.ok || quote.value.maximum === 0n) return undefined;
    const ending = endsAt - head.timestamp <= this.#config.auctionEnding;
    const { maximum } = quote.value;
    const worth = async (size: bigint): Promise<Call | undefined> =>
      await this.#evaluate(sold, bought, maximum / size, path, ending);
    // What does not pay for the smallest part, which moves the pool least, pays for no other, gas near the end apart.
    const least = await worth(SMALLEST);
    if (least === undefined && !ending) return undefined;
    for (const size of SIZES) {
      const call = await worth(size);
      if (call !== undefined) return call;
    }
    return least;
  }

  /** The fill, if it is worth its gas. */
  async #evaluate(
    sold: bigint,
    bought: bigint,
    amount: bigint,
    path: string,
    ending: boolean,
  ): Promise<Call | undefined> {
    const filler = this.#contracts.filler;
    if (filler === undefined || amount === 0n) return undefined;
    const simulated = await attempt(() => filler.fill.staticCall(sold, amount, path, 0n));
    if (!simulated.ok) return undefined;
    const estimate = await attempt(() => filler.fill.estimateGas(sold, amount, path, 0n));
    if (!estimate.ok) return undefined;
    const cost = (await this.#desk.gasCost()).of(estimate.value);
    const { toDollars, toUnits } = await worthOfToken(this.#contracts, bought);
    const earns = toDollars(simulated.value.profit);
    const pays = earns >= cost + this.#desk.config.minProfit;
    if (!pays && !(ending && earns + this.#config.auctionSubsidy >= cost)) return undefined;
    // On chain it must still pay for its gas, or for what of it the subsidy does not.
    const asked = pays ? cost : cost > this.#config.auctionSubsidy ? cost - this.#config.auctionSubsidy : 0n;
    const transaction = await filler.fill.populateTransaction(sold, amount, path, toUnits(asked));
    return { transaction, subject: sold.toString(), earns };
  }
}

/** Closes what is over and not opened again, and what nobody can fill any more. */
export class CloseAuctions implements Job {
  readonly name = "close";
  readonly rank = "auctions";
  readonly #contracts: ReserveContracts;
  readonly #book: AuctionBook;

  constructor(contracts: ReserveContracts, book: AuctionBook) {
    this.#contracts = contracts;
    this.#book = book;
  }

  async due(head: Head): Promise<Verdict> {
    const { rebalancer } = this.#contracts;
    const calls: Call[] = [];
    for (const { sold } of await this.#book.running(head)) {
      if (!(await attempt(() => rebalancer.close.staticCall(sold))).ok) continue;
      calls.push({ transaction: await rebalancer.close.populateTransaction(sold), subject: sold.toString() });
    }
    return calls.length === 0 ? notDue("no auction is over") : dueNow(calls);
  }
}

/**
 * Opens, for every asset above its band, the auction that brings most: for an asset below its target, or for plUSD while that is bought. While an asset is below
 * its band, what is above its target is sold for it.
 */
export class OpenAuctions implements Job {
  readonly name = "open";
  readonly rank = "auctions";
  readonly #contracts: ReserveContracts;
  readonly #book: AuctionBook;
  readonly #config: ReserveConfig;

  constructor(contracts: ReserveContracts, book: AuctionBook, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#book = book;
    this.#config = config;
  }

  async due(head: Head): Promise<Verdict> {
    const { rebalancer, sheet } = this.#contracts;
    const { now_: weights, targets, bands } = await rebalancer.weights();
    const wanted = weights.flatMap((weight, asset) => (weight < present(targets[asset]) ? [BigInt(asset)] : []));
    const starved = wanted.filter((asset) => {
      const [weight, target, band] = [weights, targets, bands].map((list) => present(list[Number(asset)]));
      return present(weight) + present(band) < present(target);
    });
    const { buysDollar } = await rebalancer.derisking();
    const { short } = await sheet.stored();
    if (buysDollar || short) wanted.push(DOLLAR_ASSET);
    const open = new Map((await this.#book.running(head)).map((auction) => [auction.sold, auction.endsAt]));
    const calls: Call[] = [];
    for (const [asset, weight] of weights.entries()) {
      // Weights are cut to whole basis points: what is on its bound may be above it, which the simulation tells.
      if (weight === 0n || weight < present(targets[asset])) continue;
      // Within its band it is sold only for what is below its own.
      const candidates = weight < present(targets[asset]) + present(bands[asset]) ? starved : wanted;
      const sold = BigInt(asset);
      if (head.timestamp <= (open.get(sold) ?? -1)) continue;
      const bought = await this.#bestFor(sold, candidates);
      if (bought === undefined) continue;
      calls.push({ transaction: await rebalancer.open.populateTransaction(sold, bought), subject: sold.toString() });
    }
    // Risk that capital cannot stand is not kept because gas is dear.
    return calls.length === 0 ? notDue("nothing to sell, or nothing to buy for it") : dueNow(calls, short);
  }

  /** What the largest lot can be sold for. What can be sold on through the market comes first, and plUSD, for which nobody gets a discount, after assets. */
  async #bestFor(sold: bigint, wanted: readonly bigint[]): Promise<bigint | undefined> {
    const routed = wanted.filter((bought) => pathBetween(this.#config, sold, bought) !== undefined);
    const others = wanted.filter((bought) => !routed.includes(bought));
    const isDollar = (bought: bigint): boolean => bought === DOLLAR_ASSET;
    const ranked = [routed, others].flatMap((all) => [all.filter((b) => !isDollar(b)), all.filter(isDollar)]);
    for (const candidates of ranked) {
      let best: { bought: bigint; lot: bigint } | undefined;
      for (const bought of candidates) {
        if (bought === sold) continue;
        const lot = await attempt(() => this.#contracts.rebalancer.open.staticCall(sold, bought));
        if (lot.ok && (best === undefined || lot.value > best.lot)) best = { bought, lot: lot.value };
      }
      if (best !== undefined) return best.bought;
    }
    return undefined;
  }
}
