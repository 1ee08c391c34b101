import { expect } from "chai";
import type { Filter, Log, Provider } from "ethers";

import { LogReader } from "../../../keeper/logs.js";

const ADDRESS = "0x00000000000000000000000000000000000000aa";

/** A node whose logs are at these blocks, named by number; and what it was asked for. */
function node(blocks: number[]) {
  const asked: [number, number][] = [];
  const chain = { blocks, fails: false };
  const getLogs = (filter: Filter): Promise<Log[]> => {
    const [from, to] = [Number(filter.fromBlock), Number(filter.toBlock)];
    asked.push([from, to]);
    if (chain.fails) return Promise.reject(new Error("the node is gone"));
    const found = chain.blocks.filter((b) => b >= from && b <= to).map((blockNumber) => ({ blockNumber }));
    return Promise.resolve(found as unknown as Log[]);
  };
  return { asked, chain, provider: { getLogs } as unknown as Provider };
}

const numbers = (logs: readonly Log[]): number[] => logs.map((log) => log.blockNumber);

describe("keeper: events", () => {
  it("reads every block once", async () => {
    const { asked, provider } = node([3, 7, 12]);
    const reader = new LogReader(provider, [ADDRESS], [], 2);
    expect(numbers(await reader.read(10))).to.deep.equal([3, 7]);
    expect(numbers(await reader.read(12))).to.deep.equal([12]);
    expect(await reader.read(12)).to.deep.equal([]);
    expect(asked).to.deep.equal([
      [2, 10],
      [11, 12],
    ]);
  });

  it("asks for so many blocks at a time", async () => {
    const { asked, provider } = node([]);
    await new LogReader(provider, [ADDRESS], [], 0).read(12_000);
    expect(asked).to.deep.equal([
      [0, 4_999],
      [5_000, 9_999],
      [10_000, 12_000],
    ]);
  });

  it("asks again for all of it after the node failed", async () => {
    const { chain, provider } = node([1]);
    const reader = new LogReader(provider, [ADDRESS], [], 0);
    chain.fails = true;
    let failed = false;
    await reader.read(5).catch(() => (failed = true));
    expect(failed).to.equal(true);
    chain.fails = false;
    expect(numbers(await reader.read(5))).to.deep.equal([1]);
  });

  it("finds what a reorganisation put where it has read already, if told to look back", async () => {
    const { asked, chain, provider } = node([5]);
    const forgetful = new LogReader(provider, [ADDRESS], [], 0);
    const careful = new LogReader(provider, [ADDRESS], [], 4, 3);
    expect(numbers(await forgetful.read(10))).to.deep.equal([5]);
    expect(numbers(await careful.read(10))).to.deep.equal([5]);
    chain.blocks.push(9);
    expect(numbers(await forgetful.read(11))).to.deep.equal([]);
    expect(numbers(await careful.read(11))).to.deep.equal([9]);
    // A chain that became shorter meanwhile loses nothing either.
    expect(numbers(await careful.read(10))).to.deep.equal([9]);
    expect(numbers(await careful.read(12))).to.deep.equal([9]);
    // Never before the first block.
    expect(asked.filter(([from]) => from < 4)).to.deep.equal([[0, 10]]);
  });
});
