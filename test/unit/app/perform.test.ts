import { expect } from "chai";

import { perform, type Doing, type Progress } from "../../../app/src/wallet/perform.js";
import type { Requirement } from "../../../sdk/actions/types.js";
import type { AddressBook } from "../../../sdk/addresses.js";

const FROM = "0x00000000000000000000000000000000000000AA";
const TOKEN = "0x00000000000000000000000000000000000000bb";
const ENGINE = "0x00000000000000000000000000000000000000cC";
const book = { chainId: 5, contracts: { engine: ENGINE, reserve: TOKEN } } as unknown as AddressBook;
const call = (data: string) => ({ to: ENGINE, data, value: 0n });

const approval: Requirement = {
  kind: "approval",
  token: TOKEN,
  spender: ENGINE,
  amount: 1n,
  tx: { to: TOKEN, data: "0xa0", value: 0n },
  permit: { domain: { chainId: 5 }, types: { Permit: [] }, primaryType: "Permit", message: { value: 1n } },
};

function refusal(code: number): Error {
  return Object.assign(new Error("refused"), { code });
}

interface Setup {
  chainId?: number;
  requirements?: readonly Requirement[];
  wallet?: Readonly<Record<string, (params: readonly unknown[]) => unknown>>;
  node?: Readonly<Record<string, () => unknown>>;
  /** Stops following when this is said. */
  stopAt?: RegExp;
  /** Stops after so long. {ms} */
  stopIn?: number;
}

/** Does something with a wallet and a node that answer as told; what was asked of the wallet, and what was said. */
async function doing({ chainId = 5, requirements = [], wallet = {}, node = {}, stopAt, stopIn }: Setup) {
  const asked: string[] = [];
  const said: Progress[] = [];
  const sent: string[] = [];
  const chains: unknown[] = [];
  const stop = new AbortController();
  if (stopIn !== undefined) setTimeout(() => stop.abort(), stopIn);
  const answers: Setup["node"] = {
    eth_estimateGas: () => "0x5208",
    eth_getTransactionReceipt: () => ({ status: "0x1", blockNumber: "0x9", gasUsed: "0x1" }),
    ...node,
  };
  const request: Doing["session"]["wallet"]["provider"]["request"] = ({ method, params = [] }) => {
    asked.push(method);
    const given = params as readonly unknown[];
    const own = wallet[method];
    if (own !== undefined) return Promise.resolve().then(() => own(given));
    if (method === "eth_sendTransaction") {
      const { data, chainId: named } = given[0] as { data: string; chainId?: string };
      sent.push(data);
      chains.push(named);
      return Promise.resolve("0x01");
    }
    if (method === "eth_chainId") return Promise.resolve(`0x${chainId.toString(16)}`);
    if (method === "eth_signTypedData_v4") return Promise.resolve("0x5161");
    return Promise.reject(refusal(-32601));
  };
  const info = { uuid: "1", name: "Wallet", icon: "", rdns: "x" };
  const done = await perform({
    session: { wallet: { info, provider: { request } }, address: FROM, chainId },
    node: {
      url: "http://node",
      ask: (method) => Promise.resolve().then(() => answers[method]?.()),
      call: () => Promise.resolve("0x"),
    },
    book,
    names: {},
    requirements,
    tx: ({ permit }) => call(permit === undefined ? "0x01" : "0x02"),
    signal: stop.signal,
    tell: (progress) => {
      said.push(progress);
      if (stopAt?.test(progress.text) === true) stop.abort();
    },
  });
  return { done, asked: asked.filter((method) => method !== "eth_chainId"), sent, chains, end: said.at(-1), said };
}

const throws = (error: Error) => () => {
  throw error;
};

