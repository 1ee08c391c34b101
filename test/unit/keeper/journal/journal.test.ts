import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { embeddedDatabase, serverDatabase, type Database } from "../../../../keeper/journal/database.js";
import { MemoryJournal } from "../../../../keeper/journal/memory.js";
import { SqlJournal } from "../../../../keeper/journal/sql.js";
import { JournalError, NumberTaken, type Journal } from "../../../../keeper/journal/types.js";
import { inclusionOf, intentOf, signed } from "../../../support/intents.js";
import { startPostgres, type PostgresServer } from "../../../support/postgres.js";

/** What an error that must come is. */
async function caught(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** What every journal does. Each test has a sender of its own. */
function behavesAsJournal(open: (sender: string) => Promise<Journal>): void {
  let journal: Journal;
  let count = 0;
  beforeEach(async () => (journal = await open(`sender ${(++count).toString()}`)));

  it("gives back what was written, to the last digit", async () => {
    const intent = intentOf({ nonce: 3, subject: "5", job: "fill", purse: "rest", accounts: [] });
    await journal.prepare(intent);
    expect(await journal.open()).to.deep.equal([intent]);
  });

  it("takes the bytes of what was refused once more, under the same number", async () => {
    const transactions = [signed({ hash: "0xsame" })];
    const refused = intentOf({ nonce: 8, transactions });
    await journal.prepare(refused);
    await journal.advance(refused.id, { state: "dropped" });
    const again = intentOf({ nonce: 8, transactions });
    await journal.prepare(again);
    expect(await journal.open()).to.deep.equal([again]);
    expect(await caught(journal.prepare(intentOf({ nonce: 8, transactions })))).to.be.instanceOf(NumberTaken);
  });

  it("follows an intent to its end, and back where a block was reorganised away", async () => {
    const intent = intentOf();
    await journal.prepare(intent);
    await journal.advance(intent.id, { state: "sent" });
    const inclusion = inclusionOf({ fee: 123_456_789_012_345_678_901n });
    await journal.advance(intent.id, { state: "included", inclusion });
    expect(await journal.open()).to.deep.equal([{ ...intent, state: "included", inclusion }]);
    await journal.advance(intent.id, { state: "sent" });
    expect(await journal.open()).to.deep.equal([{ ...intent, state: "sent" }]);
    const outcome = { flows: { "0xAb": 10n ** 30n, "0xCd": -5n }, realised: -7n };
    await journal.advance(intent.id, { state: "confirmed", inclusion, outcome });
    expect(await journal.open()).to.deep.equal([]);
    expect(await journal.since(0)).to.deep.equal([{ ...intent, state: "confirmed", inclusion, outcome }]);
    // The ledger, without what was signed.
    const [entry] = await journal.entries();
    const { job, expected } = intent;
    expect(entry).to.deep.include({ job, state: "confirmed", expected, outcome });
    expect(entry?.inclusion?.fee).to.equal(inclusion.fee);
  });

  it("keeps every transaction of an intent, in order", async () => {
    const intent = intentOf();
    await journal.prepare(intent);
    const second = signed({ maxFee: 3n * 10n ** 9n });
    const third = signed({ kind: "nothing" });
    await journal.replace(intent.id, second, { expected: -5n, loss: 6n, gasPrice: 7n });
    await journal.replace(intent.id, third, { expected: -8n, loss: 9n, gasPrice: 10n });
    const [found] = await journal.open();
    expect(found).to.deep.equal({
      ...intent,
      expected: -8n,
      loss: 9n,
      gasPrice: 10n,
      transactions: [...intent.transactions, second, third],
    });
  });

  it("has no two intents with one number, but where the first was dropped", async () => {
    const first = intentOf({ nonce: 9 });
    await journal.prepare(first);
    expect(await caught(journal.prepare(intentOf({ nonce: 9 })))).to.be.instanceOf(NumberTaken);
    expect((await journal.open()).map((i) => i.id)).to.deep.equal([first.id]);
    await journal.advance(first.id, { state: "dropped" });
    const second = intentOf({ nonce: 9 });
    await journal.prepare(second);
    expect([...(await journal.numbers(0)).values()].map((i) => i.id)).to.deep.equal([second.id]);
  });

  it("tells open intents by number, numbers from one on, and intents since a time", async () => {
    for (const nonce of [4, 2, 3]) await journal.prepare(intentOf({ nonce, time: 1_000 + nonce }));
    const [first] = await journal.open();
    await journal.advance(first!.id, { state: "reverted", inclusion: inclusionOf({ succeeded: false }) });
    expect((await journal.open()).map((i) => i.nonce)).to.deep.equal([3, 4]);
    expect([...(await journal.numbers(2)).keys()].sort()).to.deep.equal([2, 3, 4]);
    expect([...(await journal.numbers(4)).keys()]).to.deep.equal([4]);
    expect((await journal.since(1_003)).map((i) => i.nonce).sort()).to.deep.equal([3, 4]);
  });

  it("can be written", async () => {
    await journal.probe();
    await journal.probe();
  });
}

describe("keeper/journal: in memory", () => {
  behavesAsJournal(() => Promise.resolve(new MemoryJournal()));

  it("forgets the oldest that are final, and no others", async () => {
    const journal = new MemoryJournal(3);
    const intents = [0, 1, 2, 3, 4].map((nonce) => intentOf({ nonce }));
    for (const [index, intent] of intents.entries()) {
      await journal.prepare(intent);
      if (index > 0) await journal.advance(intent.id, { state: "confirmed" });
    }
    expect((await journal.since(0)).map((i) => i.nonce)).to.deep.equal([0, 3, 4]);
  });
});

describe("keeper/journal: in files", function () {
  this.timeout(30_000);
  let folder = "";
  let database: Database;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-journal-"));
    database = await embeddedDatabase(folder);
  });
  after(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  behavesAsJournal((sender) => SqlJournal.open(database, { chain: "1", sender }));

  it("keeps the intents of chains and senders apart", async () => {
    const mine = await SqlJournal.open(database, { chain: "1", sender: "me" });
    const elsewhere = await SqlJournal.open(database, { chain: "2", sender: "me" });
    await mine.prepare(intentOf());
    await elsewhere.prepare(intentOf());
    expect(await mine.since(0)).to.have.length(1);
    expect(await (await SqlJournal.open(database, { chain: "1", sender: "you" })).since(0)).to.deep.equal([]);
  });

  it("is there after it was closed, and belongs to one process at a time", async () => {
    const journal = await SqlJournal.open(database, { chain: "1", sender: "again" });
    const intent = intentOf();
    await journal.prepare(intent);
    const taken = await caught(embeddedDatabase(folder));
    expect(taken).to.be.instanceOf(JournalError);
    expect((taken as Error).message)
      .to.contain(process.pid.toString())
      .and.to.contain("DATABASE_URL");
    await journal.close();
    const lock = join(folder, "keeper.lock");
    // Left by a process that was killed; by one that had this one's number, as in a container that is started again; by one whose number another process
    // has now that was started at another time.
    for (const left of ["999999999", process.pid.toString(), `${process.ppid.toString()} 1`]) {
      writeFileSync(lock, left);
      database = await embeddedDatabase(folder);
      expect(readFileSync(lock, "utf8").split(" ")[0]).to.equal(process.pid.toString());
      if (left !== `${process.ppid.toString()} 1`) await database.close();
    }
    const again = await SqlJournal.open(database, { chain: "1", sender: "again" });
    expect(await again.open()).to.deep.equal([intent]);
  });

  it("does not touch what a later version wrote", async () => {
    await database.run("insert into migrations (version, taken_at) values (99, now())");
    const error = await caught(SqlJournal.open(database, { chain: "1", sender: "late" }));
    await database.run("delete from migrations where version = 99");
    expect(error).to.be.instanceOf(JournalError);
    expect((error as Error).message).to.contain("version 99");
  });
});

