/** The feeds that prices come from. */

import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import { concat, getBytes, zeroPadBytes } from "ethers";

import { npmArtifact } from "../../../deploy/artifacts.js";
import { oneSlotFeed, type FeedMaker, type SettableFeed } from "../../../test/support/whole-world.js";
import { ask, deployForeign, tell } from "./foreign.js";

/** Which feeds a table is measured with. */
export const FEED_KINDS = ["oneSlot", "proxied"] as const;

export type FeedKind = (typeof FEED_KINDS)[number];

/** Eighth byte of a data id: a number of 8 decimals (0x20 is none). */
const EIGHT_DECIMALS = 0x28;

/**
 * Makes feeds as consumers find them in production: Chainlink's proxy, which asks the aggregator behind it. That is Chainlink's own cache of
 * answers, to which its workflows report and which serves all proxies.
 * @param directory Where the artifacts are.
 */
function proxiedFeeds(directory: string): FeedMaker {
  let cacheOf: Promise<Awaited<ReturnType<typeof deployCache>>> | undefined;
  let made = 0;

  async function deployCache(ethers: HardhatEthers) {
    const [reporter] = await ethers.getSigners();
    if (reporter === undefined) throw new Error("no account");
    const cache = await deployForeign(ethers, npmArtifact(`${directory}/DataFeedsCache.json`));
    await tell(cache, "setFeedAdmin", reporter.address, true);
    return { cache, reporter };
  }

  return async (ethers, answer): Promise<SettableFeed> => {
    cacheOf ??= deployCache(ethers);
    const { cache, reporter } = await cacheOf;
    const number = ++made;
    const id = zeroPadBytes(Uint8Array.from([1, 0, 0, 0, 0, 0, number, EIGHT_DECIMALS]), 16);
    // What a report comes from: sender, workflow owner, its name.
    const name = new Uint8Array(10).fill(1);
    const source = {
      allowedSender: reporter.address,
      allowedWorkflowOwner: reporter.address,
      allowedWorkflowName: name,
    };
    await tell(cache, "setDecimalFeedConfigs", [id], ["price"], [source]);
    const proxied = npmArtifact(`${directory}/DataFeedsLegacyAggregatorProxy.json`);
    const proxy = await deployForeign(ethers, proxied, [cache.target]);
    await tell(cache, "updateDataIdMappingsForProxies", [proxy.target], [id]);
    // [workflow 32 | name 10 | owner 20 | report 2]
    const metadata = concat([new Uint8Array(32), name, reporter.address, new Uint8Array(2)]);
    const set = async (price: bigint): Promise<void> => {
      const block = await ethers.provider.getBlock("latest");
      const report = ethers.AbiCoder.defaultAbiCoder().encode(
        ["tuple(bytes32,uint32,uint224)[]"],
        [[[zeroPadBytes(getBytes(id), 32), block?.timestamp ?? 0, price]]],
      );
      await tell(cache, "onReport", metadata, report);
      const said = await ask<bigint>(proxy, "latestAnswer");
      if (said !== price) throw new Error(`a proxied feed says ${said} instead of ${price}`);
    };
    await set(answer);
    return { getAddress: () => proxy.getAddress(), set };
  };
}

/** Makes feeds of a kind. */
export function feedMaker(kind: FeedKind, directory: string): FeedMaker {
  return kind === "oneSlot" ? oneSlotFeed : proxiedFeeds(directory);
}
