/** Why keepers' transactions reverted: mostly since the other key had done the same work in the same block, or just before. */

import type { World } from "../../replay/scenario/world.js";
import type { Key } from "./ledger.js";

/** So many blocks before, work may have been done that a transaction was still on its way for. */
const BEFORE = 3;

interface Tried {
  readonly key: string;
  /** What it called, by the first bytes of the call: the two keys have contracts of their own, with the same functions. */
  readonly what: string;
  readonly block: number;
  readonly succeeded: boolean;
}

export interface Reverts {
  readonly total: number;
  /** Another key, or the same, had done the like within {@link BEFORE} blocks. */
  readonly overtaken: number;
  /** Blocks and calls of the rest. */
  readonly others: readonly string[];
}

export async function revertsOf({ provider }: World, keys: readonly Key[], from: number): Promise<Reverts> {
  const senders = new Map(keys.map(({ wallet, name }) => [wallet.address, name]));
  const tried: Tried[] = [];
  const last = await provider.getBlockNumber();
  for (let number = from; number <= last; number++) {
    const block = await provider.getBlock(number, true);
    for (const transaction of block?.prefetchedTransactions ?? []) {
      const key = senders.get(transaction.from);
      if (key === undefined) continue;
      const receipt = await provider.getTransactionReceipt(transaction.hash);
      const what = transaction.data.slice(0, 10);
      tried.push({ key, what, block: number, succeeded: receipt?.status === 1 });
    }
  }
  const reverted = tried.filter(({ succeeded }) => !succeeded);
  const others = reverted.filter(
    ({ what, block }) => !tried.some((other) => other.succeeded && other.what === what && within(other.block, block)),
  );
  return {
    total: reverted.length,
    overtaken: reverted.length - others.length,
    others: others.map(({ key, what, block }) => `${key}, block ${block.toString()}, call ${what}`),
  };
}

function within(done: number, block: number): boolean {
  return done <= block && done >= block - BEFORE;
}
