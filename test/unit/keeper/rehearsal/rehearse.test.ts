import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { getAddress } from "ethers";
import { z } from "zod";

import { EnvironmentError } from "../../../../cli/errors.js";
import { rehearse } from "../../../../cli/keeper/rehearse.js";
import { writeAddressBook } from "../../../../deploy/address-book.js";
import { hopsOf } from "../../../../keeper/rehearsal/rehearse.js";
import { serveSource } from "../../../../keeper/rehearsal/source.js";
import { localWallet } from "../../../../replay/chain/embedded.js";
import { serveRpc, type RpcServer } from "../../../../replay/chain/rpc-server.js";
import type { World } from "../../../../replay/scenario/world.js";
import { encodePath } from "../../../../sdk/uniswap/math.js";
import { needAnvil } from "../../../support/anvil.js";
import { smallWorlds } from "../../../support/scenario.js";

const ACCOUNTS = 3;
const amount = z.string().transform(BigInt).nullable();
const output = z.object({
  block: z.number(),
  owner: z.string(),
  accounts: z.array(
    z.object({
      account: z.string(),
      debt: amount,
      health: amount,
      fall: amount,
      job: z.enum(["liquidate", "absorb"]).nullable(),
      expected: amount,
      earned: amount,
      fee: amount,
      reason: z.string().nullable(),
      notes: z.array(z.string()),
    }),
  ),
});

