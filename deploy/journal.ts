/** What Ignition remembers of a deployment to a local node, and whether the node remembers it too: local nodes start empty every time. */

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { EthereumProvider } from "hardhat/types/providers";
import { z } from "zod";

/** Ignition's files of one deployment; address books lie beside them. */
const JOURNAL = ["journal.jsonl", "deployed_addresses.json", "artifacts", "build-info"];

const deployedSchema = z.record(z.string().startsWith("0x"));

/** Whether there is a contract, at the latest block or at `block`. */
export async function hasCode(
  provider: EthereumProvider,
  address: string,
  block: number | "latest" = "latest",
): Promise<boolean> {
  const at = block === "latest" ? block : `0x${block.toString(16)}`;
  return (await provider.request({ method: "eth_getCode", params: [address, at] })) !== "0x";
}

/** The block in which the contract was deployed, found by halving. */
export async function firstBlockOf(provider: EthereumProvider, address: string): Promise<number> {
  let [low, high] = [0, Number((await provider.request({ method: "eth_blockNumber", params: [] })) as string)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await hasCode(provider, address, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function recorded(folder: string): string[] {
  try {
    return Object.values(
      deployedSchema.parse(JSON.parse(readFileSync(join(folder, "deployed_addresses.json"), "utf8"))),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * Drops Ignition's journal in `folder` unless the chain has everything that it says was deployed: with the journal of a node that has ended,
 * Ignition would deploy nothing and report success. For local nodes only.
 * @returns Whether it was dropped.
 */
export async function forgetVanished(provider: EthereumProvider, folder: string): Promise<boolean> {
  const addresses = recorded(folder);
  const there = await Promise.all(addresses.map((address) => hasCode(provider, address)));
  if (addresses.length > 0 && there.every(Boolean)) return false;
  for (const name of JOURNAL) rmSync(join(folder, name), { recursive: true, force: true });
  return true;
}
