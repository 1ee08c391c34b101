/** Events, as a node tells them. */

import type { Block, Provider } from "ethers";

import { present } from "../sdk/present.js";
import { TOPICS } from "./fold.js";
import type { ChainReader, Header } from "./types.js";

export function headerOf(block: Pick<Block, "number" | "hash" | "parentHash" | "timestamp">): Header {
  const { number, parentHash, timestamp } = block;
  return { number, hash: present(block.hash, "block hash"), parentHash, timestamp };
}

/** The events that positions follow from. */
export function engineEvents(provider: Provider, engine: string): ChainReader {
  return eventsOf(provider, [engine], TOPICS);
}

/** Events of these contracts with these hashes. */
export function eventsOf(provider: Provider, address: readonly string[], hashes: readonly string[]): ChainReader {
  const filter = { address: [...address], topics: [[...hashes]] };
  return {
    header: async (number) => {
      const block = await provider.getBlock(number);
      return block === null ? undefined : headerOf(block);
    },
    eventsIn: async (blockHash) => await provider.getLogs({ ...filter, blockHash }),
    eventsBetween: async (fromBlock, toBlock) => await provider.getLogs({ ...filter, fromBlock, toBlock }),
  };
}
