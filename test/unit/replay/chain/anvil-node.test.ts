import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";

import { expect } from "chai";

import { AnvilEnded, AnvilFailed, AnvilNode } from "../../../../replay/chain/anvil-node.js";
import { DirectNode, NodeRefused, type Request } from "../../../../replay/chain/node.js";
import { needAnvil } from "../../../support/anvil.js";

const START = 1_600_000_000;
const ETHER = 10n ** 18n;
const [ALICE, BOB] = ["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"];
/** Returns the time of the block that it is called in. */
const NOW = { data: "0x4260005260206000f3" };
/** Reverts with one byte. */
const REVERTS = { data: "0x60ee60005360016000fd" };

describe("replay/chain: anvil under a chain", function () {
  this.timeout(60_000);
  let anvil: AnvilNode;
  let node: DirectNode;
  before(async function () {
    needAnvil(this);
    anvil = await AnvilNode.start({ startTime: START, chainId: 31_337, balance: 5n * ETHER });
    node = new DirectNode(anvil, START);
  });
  after(() => anvil.close());

  const ask = async (method: string, ...params: unknown[]): Promise<unknown> => await node.request({ method, params });
  const transfer = (value: bigint): Request => ({
    method: "eth_sendTransaction",
    params: [{ from: ALICE, to: BOB, value: hex(value), gas: hex(21_000n) }],
  });
  const hex = (amount: bigint): string => `0x${amount.toString(16)}`;
  const balance = async (of: string | undefined): Promise<bigint> =>
    BigInt((await ask("eth_getBalance", of, "latest")) as string);

  it("begins as it was told to, with nothing but the node's accounts", async () => {
    expect(await ask("eth_chainId")).to.equal("0x7a69");
    expect(await ask("eth_getBlockByNumber", "latest", false)).to.include({
      timestamp: hex(BigInt(START)),
      number: "0x0",
    });
    expect(await ask("eth_accounts")).to.have.length(20);
    expect(await balance(BOB)).to.equal(5n * ETHER);
    expect(await balance(`0x${"77".repeat(20)}`)).to.equal(0n);
    expect(await ask("eth_getCode", `0x${"77".repeat(20)}`, "latest")).to.equal("0x");
  });

  it("answers when a transaction is in a block, and not before, as the node in this process does", async () => {
    for (let i = 1n; i <= 20n; i++) {
      const { method, params = [] } = transfer(1n);
      const hash = await ask(method, ...params);
      expect(await ask("eth_getTransactionReceipt", hash)).to.include({ status: "0x1" });
      expect(await balance(BOB)).to.equal(5n * ETHER + i);
    }
  });

  it("does what is asked in one piece in its order, lists what waits, and moves no clock of its own", async () => {
    await ask("evm_setAutomine", false);
    const sent = await node.requestAll([transfer(1n), transfer(2n), transfer(3n)]);
    const waiting = (await ask("eth_pendingTransactions")) as { hash: string; nonce: string }[];
    expect(waiting.map(({ hash }) => hash)).to.have.members(sent as string[]);
    await node.requestAll([
      { method: "evm_setNextBlockTimestamp", params: [hex(BigInt(START + 500))] },
      { method: "evm_mine" },
    ]);
    const block = (await ask("eth_getBlockByNumber", "latest", false)) as { timestamp: string; transactions: string[] };
    expect(block.transactions).to.deep.equal(sent);
    expect(Number(block.timestamp)).to.equal(START + 500);
    expect(await ask("eth_pendingTransactions")).to.deep.equal([]);
    expect(Number(await ask("eth_call", NOW, "latest"))).to.equal(START + 500);
    expect(Number(await ask("eth_call", NOW, "pending"))).to.equal(START + 501);
  });

  it("refuses what is refused, tells why, and does nothing of a piece after it", async () => {
    const before = await balance(BOB);
    const refused: unknown = await node
      .requestAll([transfer(1n), { method: "eth_call", params: [REVERTS, "pending"] }, transfer(1n)])
      .catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(NodeRefused).with.property("data", "0xee");
    await ask("evm_mine");
    expect(await balance(BOB)).to.equal(before + 1n);
    // And each of what is only read gets an answer of its own.
    const [good, bad] = await Promise.allSettled([ask("eth_call", NOW, "latest"), ask("eth_call", REVERTS, "latest")]);
    expect([good.status, bad.status]).to.deep.equal(["fulfilled", "rejected"]);
  });

  it("does not let what goes wrong inside it pass for a call that is refused", async () => {
    // What it does not know by itself it asks the chain that it began from, which knows nothing of this.
    const failed: unknown = await ask("debug_traceTransaction", `0x${"77".repeat(32)}`).catch(
      (error: unknown) => error,
    );
    expect(failed).to.be.instanceOf(AnvilFailed);
    // Out of gas, which it calls an error inside, is an answer.
    const endless = { data: "0x5b600056", gas: hex(100_000n) };
    expect(await ask("eth_call", endless, "latest").catch((error: unknown) => error)).to.be.instanceOf(NodeRefused);
  });

  it("says that it has ended, and leaves nothing behind", async () => {
    const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("plimsoll-anvil-"));
    const before = folders();
    const other = await AnvilNode.start({ startTime: START, chainId: 31_337, balance: ETHER });
    expect(folders().length).to.equal(before.length + 1);
    const chainId = JSON.stringify({ method: "eth_chainId" });
    const [asked] = await Promise.all([
      other.handleRequest(chainId).catch((error: unknown) => error),
      // Before it can have answered.
      other.close(),
    ]);
    expect(asked).to.be.instanceOf(AnvilEnded);
    expect(await other.handleRequest(chainId).catch((error: unknown) => error)).to.be.instanceOf(AnvilEnded);
    expect(folders()).to.deep.equal(before);
  });
});
