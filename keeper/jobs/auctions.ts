/** Keeps auctions going: fills them through the market, and closes what is not needed any more. */

import type { Provider } from "ethers";

import { IRebalancer__factory } from "../../types/contracts/index.js";
import type { ReserveConfig } from "../config.js";
import type { Desk, Head } from "../desk.js";
import { LogReader } from "../logs.js";
import { compare } from "../order.js";
import { DOLLAR_ASSET, pathBetween, worthOfToken, type ReserveContracts } from "../reserve-contracts.js";
import { leastProfit } from "./floor.js";
import { attempt, dueNow, notDue, type Call, type Job, type Verdict } from "./job.js";
import { MAX_UINT256 } from "../../sdk/arithmetic/integer.js";

/** Parts of what can be filled that are tried: all of it, then halves, as a pool may be too thin. */
const SIZES = [1n, 2n, 4n];
const SMALLEST = 8n;

/** One auction that was opened and not closed. */
export interface Running {
  readonly sold: bigint;
  readonly bought: bigint;
  /** {ledger} */
  readonly left: bigint;
  /** (unix seconds) */
  readonly startedAt: number;
  /** (unix seconds) */
  readonly endsAt: number;
  /** Of the full lot; less than all of it where nobody wanted the ones before. bps */
  readonly scale: bigint;
}

/** Blocks that may be replaced by others. */
const REPLACED = 32;
const rebalancerAbi = IRebalancer__factory.createInterface();
/** What changes the list: nothing else does. */
const CHANGES = (["AuctionOpened", "AuctionFilled", "AuctionClosed", "TermsSet"] as const).map(
  (name) => rebalancerAbi.getEvent(name).topicHash,
);

/**
 * Auctions that were opened and not closed; some of them are over. Several jobs ask in the same block, and in most blocks nothing has become of any: the contract, which goes
 * through all pairs to answer, is asked after events only.
 */
export class AuctionBook {
  readonly #contracts: ReserveContracts;
  readonly #provider: Provider;
  readonly #rebalancer: string;
  #logs: LogReader | undefined;
  #asOf = -1;
  #running: Promise<Running[]> = Promise.resolve([]);
  /** The last block that events were read of. */
  #readTo = -1;
  /** Events that are in the list, those of blocks that may be replaced: by block and place, their blocks' numbers. */
  #seen: ReadonlyMap<string, number> | undefined;
  #list: Running[] = [];

  constructor(contracts: ReserveContracts, provider: Provider, rebalancer: string) {
    this.#contracts = contracts;
    this.#provider = provider;
    this.#rebalancer = rebalancer;
  }

  async running(head: Head): Promise<Running[]> {
    if (head.number !== this.#asOf) {
      this.#asOf = head.number;
      this.#running = this.#follow(head);
      // Not kept where the node failed.
      this.#running.catch(() => (this.#asOf = -1));
    }
    return await this.#running;
  }

  async #follow({ number }: Head): Promise<Running[]> {
    // What was before is in the first list.
    this.#logs ??= new LogReader(this.#provider, [this.#rebalancer], CHANGES, Math.max(0, number - REPLACED), REPLACED);
    const logs = await this.#logs.read(number);
    const seen = new Map(logs.map(({ blockHash, index, blockNumber }) => [`${blockHash} ${index}`, blockNumber]));
    if (this.#isOld(seen)) {
      // Forgotten first: where the node fails now, it is asked again.
      this.#seen = undefined;
      this.#list = await this.#read(number);
    }
    this.#seen = seen;
    this.#readTo = number;
    return this.#list;
  }

  /** Whether something was told since the list was read, or something that is in it went with a block that was replaced. */
  #isOld(seen: ReadonlyMap<string, number>): boolean {
    const before = this.#seen;
    if (before === undefined) return true;
    const again = this.#readTo + 1 - REPLACED;
    return (
      [...seen.keys()].some((event) => !before.has(event)) ||
      [...before].some(([event, block]) => block >= again && !seen.has(event))
    );
  }

  /** At the block that events were read up to: a node that is behind would not know what they are about. */
  async #read(blockTag: number): Promise<Running[]> {
    const found = await this.#contracts.rebalancer.auctions({ blockTag });
    return found.map(({ sold, bought, left, startedAt, endsAt, scale }) => ({
      sold,
      bought,
      left,
      startedAt: Number(startedAt),
      endsAt: Number(endsAt),
      scale,
    }));
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
    // Of one sold asset only the best is sent, as each changes what the others can have.
    calls.sort((a, b) => compare(b.earns ?? 0n, a.earns ?? 0n));
    if (calls.length > 0) return dueNow(calls, true);
    return notDue(tried === 0 ? "no auction runs" : "filling does not pay yet");
  }

  async #best({ sold, bought, endsAt }: Running, head: Head): Promise<Call | undefined> {
    const { rebalancer } = this.#contracts;
    const path = pathBetween(this.#config, sold, bought);
    if (path === undefined || this.#desk.isWaiting("fill", sold.toString())) return undefined;
    const quote = await attempt(() => rebalancer.quoteFill(sold, bought, MAX_UINT256));
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
    const simulated = await attempt(() => filler.fill.staticCall(sold, bought, amount, path, 0n));
    if (!simulated.ok) return undefined;
    const estimate = await attempt(() => filler.fill.estimateGas(sold, bought, amount, path, 0n));
    if (!estimate.ok) return undefined;
    const cost = (await this.#desk.gasCost()).of(estimate.value);
    const { toDollars, toUnits } = await worthOfToken(this.#contracts, bought);
    const earns = toDollars(simulated.value.profit);
    const { minProfit, slippage } = this.#desk.config;
    const pays = earns >= cost + minProfit;
    if (!pays && !(ending && earns + this.#config.auctionSubsidy >= cost)) return undefined;
    // On chain nearly as much must be left; near the end what of its gas the subsidy does not pay for.
    const { auctionSubsidy } = this.#config;
    const unpaid = cost > auctionSubsidy ? cost - auctionSubsidy : 0n;
    const asked = pays ? leastProfit(earns, cost, minProfit, slippage) : unpaid;
    const transaction = await filler.fill.populateTransaction(sold, bought, amount, path, toUnits(asked));
    return { transaction, subject: sold.toString(), earns };
  }
}

/** Closes what nobody can fill any more, so that it does not come back smaller for it. What is over needs no closing: the pair's next opening ends it. */
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
    for (const { sold, bought, endsAt } of await this.#book.running(head)) {
      if (head.timestamp >= endsAt) continue;
      if (!(await attempt(() => rebalancer.close.staticCall(sold, bought))).ok) continue;
      const transaction = await rebalancer.close.populateTransaction(sold, bought);
      calls.push({ transaction, subject: pairName(sold, bought) });
    }
    return calls.length === 0 ? notDue("every auction that runs is needed") : dueNow(calls);
  }
}

/** What a transaction about a pair is told apart by. */
export function pairName(sold: bigint, bought: bigint): string {
  return `${sold.toString()} for ${bought === DOLLAR_ASSET ? "plUSD" : bought.toString()}`;
}
