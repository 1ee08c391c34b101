import { expect } from "chai";
import type { Filter, Log, Provider } from "ethers";

import { EventsBehind, LogReader, readAll } from "../../../keeper/logs.js";

const ADDRESS = "0x00000000000000000000000000000000000000aa";

/** A node whose logs are at these blocks, named by number; and what it was asked for. */
function node(blocks: number[]) {
  const asked: [number, number][] = [];
  const chain = { blocks, fails: false, most: Infinity };
  const getLogs = (filter: Filter): Promise<Log[]> => {
    const [from, to] = [Number(filter.fromBlock), Number(filter.toBlock)];
    asked.push([from, to]);
    if (chain.fails) return Promise.reject(new Error("the node is gone"));
    if (to - from + 1 > chain.most) return Promise.reject(new Error("range too large"));
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

  it("reads on to the end for whoever waits, however long it takes, and says how far it has come", async () => {
    const { asked, provider } = node([3, 7_000, 344_000]);
    // No time at all for each reading: it ends after one answer.
    const reader = new LogReader(provider, [ADDRESS], [], 0, 0, -1);
    const behind: string[] = [];
    const logs = await readAll(reader, 345_600, ({ message }) => void behind.push(message));
    expect(numbers(logs)).to.deep.equal([3, 7_000, 344_000]);
    expect(behind).to.have.length(asked.length - 1);
    expect(behind[0]).to.equal("events are read up to block 4999, 340601 blocks behind");
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

  it("asks for fewer blocks where the node does not allow so many, and for more again when it does", async () => {
    const { asked, chain, provider } = node([3, 2_500, 9_999]);
    chain.most = 1_000;
    const reader = new LogReader(provider, [ADDRESS], [], 0);
    expect(numbers(await reader.read(9_999))).to.deep.equal([3, 2_500, 9_999]);
    const told = asked.filter(([from, to]) => to - from < 1_000);
    expect(told.length).to.be.lessThan(20);
    expect(asked.length - told.length, "questions refused").to.be.lessThan(15);
    chain.most = Infinity;
    asked.length = 0;
    await reader.read(60_000);
    expect(Math.max(...asked.map(([from, to]) => to - from + 1))).to.be.greaterThan(1_500);
  });

  it("goes down to what the node allows, be it ten blocks or one, where nothing is read again later", async () => {
    for (const most of [10, 1]) {
      const { asked, chain, provider } = node([3, 150, 299]);
      chain.most = most;
      const reader = new LogReader(provider, [ADDRESS], [], 0, 0, 60_000, Infinity);
      expect(numbers(await reader.read(299))).to.deep.equal([3, 150, 299]);
      expect(asked.length, "questions").to.be.lessThan((2 * 300) / most + 20);
      chain.fails = true;
      asked.length = 0;
      expect(String(await reader.read(9_000).catch((error: unknown) => error))).to.match(/the node is gone/);
      expect(asked.length).to.be.lessThan(15);
    }
  });

  it("keeps what it has read when the node fails in the middle, and gets to the end whatever the node allows", async () => {
    const { asked, chain, provider } = node([1, 4_000, 6_000, 7_500]);
    const reader = new LogReader(provider, [ADDRESS], [], 0, 32);
    chain.most = 10;
    let failures = 0;
    let found: Log[] | undefined;
    for (let look = 0; found === undefined && look < 20; look++) {
      found = await reader.read(8_000).catch(() => {
        failures += 1;
        return undefined;
      });
    }
    expect(numbers(found!)).to.deep.equal([1, 4_000, 6_000, 7_500]);
    expect(failures).to.be.within(1, 3);
    // Every block was told once.
    const told = asked.filter(([from, to]) => to - from < 10).map(([from, to]) => to - from + 1);
    expect(told.reduce((sum, n) => sum + n, 0)).to.equal(8_001);
  });

  it("does not keep a look waiting: what is left is read in the next", async () => {
    const { asked, provider } = node([1, 12_000]);
    const reader = new LogReader(provider, [ADDRESS], [], 0, 0, -1);
    const errors: unknown[] = [];
    const read = async () => await reader.read(12_000).catch((error: unknown) => void errors.push(error));
    for (let look = 0; look < 2; look++) expect(await read()).to.equal(undefined);
    expect(numbers((await read())!)).to.deep.equal([1, 12_000]);
    expect(errors[0]).to.be.instanceOf(EventsBehind);
    expect(errors.map((error) => (error as Error).message)).to.deep.equal([
      "events are read up to block 4999, 7001 blocks behind",
      "events are read up to block 9999, 2001 blocks behind",
    ]);
    expect(asked).to.have.length(3);
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
