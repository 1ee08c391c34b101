import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { dropTorn, progressIn, waitOn } from "../../../../deploy/public/journal.js";
import { SendRecord } from "../../../../deploy/public/sends.js";

describe("deploy/public: what journals say", () => {
  let folder = "";
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "plimsoll-journal-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const path = (): string => join(folder, "journal.jsonl");
  const write = (...messages: object[]): void => {
    writeFileSync(path(), messages.map((one) => `\n${JSON.stringify(one)}`).join(""));
  };
  const begins = (futureId: string): object => ({ type: "CALL_EXECUTION_STATE_INITIALIZE", futureId });
  const asks = (futureId: string): object => ({
    ...{ type: "NETWORK_INTERACTION_REQUEST", futureId },
    networkInteraction: { data: "0xfeed" },
  });
  const prepares = (futureId: string, nonce: number): object => ({ type: "TRANSACTION_PREPARE_SEND", futureId, nonce });
  const sends = (futureId: string, nonce: number): object => ({
    ...{ type: "TRANSACTION_SEND", futureId, nonce },
    transaction: { hash: `0x${nonce}` },
  });
  const ends = (futureId: string, type: string): object => ({
    ...{ type: "CALL_EXECUTION_STATE_COMPLETE", futureId },
    result: { type },
  });

  it("know nothing of a deployment that was not begun", () => {
    const { done, begun, unsent } = progressIn(folder);
    expect([done.size, begun.size, unsent.length]).to.deep.equal([0, 0, 0]);
  });

  it("tell what is done, what is on its way, what failed, and what may have been sent or not", () => {
    write(
      ...[begins("done"), prepares("done", 0), sends("done", 0), ends("done", "SUCCESS")],
      ...[begins("failed"), prepares("failed", 1), sends("failed", 1), ends("failed", "REVERTED_TRANSACTION")],
      ...[begins("late"), sends("late", 2), { type: "ONCHAIN_INTERACTION_TIMEOUT", futureId: "late" }],
      ...[begins("under way"), prepares("under way", 3), sends("under way", 3)],
      // Its first offer is known: that a better one got lost does not matter.
      prepares("under way", 3),
      ...[begins("second"), asks("second"), prepares("second", 5), begins("first"), prepares("first", 4)],
      ...[begins("wiped"), prepares("wiped", 6), { type: "WIPE_APPLY", futureId: "wiped" }],
      { type: "CONTRACT_AT_EXECUTION_STATE_INITIALIZE", futureId: "at" },
    );
    const { done, begun, broken, late, unsent, onTheirWay } = progressIn(folder);
    expect([...done]).to.deep.equal(["done", "at"]);
    expect([...broken]).to.deep.equal(["failed"]);
    expect([...late]).to.deep.equal(["late"]);
    expect(unsent).to.deep.equal([
      { futureId: "first", nonce: 4, data: "" },
      { futureId: "second", nonce: 5, data: "0xfeed" },
    ]);
    expect(onTheirWay).to.deep.equal([
      { futureId: "late", nonce: 2, hashes: ["0x2"] },
      { futureId: "under way", nonce: 3, hashes: ["0x3"] },
    ]);
    expect(begun.has("second")).to.equal(true);
    expect(begun.has("wiped")).to.equal(false);
  });

  it("have what was given up waited for, and say nothing else than before", () => {
    write(begins("late"), prepares("late", 2), sends("late", 2), sends("late", 2), begins("other"));
    const before = readFileSync(path(), "utf8");
    appendFileSync(path(), `\n${JSON.stringify({ type: "ONCHAIN_INTERACTION_TIMEOUT", futureId: "late" })}`);
    expect([...progressIn(folder).late]).to.deep.equal(["late"]);
    waitOn(folder);
    expect(readFileSync(path(), "utf8")).to.equal(before);
    // A better fee is another hash of the same transaction.
    expect(progressIn(folder).onTheirWay).to.deep.equal([{ futureId: "late", nonce: 2, hashes: ["0x2", "0x2"] }]);
  });

  it("lose the last line of whoever was killed while writing it, and no other", () => {
    write(begins("one"), begins("two"));
    const whole = readFileSync(path(), "utf8");
    dropTorn(folder);
    expect(readFileSync(path(), "utf8")).to.equal(whole);
    appendFileSync(path(), '\n{"type":"TRANSACTION_SE');
    expect([...progressIn(folder).begun], "where it is said how far it came").to.deep.equal(["one", "two"]);
    dropTorn(folder);
    expect(readFileSync(path(), "utf8")).to.equal(whole);
  });

  it("keep what was about to be sent, the latest of a nonce first", () => {
    const record = new SendRecord(folder);
    expect(record.of(1)).to.deep.equal([]);
    const one = { nonce: 1, hash: "0xa", raw: "0x00", block: 5 };
    const better = { nonce: 1, hash: "0xb", raw: "0x01", block: 6 };
    for (const send of [one, { nonce: 2, hash: null, raw: null, block: 5 }, better]) record.write(send);
    appendFileSync(join(folder, "sends.jsonl"), '{"nonce":1,"ha');
    expect(record.of(1)).to.deep.equal([better, one]);
    // What is written behind such a line is not lost with it.
    const third = { nonce: 1, hash: "0xc", raw: "0x02", block: 7 };
    record.write(third);
    expect(record.of(1)).to.deep.equal([third, better, one]);
  });
});
