import type { BaseContract } from "ethers";

import type { MockV3Aggregator } from "../../types/contracts/index.js";
import { listPinned } from "./risk.js";
import { at, type World } from "./world.js";

/** How a token beyond the world's own is listed. */
export interface ListingOptions {
  /** Decimals of the ledger unit. */
  unitDecimals?: number;
  /** {USD/tok} 8 decimals */
  price?: bigint;
}

/** Makes an asset number known to oracle and risk model at `price`, without listing it in the engine. */
export async function prepareAsset(
  world: World,
  asset: number,
  options: ListingOptions = {},
): Promise<MockV3Aggregator> {
  const { unitDecimals = 8, price = 100_00000000n } = options;
  const feed = await world.ethers.deployContract("MockV3Aggregator", [8, price]);
  await world.oracle.listFeed(asset, {
    feed: await feed.getAddress(),
    heartbeat: 3600,
    deviation: 50,
    minPrice: 10n ** 12n,
    maxPrice: 10n ** 24n,
  });
  await listPinned(
    world.risk,
    asset,
    unitDecimals,
    { minInitial: 500, maxInitial: 10_000, minMaintenance: 500, maxMaintenance: 10_000 },
    { initialHaircut: 2_000, maintenanceHaircut: 1_000, depth: 10n ** 16n },
  );
  return feed;
}

/** Lists any token as collateral number `asset`, with a live feed. */
export async function listToken(
  world: World,
  asset: number,
  token: BaseContract,
  options: ListingOptions = {},
): Promise<MockV3Aggregator> {
  const feed = await prepareAsset(world, asset, options);
  await world.engine.listAsset(asset, await token.getAddress(), 10n ** 17n);
  await world.treasury.setCapacity(asset, 10n ** 17n);
  return feed;
}

/** Ways in which a feed can fail. */
export const BREAKAGES = [
  "reverts",
  "eats all gas",
  "answers nothing",
  "zero",
  "negative",
  "out of band",
  "stale",
] as const;
export type Breakage = (typeof BREAKAGES)[number];

/** Bytecode that does nothing good. */
const CODES: Partial<Record<Breakage, string>> = {
  reverts: "0x60006000fd",
  // A loop without an end.
  "eats all gas": "0x5b600056",
  "answers nothing": "0x00",
};

/** Breaks the feed of one of the world's assets. */
export async function breakFeed(world: World, asset: number, how: Breakage): Promise<void> {
  await breakAggregator(world, at(world.assets, asset).feed, how);
}

/** Breaks any feed. */
export async function breakAggregator(world: World, feed: MockV3Aggregator, how: Breakage): Promise<void> {
  const code = CODES[how];
  if (code !== undefined) {
    await world.connection.networkHelpers.setCode(await feed.getAddress(), code);
    return;
  }
  switch (how) {
    case "zero":
      await feed.updateAnswer(0n);
      return;
    case "negative":
      await feed.updateAnswer(-1n);
      return;
    case "out of band":
      await feed.updateAnswer(10n ** 17n);
      return;
    case "stale":
    case "reverts":
    case "answers nothing":
    case "eats all gas": {
      // The last three are broken by their code, above.
      const now = BigInt(await world.connection.networkHelpers.time.latest());
      await feed.updateRoundData(99n, await feed.latestAnswer(), now - 4_000n, now - 4_000n);
    }
  }
}
