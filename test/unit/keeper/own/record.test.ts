import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { CannotDeploy } from "../../../../keeper/own/errors.js";
import { writeWhole } from "../../../../keeper/own/files.js";
import { DeployRecord, type Entry } from "../../../../keeper/own/record.js";

const OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const whose = { chain: "1-abc", owner: OWNER };
const entry: Entry = {
  address: OWNER,
  nonce: 3,
  final: false,
  transactions: [{ hash: "0x1", raw: "0x2", maxFee: 10n ** 20n, tip: 1n, block: 5 }],
};

describe("keeper/own: the record of deployments", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "plimsoll-record-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is there for the next process, of the same key and chain alone", () => {
    const record = new DeployRecord(folder, whose);
    const unlock = record.lock();
    record.set("liquidator", entry);
    record.set("filler", { ...entry, nonce: 4 });
    record.set("filler", undefined);
    unlock();
    expect(new DeployRecord(folder, whose).entries).to.deep.equal({ liquidator: entry });
    expect(new DeployRecord(folder, { ...whose, chain: "1-abd" }).entries).to.deep.equal({});
    const place = join(folder, readdirSync(folder)[0]!);
    expect(readdirSync(place)).to.deep.equal(["record.json"]);
    expect(statSync(join(place, "record.json")).mode & 0o777).to.equal(0o600);
  });

  it("belongs to one process at a time, which sees what the one before wrote", () => {
    const [first, second] = [new DeployRecord(folder, whose), new DeployRecord(folder, whose)];
    const unlock = first.lock();
    expect(() => second.lock()).to.throw(CannotDeploy, "is deploying with this key");
    first.set("filler", entry);
    unlock();
    second.lock()();
    expect(second.entries).to.deep.equal({ filler: entry });
  });

  it("is not guessed at where it is broken", () => {
    const record = new DeployRecord(folder, whose);
    const unlock = record.lock();
    record.set("filler", entry);
    unlock();
    const path = join(folder, readdirSync(folder)[0]!, "record.json");
    for (const text of ["", "{", '{"filler":{}}', '{"other":1}', readFileSync(path, "utf8").slice(0, 40)]) {
      writeFileSync(path, text);
      expect(() => new DeployRecord(folder, whose), text).to.throw(CannotDeploy, "is no record of deployments");
    }
  });
});

describe("keeper/own: whole files", () => {
  it("keep their mode, and leave nothing beside them", () => {
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-whole-"));
    const path = join(folder, "file.json");
    writeFileSync(path, "long before");
    chmodSync(path, 0o604);
    writeWhole(path, "after");
    expect(readFileSync(path, "utf8")).to.equal("after");
    expect(statSync(path).mode & 0o777).to.equal(0o604);
    expect(() => writeWhole(join(folder, "none", "file.json"), "x")).to.throw("ENOENT");
    expect(readdirSync(folder)).to.deep.equal(["file.json"]);
    rmSync(folder, { recursive: true });
  });
});
