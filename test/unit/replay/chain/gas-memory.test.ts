import { expect } from "chai";

import { MAX_TRANSACTION_GAS } from "../../../../replay/chain/chain.js";
import { GasMemory } from "../../../../replay/chain/gas-memory.js";
import type { NodeAnswer, Request } from "../../../../replay/chain/node.js";

const CALL = { to: "0xAA", from: "0xBB", data: "0x11223344" };
const REFUSED = { error: { code: 3, message: "it reverts" } };

/** What a call uses, and the least limit with which it goes through. {gas} */
interface Execution {
  readonly used: bigint;
  readonly needs: bigint;
}

describe("replay/chain: what transactions will need", () => {
  /** @param executions In turn, as whoever estimates finds them; undefined where it reverts. */
  function memory(executions: (Execution | undefined)[]): { gas: GasMemory; tries: () => number } {
    let tries = 0;
    let now: Execution | undefined;
    const ask = ({ method, params }: Request): Promise<NodeAnswer> => {
      if (method === "debug_traceCall") {
        now = executions.shift();
        return Promise.resolve({
          result: now === undefined ? { gasUsed: "0x1", error: "no" } : { gasUsed: hex(now.used) },
        });
      }
      if (method !== "eth_call") return Promise.resolve(REFUSED);
      tries += 1;
      const { gas } = (params as [{ gas: string }])[0];
      return Promise.resolve(now !== undefined && BigInt(gas) >= now.needs ? { result: "0x" } : REFUSED);
    };
    return { gas: new GasMemory({ ask }), tries: () => tries };
  }
  const hex = (amount: bigint): string => `0x${amount.toString(16)}`;
  const limit = async (gas: GasMemory, call: object = CALL): Promise<bigint> => {
    const answer = await gas.estimate(call);
    if ("error" in answer) throw new Error(answer.error.message);
    return BigInt(answer.result as string);
  };

  it("finds the least limit to a thousandth, never one that does not suffice", async () => {
    for (const [used, needs] of [
      [100_000n, 100_000n],
      [100_000n, 100_001n],
      [100_000n, 153_846n],
      [21_000n, 1_000_000n],
      [9_000_000n, MAX_TRANSACTION_GAS],
    ] as const) {
      const found = await limit(memory([{ used, needs }]).gas);
      expect(found >= needs && found * 999n <= needs * 1_000n, `${needs.toString()}: ${found.toString()}`).to.equal(
        true,
      );
    }
  });

  it("searches once, and then puts what is used in proportion, rounded up", async () => {
    const alike = [100_000n, 103_000n, 100_001n].map((used) => ({ used, needs: 150_000n }));
    const { gas, tries } = memory(alike);
    const first = await limit(gas);
    const searched = tries();
    expect(await limit(gas)).to.equal((first * 103_000n + 99_999n) / 100_000n);
    expect(await limit(gas)).to.equal((first * 100_001n + 99_999n) / 100_000n);
    expect(tries()).to.equal(searched);
  });

  it("searches again for another function, other lengths, and what uses an eighth more", async () => {
    const one = { used: 100_000n, needs: 150_000n };
    const { gas, tries } = memory([one, one, one, { used: 112_600n, needs: 400_000n }]);
    const calls = [CALL, { ...CALL, data: "0x55667788" }, { ...CALL, data: `${CALL.data}${"00".repeat(64)}` }];
    for (const call of calls) {
      const before = tries();
      await limit(gas, call);
      expect(tries()).to.be.above(before);
    }
    expect(await limit(gas)).to.be.within(400_000n, 401_000n);
  });

  it("is refused what reverts now, whatever is known, and what no limit suffices for", async () => {
    const { gas } = memory([
      { used: 100_000n, needs: 150_000n },
      undefined,
      { used: 9_000_000n, needs: MAX_TRANSACTION_GAS + 1n },
    ]);
    await limit(gas);
    expect(await gas.estimate(CALL)).to.deep.equal(REFUSED);
    expect(await gas.estimate(CALL)).to.deep.equal(REFUSED);
  });
});
