/** How the reserve got back to its targets, and what it cost, read from the chain. */

import type { Provider } from "ethers";

import { AUCTIONS } from "../../deploy/parameters/reserve.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { present } from "../../sdk/present.js";
import { IRebalancer__factory, type IRebalancer } from "../../types/contracts/index.js";

const rebalancerAbi = IRebalancer__factory.createInterface();
const WATCHED = [rebalancerAbi.getEvent("AuctionOpened").topicHash, rebalancerAbi.getEvent("AuctionFilled").topicHash];
const BPS = 10_000n;

/** Follows auctions and weights. Amounts in USD with 18 decimals, at the oracle's mid prices of each fill. */
export class Rebalancing {
  opened = 0;
  fills = 0;
  /** What was sold. */
  traded = 0n;
  /** What was paid less for it than it was worth; negative where bidders paid more. */
  lost = 0n;
  /** Assets outside their bands at the last look. */
  offTarget = 0;
  /** Longest time on end that any was. {s} */
  longestOff = 0;

  readonly #provider: Provider;
  readonly #rebalancer: IRebalancer;
  readonly #address: string;
  #offSince: number | undefined;
  #openedBefore = 0;
  /** When it was first seen that the last auction had been opened, and the last look. (unix seconds) */
  #openedAt = -Infinity;
  #lookedAt = 0;

  constructor(provider: Provider, addresses: AddressBook) {
    this.#provider = provider;
    this.#address = addresses.contracts.rebalancer;
    this.#rebalancer = IRebalancer__factory.connect(this.#address, provider);
  }

  /** Whether an auction may be running: something is outside, and not so long ago one was opened. */
  get isRunning(): boolean {
    return this.offTarget > 0 && this.#lookedAt <= this.#openedAt + AUCTIONS.duration;
  }

  /** What rebalancing cost, as a part of what was traded; negative where it earned. bps, rounded away from zero */
  get costBps(): number {
    if (this.traded === 0n) return 0;
    const size = (abs(this.lost) * BPS + this.traded - 1n) / this.traded;
    return Number(this.lost < 0n ? -size : size);
  }

  /** Reads the auctions of the blocks `from`..`to`, if there are any. */
  async read(from: number, to: number): Promise<void> {
    if (from > to) return;
    const logs = await this.#provider.getLogs({
      address: this.#address,
      topics: [WATCHED],
      fromBlock: from,
      toBlock: to,
    });
    for (const log of logs) {
      const { name, args } = present(rebalancerAbi.parseLog(log));
      if (name === "AuctionOpened") {
        this.opened += 1;
        continue;
      }
      const [given, received] = [args.valueGiven as bigint, args.valueReceived as bigint];
      this.fills += 1;
      this.traded += given;
      this.lost += given - received;
    }
  }

  /** Looks at the weights as of `time`, the chain's. */
  async look(time: number): Promise<void> {
    this.offTarget = Number(await this.#rebalancer.offTarget());
    if (this.opened > this.#openedBefore) this.#openedAt = time;
    this.#openedBefore = this.opened;
    this.#lookedAt = time;
    if (this.offTarget === 0) {
      this.#offSince = undefined;
      return;
    }
    this.#offSince ??= time;
    this.longestOff = Math.max(this.longestOff, time - this.#offSince);
  }
}

function abs(x: bigint): bigint {
  return x < 0n ? -x : x;
}
