import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { Registry } from "prom-client";

import { startIndexer } from "../../../../cli/demo/indexer.js";
import { headerOf } from "../../../../indexer/chain.js";
import { HistoryClient, NoAnswer } from "../../../../indexer/api/client.js";
import type { RecordedEvent } from "../../../../indexer/api/records.js";
import type { Page } from "../../../../indexer/api/wire.js";
import { findContracts, HASHES, type Contracts } from "../../../../indexer/history/contracts.js";
import { Indexer, type IndexerOptions } from "../../../../indexer/indexer.js";
import { memoryDatabase, type Database } from "../../../../keeper/journal/database.js";
import { identityOf } from "../../../../keeper/journal/identity.js";
import { serve, type WatchServer } from "../../../../keeper/operation/server.js";
import type { World } from "../../../../replay/scenario/world.js";
import { decodeHolding } from "../../../../sdk/credit/holdings.js";
import { decodeSlice } from "../../../../sdk/credit/slice.js";
import type { ICreditLens } from "../../../../types/contracts/index.js";
import { Random } from "../../../support/random.js";
import { EIGHT, UNIT } from "../../../support/sheet-world.js";
import { deployWhole, type WholeWorld } from "../../../support/whole-world.js";
import { at, MAX_UINT256, WAD } from "../../../support/world.js";

const [ETH, BTC, USDC] = [0, 1, 2] as const;
const ASSETS = 4;
const HOLDINGS = [2_000n, 50n, 4_000_000n, 3_000_000n];
const OPERATIONS = 60;
const HEALTHY = { alive: () => [], ready: () => Promise.resolve([]) };

