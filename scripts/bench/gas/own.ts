/** Operations that only this protocol has: the reserve's, auctions, and what keepers do by the hour. */

import type { ContractTransactionResponse } from "ethers";

import { book, BTC, ETH, moved, running, unbalance, USDC } from "../../../test/support/gas-world.js";
import { deployRisk } from "../../../test/support/risk-world.js";
import { UNIT } from "../../../test/support/sheet-world.js";
import type { FeedMaker } from "../../../test/support/whole-world.js";
import { MAX_UINT256, WAD } from "../../../test/support/world.js";
import { newBench, NothingMeasured } from "./chain.js";
import { note, type Figures, type Operation } from "./figures.js";

/** Assets of the reserve that exchanges and auctions are measured with. */
const FEW = 3;

async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new NothingMeasured("a transaction was not mined");
  return Number(receipt.gasUsed);
}

/** Measures what the reserve's assets are needed for; `makeFeed` makes their feeds. */
export async function measureReserve(figures: Figures, makeFeed: () => FeedMaker): Promise<void> {
  const measure = async (
    operation: Operation,
    sent: () => Promise<ContractTransactionResponse>,
    read: () => Promise<bigint>,
  ) => {
    const before = await read();
    const gas = await gasOf(sent());
    if ((await read()) === before) throw new NothingMeasured(`${operation} did nothing`);
    note(figures, operation, "plimsoll", gas);
  };

  const exchange = await newBench();
  const few = await running(FEW, exchange.connection, makeFeed());
  const { reserve, rebalancer, dollar, alice, bob, networkHelpers } = few;
  const dollars = () => dollar.balanceOf(alice);
  await measure("issue", () => reserve.connect(alice).issue(USDC, 1_000n * WAD, 0, alice.address), dollars);
  await measure("redeem", () => reserve.connect(alice).redeem(USDC, 100n * WAD, 0, alice.address), dollars);
  await unbalance(few, FEW, ETH);
  // The first auctions of all set slots that later ones only change.
  await rebalancer.open(BTC, USDC);
  const ether = () => few.tokens[ETH]?.balanceOf(bob) ?? Promise.resolve(0n);
  const fill = (amount: bigint) =>
    rebalancer.connect(bob).fill(ETH, USDC, amount * UNIT, MAX_UINT256, bob.address, "0x");
  await rebalancer.open(ETH, USDC);
  await networkHelpers.time.increase(600);
  await fill(20n);
  await networkHelpers.time.increase(1_801);
  await rebalancer.close(ETH, USDC);
  await measure(
    "auctionOpen",
    () => rebalancer.open(ETH, USDC),
    async () => (await rebalancer.auction(ETH, USDC)).startedAt,
  );
  await networkHelpers.time.increase(600);
  await measure("auctionFill", () => fill(5n), ether);
  await exchange.connection.close();

  const books = await newBench();
  const many = await running(8, books.connection, makeFeed());
  await many.networkHelpers.time.increase(60);
  await measure(
    "refresh8",
    () => many.sheet.refresh(),
    async () => (await many.sheet.stored()).takenAt,
  );
  await books.connection.close();
}

/** Measures observations, with Chainlink's `MockV3Aggregator`; of four, at other prices each, the dearest counts. */
export async function measureObservations(figures: Figures): Promise<void> {
  for (const count of [8, 16] as const) {
    const world = await deployRisk(book(count));
    let time = (await world.now()) + 3_600n;
    let most = 0;
    for (let round = 0; round < 4; round++) {
      const gas = await gasOf(world.observeAt(time, moved(book(count), round)));
      const [observedAt] = await world.risk.observation();
      if (observedAt !== time) throw new NothingMeasured("an observation did not take place");
      most = Math.max(most, gas);
      time += 3_600n;
    }
    note(figures, count === 8 ? "observe8" : "observe16", "plimsoll", most);
    await world.connection.close();
  }
}