describe("keeper/rehearsal", function () {
  this.timeout(120_000);
  const worldWith = smallWorlds();
  let world: World;
  let server: RpcServer;
  let books = "";
  let asked: string[];
  /** Whether the node has stopped answering. */
  let gone: () => boolean;
  beforeEach(async function () {
    needAnvil(this);
    world = await worldWith({ accounts: ACCOUNTS });
    asked = [];
    gone = () => false;
    const { provider } = world.connection;
    const heard = new Proxy(provider, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== "function") return value;
        if (name !== "request") return value.bind(target) as unknown;
        return (args: { method: string; params?: unknown[] }) => {
          asked.push(args.method);
          if (gone()) return Promise.reject(new Error("the node is gone"));
          return target.request(args);
        };
      },
    });
    server = await serveRpc(heard, 0);
    books = mkdtempSync(join(tmpdir(), "plimsoll-books-"));
    writeAddressBook({ ...world.addresses, rpcUrl: server.url }, books);
  });
  afterEach(async () => {
    await (server as RpcServer | undefined)?.close();
    if (books !== "") rmSync(books, { recursive: true });
    books = "";
  });

  async function play(
    flags: Record<string, unknown> = {},
    {
      json = true,
      accounts = [],
      environment = {},
    }: { json?: boolean; accounts?: string[]; environment?: Record<string, string> } = {},
  ): Promise<string> {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const progress = (): void => undefined;
    await rehearse({ environment, flags: { rpc: [server.url], ...flags }, json, accounts, say, progress, books });
    return lines.join("\n");
  }

  it("makes every account fail in turn, and liquidates it; on the chain nothing happens", async () => {
    const keeper = localWallet(1, world.provider).address;
    const state = async (): Promise<unknown[]> => [
      await world.provider.getBlockNumber(),
      await world.provider.getTransactionCount(keeper, "pending"),
      await world.provider.getBalance(keeper),
    ];
    const before = await state();
    // Even if the configuration says so.
    const { owner, accounts, block } = output.parse(JSON.parse(await play({ execute: true })));
    expect(await state()).to.deep.equal(before);
    expect(block).to.equal(before[0]);
    expect(
      asked.filter((method) => !/^(eth_(get|call|chainId|blockNumber|gasPrice|feeHistory)|net_|web3_)/.test(method)),
    ).to.deep.equal([]);
    expect(owner).to.equal(keeper);
    // The market maker borrows as well.
    expect(accounts.map(({ account }) => account)).to.include.members(
      world.borrowers.map(({ account }) => getAddress(account)),
    );
    for (const { account, job, health, fall, expected, earned, fee, reason, notes } of accounts) {
      const what = `${account}: ${reason ?? ""}`;
      expect(health! > 10n ** 18n, what).to.equal(true);
      expect(fall! > 0n && fall! < 10n ** 18n, what).to.equal(true);
      expect(notes, what).to.deep.equal([]);
      if (job === null) {
        expect(reason, what).to.be.a("string");
        continue;
      }
      expect(reason, what).to.equal(null);
      expect(fee! > 0n, what).to.equal(true);
      // What it would expect is what it gets, nearly: nobody else is there.
      const off = earned! > expected! ? earned! - expected! : expected! - earned!;
      expect(
        off * 20n < expected! + 20n * 10n ** 18n,
        `${what} expected ${expected!.toString()}, ${earned!.toString()}`,
      ).to.equal(true);
    }
    const done = accounts.filter(({ job, earned }) => job === "liquidate" && earned! > 0n);
    expect(done.length).to.be.at.least(ACCOUNTS - 1);
    // No fortune out of pools that nobody told of the crash: no more than the largest incentive.
    for (const { account, debt, earned } of done) expect(earned! * 5n < debt!, account).to.equal(true);
  });

  it("shows one account as a table", async () => {
    const [borrower] = world.borrowers;
    const text = await play({}, { json: false, accounts: [borrower!.account] });
    const lines = text.split("\n");
    expect(lines[0]).to.match(/^account +debt plUSD +health +falls by +job/);
    expect(lines[1]).to.contain(getAddress(borrower!.account)).and.to.contain("liquidate");
    expect(lines.at(-1)).to.match(/^1 of 1 accounts at block \d+: \d+\.\d\d plUSD after gas\. Nothing was sent\.$/);
  });

  it("says why the operator would earn nothing", async () => {
    const accounts = [world.borrowers[0]!.account];
    const only = async (environment: Record<string, string>) =>
      output.parse(JSON.parse(await play({}, { accounts, environment }))).accounts[0]!;
    // Liquidating does not pay as much as the operator wants; absorbing does not pay for gas that is so dear.
    await world.chain.mine({ baseFee: 2_000n * 10n ** 9n });
    const greedy = await only({ PLIMSOLL_MIN_PROFIT: "1000000" });
    expect(greedy.job).to.equal(null);
    expect(greedy.reason).to.contain("minProfit is 1000000.00").and.to.contain("absorb");
    const poor = localWallet(1, world.provider).address;
    await world.chain.setBalance(poor, 0n);
    await world.chain.mine({ baseFee: 10n ** 9n });
    const broke = await only({});
    expect(broke.reason).to.equal("the key has too little ether for the gas");
    const calm = await only({ PLIMSOLL_FEE_CEILING: "0.000001" });
    expect(calm.reason).to.equal("gas costs more than the ceiling");
  });

  it("ends when the chain cannot be read any more, and shows what it found before", async () => {
    let left = 1;
    gone = () => left <= 0;
    const said: string[] = [];
    let error: unknown;
    try {
      await rehearse({
        environment: {},
        flags: { network: "localhost", rpc: [server.url] },
        json: true,
        accounts: [],
        say: (line) => said.push(line),
        books,
        progress: () => (left -= 1),
      });
    } catch (caught) {
      error = caught;
    }
    expect(error).to.be.instanceOf(EnvironmentError);
    expect((error as Error).message).to.match(/cannot be read any more: .+ \(after 1 of \d+ accounts\)$/);
    expect(output.parse(JSON.parse(said.join(""))).accounts).to.have.length(1);
  });

  it("passes on what only asks, and nothing that could change anything", async () => {
    const methods: string[] = [];
    const source = await serveSource({ send: (method) => Promise.resolve(void methods.push(method)) });
    for (const method of [
      "eth_getCode",
      "eth_sendRawTransaction",
      "eth_sendTransaction",
      "evm_mine",
      "personal_sign",
    ]) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] });
      await fetch(source.url, { method: "POST", body });
    }
    expect(methods).to.deep.equal(["eth_getCode"]);
    await source.close();
  });

  it("does not close connections on which nothing is asked for a while", async () => {
    const source = await serveSource({ send: () => Promise.resolve("0x1") });
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const { headers } = await fetch(source.url, { method: "POST", body });
    expect(headers.get("connection")).to.equal("keep-alive");
    // Where a server means to close one, it says when.
    expect(headers.get("keep-alive")).to.equal(null);
    await source.close();
  });

  it("knows the pools of a route", () => {
    const [a, b, c] = ["11", "22", "33"].map((byte) => `0x${byte.repeat(20)}`) as [string, string, string];
    expect(hopsOf(encodePath([a, b, c], [500, 100]))).to.deep.equal([
      { from: a, fee: 500, to: b },
      { from: b, fee: 100, to: c },
    ]);
  });
});
