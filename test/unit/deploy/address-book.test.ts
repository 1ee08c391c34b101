import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import {
  NotDeployed,
  readAddressBooks,
  removeAddressBook,
  shipAddressBook,
  writeAddressBook,
} from "../../../deploy/address-book.js";
import { addressBookSchema } from "../../../sdk/addresses.js";

describe("deploy: address books", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "plimsoll-books-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const address = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;
  const names = [
    "manager",
    "dollar",
    "oracle",
    "risk",
    "engine",
    "lens",
    "reads",
    "sheet",
    "reserve",
    "rebalancer",
    "backstop",
    "rate",
    "proof",
  ];
  const book = (rpcUrl: string | undefined, seed = 1) =>
    addressBookSchema.parse({
      chainId: 31_337,
      rpcUrl,
      firstBlock: 0,
      contracts: Object.fromEntries(names.map((name, i) => [name, address(seed * 100 + i)])),
      tokens: {},
    });

  it("keeps one for each node of a local chain, the usual one first", () => {
    const [usual, other] = [book("http://127.0.0.1:8545", 1), book("http://127.0.0.1:8546", 2)];
    writeAddressBook(other, folder);
    writeAddressBook(usual, folder);
    expect(readAddressBooks(31_337, folder)).to.deep.equal([usual, other]);
    removeAddressBook(usual, folder);
    expect(readAddressBooks(31_337, folder)).to.deep.equal([other]);
    removeAddressBook(other, folder);
    expect(() => readAddressBooks(31_337, folder)).to.throw(NotDeployed);
  });

  it("replaces the book of the same node", () => {
    writeAddressBook(book("http://127.0.0.1:8545", 1), folder);
    writeAddressBook(book("http://127.0.0.1:8545", 2), folder);
    expect(readAddressBooks(31_337, folder)).to.deep.equal([book("http://127.0.0.1:8545", 2)]);
  });

  it("ships one for each chain with the SDK, a newer one in place of the older", () => {
    const path = join(folder, "deployments.json");
    writeFileSync(path, "[]\n");
    const on = (chainId: number, seed: number) => ({ ...book(undefined, seed), chainId });
    for (const one of [on(84_532, 1), on(11_155_111, 2), on(84_532, 3)]) shipAddressBook(one, path);
    const shipped = addressBookSchema.array().parse(JSON.parse(readFileSync(path, "utf8")));
    expect(shipped.map(({ chainId, contracts }) => [chainId, contracts.manager])).to.deep.equal([
      [84_532, on(84_532, 3).contracts.manager],
      [11_155_111, on(11_155_111, 2).contracts.manager],
    ]);
  });
});
