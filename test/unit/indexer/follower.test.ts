import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { Follower, type FollowerOptions } from "../../../indexer/follower.js";
import { MemoryStore } from "../../../indexer/memory.js";
import { IndexTaken, SqlStore, START, type Cursor } from "../../../indexer/sql.js";
import { ChainMoved, EventsDoNotFit, type PositionStore } from "../../../indexer/types.js";
import { IndexHealth } from "../../../indexer/health.js";
import { IndexerClient, SourceUnusable } from "../../../indexer/client.js";
import { pagesOf } from "../../../indexer/pages.js";
import { serve } from "../../../keeper/operation/server.js";
import { embeddedDatabase, serverDatabase, type Database } from "../../../keeper/journal/database.js";
import type { Position } from "../../../sdk/credit/valuation.js";
import { answersLongSeries } from "../../support/long-series.js";
import { accountOf, borrowed, deposited, listed, PaperChain, repaid, solid } from "../../support/paper-chain.js";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { Random } from "../../support/random.js";

const [alice, bob] = [accountOf(1), accountOf(2)];

/** What an error that must come is. */
async function caught(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

interface Opened {
  readonly store: PositionStore;
  /** Everything that it holds. */
  readonly all: () => Promise<Map<string, Position>>;
}

type Open = (depth?: number) => Promise<Opened>;

const inMemory: Open = (depth) => {
  const told = new Map<string, Position>();
  const store = new MemoryStore((account, position) => told.set(account, position), depth);
  // What it tells of is what a keeper knows.
  return Promise.resolve({ store, all: () => Promise.resolve(solid(told)) });
};

/** As a reader does it: what changed since last time, in small pages. */
function readerOf(store: SqlStore, limit: number): () => Promise<Map<string, Position>> {
  let known = new Map<string, Position>();
  let epoch: string | undefined;
  let at: Cursor = START;
  return async () => {
    for (;;) {
      const page = await store.page(at, epoch, limit);
      if (page.epoch !== epoch) known = new Map();
      for (const [account, position] of page.positions) known.set(account, position);
      epoch = page.epoch;
      at = page.next;
      if (page.complete) return solid(known);
    }
  };
}

let opened = 0;
const inDatabase =
  (database: () => Database): Open =>
  async (depth) => {
    const store = await SqlStore.open(database(), `chain ${(++opened).toString()}`, { depth });
    return { store, all: readerOf(store, 2) };
  };

function follows(open: Open, rounds: number): void {
  const random = Random.fresh();

  async function start(options: Partial<FollowerOptions> = {}) {
    const chain = new PaperChain();
    const { store, all } = await open(options.depth);
    const follower = new Follower({ chain, store, firstBlock: 0, ...options });
    const expectThere = async (): Promise<void> => {
      expect(await follower.follow(chain.head)).to.equal(true);
      const [tip] = await store.recent();
      expect(tip).to.deep.equal({ number: chain.head.number, hash: chain.head.hash });
      expect(await all()).to.deep.equal(chain.positions());
    };
    return { chain, store, all, follower, expectThere };
  }

  it(`is where the chain is, whatever is replaced and however often it looks (seed ${random.seed})`, async () => {
    const { chain, expectThere } = await start({ depth: 12 });
    for (let round = 0; round < rounds; round++) {
      const dropped = random.below(2) === 0 ? Math.min(chain.head.number, 1 + random.below(10)) : 0;
      chain.drop(dropped);
      // The longer branch is the one that counts.
      chain.mineAny(random, dropped + 1 + random.below(8));
      await expectThere();
    }
  });

  for (const depth of [1, 2, 5, 10]) {
    it(`undoes ${depth} blocks, and takes in what is in their place`, async () => {
      const replaced: (number | undefined)[] = [];
      const { chain, expectThere } = await start({ onReorganised: (blocks) => replaced.push(blocks) });
      chain.mine([deposited(alice, 0, 50n), borrowed(alice, 5n)]);
      chain.mineAny(random, 10);
      await expectThere();
      chain.drop(depth);
      chain.mine([borrowed(bob, 7n)]);
      for (let i = 1; i < depth; i++) chain.mine([borrowed(alice, 1n)]);
      await expectThere();
      expect(replaced).to.deep.equal([depth]);
    });
  }

  it("reads everything again where more was replaced than can be undone", async () => {
    const replaced: (number | undefined)[] = [];
    const { chain, expectThere } = await start({ depth: 4, onReorganised: (blocks) => replaced.push(blocks) });
    chain.mineAny(random, 20);
    await expectThere();
    chain.drop(12);
    chain.mineAny(random, 14);
    await expectThere();
    expect(replaced).to.deep.equal([undefined]);
  });

  it("reads everything again where events turn out to be missing, and says so", async () => {
    const { chain, follower, store, expectThere } = await start();
    chain.mine([borrowed(alice, 10n)]);
    const honest = chain.eventsIn.bind(chain);
    const hidden = chain.head.hash;
    chain.eventsIn = async (hash) => (hash === hidden ? [] : await honest(hash));
    await follower.follow(chain.head);
    chain.mine([repaid(alice, 4n)]);
    chain.eventsIn = honest;
    expect(await caught(follower.follow(chain.head))).to.be.instanceOf(EventsDoNotFit);
    expect(await store.recent()).to.deep.equal([]);
    await expectThere();
  });

  it("stops when its time is over, and goes on from there", async () => {
    const { chain, follower, store, expectThere } = await start({ depth: 5, span: 10 });
    chain.mineAny(random, 60);
    expect(await follower.follow(chain.head, { until: 0 })).to.equal(false);
    expect((await store.recent()).map(({ number }) => number)).to.deep.equal([9]);
    await expectThere();
  });
}

describe("indexer/follower: in memory", () => {
  follows(inMemory, 60);

  function simple(options: Partial<FollowerOptions> = {}) {
    const chain = new PaperChain();
    const store = new MemoryStore();
    return { chain, store, follower: new Follower({ chain, store, firstBlock: 0, ...options }) };
  }

  it("asks one question for a block that follows on the last", async () => {
    const { chain, follower } = simple();
    await follower.follow(chain.head);
    for (let i = 0; i < 3; i++) {
      chain.mine([borrowed(accountOf(100 + i), 1n)]);
      chain.asked = [];
      await follower.follow(chain.head);
      expect(chain.asked).to.deep.equal(["eventsIn"]);
      await follower.follow(chain.head);
      expect(chain.asked).to.deep.equal(["eventsIn"]);
    }
  });

  it("leaves things as they are while a node is behind on the same branch", async () => {
    const { chain, store, follower } = simple();
    const earlier = chain.head;
    chain.mine([borrowed(alice, 1n)]);
    await follower.follow(chain.head);
    expect(await follower.follow(earlier)).to.equal(true);
    expect(store.tip?.number).to.equal(1);
  });

  it("refuses a node that is further behind than can be told", async () => {
    const { chain, store, follower } = simple({ depth: 3 });
    const earlier = chain.head;
    for (let i = 0; i < 10; i++) chain.mine();
    await follower.follow(chain.head);
    expect(await caught(follower.follow(earlier))).to.be.instanceOf(ChainMoved);
    expect(store.tip?.number).to.equal(10);
  });

  it("takes in nothing of a branch that was replaced while it was read", async () => {
    const { chain, store, follower } = simple();
    await follower.follow(chain.head);
    chain.mine([borrowed(alice, 1n)]);
    chain.mine([borrowed(alice, 1n)]);
    const stale = chain.head;
    chain.drop(2);
    chain.mine([borrowed(bob, 2n)]);
    chain.mine();
    expect(await caught(follower.follow(stale))).to.be.instanceOf(Error);
    expect(store.read([alice]).positions.get(alice)?.debtShares).to.equal(0n);
    await follower.follow(chain.head);
    expect(store.read([bob]).positions.get(bob)?.debtShares).to.equal(2n);
  });

  it("follows blocks that do not name their parents, where they stay what they are", async () => {
    const { chain, store, follower } = simple();
    chain.orphans = true;
    for (let i = 0; i < 5; i++) chain.mine([borrowed(alice, 1n)]);
    await follower.follow(chain.head);
    chain.mine([borrowed(alice, 1n)]);
    await follower.follow(chain.head);
    expect(store.read([alice]).positions.get(alice)?.debtShares).to.equal(6n);
    chain.drop(2);
    for (let i = 0; i < 3; i++) chain.mine([borrowed(bob, 1n)]);
    await follower.follow(chain.head);
    expect([...store.read([alice, bob]).positions.values()].map((p) => p.debtShares)).to.deep.equal([4n, 3n]);
  });

  it("asks for fewer blocks at once when a node will not answer for so many", async () => {
    const { chain, store, follower } = simple({ depth: 2, span: 64 });
    for (let i = 0; i < 100; i++) chain.mine();
    const real = chain.eventsBetween.bind(chain);
    chain.eventsBetween = async (first, last) => {
      if (last - first >= 10) throw new Error("query returned more than 10 results");
      return await real(first, last);
    };
    for (let look = 0; store.tip?.number !== 100; look++) {
      expect(look, "looks").to.be.lessThan(20);
      await caught(follower.follow(chain.head));
    }
  });

  it("begins at the first block that it is told, and waits for it", async () => {
    const { chain, store, follower } = simple({ firstBlock: 2 });
    expect(await follower.follow(chain.head)).to.equal(true);
    expect(store.tip).to.equal(undefined);
    chain.mine([borrowed(alice, 1n)]);
    chain.mine([listed(0), deposited(bob, 0, 3n)]);
    await follower.follow(chain.head);
    expect(store.totals()).to.deep.equal({ shares: 0n, balances: new Map([[0, 3n]]) });
  });
});

describe("indexer/follower: in files", function () {
  this.timeout(60_000);
  let folder = "";
  let database: Database;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-index-"));
    database = await embeddedDatabase(folder, "index");
  });
  after(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  follows(
    inDatabase(() => database),
    12,
  );
  keepsAnIndex(() => database);
  answersLongSeries(() => database);
});

