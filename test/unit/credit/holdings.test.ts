import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { at, deployWorld, MAX_UINT256, WAD } from "../../support/world.js";

const UNITS = 10n ** 8n;

describe("CreditEngine.holdings", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    const batch = await w.ethers.deployContract("CallBatch");
    const { token } = at(w.assets, 0);
    const engine = w.engine.interface;
    const engineAddress = await w.engine.getAddress();
    const whale = await batch.getAddress();
    await token.mint(whale, 100n * WAD);
    await batch.run([
      {
        target: await token.getAddress(),
        data: token.interface.encodeFunctionData("approve", [engineAddress, MAX_UINT256]),
      },
    ]);

    const call = (data: string) => ({ target: engineAddress, data });
    const put = (amount: bigint) => call(engine.encodeFunctionData("deposit", [0, amount, whale]));
    const take = (amount: bigint) => call(engine.encodeFunctionData("withdraw", [0, amount, whale, whale]));
    const look = call(engine.encodeFunctionData("holdings", [1]));
    /** What each look within one transaction sees. {ledger} */
    async function seen(calls: { target: string; data: string }[]): Promise<bigint[]> {
      const answers = await batch.run.staticCall(calls);
      return calls.flatMap((each, i) =>
        each === look ? (engine.decodeFunctionResult("holdings", at(answers, i)).toArray(true)[0] as bigint[]) : [],
      );
    }
    return { ...w, batch, put, take, look, seen };
  });

  it("are the totals of deposits, by ascending number; nothing of what is not known", async () => {
    const { engine, alice, bob } = world();
    await world().deposit(alice, 0, 3n * WAD);
    await world().deposit(bob, 0, WAD);
    await world().deposit(bob, 1, 5n);
    expect(await engine.holdings(0b11n)).to.deep.equal([4n * UNITS, 5n]);
    expect(await engine.holdings((1n << 15n) | 1n)).to.deep.equal([4n * UNITS, 0n]);
    expect(await engine.holdings(1n << 200n)).to.deep.equal([0n]);
    expect(await engine.holdings(0n)).to.deep.equal([]);
  });

  it("do not count what is deposited for the moment of a look, nor miss what is withdrawn for it", async () => {
    const { alice, batch, put, take, look, seen } = world();
    await world().deposit(alice, 0, WAD);
    expect(await seen([look, put(50n * WAD), look, take(50n * WAD), look])).to.deep.equal([UNITS, UNITS, UNITS]);

    await batch.run([put(50n * WAD)]);
    expect(await seen([look, take(50n * WAD), look, put(50n * WAD), look])).to.deep.equal(
      Array.from({ length: 3 }, () => 51n * UNITS),
    );
    // Part by part, and one asset says nothing of another.
    expect(await seen([take(20n * WAD), put(60n * WAD), look, take(10n * WAD), look])).to.deep.equal([
      51n * UNITS,
      51n * UNITS,
    ]);
  });

  it("count what stays, from the next transaction on", async () => {
    const { engine, batch, put, take } = world();
    await batch.run([put(50n * WAD)]);
    expect(await engine.holdings(1)).to.deep.equal([50n * UNITS]);
    await batch.run([take(20n * WAD), put(5n * WAD)]);
    expect(await engine.holdings(1)).to.deep.equal([35n * UNITS]);
  });
});
