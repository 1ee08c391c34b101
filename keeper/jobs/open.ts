/** Opens auctions of what is overweight: all that are useful, and no more. */

import { present } from "../../sdk/present.js";
import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import { compare } from "../order.js";
import { assetsOf, DOLLAR_ASSET, pathBetween, type ReserveContracts } from "../reserve-contracts.js";
import { pairName, type AuctionBook, type Running } from "./auctions.js";
import { attempt, dueNow, notDue, type Call, type Job, type Verdict } from "./job.js";
import { inParts, Needs } from "./needs.js";

/** A scale of the full lot. bps */
const WHOLE = 10_000;
const DAY = 86_400;

/** Something that could be opened now. */
interface Candidate {
  readonly sold: bigint;
  readonly bought: bigint;
  /** {ledger} */
  readonly lot: bigint;
  readonly routed: boolean;
}

/**
 * Opens auctions of every asset above its band, for what is below its target, and for plUSD while that is bought; while an asset is below its band, of what is above
 * its target for it. No more of them than their lots are needed together: what is for sale already counts where there is a route for it, until its
 * price has come down half of its way, as who wants it would have taken it by then. So nobody keeps anything from being sold by opening what nobody wants.
 * plUSD waits for nothing: it is bought while capital is short, and whether anybody wants what is offered beside it is not known. What nobody wanted is opened again
 * the later, the smaller its lot has become.
 */
export class OpenAuctions implements Job {
  readonly name = "open";
  readonly rank = "auctions";
  readonly #contracts: ReserveContracts;
  readonly #book: AuctionBook;
  readonly #config: ReserveConfig;
  /** When the next auction is over. (unix seconds) */
  #nextEnd: number | undefined;

  constructor(contracts: ReserveContracts, book: AuctionBook, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#book = book;
    this.#config = config;
  }

  /** Its pair can be opened again then. (unix seconds) */
  get wakeAt(): number | undefined {
    return this.#nextEnd === undefined ? undefined : this.#nextEnd + 1;
  }

  async due(head: Head): Promise<Verdict> {
    const { rebalancer, reserve, sheet } = this.#contracts;
    const [{ now_: weights, targets, bands }, { mask, amounts }, { buysDollar }, { short }] = await Promise.all([
      rebalancer.weights(),
      reserve.booked(),
      rebalancer.derisking(),
      sheet.stored(),
    ]);
    const needs = new Needs(weights, targets, assetsOf(mask), amounts);
    const wanted = needs.light();
    const starved = wanted.filter((asset) => needs.room(asset) > inParts(present(bands[Number(asset)])));
    if (buysDollar || short) wanted.push(DOLLAR_ASSET);

    const running = await this.#book.running(head);
    const ends = running.map(({ endsAt }) => endsAt).filter((endsAt) => endsAt >= head.timestamp);
    this.#nextEnd = ends.length === 0 ? undefined : Math.min(...ends);
    const awaited = running.filter(
      ({ sold, bought, startedAt, endsAt }) =>
        2 * (head.timestamp - startedAt) < endsAt - startedAt && this.#isHopeful(sold, bought),
    );
    for (const { sold, bought, left } of awaited) if (bought !== DOLLAR_ASSET) needs.promise(sold, bought, left);
    const calls: Call[] = [];
    for (const sold of needs.heavy()) {
      // Within its band it is sold only for what is below its own. Weights are cut to whole basis points: what is on its bound may be above it, which the simulation tells.
      const isOver = present(weights[Number(sold)]) >= present(targets[Number(sold)]) + present(bands[Number(sold)]);
      const ripe = (isOver ? wanted : starved).filter(
        (asset) => !this.#isTooEarly(running, sold, asset, head.timestamp),
      );
      for (const { bought, lot } of await this.#candidates(sold, ripe)) {
        // What it replaces is promised no more.
        const replaced = awaited.find((auction) => auction.sold === sold && auction.bought === bought)?.left ?? 0n;
        if (bought !== DOLLAR_ASSET) {
          if (!needs.fits(sold, bought, lot - replaced)) continue;
          needs.promise(sold, bought, lot - replaced);
        }
        const transaction = await rebalancer.open.populateTransaction(sold, bought);
        calls.push({ transaction, subject: pairName(sold, bought) });
      }
    }
    // Risk that capital cannot stand is not kept because gas is dear.
    return calls.length === 0 ? notDue("nothing to sell, or nothing to buy for it") : dueNow(calls, short);
  }

  /** Whether nobody wanted the last ones of the pair, so that another can wait: for as many durations as halvings have taken off its lot, a day at most. */
  #isTooEarly(running: readonly Running[], sold: bigint, bought: bigint, now: number): boolean {
    const last = running.find((auction) => auction.sold === sold && auction.bought === bought);
    if (last === undefined || now <= last.endsAt) return false;
    const durations = WHOLE / Number(last.scale) - 1;
    return now < last.endsAt + Math.min(durations * (last.endsAt - last.startedAt), DAY);
  }

  /** Whether somebody may want it: whoever knows no way to sell anything on knows nothing about that. */
  #isHopeful(sold: bigint, bought: bigint): boolean {
    return this.#config.routes.length === 0 || pathBetween(this.#config, sold, bought) !== undefined;
  }

  /**
   * What can be opened, larger lots first. What can be sold on through the market comes before what cannot, and plUSD, for which nobody gets a discount, after
   * assets. What runs is simulated like anything else: it may be over in the next block, or so small that it makes way.
   */
  async #candidates(sold: bigint, wanted: readonly bigint[]): Promise<Candidate[]> {
    const found: Candidate[] = [];
    for (const bought of wanted) {
      if (bought === sold) continue;
      const lot = await attempt(() => this.#contracts.rebalancer.open.staticCall(sold, bought));
      if (!lot.ok) continue;
      found.push({ sold, bought, lot: lot.value, routed: pathBetween(this.#config, sold, bought) !== undefined });
    }
    const rank = ({ bought, routed }: Candidate): number => (routed ? 0 : 2) + (bought === DOLLAR_ASSET ? 1 : 0);
    return found.sort((a, b) => rank(a) - rank(b) || compare(b.lot, a.lot));
  }
}