describe("app/wallet: doing something", () => {
  it("sends nothing on another network", async () => {
    const { done, asked, end } = await doing({ chainId: 1 });
    expect(done).to.equal(false);
    expect(asked).to.deep.equal([]);
    expect(end?.text).to.equal("The wallet is on chain 1; this deployment is on chain 5.");
  });

  it("asks before each step on which chain the wallet is, and names the chain to it", async () => {
    const { permit: _, ...bare } = approval;
    const requirements = [{ ...bare, permit: undefined }];
    const { chains } = await doing({ requirements });
    expect(chains).to.deep.equal(["0x5", "0x5"]);
    // Somebody switches while the allowance is mined.
    let first = true;
    const receipt = () => {
      first = false;
      return { status: "0x1", blockNumber: "0x9", gasUsed: "0x1" };
    };
    const { done, sent, end } = await doing({
      requirements,
      wallet: { eth_chainId: () => (first ? "0x5" : "0x1") },
      node: { eth_getTransactionReceipt: receipt },
    });
    expect([done, sent]).to.deep.equal([false, ["0xa0"]]);
    expect(end?.text).to.equal("The wallet is on chain 1; this deployment is on chain 5.");
    // Neither is a permit for this chain signed in a wallet that is on another one.
    const { asked } = await doing({ requirements: [approval], wallet: { eth_chainId: () => "0x1" } });
    expect(asked).to.deep.equal([]);
  });

  it("says of each step what it is for", async () => {
    const { permit: _, ...bare } = approval;
    const refresh: Requirement = { kind: "refresh", txs: [{ to: TOKEN, data: "0xb0", value: 0n }] };
    const { said, sent } = await doing({ requirements: [{ ...bare, permit: undefined }, refresh] });
    expect(sent).to.deep.equal(["0xa0", "0xb0", "0x01"]);
    expect(said.flatMap(({ text }) => (text.startsWith("Step") ? [text] : []))).to.deep.equal([
      "Step 1 of 3: confirm in your wallet to allow the contract to take the tokens.",
      "Step 2 of 3: confirm in your wallet to bring the balance sheet up to date.",
      "Step 3 of 3: confirm the transaction in your wallet.",
    ]);
  });

  it("does not say what became of what was sent while the node is silent, nor that it failed", async () => {
    const silent = { eth_getTransactionReceipt: throws(new Error("connection refused")) };
    const { done, said, end } = await doing({ node: silent, stopAt: /does not answer/ });
    expect(done).to.equal(false);
    expect(said.map(({ text }) => text)).to.include(
      "It is not known what became of it: http://node does not answer. It may have been mined. This page looks again as soon as the node is back.",
    );
    expect(end).to.include({ text: "This page no longer follows it: it may still be mined.", hash: "0x01" });
  });

  it("has a permit signed, and puts it into the transaction", async () => {
    const { done, sent, end } = await doing({ requirements: [approval] });
    expect(done).to.equal(true);
    expect(sent).to.deep.equal(["0x02"]);
    expect(end?.text).to.equal("Done, in block 9.");
  });

  it("approves where the wallet cannot sign", async () => {
    const wallet = { eth_signTypedData_v4: throws(refusal(-32601)) };
    const { sent } = await doing({ requirements: [approval], wallet });
    expect(sent).to.deep.equal(["0xa0", "0x01"]);
  });

  it("ends with a rejected signature, and does not ask for something else instead", async () => {
    const wallet = { eth_signTypedData_v4: throws(refusal(4001)) };
    const { done, sent, end } = await doing({ requirements: [approval], wallet });
    expect([done, sent.length]).to.deep.equal([false, 0]);
    expect(end?.text).to.match(/You rejected it in the wallet/);
  });

  it("asks the node first: what would revert is not sent, and is explained", async () => {
    // ZeroAmount()
    const revert = Object.assign(new Error("execution reverted"), { code: 3, data: "0x1f2a2005" });
    const { done, asked, end } = await doing({ node: { eth_estimateGas: throws(revert) } });
    expect(done).to.equal(false);
    expect(asked).not.to.include("eth_sendTransaction");
    expect(end?.text).to.equal("The amount is zero.");
  });

  it("has everything done at once where the wallet batches, and falls back where it then cannot", async () => {
    const able = { wallet_getCapabilities: () => ({ "0x5": { atomic: { status: "supported" } } }) };
    const status = { status: 200, receipts: [{ transactionHash: "0x01" }] };
    const both = { ...able, wallet_sendCalls: () => ({ id: "1" }), wallet_getCallsStatus: () => status };
    const batched = await doing({ requirements: [approval], wallet: both });
    expect([batched.done, batched.sent.length]).to.deep.equal([true, 0]);
    const unable = await doing({
      requirements: [approval],
      wallet: { ...able, wallet_sendCalls: throws(refusal(5700)) },
    });
    expect([unable.done, unable.sent]).to.deep.equal([true, ["0x02"]]);
    let looks = 0;
    const late = () => {
      if (looks++ === 0) throw new Error("the wallet is busy");
      return status;
    };
    expect((await doing({ requirements: [approval], wallet: { ...both, wallet_getCallsStatus: late } })).done).to.equal(
      true,
    );
    const partly = { ...both, wallet_getCallsStatus: () => ({ status: 600 }) };
    expect((await doing({ requirements: [approval], wallet: partly })).end?.text).to.match(/only a part/);
    const failed = { ...both, wallet_getCallsStatus: () => ({ status: 500 }) };
    const { done, end } = await doing({ requirements: [approval], wallet: failed });
    expect(done).to.equal(false);
    expect(end?.text).to.match(/nothing changed/);
  });

  it("says which steps are done when a later one is rejected", async () => {
    const { permit: _, ...bare } = approval;
    const refresh: Requirement = { kind: "refresh", txs: [{ to: TOKEN, data: "0xb0", value: 0n }] };
    const rejectedAt = (data: string) => ({
      eth_sendTransaction: ([request]: readonly unknown[]) => {
        if ((request as { data: string }).data === data) throw refusal(4001);
        return "0x01";
      },
    });
    const requirements = [{ ...bare, permit: undefined }, refresh];
    const endOf = async (data: string) => (await doing({ requirements, wallet: rejectedAt(data) })).end?.text;
    expect(await endOf("0xa0")).to.equal("You rejected it in the wallet. Nothing was sent.");
    expect(await endOf("0xb0")).to.equal(
      "You rejected it in the wallet. The step before it is done; this one was not sent.",
    );
    expect(await endOf("0x01")).to.equal(
      "You rejected it in the wallet. The 2 steps before it are done; this one was not sent.",
    );
  });

  it("waits for no answer of the wallet longer than somebody wants", async () => {
    const never = () => new Promise(() => undefined);
    const sending = await doing({ wallet: { eth_sendTransaction: never }, stopAt: /Confirm the transaction/ });
    // Nobody asks any more: it was stopped before.
    expect([sending.asked, sending.end?.text]).to.deep.equal([[], "Stopped: this was not sent."]);
    const late = (method: string, extra: Setup["wallet"] = {}) =>
      doing({ requirements: [approval], wallet: { ...extra, [method]: never }, stopIn: 5 });
    const asked = await late("eth_sendTransaction");
    expect([asked.done, asked.end?.text]).to.deep.equal([false, "This page no longer waits for your wallet."]);
    expect(asked.end?.fix).to.match(/If you confirm it in the wallet now, it is still sent\./);
    for (const method of ["eth_chainId", "wallet_getCapabilities", "eth_signTypedData_v4"]) {
      const { done, sent, end } = await late(method);
      expect([done, sent, end?.text], method).to.deep.equal([false, [], "Stopped: this was not sent."]);
    }
    const able = { wallet_getCapabilities: () => ({ "0x5": { atomic: { status: "supported" } } }) };
    expect((await late("wallet_sendCalls", able)).end?.fix).to.match(/it is still sent/);
    const status = await late("wallet_getCallsStatus", { ...able, wallet_sendCalls: () => ({ id: "1" }) });
    expect(status.end?.text).to.equal("This page no longer follows it: it may still be mined.");
  });

  it("names the transaction that was mined in the place of the one that was sent", async () => {
    const sent = { hash: "0x01", from: FROM, to: ENGINE, input: "0x01", value: "0x0", nonce: "0x7" };
    const faster = { ...sent, hash: "0x02" };
    let looks = 0;
    const { end } = await doing({
      node: {
        // The third question is for that of the other one.
        eth_getTransactionReceipt: () => (++looks < 3 ? null : { status: "0x1", blockNumber: "0x9", gasUsed: "0x1" }),
        eth_getTransactionByHash: () => sent,
        eth_getTransactionCount: () => "0x8",
        eth_blockNumber: () => "0x0",
        eth_getBlockByNumber: () => ({ transactions: [faster] }),
      },
    });
    expect(end).to.include({ state: "done", hash: "0x02" });
  });

  it("says what a wallet says that it knows no words for, but not at any length", async () => {
    const wallet = { eth_sendTransaction: throws(new Error("x".repeat(5_000))) };
    const { end } = await doing({ wallet });
    expect(end?.state).to.equal("failed");
    expect(end?.text.length).to.be.lessThan(300);
  });
});