describe("indexer/history: of a whole protocol", function () {
  this.timeout(120_000);
  const random = Random.fresh();
  let world: WholeWorld;
  let lens: ICreditLens;
  let contracts: Contracts;
  let options: IndexerOptions;
  let database: Database;
  let indexer: Indexer;
  let server: WatchServer;
  let client: HistoryClient;

  before(async () => {
    world = await deployWhole(EIGHT.slice(0, ASSETS));
    const { fund, look, governor, ethers, engine, sheet, reserve, rebalancer, backstop, risk, oracle, dollar } = world;
    for (let asset = 0; asset < ASSETS; asset++) await fund(asset, at(HOLDINGS, asset) * UNIT);
    const equal = Array.from({ length: 16 }, (_, i) => (i < ASSETS ? 2_500n : 0n));
    await rebalancer.setWeights(
      equal,
      Array.from({ length: 16 }, () => 300n),
    );
    await look();
    lens = await ethers.getContractAt("ICreditLens", await ethers.deployContract("CreditLens", [engine]));
    await dollar.approve(backstop, MAX_UINT256);
    database = await memoryDatabase();
    const address = async (contract: { getAddress(): Promise<string> }) => await contract.getAddress();
    contracts = await findContracts(ethers.provider, {
      engine: await address(engine),
      sheet: await address(sheet),
      reserve: await address(reserve),
      rebalancer: await address(rebalancer),
      backstop: await address(backstop),
      risk: await address(risk),
      oracle: await address(oracle),
      dollar: await address(dollar),
    });
    expect(contracts).to.have.all.keys(
      "engine",
      "sheet",
      "reserve",
      "rebalancer",
      "backstop",
      "risk",
      "oracle",
      "dollar",
      "rate",
      "manager",
    );
    options = {
      provider: ethers.provider,
      database,
      identity: { chain: await identityOf(ethers.provider), engine: contracts.engine },
      contracts: { ...contracts, lens: await address(lens) },
      firstBlock: 0,
      sampleEvery: 60,
    };
    indexer = await Indexer.open(options);
    server = await serve({ health: HEALTHY, registry: new Registry(), pages: {}, more: indexer.pages }, "127.0.0.1", 0);
    client = new HistoryClient(server.url);
    // Somebody to stake, and to lend against.
    await deposit(governor, ETH, 3_000n);
    await follow();
  });
  after(async () => {
    indexer.close();
    await server.close();
    await database.close();
    await world.connection.close();
  });

  async function follow(): Promise<void> {
    const block = await world.ethers.provider.getBlock("latest");
    expect(await indexer.follow(headerOf(block!))).to.equal(true);
  }

  async function deposit(who: WholeWorld["alice"], asset: number, tokens: bigint): Promise<void> {
    await world.give(who, asset, tokens * UNIT);
    await world.engine.connect(who).deposit(asset, tokens * WAD, who.address);
  }

  async function setPrice(asset: number, price: bigint): Promise<void> {
    await at(world.feeds, asset).set(price);
  }

  /** Something, unless it is refused. */
  async function anything(): Promise<void> {
    const { engine, reserve, rebalancer, backstop, risk, sheet, governor, alice, bob, look, networkHelpers } = world;
    const who = at([governor, alice, bob], random.below(3));
    const asset = random.below(ASSETS);
    const tokens = random.between(1n, 40n);
    const dollars = random.between(1_000n, 50_000n) * WAD;
    const operations: (() => Promise<unknown>)[] = [
      () => deposit(who, asset, tokens * (asset === ETH ? 10n : asset === BTC ? 1n : 10_000n)),
      () => engine.connect(who).withdraw(asset, tokens * WAD, who.address, who.address),
      async () => {
        await look();
        await engine.connect(who).borrow(dollars, who.address, who.address);
      },
      () => engine.connect(who).repay(dollars / 3n + 1n, who.address),
      async () => {
        await world.give(who, USDC, 100_000n * UNIT);
        await sheet.refresh();
        await reserve.connect(who).issue(USDC, dollars, 0, who.address);
      },
      () => reserve.connect(who).redeem(USDC, dollars / 2n, 0, who.address),
      async () => {
        await world.dollar.connect(who).approve(backstop, MAX_UINT256);
        await backstop.connect(who).deposit(dollars / 10n, who.address);
      },
      () => backstop.connect(who).claim(random.between(1n, 500n) * 10n ** 24n),
      () => look(),
      () => risk.observe(),
      () => risk.sampleDepth(asset),
      () => engine.updateRate(),
      () => engine.accrue(),
      () => rebalancer.open(asset, (asset + 1 + random.below(ASSETS - 1)) % ASSETS),
      () => sheet.setJump(asset, random.between(1_300n, 2_500n)),
      () => setPrice(asset, (at(EIGHT, asset).price * random.between(97n, 103n)) / 100n),
      () => networkHelpers.time.increase(random.between(30n, 2_000n)),
    ];
    await at(operations, random.below(operations.length))().catch(() => undefined);
  }

  /** Everything that nodes tell of the contracts. */
  async function logs(): Promise<{ place: string; name: string }[]> {
    const found = [];
    for (const address of Object.values(contracts)) {
      found.push(...(await world.ethers.provider.getLogs({ address, topics: [[...HASHES]], fromBlock: 0 })));
    }
    const places = found.map((log) => [log.blockNumber, log.index, log.transactionHash] as const);
    return places
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([block, log, transaction]) => ({ place: `${block}.${log}`, name: transaction }));
  }

  /** All pages of a list. */
  async function all<T>(page: (after: string | undefined) => Promise<Page<T>>): Promise<T[]> {
    const items: T[] = [];
    let after: string | undefined;
    for (;;) {
      const found = await page(after);
      items.push(...found.items);
      if (found.complete) return items;
      after = found.next!;
    }
  }

  const everything = (limit: number): Promise<RecordedEvent[]> =>
    all((after) => client.events({ after, limit, order: "oldest" }));

  it(`tells what happened, one by one, as nodes do (seed ${random.seed})`, async () => {
    for (let done = 0; done < OPERATIONS; done++) {
      await anything();
      if (random.below(3) === 0) await follow();
    }
    await follow();
    const events = await everything(37);
    const told = events.map(({ block, log, transaction }) => ({ place: `${block}.${log}`, name: transaction }));
    const there = await logs();
    expect(
      there.filter(({ place }) => !told.some((one) => one.place === place)),
      "missing",
    ).to.deep.equal([]);
    expect(told).to.deep.equal(there);
    const backwards = await all((after) => client.events({ after, limit: 41 }));
    expect(backwards.reverse()).to.deep.equal(events);
    for (const { block, time } of events.slice(0, 20)) {
      expect(time).to.equal((await world.ethers.provider.getBlock(block))!.timestamp);
    }
  });

  it("lets accounts, and all plUSD, be added up to what the contracts say", async () => {
    const { engine, dollar, governor, alice, bob, ethers } = world;
    // Prices fall: somebody is liquidated, and somebody absorbed.
    const [carol, dora] = (await ethers.getSigners()).slice(5, 7) as [typeof alice, typeof alice];
    for (const who of [carol, dora]) {
      for (const asset of [ETH, BTC]) await setPrice(asset, at(EIGHT, asset).price);
      await deposit(who, ETH, 40n);
      await deposit(who, BTC, 1n);
      await world.look();
      const limit = await world.risk.borrowLimit([...(await engine.position(who.address)).holdings], MAX_UINT256, true);
      await engine.connect(who).borrow((limit * 99n) / 100n, who.address, who.address);
      await engine.connect(governor).updateRate();
    }
    await dollar.connect(carol).transfer(governor.address, await dollar.balanceOf(carol.address));
    await setPrice(ETH, (at(EIGHT, ETH).price * 90n) / 100n);
    await setPrice(BTC, (at(EIGHT, BTC).price * 90n) / 100n);
    await engine.connect(governor).liquidate([{ account: carol.address, maxRepay: MAX_UINT256 }], "0x");
    await setPrice(ETH, (at(EIGHT, ETH).price * 50n) / 100n);
    await engine.connect(bob).absorb([dora.address]);
    const priced = await lens.assets();
    await follow();

    for (const { address } of [governor, alice, bob, carol, dora]) {
      let shares = 0n;
      const balances = new Map<number, bigint>();
      const add = (asset: number, units: bigint): void => {
        balances.set(asset, (balances.get(asset) ?? 0n) + units);
      };
      for (const { contract, event, values } of await all((after) =>
        client.accountEvents(address, { after, order: "oldest" }),
      )) {
        if (contract !== "engine" || values.account !== address) continue;
        const of = (name: string): bigint => BigInt(values[name] as string);
        if (event === "Deposit") add(Number(values.asset), of("amount") / 10n ** 10n);
        if (event === "Withdraw") add(Number(values.asset), -of("amount") / 10n ** 10n);
        if (event === "Credit") add(Number(values.asset), of("amount"));
        if (event === "Borrow") shares += of("shares");
        if (event === "Repay") shares -= of("shares");
        if (event === "WriteOff") {
          shares = 0n;
          balances.clear();
        }
        if (event === "Liquidate" || event === "Absorb") {
          const { debtShares, amounts } = decodeSlice((values.slice as string[]).map(BigInt));
          shares -= debtShares;
          for (const [asset, units] of amounts) add(asset, -units);
        }
      }
      const [debtShares, holdings] = await engine.position(address);
      expect(shares, address).to.equal(debtShares);
      const held = holdings.map(decodeHolding).map(({ asset, amount }) => [Number(asset), amount]);
      expect([...balances].filter(([, units]) => units !== 0n).sort(([a], [b]) => a - b)).to.deep.equal(held);
    }

    const { points } = await client.volumes({ points: 9 });
    const sum = (kind: string): bigint => points.reduce((total, { sums }) => total + (sums[kind]?.amount ?? 0n), 0n);
    const made = sum("engine.Borrow") + sum("reserve.Issue") + sum("reserve.Distribute");
    const burned = ["engine.Repay", "engine.Liquidate", "reserve.Redeem", "reserve.RedeemInKind", "reserve.Retire"];
    expect(made - burned.reduce((total, kind) => total + sum(kind), 0n)).to.equal(await dollar.totalSupply());

    // What it cost the borrower, at that block's prices.
    const ended = (await client.liquidations({ account: dora.address })).items;
    const absorbed = ended.find(({ kind }) => kind === "absorbed");
    expect(absorbed).to.include({ kind: "absorbed", account: dora.address, caller: bob.address });
    const worth = absorbed!.seized.reduce(
      (total, { asset, tokens }) => total + (tokens * at(priced, asset).mid) / WAD,
      0n,
    );
    expect(absorbed!.value).to.equal(worth);
    expect(absorbed!.cost).to.equal(worth - absorbed!.debt);
    const [liquidated] = (await client.liquidations({ account: carol.address })).items;
    expect(liquidated).to.include({ kind: "liquidated", caller: governor.address });
    const { liquidationParameters } = engine;
    const { minIncentive, maxIncentive } = await liquidationParameters();
    const incentive = (liquidated!.cost! * 10_000n) / liquidated!.debt;
    expect(incentive >= minIncentive - 1n && incentive <= maxIncentive).to.equal(true);
    // Who liquidated is not who was liquidated.
    expect((await client.liquidations({ account: governor.address })).items).to.deep.equal([]);
  });

  it("tells of auctions what they sold, for how much, and how it ended", async () => {
    const { rebalancer, bob, networkHelpers, sheet } = world;
    for (const [asset, { price }] of EIGHT.slice(0, ASSETS).entries()) await setPrice(asset, price);
    const targets = Array.from({ length: 16 }, (_, i) =>
      i === ETH ? 500n : i === BTC ? 500n : i === USDC ? 9_000n : 0n,
    );
    await rebalancer.setWeights(
      targets,
      Array.from({ length: 16 }, () => 100n),
    );
    await world.give(bob, USDC, 10_000_000n * UNIT);
    await networkHelpers.time.increase(2_000);
    await rebalancer.close(ETH, USDC).catch(() => undefined);
    for (const [asset, { price }] of EIGHT.slice(0, ASSETS).entries()) await setPrice(asset, price);
    await sheet.refresh();
    await rebalancer.open(ETH, USDC);
    await networkHelpers.time.increase(600);
    await rebalancer.connect(bob).fill(ETH, USDC, 5n * UNIT, MAX_UINT256, bob.address, "0x");
    await rebalancer.connect(bob).fill(ETH, USDC, 7n * UNIT, MAX_UINT256, bob.address, "0x");
    await follow();
    const open = (await client.auctions({ limit: 1 })).items[0]!;
    const fills = await rebalancer.queryFilter(rebalancer.filters.AuctionFilled(ETH, USDC), open.block);
    const of = (pick: (args: (typeof fills)[number]["args"]) => bigint) =>
      fills.reduce((sum, { args }) => sum + pick(args), 0n);
    expect(open).to.include({ sold: ETH, bought: USDC, fills: 2, endedAt: null, left: null });
    expect([open.filled, open.paid]).to.deep.equal([12n * UNIT, of((args) => args.paid)]);
    expect([open.given, open.received]).to.deep.equal([of((a) => a.valueGiven), of((a) => a.valueReceived)]);
    await networkHelpers.time.increase(2_000);
    await rebalancer.close(ETH, USDC);
    await follow();
    const closed = (await client.auctions({ limit: 1 })).items[0]!;
    expect(closed.endedAt).to.equal((await world.ethers.provider.getBlock("latest"))!.timestamp);
    expect(closed.left).to.equal(open.lot - 12n * UNIT);
    const { items } = await client.governance({ limit: 5 });
    expect(items.map(({ event }) => event)).to.include("WeightsSet");
    expect(items[0]!.values.targets).to.deep.equal(targets.map(String));
  });

  it("tells over time what views say, at the block that they say it of", async () => {
    const { sheet, reserve, rebalancer, backstop, engine, risk, ethers, networkHelpers } = world;
    await networkHelpers.time.increase(7_200);
    for (const [asset, { price }] of EIGHT.slice(0, ASSETS).entries()) await setPrice(asset, price);
    await risk.observe();
    await world.look();
    await follow();
    const { number: block, timestamp: time } = (await ethers.provider.getBlock("latest"))!;
    const last = { block, time, source: "view" };

    const [statement, { points }] = [await sheet.statement(), await client.series("statement")];
    expect(points.at(-1)).to.deep.include(last);
    for (const [name, value] of Object.entries(points.at(-1)!.values)) {
      expect(value, name).to.equal((statement as unknown as Record<string, unknown>)[name]);
    }
    // The event of the same block says the same.
    const taken = points.at(-2)!;
    expect(taken).to.deep.include({ block, source: "event" });
    for (const [name, value] of Object.entries(taken.values)) {
      expect(value, name).to.equal((points.at(-1)!.values as Record<string, unknown>)[name]);
    }

    const collateral = (await client.series("collateral")).points.at(-1)!;
    expect(collateral).to.deep.include(last);
    for (const [i, asset] of (await lens.assets()).entries()) {
      const { low, mid, high, deposited, cap, value, borrowDepth } = asset;
      expect(collateral.values.assets[i]).to.deep.include({ low, mid, high, deposited, cap, value, borrowDepth });
      expect(collateral.values.assets[i]!.initialHaircut).to.equal(Number(asset.initialHaircut));
    }

    const composition = (await client.series("reserve")).points.at(-1)!.values;
    expect(composition.offTarget).to.equal(Number(await rebalancer.offTarget()));
    for (const { asset, cash, credit, vaulted, weight, value } of composition.assets) {
      const position = await reserve.position(asset);
      expect([cash, credit, vaulted]).to.deep.equal([position.cash, position.credit, position.vaulted]);
      expect(weight).to.equal(Number((await rebalancer.weights()).now_[asset]));
      expect(value).to.equal(statement.lines.find((line) => Number(line.asset) === asset)?.value ?? 0n);
    }

    const measured = (await client.series("risk")).points.at(-1)!;
    expect(measured).to.deep.include(last);
    expect(measured.values.correlations).to.have.length((ASSETS * (ASSETS - 1)) / 2);
    for (const [a, b, value] of measured.values.correlations) expect(value).to.equal(await risk.correlation(a, b));
    for (const { asset, volatility } of measured.values.assets)
      expect(volatility).to.equal(await risk.volatility(asset));
    const targets = (await client.series("targets")).points.at(-1)!;
    expect(targets.source).to.equal("event");
    for (const { asset, initial, maintenance } of targets.values.assets) {
      const aim = await risk.targets(asset);
      expect([initial, maintenance]).to.deep.equal([Number(aim.initialHaircut), Number(aim.maintenanceHaircut)]);
    }
    expect(targets.values.assets).to.have.length(ASSETS);

    const pool = (await client.series("backstop")).points.at(-1)!.values;
    const { active, streaming, cooling } = await backstop.pools();
    expect(pool).to.deep.include({ active, streaming, cooling, shares: await backstop.totalSupply() });
    const rate = (await client.series("rate")).points.at(-1)!;
    expect(rate.values).to.deep.equal({
      rate: (await engine.interest()).rate,
      index: await engine.index({ blockTag: block }),
    });
    expect((await client.series("dollar")).points.at(-1)!.values.mid).to.equal(WAD);
  });

  it("says where nobody looked", async () => {
    const { networkHelpers, ethers } = world;
    const before = (await client.series("backstop")).gaps;
    // The first look of all: nobody knows what was before.
    expect(before[0]!.from).to.equal(null);
    const from = (await ethers.provider.getBlock("latest"))!.timestamp;
    for (let i = 0; i < 3; i++) await networkHelpers.time.increase(200);
    await follow();
    const to = (await ethers.provider.getBlock("latest"))!.timestamp;
    const { gaps } = await client.series("backstop");
    expect(gaps).to.deep.equal([...before, { from, to }]);
    // One block that came late is none.
    await networkHelpers.time.increase(5_000);
    await follow();
    expect((await client.series("backstop")).gaps).to.deep.equal(gaps);
    expect((await client.series("backstop", { from: to + 1 })).gaps).to.deep.equal([]);
  });

  it("goes back with the chain, and is then what one is that never saw the other branch", async () => {
    const { ethers, networkHelpers } = world;
    await follow();
    const snapshot = await networkHelpers.takeSnapshot();
    const start = await ethers.provider.getBlockNumber();
    for (let i = 0; i < 12; i++) await anything();
    await world.sheet.refresh();
    await follow();
    const gone = (await client.events({ limit: 1 })).next!;
    expect((await client.series("statement")).points.at(-1)!.block).to.be.greaterThan(start);
    await snapshot.restore();
    await world.sheet.setJump(0, 2_345);
    await follow();
    // A page that began on the other branch does not go on with this one.
    const lost = await client.events({ after: gone }).catch((error: unknown) => error);
    expect(lost).to.be.instanceOf(NoAnswer).and.to.have.property("status", 410);
    for (let i = 0; i < 8; i++) await anything();
    await follow();

    const engineOnly = { engine: contracts.engine };
    const other = { ...options, identity: { ...options.identity, chain: "another" }, contracts: engineOnly };
    const first = await Indexer.open(other);
    const head = headerOf((await ethers.provider.getBlock("latest"))!);
    await first.follow(head);
    // From now on with everything: what was read of the engine alone is read again.
    const fresh = await Indexer.open({ ...other, contracts: options.contracts });
    expect(await fresh.store.recent()).to.deep.equal([]);
    await fresh.follow(head);
    const kept = async (chain: string, table: string, columns: string) =>
      await database.run(`select ${columns} from ${table} where chain = $1 order by ${columns.split(",")[0]!}, 2`, [
        `${chain}-${contracts.engine}`,
      ]);
    for (const [table, columns] of [
      ["history_events", "place, time, transaction, contract, name, event_values, detail"],
      ["history_accounts", "place, account"],
      ["history_blocks", "number, hash, time"],
    ] as const) {
      const [one, two] = [await kept(options.identity.chain, table, columns), await kept("another", table, columns)];
      expect(one, table).to.deep.equal(two);
      expect(one).to.not.be.empty;
    }
    const points = (
      await database.run(
        "select chain, series, place, point_values from history_points where source = 'event' order by chain, series, place",
      )
    ).map(({ chain, ...rest }) => [String(chain).startsWith("another"), rest] as const);
    const [ours, theirs] = [points.filter(([x]) => !x), points.filter(([x]) => x)];
    expect(ours.map(([, rest]) => rest)).to.deep.equal(theirs.map(([, rest]) => rest));
  });

  it("keeps what views told when everything is read again, but for blocks that are no more", async () => {
    const { networkHelpers, ethers } = world;
    await networkHelpers.time.increase(61);
    await follow();
    const times = async () => (await client.series("backstop")).points.map(({ time }) => time);
    const before = await times();
    const snapshot = await networkHelpers.takeSnapshot();
    for (let i = 0; i < 3; i++) {
      await networkHelpers.time.increase(61);
      await follow();
    }
    expect(await times()).to.have.length(before.length + 3);
    await snapshot.restore();
    await networkHelpers.time.increase(10);
    await indexer.reset();
    await follow();
    expect((await times()).filter((time) => time <= before.at(-1)!)).to.deep.equal(before);
    expect((await times()).at(-1)).to.be.lessThanOrEqual((await ethers.provider.getBlock("latest"))!.timestamp);
    expect((await everything(500)).length).to.equal((await logs()).length);
  });

  describe("over HTTP", () => {
    const get = async (path: string, headers: Record<string, string> = {}) =>
      await fetch(server.url + path, { headers });

    it("says what is wrong with a question", async () => {
      const wrong: [string, number, string][] = [
        ["/history/nothing", 404, "there is no series nothing"],
        ["/history/rate?from=tomorrow", 400, "from: a time in unix seconds is needed"],
        ["/history/rate?from=9&to=3", 400, "from: from has to be before to"],
        ["/history/rate?points=2001", 400, "points: a whole number from 1 to 2000 is needed"],
        ["/history/rate?points=0", 400, "points"],
        ["/history/rate?form=1", 400, "there is no form to give here"],
        ["/history/rate?from=1&from=2", 400, "from is given twice"],
        ["/events?limit=501", 400, "limit: a whole number from 1 to 500 is needed"],
        ["/events?after=12", 400, "after: what `next` of a page said is needed"],
        ["/events?order=up", 400, "order"],
        ["/events?contract=moon", 400, "contract"],
        ["/events?event=a%27b", 400, "event: the name of an event is needed"],
        ["/accounts/0x12/events", 400, "the account: an address is needed"],
        ["/liquidations?account=you", 400, "account: an address is needed"],
        ["/events?after=1048576.00000000", 410, "was replaced"],
      ];
      for (const [path, status, error] of wrong) {
        const response = await get(path);
        expect(response.status, path).to.equal(status);
        expect(((await response.json()) as { error: string }).error, path).to.contain(error);
      }
      expect((await get("/history/rate/more")).status).to.equal(404);
      expect((await fetch(`${server.url}/events`, { method: "POST" })).status).to.equal(405);
    });

    it("answers pages of other origins, and says when nothing is new", async () => {
      const first = await get("/history/statement?points=3");
      expect(first.headers.get("access-control-allow-origin")).to.equal("*");
      expect(Number(first.headers.get("last-block"))).to.equal(await world.ethers.provider.getBlockNumber());
      const etag = first.headers.get("etag")!;
      expect((await get("/history/statement?points=3", { "if-none-match": etag })).status).to.equal(304);
      await world.sheet.refresh();
      await follow();
      expect((await get("/history/statement?points=3", { "if-none-match": etag })).status).to.equal(200);
      const asked = await fetch(`${server.url}/events`, { method: "OPTIONS" });
      expect([asked.status, asked.headers.get("access-control-allow-methods")]).to.deep.equal([204, "GET, HEAD"]);
    });

    it("gives tables as well", async () => {
      const [page, table] = [
        await client.accountEvents(world.alice.address, { limit: 500 }),
        await get(`/accounts/${world.alice.address}/events.csv`),
      ];
      expect(table.headers.get("content-type")).to.equal("text/csv; charset=utf-8");
      const [head, ...lines] = (await table.text()).trimEnd().split("\r\n");
      expect(head!.split(",").slice(0, 7)).to.deep.equal([
        "date",
        "time",
        "block",
        "transaction",
        "log",
        "contract",
        "event",
      ]);
      expect(lines).to.have.length(page.items.length);
      const [newest] = page.items;
      expect(lines[0]!.split(",").slice(1, 7)).to.deep.equal(
        [newest!.time, newest!.block, newest!.transaction, newest!.log, newest!.contract, newest!.event].map(String),
      );
      const asked = await get("/events?limit=2", { accept: "text/csv" });
      expect(asked.headers.get("content-type")).to.contain("text/csv");
      const next = /<\?(.*)>; rel="next"/.exec(asked.headers.get("link")!)![1]!;
      const more = (await (await get(`/events.csv?${next}`)).text()).split("\r\n");
      const both = (await (await get("/events.csv?limit=4")).text()).split("\r\n");
      const place = (line: string | undefined) => line!.split(",").slice(0, 5);
      expect([more[1], more[2]].map(place)).to.deep.equal([both[3], both[4]].map(place));
    });

    it("tells of each block as it is followed", async () => {
      const response = await get("/stream");
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      const until = async (found: () => boolean) => {
        while (!found()) text += (await reader.read()).value ?? "";
      };
      await until(() => text.includes("event: step"));
      await world.sheet.setJump(1, 2_001);
      await follow();
      const { number, hash, timestamp } = (await world.ethers.provider.getBlock("latest"))!;
      const message = `data: ${JSON.stringify({ block: { number, hash, time: timestamp }, head: number })}`;
      await until(() => text.includes(message));
      await reader.cancel();
    });
  });

  // Last: from there on the index is another one's.
  describe("in the demo", () => {
    it("is followed as fast as the chain goes, and back to a snapshot", async () => {
      const { ethers, networkHelpers } = world;
      const { provider } = ethers;
      const errors: unknown[] = [];
      const addresses = { firstBlock: 0, contracts: { ...options.contracts } } as unknown as World["addresses"];
      const demo = await startIndexer({ provider, addresses }, (error) => errors.push(error), {
        ...database,
        close: () => Promise.resolve(),
      });
      demo.goLive();
      /** Waits until it is where the chain is. */
      const arrive = async (): Promise<void> => {
        const { hash } = (await provider.getBlock("latest"))!;
        while ((await demo.indexer.store.recent())[0]?.hash !== hash) await sleep(50);
      };
      await arrive();
      const snapshot = await networkHelpers.takeSnapshot();
      const before = await logs();
      for (let i = 0; i < 5; i++) await world.sheet.setJump(0, 2_100 + i);
      await arrive();
      await snapshot.restore();
      await arrive();
      await demo.close();
      expect(errors).to.deep.equal([]);
      expect((await everything(500)).length).to.equal(before.length);
    });
  });
});
