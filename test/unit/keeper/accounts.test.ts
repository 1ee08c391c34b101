import { expect } from "chai";
import { JsonRpcProvider } from "ethers";

import { headerOf } from "../../../indexer/chain.js";
import { AccountsDiffer } from "../../../indexer/audit.js";
import { SourceUnusable, type AccountSource, type Snapshot } from "../../../indexer/client.js";
import { EventsDoNotFit } from "../../../indexer/types.js";
import { Watch, watchedChain } from "../../../keeper/watch.js";
import { AccountBook, AccountsBehind } from "../../../keeper/accounts.js";
import type { Position } from "../../../sdk/credit/valuation.js";
import { decodeHolding } from "../../../sdk/credit/holdings.js";
import { ICreditEngine__factory, ICreditLens__factory } from "../../../types/contracts/index.js";
import { open } from "../../support/failing.js";
import { startFaultyNode, type FaultyNode } from "../../support/faulty-node.js";
import { freshWorld } from "../../support/fresh.js";
import { at, deployWorld, WAD, type World } from "../../support/world.js";

const HOUR = 3_600;

/** What an error that must come is. */
async function caught(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("keeper/accounts", function () {
  this.timeout(60_000);
  const world = freshWorld(async () => {
    const made = await deployWorld();
    // More blocks than can be undone lie behind everybody.
    await made.connection.networkHelpers.mine(100);
    return made;
  });
  let node: FaultyNode;
  let provider: JsonRpcProvider;
  let people: Parameters<typeof open>[1][];
  beforeEach(async () => {
    const { connection, ethers } = world();
    node = await startFaultyNode(connection.provider);
    // As keepers see any node: over HTTP, nothing kept.
    provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1, batchMaxCount: 1, staticNetwork: true });
    people = (await ethers.getSigners()).slice(1, 5);
    await open(world(), at(people, 0), { 0: 10n * WAD, 3: 500n * 10n ** 6n }, 5_000n * WAD);
    await open(world(), at(people, 1), { 1: 10n ** 8n }, 9_000n * WAD);
    await connection.networkHelpers.mine(3);
  });
  afterEach(async () => {
    provider.destroy();
    await node.close();
  });

  interface Told {
    readonly source?: AccountSource;
    readonly firstBlock?: number;
    readonly patience?: number;
  }

  function bookOf({ source, firstBlock = 0, patience }: Told = {}) {
    const engine = ICreditEngine__factory.connect(world().engineAddress, provider);
    const book = new AccountBook({
      ...{ provider, engine, firstBlock, auditInterval: HOUR },
      ...(source === undefined ? {} : { source }),
      ...(patience === undefined ? {} : { patience }),
    });
    const update = async (): Promise<void> => {
      const block = (await provider.getBlock("latest"))!;
      await book.update(headerOf(block), block.timestamp);
    };
    return { book, update };
  }

  async function truly({ engine }: World, account: string): Promise<Position> {
    const [debtShares, holdings] = await engine.position(account);
    return { debtShares, holdings: holdings.map(decodeHolding) };
  }

  /** Every borrower's position is the engine's. */
  async function expectRight({ screen }: AccountBook): Promise<void> {
    let debtors = 0;
    for (const { address } of people) {
      const right = await truly(world(), address);
      expect(screen.position(address), address).to.deep.equal(right.debtShares === 0n ? undefined : right);
      if (right.debtShares !== 0n) debtors += 1;
    }
    expect(screen.size).to.equal(debtors);
  }

  /** What an honest indexer tells that has stopped at the latest block. */
  async function snapshot(): Promise<Snapshot> {
    const { assets } = world();
    const positions = new Map<string, Position>();
    for (const { address } of people) positions.set(address, await truly(world(), address));
    const { number, hash } = headerOf((await provider.getBlock("latest"))!);
    return { block: { number, hash }, positions, scales: new Map(assets.map(({ id, scale }) => [Number(id), scale])) };
  }

  /** Tells the same each time. */
  function telling(told: Snapshot): AccountSource & { asked: number } {
    const source = { asked: 0, snapshot: () => Promise.resolve(told) };
    return {
      ...source,
      snapshot() {
        this.asked += 1;
        return Promise.resolve(told);
      },
    };
  }

  it("learns all that happened since the deployment, and each block with one question about events", async () => {
    const { engine, connection } = world();
    const { book, update } = bookOf();
    await update();
    await expectRight(book);
    node.asked = [];
    await engine.connect(at(people, 0)).repay(1_000n * WAD, at(people, 0).address);
    await update();
    await expectRight(book);
    expect(node.asked.sort()).to.deep.equal(["eth_getBlockByNumber", "eth_getLogs"]);
    await connection.networkHelpers.mine(5);
    await update();
    expect(book.at?.number).to.equal(await provider.getBlockNumber());
  });

  it("follows reorganisations of 1 to 10 blocks", async () => {
    const { engine, connection } = world();
    const { book, update } = bookOf();
    const [alice, bob, carol] = [at(people, 0), at(people, 1), at(people, 2)];
    const replaced = [
      () => engine.connect(alice).borrow(100n * WAD, alice.address, alice.address),
      () => engine.connect(bob).repay(2n ** 255n, bob.address),
      () => engine.connect(alice).withdraw(3, 100n * 10n ** 6n, alice.address, alice.address),
      () => open(world(), carol, { 2: WAD }, 300n * WAD),
    ];
    await update();
    for (let depth = 1; depth <= 10; depth++) {
      const restorer = await connection.networkHelpers.takeSnapshot();
      const first = (await provider.getBlockNumber()) + 1;
      await at(replaced, depth % replaced.length)();
      while ((await provider.getBlockNumber()) < first + depth - 1) await connection.networkHelpers.mine();
      await update();
      await expectRight(book);
      await restorer.restore();
      await engine.connect(alice).repay(BigInt(depth) * WAD, alice.address);
      // The other branch is the longer one.
      await connection.networkHelpers.mine(depth + 6);
      await update();
      await expectRight(book);
    }
  });

  it("takes over what an indexer knows, and reads itself what that one has not read yet", async () => {
    const { engine, connection } = world();
    const source = telling(await snapshot());
    await engine.connect(at(people, 0)).repay(1_000n * WAD, at(people, 0).address);
    await open(world(), at(people, 3), { 0: WAD }, 700n * WAD);
    await connection.networkHelpers.mine(2);
    const { book, update } = bookOf({ source });
    node.asked = [];
    const from: unknown[] = [];
    node.behave = ({ method, params }) => {
      if (method === "eth_getLogs") from.push((params[0] as { fromBlock?: string }).fromBlock);
      return "pass";
    };
    await update();
    await expectRight(book);
    // No block before the indexer's was read: near the head each is asked for by its hash.
    expect(new Set(from)).to.deep.equal(new Set([undefined]));
    // It is not needed any more, whether it lives or not.
    await engine.connect(at(people, 0)).repay(10n * WAD, at(people, 0).address);
    await update();
    await expectRight(book);
    expect(source.asked).to.equal(1);
  });

  it("finds out that an indexer keeps something back, and reads everything itself", async () => {
    const { connection } = world();
    for (const lie of ["an account", "shares", "collateral"]) {
      const told = await snapshot();
      const positions = new Map(told.positions);
      const victim = at(people, 1).address;
      const { debtShares, holdings } = positions.get(victim)!;
      if (lie === "an account") positions.delete(victim);
      else if (lie === "shares") positions.set(victim, { debtShares: debtShares - 1n, holdings });
      else positions.set(victim, { debtShares, holdings: [{ asset: 1n, amount: 10n ** 10n }] });
      const { book, update } = bookOf({ source: telling({ ...told, positions }) });
      // Not at the first difference, nor at the second: a node may have been behind.
      for (let look = 0; look < 2; look++) {
        await update();
        await connection.networkHelpers.mine();
      }
      expect(await caught(update()), lie).to.be.instanceOf(AccountsDiffer);
      await connection.networkHelpers.mine();
      await update();
      await expectRight(book);
    }
  });

  it("is led to nothing by an indexer that takes one account for another: the lens throws out who does not fail", async () => {
    const { ethers, engineAddress, engine } = world();
    const told = await snapshot();
    const [alice, bob] = [at(people, 0).address, at(people, 1).address];
    const [hers, his] = [told.positions.get(alice)!, told.positions.get(bob)!];
    // All sums are right. Bob, who owes most, is said to hold next to nothing.
    const positions = new Map(told.positions);
    positions.set(alice, {
      ...hers,
      holdings: [...hers.holdings, ...his.holdings].sort((a, b) => Number(a.asset - b.asset)),
    });
    positions.set(bob, { ...his, holdings: [] });
    const { book, update } = bookOf({ source: telling({ ...told, positions }) });
    await update();
    const lens = ICreditLens__factory.connect(
      await (await ethers.deployContract("CreditLens", [engineAddress])).getAddress(),
      provider,
    );
    const own = ICreditEngine__factory.connect(engineAddress, provider);
    const chain = watchedChain(own, lens, provider);
    const candidates = book.screen.screen((await chain.market("latest"))!).failing;
    expect(candidates).to.deep.equal([bob]);
    const watch = new Watch(chain, book, { chunk: 100 });
    expect(await watch.failing()).to.deep.equal([]);
    // As soon as an event does not fit the lie, everything is read here.
    await engine.connect(at(people, 1)).withdraw(1, 1_000n, bob, bob);
    expect(await caught(update())).to.be.instanceOf(EventsDoNotFit);
    await update();
    await expectRight(book);
  });

  it("refuses an indexer of another branch or from the future, and does without it after some attempts", async () => {
    const told = await snapshot();
    const other = { ...told, block: { ...told.block, hash: `0x${"ab".repeat(32)}` } };
    const ahead = { ...told, block: { ...told.block, number: told.block.number + 50 } };
    const silent: AccountSource = { snapshot: () => Promise.reject(new SourceUnusable("no answer")) };
    for (const source of [telling(other), telling(ahead), silent]) {
      const { book, update } = bookOf({ source });
      for (let attempt = 0; attempt < 4; attempt++) {
        expect(await caught(update())).to.be.instanceOf(SourceUnusable);
        expect(book.screen.size).to.equal(0);
      }
      await update();
      await expectRight(book);
    }
  });

  it("says how far behind it is when there is more to read than it has time for, and goes on", async () => {
    const { book, update } = bookOf({ patience: -1 });
    let error = await caught(update());
    expect(error).to.be.instanceOf(AccountsBehind);
    expect((error as Error).message).to.match(/^accounts are known as of block \d+, \d+ blocks behind$/);
    for (let look = 0; error !== undefined; look++) {
      expect(look, "looks").to.be.lessThan(20);
      error = await caught(update());
    }
    await expectRight(book);
  });

  it("says that accounts do not add up when it is told to begin too late", async () => {
    const first = (await provider.getBlockNumber()) + 1;
    await open(world(), at(people, 2), { 0: WAD }, 700n * WAD);
    const { update } = bookOf({ firstBlock: first });
    // What was listed before it is not known: events do not fit.
    expect(String(await caught(update()))).to.contain("before it was listed");
    await world().connection.networkHelpers.mine();
    const quiet = bookOf({ firstBlock: (await provider.getBlockNumber()) + 1 });
    await world().connection.networkHelpers.mine();
    const found: boolean[] = [];
    for (let look = 0; look < 8; look++) {
      await world().connection.networkHelpers.mine();
      found.push((await caught(quiet.update())) instanceof AccountsDiffer);
    }
    // Everything is read again once, and from then on it says so at each look.
    expect(found).to.deep.equal([false, false, true, false, false, true, true, true]);
  });

  describe("when nodes keep events back, and tell them later", () => {
    /** Looks at new blocks; what came of each. Time passes as given, for each. {s} */
    function looking(book: AccountBook, step: number) {
      let time = 1_800_000_000;
      return async (count: number): Promise<string> => {
        const seen: string[] = [];
        for (let look = 0; look < count; look++) {
          await world().connection.networkHelpers.mine();
          time += step;
          const header = headerOf((await provider.getBlock("latest"))!);
          seen.push(
            await book.update(header, time).then(
              () => "right",
              (error: unknown) => (error as Error).name,
            ),
          );
        }
        return seen.join(" ");
      };
    }

    const silent: FaultyNode["behave"] = ({ method }) => (method === "eth_getLogs" ? { result: [] } : "pass");

    it("is right again each time, not only the first", async () => {
      const { book } = bookOf();
      // Sums are compared at each look.
      const look = looking(book, HOUR);
      expect(await look(2)).to.equal("right right");
      for (const round of [2, 3]) {
        node.behave = silent;
        await open(world(), at(people, round), { 0: WAD }, 700n * WAD);
        expect(await look(1)).to.equal("right");
        node.behave = () => "pass";
        expect(await look(4)).to.equal("right AccountsDiffer right right");
        await expectRight(book);
      }
    });

    it("reads everything anew no more than once an hour where that does not help", async () => {
      const { book } = bookOf();
      const look = looking(book, 12);
      expect(await look(1)).to.equal("right");
      await open(world(), at(people, 2), { 0: WAD }, 700n * WAD);
      node.behave = silent;
      await look(1);
      const later = looking(book, HOUR / 4);
      const asked = async (): Promise<number> => {
        node.asked = [];
        const from: unknown[] = [];
        node.behave = (question) => {
          if (question.method === "eth_getLogs") from.push((question.params[0] as { fromBlock?: string }).fromBlock);
          return silent(question);
        };
        await later(1);
        return from.filter((block) => block === "0x0").length;
      };
      let anew = 0;
      for (let look = 0; look < 24; look++) anew += await asked();
      // Six hours.
      expect(anew).to.be.within(4, 7);
      node.behave = () => "pass";
      await later(12);
      await expectRight(book);
    });
  });
});
