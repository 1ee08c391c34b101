import { expect } from "chai";
import { toBeHex, type Filter, type Log, type Provider } from "ethers";

import { AuctionBook } from "../../../keeper/jobs/auctions.js";
import type { Head } from "../../../keeper/desk.js";
import type { ReserveContracts } from "../../../keeper/reserve-contracts.js";

/** A chain of blocks by hash, with how often each place in them tells of an auction, and what the contract lists at its head. */
class Blocks {
  readonly logs: Pick<Log, "blockHash" | "blockNumber" | "index">[] = [];
  left = 0n;
  /** How often the contract was asked. */
  lists = 0;
  /** Ranges that the node was asked about. */
  readonly asked: [number, number][] = [];
  isDown = false;

  tell(blockNumber: number, branch = 0): void {
    this.logs.push({ blockNumber, blockHash: toBeHex(blockNumber * 10 + branch, 32), index: 0 });
    this.left += 1n;
  }

  /** Another branch takes over from a block on, in which nothing is told. */
  replaceFrom(blockNumber: number): void {
    const kept = this.logs.filter((log) => log.blockNumber < blockNumber);
    this.left -= BigInt(this.logs.length - kept.length);
    this.logs.splice(0, this.logs.length, ...kept);
  }

  get book(): AuctionBook {
    const provider = {
      getLogs: ({ fromBlock, toBlock }: Filter) => {
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        this.asked.push([from, to]);
        return Promise.resolve(this.logs.filter((log) => log.blockNumber >= from && log.blockNumber <= to));
      },
    } as unknown as Provider;
    const rebalancer = {
      auctions: () => {
        this.lists++;
        if (this.isDown) return Promise.reject(new Error("no answer"));
        return Promise.resolve([{ sold: 0n, bought: 1n, left: this.left, startedAt: 0n, endsAt: 0n, scale: 10_000n }]);
      },
    };
    return new AuctionBook({ rebalancer } as unknown as ReserveContracts, provider, toBeHex(1, 20));
  }
}

const at = (number: number): Head => ({ number, timestamp: number * 12, baseFee: 0n });
const leftOf = async (book: AuctionBook, number: number): Promise<bigint | undefined> =>
  (await book.running(at(number)))[0]?.left;

describe("keeper: the book of auctions", () => {
  it("asks the contract at first and after events, and reads none from before it began", async () => {
    const blocks = new Blocks();
    blocks.tell(3);
    const { book } = blocks;
    expect(await leftOf(book, 1_000_000)).to.equal(1n);
    expect(blocks.asked).to.deep.equal([[999_968, 1_000_000]]);
    for (let number = 1_000_001; number < 1_000_100; number++) expect(await leftOf(book, number)).to.equal(1n);
    expect(blocks.lists).to.equal(1);
    blocks.tell(1_000_100);
    expect(await leftOf(book, 1_000_100)).to.equal(2n);
    // Also long after, when that event is read no more.
    for (let number = 1_000_101; number < 1_000_200; number++) expect(await leftOf(book, number)).to.equal(2n);
    expect(blocks.lists).to.equal(2);
  });

  it("asks again when a block that told of one was replaced, by another that does too or by none", async () => {
    const blocks = new Blocks();
    const { book } = blocks;
    await leftOf(book, 100);
    blocks.tell(101);
    expect(await leftOf(book, 105)).to.equal(1n);
    blocks.replaceFrom(101);
    blocks.tell(101, 1);
    blocks.left = 7n;
    expect(await leftOf(book, 106)).to.equal(7n);
    blocks.replaceFrom(100);
    expect(await leftOf(book, 107)).to.equal(6n);
    expect(blocks.lists).to.equal(4);
    // A head that goes back by more than is read again at a time.
    blocks.tell(108);
    expect(await leftOf(book, 108)).to.equal(7n);
    blocks.replaceFrom(50);
    expect(await leftOf(book, 60)).to.equal(6n);
  });

  it("asks again at the next block where the contract could not be asked", async () => {
    const blocks = new Blocks();
    const { book } = blocks;
    await leftOf(book, 100);
    blocks.tell(101);
    blocks.isDown = true;
    const failure = await book.running(at(101)).catch((error: unknown) => error);
    expect(failure).to.be.an("error").with.property("message", "no answer");
    blocks.isDown = false;
    expect(await leftOf(book, 102)).to.equal(1n);
  });
});
