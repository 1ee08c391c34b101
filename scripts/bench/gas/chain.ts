/** A chain on which every transaction comes twelve seconds after the last block, so that what is measured does not depend on how fast it is measured. */

import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { newChain } from "../../../test/support/whole-world.js";

/** When chains begin: always at the same time, for the same reason. */
const BEGINNING = new Date("2026-01-01T00:30:00Z");
/** {s} */
const BLOCK = 12;

/** A call that an account makes. */
export interface Call {
  target: string;
  data: string;
}

/** A transaction did not do what it was measured for. */
export class NothingMeasured extends Error {
  override readonly name = "NothingMeasured";
}

export type Connection = Awaited<ReturnType<typeof newChain>>;

/** A chain, and who acts on it. */
export interface Bench {
  connection: Connection;
  ethers: HardhatEthers;
  /** Sends one transaction in a block of its own, 12 s after the last. @returns Its gas: intrinsic gas in it, refunds taken off. */
  send: (from: HardhatEthersSigner, call: Call) => Promise<number>;
  /** Sends several, unmeasured. */
  sendAll: (from: HardhatEthersSigner, calls: readonly Call[]) => Promise<void>;
}

/** A new chain. */
export async function newBench(): Promise<Bench> {
  const connection = await newChain(BEGINNING);
  const { ethers, networkHelpers } = connection;
  const send = async (from: HardhatEthersSigner, { target, data }: Call): Promise<number> => {
    await networkHelpers.time.setNextBlockTimestamp((await networkHelpers.time.latest()) + BLOCK);
    const receipt = await (await from.sendTransaction({ to: target, data })).wait();
    if (receipt === null) throw new NothingMeasured("a transaction was not mined");
    return Number(receipt.gasUsed);
  };
  const sendAll = async (from: HardhatEthersSigner, calls: readonly Call[]): Promise<void> => {
    for (const call of calls) await send(from, call);
  };
  return { connection, ethers, send, sendAll };
}
