/** The engine's events, as a node tells them. */

import type { Block, Provider } from "ethers";

import { present } from "../sdk/present.js";
import { TOPICS } from "./fold.js";
import type { ChainReader, Header } from "./types.js";

export function headerOf(block: Pick<Block, "number" | "hash" | "parentHash">): Header {
  return { number: block.number, hash: present(block.hash, "block hash"), parentHash: block.parentHash };
}

export function engineEvents(provider: Provider, engine: string): ChainReader {
  const filter = { address: engine, topics: [[...TOPICS]] };
  return {
    header: async (number) => {
      const block = await provider.getBlock(number);
      return block === null ? undefined : headerOf(block);
    },
    eventsIn: async (blockHash) => await provider.getLogs({ ...filter, blockHash }),
    eventsBetween: async (fromBlock, toBlock) => await provider.getLogs({ ...filter, fromBlock, toBlock }),
  };
}