describe("keeper/journal: in PostgreSQL", function () {
  this.timeout(30_000);
  let server: PostgresServer | undefined;
  let database: Database;
  before(async function () {
    server = await startPostgres();
    // Not an npm package: where the machine has none, the same behaviour is tested of the embedded one alone.
    if (server === undefined) {
      console.log("    (no PostgreSQL server on this machine)");
      return this.skip();
    }
    database = await serverDatabase(server.url);
  });
  after(async () => {
    if (server === undefined) return;
    await database.close();
    await server.stop();
  });

  behavesAsJournal((sender) => SqlJournal.open(database, { chain: "1", sender }));

  it("is made by several at once", async () => {
    await database.run("create schema twice");
    const url = `${server!.url}?options=-c%20search_path%3Dtwice`;
    const several = await Promise.all([1, 2, 3].map(() => serverDatabase(url)));
    const journals = await Promise.all(several.map((one) => SqlJournal.open(one, { chain: "1", sender: "x" })));
    await journals[0]!.prepare(intentOf());
    expect(await caught(journals[1]!.prepare(intentOf()))).to.be.instanceOf(NumberTaken);
    expect(await journals[2]!.open()).to.have.length(1);
    for (const journal of journals) await journal.close();
  });

  it("says so when no server answers, without the password", async () => {
    const error = await caught(serverDatabase("postgres://keeper:hunter2@127.0.0.1:1/x"));
    expect(error).to.be.instanceOf(JournalError);
    expect((error as Error).message).to.not.contain("hunter2");
  });
});
