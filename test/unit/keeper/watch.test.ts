import { expect } from "chai";
import { BrowserProvider, Network, VoidSigner, type Eip1193Provider } from "ethers";
import { network } from "hardhat";

import { HealthScreen } from "../../../keeper/health/screen.js";
import { Keeper } from "../../../keeper/keeper.js";
import { Watch, type WatchedChain } from "../../../keeper/watch.js";
import type { AccountHealthStructOutput } from "../../../types/contracts/contracts/interfaces/ICreditLens.js";
import type { CrowdEngine } from "../../../types/contracts/index.js";

const WAD = 10n ** 18n;
const CHAIN_ID = 31_337;
/** Below it all accounts of the crowd fail. {USD/tok} */
const EDGE = 1_000n * WAD;

/** A keeper that only looks, on a chain with so many borrowers, and what nodes are asked. */
async function crowded(borrowers: number) {
  const connection = await network.create();
  const { ethers, networkHelpers } = connection;
  const engine: CrowdEngine = await ethers.deployContract("CrowdEngine");
  for (let open = 0; open < borrowers; open += 500) await engine.open(Math.min(500, borrowers - open));
  const address = await engine.getAddress();
  const lens = await ethers.deployContract("CreditLens", [address]);

  let asked: string[] = [];
  const inner = connection.provider;
  const counting: Eip1193Provider = {
    request: async ({ method, params = [] }): Promise<unknown> => {
      asked.push(method);
      return await inner.request({ method, params: params as unknown[] });
    },
  };
  const chainNetwork = Network.from(CHAIN_ID);
  const provider = new BrowserProvider(counting, chainNetwork, { cacheTimeout: -1, staticNetwork: chainNetwork });
  const keeper = new Keeper(
    {
      ...{ engine: address, oracle: address, risk: address, lens: await lens.getAddress() },
      ...{ liquidator: address, routes: [] },
    },
    { provider, signer: new VoidSigner(address, provider), execute: false },
  );

  /** What a look at a new block asks. */
  async function look(): Promise<{ failing: number; borrowers: number; asked: string[] }> {
    asked = [];
    const tick = await keeper.tick();
    return { failing: tick.failing, borrowers: tick.borrowers, asked: asked.sort() };
  }
  return { connection, engine, networkHelpers, look };
}

describe("keeper: what nodes are asked", function () {
  this.timeout(60_000);

  it("does not depend on how many borrow: 10 or 2,000, at a quiet block and when prices move", async () => {
    const seen: string[][][] = [];
    for (const count of [10, 2_000]) {
      const { connection, engine, networkHelpers, look } = await crowded(count);
      const first = await look();
      expect(first.borrowers).to.equal(count);
      await networkHelpers.mine();
      const quiet = await look();
      await engine.setHigh((EDGE * 101n) / 100n);
      const moved = await look();
      expect([first.failing, quiet.failing, moved.failing]).to.deep.equal([0, 0, 0]);
      expect(quiet.asked.length, "questions at a quiet block").to.be.lessThan(10);
      seen.push([quiet.asked, moved.asked]);
      await connection.close();
    }
    expect(seen[1]).to.deep.equal(seen[0]);
  });
});

describe("keeper/watch", () => {
  const quotes = new Map([
    [0n, { high: 2n * WAD, maintenanceHaircut: 0n, maintenanceDepth: 10n ** 18n, unit: 10n ** 8n }],
  ]);
  const position = (debt: bigint) => ({
    debtShares: debt * 10n ** 8n,
    holdings: [{ asset: 0n, amount: 100n * 10n ** 8n }],
  });
  const health = (account: string): AccountHealthStructOutput => ({ account }) as AccountHealthStructOutput;

  function watching(confirm: WatchedChain["confirm"], chunk = 1_000) {
    const screen = new HealthScreen();
    const asked: string[][] = [];
    const blocks: unknown[] = [];
    const chain: WatchedChain = {
      market: (block) => {
        blocks.push(block);
        return Promise.resolve({ quotes, index: WAD });
      },
      confirm: async (accounts, block) => {
        asked.push(accounts);
        blocks.push(block);
        return await confirm(accounts, block);
      },
    };
    const watch = new Watch(chain, { screen, update: () => Promise.resolve() }, { chunk });
    return { screen, watch, asked, blocks };
  }

  it("has those confirmed that fail by what is known, and no others, in one call", async () => {
    const { screen, watch, asked } = watching((accounts) => Promise.resolve(accounts.map(health)));
    for (const [account, debt] of [
      ["a", 100n],
      ["b", 199n],
      ["c", 201n],
      ["d", 500n],
      ["e", 300n],
    ] as const) {
      screen.set(account, position(debt));
    }
    expect((await watch.failing(new Set(["e"]))).map(({ account }) => account)).to.deep.equal(["c", "d"]);
    expect(asked).to.deep.equal([["c", "d"]]);
  });

  it("asks nothing about accounts while none fails", async () => {
    const { screen, watch, asked } = watching(() => Promise.reject(new Error("asked")));
    expect(await watch.failing()).to.deep.equal([]);
    screen.set("a", position(100n));
    expect(await watch.failing()).to.deep.equal([]);
    expect(asked).to.deep.equal([]);
  });

  it("leaves out whom the lens does not confirm: what is known may be wrong", async () => {
    const { screen, watch } = watching(() => Promise.resolve([health("truly")]));
    for (const account of ["made up", "truly"]) screen.set(account, position(500n));
    expect((await watch.failing()).map(({ account }) => account)).to.deep.equal(["truly"]);
  });

  it("asks about the block that it was told of, by its number: others can be asked the same", async () => {
    const { screen, watch, blocks } = watching((accounts) => Promise.resolve(accounts.map(health)));
    screen.set("a", position(500n));
    await watch.update({ number: 7, hash: "0x7", parentHash: "0x6", timestamp: 0 }, 0);
    await watch.failing();
    expect(blocks).to.deep.equal([7, 7]);
  });

  it("splits what is more than a node values at once", async () => {
    const { screen, watch, asked } = watching((accounts) => Promise.resolve(accounts.map(health)), 2);
    for (const account of ["a", "b", "c", "d", "e"]) screen.set(account, position(500n));
    expect(await watch.failing()).to.have.length(5);
    expect(asked.map((accounts) => accounts.length)).to.deep.equal([2, 2, 1]);
  });
});
