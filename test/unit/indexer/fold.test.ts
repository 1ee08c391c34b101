import { expect } from "chai";

import { engineEvents, headerOf } from "../../../indexer/chain.js";
import { EMPTY, fold, type Change } from "../../../indexer/fold.js";
import { Follower } from "../../../indexer/follower.js";
import { MemoryStore } from "../../../indexer/memory.js";
import { EventsDoNotFit } from "../../../indexer/types.js";
import { decodeHolding } from "../../../sdk/credit/holdings.js";
import { Random } from "../../support/random.js";
import { at, deployWorld, MAX_UINT256, SPECS, WAD, type AssetSpec, type World } from "../../support/world.js";

/** Enough for a slice of several words. */
const MANY: readonly AssetSpec[] = Array.from({ length: 9 }, (_, i) => ({
  ...at(SPECS, i % SPECS.length),
  symbol: `T${i.toString()}`,
}));
const OPERATIONS = 300;

describe("indexer/fold: positions from events", function () {
  this.timeout(120_000);
  const random = Random.fresh();
  let world: World;
  before(async () => {
    // 5% a year, so that shares and plUSD are not the same.
    world = await deployWorld(MANY, 1_547_125_957n);
  });
  after(() => world.connection.close());

  /** What positions are by the engine's events, as {@link Follower} reads them. */
  async function byEvents(): Promise<MemoryStore> {
    const { ethers, engineAddress } = world;
    const store = new MemoryStore();
    const chain = engineEvents(ethers.provider, engineAddress);
    await new Follower({ chain, store, firstBlock: 0 }).follow(headerOf((await ethers.provider.getBlock("latest"))!));
    return store;
  }

  it(`are the engine's to the unit, whatever was done (seed ${random.seed})`, async () => {
    const { ethers, engine, treasury, governor, assets, setPrice, giveDollars, fund, connection } = world;
    const people = (await ethers.getSigners()).slice(1, 7);
    for (const who of people) {
      for (const [i] of assets.entries()) await fund(who, i, 10n ** 30n);
      await giveDollars(who, 300_000n * WAD);
    }
    const anyone = () => at(people, random.below(people.length));
    const asset = () => random.below(assets.length);
    const names = [...people.map((p) => p.address), governor.address, await treasury.getAddress()];
    const someNames = () => Array.from({ length: 1 + random.below(4) }, () => anyone().address);
    const tokens = (i: number): bigint => {
      const { price, decimals } = at(assets, i);
      // 100 to 20,000 dollars, in token units.
      return (random.between(100n, 20_000n) * 10n ** 8n * 10n ** BigInt(decimals)) / price;
    };
    // All of them together, so that accounts fail; and again and again, as prices grow old.
    let share = 100n;
    const moveTo = async (percent: bigint): Promise<void> => {
      share = percent;
      for (const [i, { price }] of assets.entries()) await setPrice(i, (price * percent) / 100n);
    };
    const operations: (() => Promise<unknown>)[] = [
      () => ((i) => engine.connect(anyone()).deposit(i, tokens(i), anyone().address))(asset()),
      ...Array.from({ length: 4 }, () => () => {
        const who = anyone();
        const i = asset();
        return engine.connect(who).deposit(i, tokens(i), who.address);
      }),
      () => ((who) => engine.connect(who).withdraw(asset(), MAX_UINT256, who.address, who.address))(anyone()),
      () => ((who, i) => engine.connect(who).withdraw(i, tokens(i) / 20n, who.address, who.address))(anyone(), asset()),
      ...Array.from({ length: 3 }, () => () => {
        const who = anyone();
        return engine.connect(who).borrow(random.between(100n, 9_000n) * WAD, who.address, who.address);
      }),
      () =>
        engine.connect(anyone()).repay(random.between(1n, 3_000n) * WAD + random.between(0n, WAD), anyone().address),
      () => engine.connect(anyone()).repay(MAX_UINT256, anyone().address),
      ...Array.from({ length: 4 }, () => () => {
        const items = someNames().map((account) => ({
          account,
          maxRepay: random.below(2) === 0 ? MAX_UINT256 : random.between(100n, 4_000n) * WAD,
        }));
        return engine.connect(anyone()).liquidate(items, "0x");
      }),
      () => engine.connect(anyone()).absorb(someNames()),
      () => engine.connect(anyone()).absorb(someNames()),
      () => moveTo(random.between(45n, 90n)),
      () => moveTo(100n),
      async () => {
        await connection.networkHelpers.time.increase(random.between(1n, 1_000n));
        await moveTo(share);
      },
    ];
    for (let done = 0; done < OPERATIONS;) {
      // Most are refused at one time or another.
      await at(operations, random.below(operations.length))().then(
        () => (done += 1),
        () => undefined,
      );
    }
    // Whatever happened until here: one account that is liquidated, and then worth nothing.
    await moveTo(100n);
    const ruined = at(await ethers.getSigners(), 8);
    names.push(ruined.address);
    for (const i of [0, 1, 4, 5, 8]) await fund(ruined, i, 10n ** 30n);
    for (const i of [0, 1, 4, 5, 8]) await engine.connect(ruined).deposit(i, tokens(i), ruined.address);
    const limit = await world.risk.borrowLimit(
      [...(await engine.position(ruined.address)).holdings],
      MAX_UINT256,
      true,
    );
    await engine.connect(ruined).borrow((limit * 99n) / 100n, ruined.address, ruined.address);
    await moveTo(80n);
    await engine.connect(at(people, 1)).liquidate([{ account: ruined.address, maxRepay: limit / 4n }], "0x");
    await moveTo(1n);
    await engine.connect(at(people, 1)).absorb([ruined.address]);

    const events = ["Withdraw", "Borrow", "Repay", "Liquidate", "Absorb", "WriteOff", "Credit"] as const;
    for (const event of events) {
      const topics = [engine.interface.getEvent(event).topicHash];
      const logs = await ethers.provider.getLogs({ address: world.engineAddress, topics, fromBlock: 0 });
      expect(logs, event).to.not.be.empty;
    }
    const store = await byEvents();
    const { positions, scales } = store.read(names);
    for (const name of names) {
      const [debtShares, holdings] = await engine.position(name);
      expect(positions.get(name), name).to.deep.equal({ debtShares, holdings: holdings.map(decodeHolding) });
    }
    expect([...scales]).to.deep.equal(assets.map(({ id, scale }) => [Number(id), scale]));
    const totals = store.totals();
    expect(totals.shares).to.equal(await engine.totalDebtShares());
    for (const { id } of assets) {
      expect(totals.balances.get(Number(id)) ?? 0n).to.equal((await engine.assetInfo(id)).total);
    }
  });

  it("are nothing that there cannot be: then events are missing", () => {
    const before = { positions: new Map(), scales: new Map([[0, 10n]]) };
    const account = "0x01";
    const impossible: [Change[], string][] = [
      [[{ kind: "booked", account, shares: -1n, amounts: new Map() }], "owe less than nothing"],
      [[{ kind: "booked", account, shares: 0n, amounts: new Map([[0, -1n]]) }], "hold less than nothing"],
      [[{ kind: "moved", account, asset: 1, tokens: 10n }], "before it was listed"],
      [[{ kind: "moved", account, asset: 0, tokens: 11n }], "part of a ledger unit"],
    ];
    for (const [changes, reason] of impossible) {
      expect(() => fold(changes, before), reason).to.throw(EventsDoNotFit, reason);
    }
    const comesAndGoes: Change[] = [
      { kind: "listed", asset: 1, scale: 1n },
      { kind: "moved", account, asset: 1, tokens: 7n },
      { kind: "booked", account, shares: 5n, amounts: new Map([[0, 3n]]) },
      { kind: "emptied", account },
    ];
    expect(fold(comesAndGoes, before)).to.deep.equal({
      positions: new Map([[account, EMPTY]]),
      scales: new Map([[1, 1n]]),
    });
  });
});
