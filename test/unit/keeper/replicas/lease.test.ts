import { expect } from "chai";

import { serverDatabase, type Database } from "../../../../keeper/journal/database.js";
import { SqlJournal } from "../../../../keeper/journal/sql.js";
import { NotLeading } from "../../../../keeper/replicas/leadership.js";
import { Lease, type Timing } from "../../../../keeper/replicas/lease.js";
import { wireTo } from "../../../support/cut-wire.js";
import { intentOf } from "../../../support/intents.js";
import { startPostgres, type PostgresServer } from "../../../support/postgres.js";

/** A tenth of what is usual. */
const QUICK: Timing = { beat: 100, valid: 500, idle: 700 };

describe("keeper/replicas: lease", function () {
  this.timeout(30_000);
  let server: PostgresServer;
  let database: Database;
  let open: { close(): Promise<void> }[];
  let sender: string;
  let count = 0;
  before(async function () {
    const started = await startPostgres();
    if (started === undefined) {
      console.log("    (no PostgreSQL server on this machine)");
      return this.skip();
    }
    server = started;
    database = await serverDatabase(server.url);
  });
  after(async () => {
    await (database as Database | undefined)?.close();
    await (server as PostgresServer | undefined)?.stop();
  });
  beforeEach(async () => {
    open = [];
    sender = `0x${(++count).toString().padStart(40, "0")}`;
    await SqlJournal.open(database, { chain: "1", sender });
  });
  afterEach(async () => {
    for (const one of open.reverse()) await one.close();
  });

  async function leaseOf(url = server.url, chain = "1", timing = QUICK): Promise<Lease> {
    const lease = await Lease.start({ url, chain, sender, timing });
    open.push(lease);
    return lease;
  }

  async function until(what: () => boolean): Promise<number> {
    const started = performance.now();
    while (!what()) {
      if (performance.now() - started > 10_000) throw new Error("it never came");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - started;
  }

  const journalOf = async (lease: Lease, over = database): Promise<SqlJournal> =>
    await SqlJournal.open(over, { chain: "1", sender }, (run) => lease.fence(run));

  const caught = async (work: Promise<unknown>): Promise<unknown> =>
    await work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("is one's at a time; for every chain and address one", async () => {
    const first = await leaseOf();
    const second = await leaseOf();
    const elsewhere = await leaseOf(server.url, "2");
    expect([first.term, second.term, elsewhere.term]).to.deep.equal([1, undefined, 1]);
    await new Promise((resolve) => setTimeout(resolve, 3 * QUICK.idle));
    expect([first.term, second.term], "it lasts").to.deep.equal([1, undefined]);
    expect([first.fault, second.fault]).to.deep.equal([undefined, undefined]);
    expect(() => second.permit()).to.throw(NotLeading);
  });

  it("goes over at once when the first leaves, and begins a new term", async () => {
    const first = await leaseOf();
    const second = await leaseOf();
    await first.close();
    expect(first.term).to.equal(undefined);
    expect(await until(() => second.term !== undefined)).to.be.below(3 * QUICK.beat);
    expect(second.term).to.equal(2);
  });

  it("is lost when the wire is cut: before the server gives it to another", async () => {
    const wire = await wireTo(server.url);
    const first = await leaseOf(wire.url);
    const second = await leaseOf();
    let lost: number | undefined;
    wire.cut();
    const took = await until(() => {
      if (first.term === undefined) lost ??= performance.now();
      return second.term !== undefined;
    });
    expect(lost, "the first knew").to.not.equal(undefined);
    expect(took).to.be.below(QUICK.idle + 5 * QUICK.beat);
    await until(() => first.fault !== undefined);
    expect(() => first.permit()).to.throw(NotLeading);
    await first.close();
    await wire.close();
  });

  it("is lost when the server ends the session, and can be had again", async () => {
    const lease = await leaseOf();
    lease.begin();
    await database.run(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plimsoll-keeper leader'",
    );
    await until(() => lease.term !== 1);
    await until(() => lease.term === 2);
    // What began in the term before is over, though the same process leads again.
    expect(() => lease.permit()).to.throw(NotLeading, "another one has begun");
    expect(lease.begin()).to.equal(2);
    lease.permit();
  });

  it("fences the journal: what a former leader writes is refused, whatever it believes", async () => {
    const first = await leaseOf();
    first.begin();
    const journal = await journalOf(first);
    const intent = intentOf({ nonce: 1 });
    await journal.prepare(intent);
    const refused = async (): Promise<void> => {
      for (const write of [
        () => journal.prepare(intentOf({ nonce: 2 })),
        () => journal.replace(intent.id, intent.transactions[0]!, intent),
        () => journal.advance(intent.id, { state: "dropped" }),
      ])
        expect(await caught(write())).to.be.instanceOf(NotLeading);
    };
    await database.run("update leaders set term = term + 1 where sender = $1", [sender]);
    await refused();
    await database.run("update leaders set term = term - 1 where sender = $1", [sender]);
    await journal.advance(intent.id, { state: "sent" });
    expect((await journal.open()).map((i) => [i.nonce, i.state])).to.deep.equal([[1, "sent"]]);
  });

  it("fences the journal by the lock itself, before anybody else leads", async () => {
    // It asks so seldom that it does not notice, and nobody tells it.
    const wire = await wireTo(server.url);
    const lease = await leaseOf(wire.url, "1", { beat: 60_000, valid: 60_000, idle: 60_000 });
    lease.begin();
    const journal = await journalOf(lease);
    await journal.prepare(intentOf({ nonce: 1 }));
    wire.cut();
    await database.run(
      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and pid <> pg_backend_pid()",
    );
    await new Promise((resolve) => setTimeout(resolve, QUICK.beat));
    expect(lease.term, "what it believes").to.equal(1);
    expect(await caught(journal.prepare(intentOf({ nonce: 2 })))).to.be.instanceOf(NotLeading);
    expect((await journal.open()).map((i) => i.nonce)).to.deep.equal([1]);
    await wire.close();
  });

  it("lets what is being written be finished before the next term begins", async () => {
    const first = await leaseOf();
    first.begin();
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const writing = database.transaction(async (run) => {
      await first.fence(run);
      await finished;
    });
    await new Promise((resolve) => setTimeout(resolve, QUICK.beat));
    const second = await leaseOf();
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 5 * QUICK.beat));
    expect(second.term).to.equal(undefined);
    finish();
    await writing;
    await until(() => second.term === 2);
  });

  it("says so when no server answers", async () => {
    const error = await caught(Lease.start({ url: "postgres://keeper:hunter2@127.0.0.1:1/x", chain: "1", sender }));
    expect((error as Error).message)
      .to.contain("cannot be told")
      .and.to.not.contain("hunter2");
  });
});
