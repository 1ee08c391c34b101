import { expect } from "chai";

import { GasMemory } from "../../../../replay/chain/gas-memory.js";
import type { NodeAnswer, Request } from "../../../../replay/chain/node.js";

const CALL = { to: "0xAA", from: "0xBB", data: "0x11223344" };

describe("replay/chain: what transactions will need", () => {
  /** @param used By each execution in turn; undefined where it reverts. @param limits That the node finds, in turn. */
  function memory(used: (bigint | undefined)[], limits: bigint[]): { gas: GasMemory; searches: () => number } {
    let searches = 0;
    const ask = ({ method }: Request): Promise<NodeAnswer> => {
      if (method === "debug_traceCall") {
        const amount = used.shift();
        const result =
          amount === undefined ? { gasUsed: "0x1", error: "execution reverted" } : { gasUsed: hex(amount) };
        return Promise.resolve({ result });
      }
      searches += 1;
      const limit = limits.shift();
      return Promise.resolve(
        limit === undefined ? { error: { code: 3, message: "it reverts" } } : { result: hex(limit) },
      );
    };
    return { gas: new GasMemory({ ask }), searches: () => searches };
  }
  const hex = (amount: bigint): string => `0x${amount.toString(16)}`;

  it("has the node search once, and then puts what is used in proportion, rounded up", async () => {
    const { gas, searches } = memory([100_000n, 103_000n, 100_001n], [150_000n]);
    expect(await gas.estimate(CALL)).to.deep.equal({ result: hex(150_000n) });
    expect(await gas.estimate(CALL)).to.deep.equal({ result: hex(154_500n) });
    expect(await gas.estimate(CALL)).to.deep.equal({ result: hex(150_002n) });
    expect(searches()).to.equal(1);
  });

  it("has it search again for another function, other lengths, and what uses an eighth more", async () => {
    const { gas, searches } = memory([100_000n, 100_000n, 100_000n, 112_600n], [1n, 2n, 3n, 4n]);
    await gas.estimate(CALL);
    await gas.estimate({ ...CALL, data: "0x55667788" });
    await gas.estimate({ ...CALL, data: `${CALL.data}${"00".repeat(64)}` });
    expect(await gas.estimate(CALL)).to.deep.equal({ result: hex(4n) });
    expect(searches()).to.equal(4);
  });

  it("is refused what reverts now, whatever is known", async () => {
    const { gas } = memory([100_000n, undefined], [150_000n]);
    await gas.estimate(CALL);
    expect(await gas.estimate(CALL)).to.have.nested.property("error.message", "it reverts");
  });
});