describe("indexer/follower: on a PostgreSQL server", function () {
  this.timeout(60_000);
  let postgres: PostgresServer | undefined;
  let database: Database;
  before(async function () {
    postgres = await startPostgres();
    if (postgres === undefined) {
      console.log("    (no PostgreSQL server on this machine)");
      this.skip();
    }
    database = await serverDatabase(postgres.url);
  });
  after(async () => {
    if (postgres === undefined) return;
    await database.close();
    await postgres.stop();
  });

  follows(
    inDatabase(() => database),
    12,
  );
  keepsAnIndex(() => database);
  answersLongSeries(() => database);
});

/** What only a database does. */
function keepsAnIndex(database: () => Database): void {
  it("is served in pages, and read by keepers as it is", async () => {
    const random = Random.fresh();
    const chain = new PaperChain();
    const store = await SqlStore.open(database(), `chain ${(++opened).toString()}`);
    const follower = new Follower({ chain, store, firstBlock: 0 });
    const identity = { chain: "31337-ab", engine: accountOf(0xeee) };
    const health = new IndexHealth({ readyWithin: 60, stuckAfter: 300 });
    const pages = pagesOf(identity, store, health);
    const server = await serve({ health, registry: health.registry, pages }, "127.0.0.1", 0);
    try {
      const client = new IndexerClient(server.url);
      expect(await caught(client.snapshot(identity))).to.be.instanceOf(SourceUnusable);
      chain.mineAny(random, 20);
      await follower.follow(chain.head);
      const { block, positions, scales } = await client.snapshot(identity);
      expect(block).to.deep.equal({ number: 20, hash: chain.head.hash });
      expect(solid(positions)).to.deep.equal(chain.positions());
      expect([...scales]).to.have.length(2);
      // Behind a proxy that wants to know who asks: no URL that is asked for may hold that.
      const guarded = new IndexerClient(server.url.replace("//", "//reader:s%C3%A9same@"));
      expect((await guarded.snapshot(identity)).positions.size).to.equal(positions.size);
      const memory = new MemoryStore();
      memory.load(chain.head, chain.positions(), scales);
      const { shares, balances } = await store.totals();
      const sums = memory.totals();
      expect(shares).to.equal(sums.shares);
      expect(new Map([...balances].sort())).to.deep.equal(new Map([...sums.balances].sort()));
      for (const other of [
        { ...identity, chain: "1-ab" },
        { ...identity, engine: accountOf(1) },
      ]) {
        expect(await caught(client.snapshot(other))).to.be.instanceOf(SourceUnusable);
      }
      const ask = async (path: string) => await fetch(server.url + path);
      for (const query of ["?after=1", "?after=x.", "?limit=0", "?limit=10001", "?limit=a", "?after=1.0x12"]) {
        expect((await ask(`/positions${query}`)).status, query).to.equal(400);
      }
      const status = (await (await ask("/status")).json()) as Record<string, unknown>;
      expect(status).to.deep.include({ ...identity, block });
    } finally {
      await server.close();
    }
  });

  it("goes on where another process left it", async () => {
    const chain = new PaperChain();
    const name = `chain ${(++opened).toString()}`;
    chain.mine([borrowed(alice, 3n)]);
    chain.mine([borrowed(alice, 4n)]);
    await new Follower({ chain, store: await SqlStore.open(database(), name), firstBlock: 0 }).follow(chain.head);
    // Meanwhile a block is replaced.
    chain.drop(1);
    chain.mine([borrowed(bob, 5n)]);
    chain.mine();
    const store = await SqlStore.open(database(), name);
    expect((await store.recent()).map(({ number }) => number)).to.deep.equal([2, 1, 0]);
    await new Follower({ chain, store, firstBlock: 0 }).follow(chain.head);
    expect(await readerOf(store, 10)()).to.deep.equal(chain.positions());
    expect(await store.count()).to.deep.equal({ accounts: 2, debtors: 2 });
  });

  it("is written by one process at a time: who was there first finds out", async () => {
    const chain = new PaperChain();
    const name = `chain ${(++opened).toString()}`;
    const [first, second] = [await SqlStore.open(database(), name), await SqlStore.open(database(), name)];
    await new Follower({ chain, store: second, firstBlock: 0 }).follow(chain.head);
    chain.mine([borrowed(alice, 3n)]);
    const late = new Follower({ chain, store: first, firstBlock: 0 }).follow(chain.head);
    expect(await caught(late)).to.be.instanceOf(IndexTaken);
    expect(await readerOf(second, 10)()).to.deep.equal(new Map());
  });

  it("tells a reader all that changed since its last page, and of a new beginning", async () => {
    const chain = new PaperChain();
    const store = await SqlStore.open(database(), `chain ${(++opened).toString()}`);
    const follower = new Follower({ chain, store, firstBlock: 0 });
    expect(await store.page(START, undefined, 2)).to.deep.include({ block: undefined, positions: [], complete: true });
    chain.mine(Array.from({ length: 5 }, (_, i) => borrowed(accountOf(i + 1), 1n)));
    await follower.follow(chain.head);
    const sizes: number[] = [];
    let page = await store.page(START, undefined, 2);
    for (; !page.complete; page = await store.page(page.next, page.epoch, 2)) sizes.push(page.positions.length);
    expect([...sizes, page.positions.length]).to.deep.equal([2, 2, 1]);
    chain.mine([borrowed(bob, 1n)]);
    await follower.follow(chain.head);
    const { next, epoch, ...news } = await store.page(page.next, page.epoch, 2);
    expect(news.positions).to.deep.equal([[bob, { debtShares: 2n, holdings: [] }]]);
    expect(news.block).to.deep.equal({ number: 2, hash: chain.head.hash });
    expect((await store.page(next, epoch, 2)).positions).to.deep.equal([]);
    await store.reset();
    await follower.follow(chain.head);
    const anew = await store.page(next, epoch, 10);
    expect(anew.epoch).to.not.equal(epoch);
    expect(anew.positions).to.have.length(5);
  });
}
