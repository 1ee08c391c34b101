/** Measures everything on one kind of feeds: all protocols on one chain, with the same tokens and the same feeds. */

import { fileURLToPath } from "node:url";

import { at } from "../../../test/support/world.js";
import { buildForeign } from "../../foreign/compile.js";
import { deployAave } from "./aave.js";
import { newBench } from "./chain.js";
import { feedMaker, type FeedKind } from "./feeds.js";
import type { Figures } from "./figures.js";
import { AFTER_CRASH, measureLending } from "./measure.js";
import { deployMorpho } from "./morpho.js";
import { measureObservations, measureReserve } from "./own.js";
import { COLLATERAL_PRICE, deployPlimsoll, plimsoll } from "./plimsoll.js";
import { FEEDS, MORPHO } from "./sources.js";

/** Where compiled code of others is kept. */
const directory = (name: string): string => fileURLToPath(new URL(`../../../cache/peers/${name}`, import.meta.url));

/** {USD/tok} 8 decimals */
const LOAN_PRICE = 10n ** 8n;

/** Compiles what is measured beside us, unless it is there already. */
export async function buildPeers(): Promise<void> {
  await buildForeign(MORPHO, directory("morpho"));
  await buildForeign(FEEDS, directory("feeds"));
}

/** @param peers Whether the peers are measured as well; they must have been built then. */
export async function measureAll(kind: FeedKind, peers: boolean): Promise<Figures> {
  const figures: Figures = {};
  const makeFeeds = () => feedMaker(kind, directory("feeds"));
  const bench = await newBench();
  const makeFeed = makeFeeds();
  const world = await deployPlimsoll(bench, makeFeed);
  const lendings = (
    [
      ["plimsoll1", 1],
      ["plimsoll3", 3],
      ["plimsoll8", 8],
    ] as const
  ).map(([column, collaterals]) => plimsoll(world, column, collaterals));
  if (peers) {
    const [collateral, feed] = [at(world.tokens, 0), at(world.feeds, 0)];
    const loan = await bench.ethers.deployContract("TestToken", ["USD", 18]);
    const loanFeed = await makeFeed(bench.ethers, LOAN_PRICE);
    lendings.push(await deployMorpho(bench, directory("morpho"), collateral, loan, feed));
    lendings.push(await deployAave(bench, collateral, loan, feed, loanFeed));
  }
  const crash = async (collaterals: number) => {
    const price = (COLLATERAL_PRICE * AFTER_CRASH.numerator) / AFTER_CRASH.denominator;
    for (const feed of world.feeds.slice(0, collaterals)) await feed.set(price);
  };
  for (const lending of lendings) {
    // Each finds the chain as it was before the others.
    const snapshot = await bench.connection.networkHelpers.takeSnapshot();
    await measureLending(bench, lending, figures, {
      settle: () => world.look(),
      crash: () => crash(lending.collaterals),
    });
    await snapshot.restore();
  }
  await bench.connection.close();
  await measureReserve(figures, makeFeeds);
  // With a feed of their own.
  if (kind === "oneSlot") await measureObservations(figures);
  return figures;
}
