import { expect } from "chai";
import { id, verifyMessage, type BaseWallet } from "ethers";

import { Executor, type At, type ExecutorOptions, type Work } from "../../../../keeper/execution/executor.js";
import { firstOffer } from "../../../../keeper/execution/fees.js";
import { Relay, type RelayOptions } from "../../../../keeper/execution/relay.js";
import { MemoryJournal } from "../../../../keeper/journal/memory.js";
import type { Intent } from "../../../../keeper/journal/types.js";
import { createLog } from "../../../../keeper/operation/log.js";
import { NodePool } from "../../../../keeper/rpc/pool.js";
import { localWallet, startEmbeddedChain, type EmbeddedChain } from "../../../../replay/chain/embedded.js";
import { present } from "../../../../sdk/present.js";
import { startFaultyNode, type FaultyNode } from "../../../support/faulty-node.js";

const GWEI = 10n ** 9n;
const START = 1_800_000_000;
const RULES = { priorityFee: GWEI, ceiling: 500n * GWEI, bumpPercent: 12.5, patience: 50, confirmations: 1 };
const FRIEND = "0x000000000000000000000000000000000000bEEF";
const PATIENCE = 4;

describe("keeper/execution: private relays", () => {
  let embedded: EmbeddedChain;
  let node: FaultyNode;
  let relays: FaultyNode[];
  let first: FaultyNode;
  let pool: NodePool;
  let wallet: BaseWallet;
  let journal: MemoryJournal;
  /** Bytes that relays were given, by relay. */
  let given: string[][];
  /** What the relays do with what they are given: nothing, unless told to pass it on. */
  let passesOn: boolean;
  beforeEach(async () => {
    embedded = await startEmbeddedChain(START);
    node = await startFaultyNode(embedded.connection.provider);
    relays = await Promise.all([1, 2].map(() => startFaultyNode(embedded.connection.provider)));
    first = present(relays[0]);
    given = [[], []];
    passesOn = false;
    for (const [index, relay] of relays.entries()) {
      relay.behave = async ({ method, params }) => {
        const raw = typeof params[0] === "string" ? params[0] : (params[0] as { tx: string }).tx;
        given[index]!.push(`${method} ${raw}`);
        // One is enough to have it included.
        if (passesOn && index === 0) {
          await embedded.connection.provider
            .request({ method: "eth_sendRawTransaction", params: [raw] })
            .catch(() => undefined);
        }
        return { result: "0x" };
      };
    }
    const rules = { behindBlocks: 3, behindSeconds: 60, ahead: Infinity };
    pool = new NodePool({ urls: [node.url], chainId: 31_337, timeout: 1_000, rules });
    await pool.survey();
    wallet = localWallet(3, pool);
    journal = new MemoryJournal();
    await embedded.chain.setAutomine(false);
    await embedded.chain.mine({ baseFee: GWEI });
  });
  afterEach(async () => {
    pool.destroy();
    for (const one of [node, ...relays]) await one.close();
    await embedded.close();
  });

  function executorWith(relay: Partial<RelayOptions> = {}, others: Partial<ExecutorOptions> = {}): Executor {
    const urls = relays.map(({ url }) => url);
    const usual = { method: "eth_sendRawTransaction", patience: PATIENCE, solvencyToAll: false } as const;
    const told = new Relay({ urls, timeout: 250, ...usual, ...relay });
    return new Executor({ provider: pool, signer: wallet, journal, rules: RULES, relay: told, ...others });
  }

  async function head(): Promise<At> {
    const { number, timestamp, baseFeePerGas } = present(await pool.getBlock("latest"));
    return { number, timestamp, baseFee: baseFeePerGas ?? 0n };
  }

  async function submit(executor: Executor, purse: Work["purse"] = "rest"): Promise<Intent> {
    const at = await head();
    const call = { to: FRIEND, data: "0x", value: 1n, gasLimit: 21_000n };
    const about = { job: "rate", subject: "", accounts: [], sales: 0, purse } as const;
    const terms = { expected: 0n, loss: 0n, coinPrice: 0n, gasPrice: 0n };
    return await executor.submit({ ...about, ...terms, call }, present(firstOffer(at.baseFee, RULES)), at);
  }

  /** Blocks without it, and a look at each. */
  async function looks(executor: Executor, count: number): Promise<string[]> {
    const states: string[] = [];
    for (let i = 0; i < count; i++) {
      await embedded.chain.mine({ baseFee: GWEI });
      const { settled, errors } = await executor.settle(await head());
      expect(errors).to.deep.equal([]);
      states.push(...settled.map(({ intent }) => intent.state));
    }
    return states;
  }

  const toNode = (): number => node.asked.filter((method) => method === "eth_sendRawTransaction").length;

  it("are told first, all of them, and nodes nothing", async () => {
    const executor = executorWith();
    const { state, transactions } = await submit(executor);
    expect(state).to.equal("sent");
    const bytes = `eth_sendRawTransaction ${transactions[0]!.raw}`;
    expect(given).to.deep.equal([[bytes], [bytes]]);
    expect(toNode()).to.equal(0);
    passesOn = true;
    expect(await looks(executor, 2)).to.deep.equal(["confirmed"]);
    expect(toNode()).to.equal(0);
  });

  it("are told in the way that they want", async () => {
    const { transactions } = await submit(executorWith({ method: "eth_sendPrivateTransaction" }));
    expect(given[0]).to.deep.equal([`eth_sendPrivateTransaction ${transactions[0]!.raw}`]);
  });

  it("are told who asks by a signature of the request, of a key that is not the keeper's, where they want one", async () => {
    const heard: { signature: string; body: string }[] = [];
    for (const relay of relays) {
      relay.heard = (headers, body) => heard.push({ signature: String(headers["x-flashbots-signature"]), body });
    }
    await submit(executorWith({ signed: true }));
    const senders = heard.map(({ signature, body }) => {
      const [sender, signed] = signature.split(":");
      expect(verifyMessage(id(body), present(signed))).to.equal(sender);
      return sender;
    });
    expect(senders).to.have.length(2);
    expect(new Set(senders)).to.have.length(1).and.to.not.include(wallet.address);
    heard.length = 0;
    await submit(executorWith());
    expect(heard.map(({ signature }) => signature)).to.deep.equal(["undefined", "undefined"]);
  });

  it("are told once a block while no block has it, and nodes after so many blocks", async () => {
    const executor = executorWith();
    await submit(executor);
    await executor.settle(await head());
    await executor.settle(await head());
    expect(given[0], "looks within one block").to.have.length(1);
    await looks(executor, PATIENCE - 1);
    expect(given[0]).to.have.length(PATIENCE);
    expect(toNode()).to.equal(0);
    await looks(executor, 1);
    expect(toNode()).to.equal(1);
    expect(await looks(executor, 1)).to.deep.equal(["confirmed"]);
  });

  it("are all that is ever told where patience is 0", async () => {
    const executor = executorWith({ patience: 0 });
    await submit(executor);
    await looks(executor, 30);
    expect(toNode()).to.equal(0);
    expect(executor.waiting).to.have.length(1);
  });

  it("keep their patience across a restart", async () => {
    await submit(executorWith());
    const next = executorWith();
    await looks(next, PATIENCE - 1);
    expect(toNode()).to.equal(0);
    await looks(next, 1);
    expect(toNode()).to.equal(1);
  });

  it("do not keep solvency waiting where the operator says so, nor what that waits for", async () => {
    const executor = executorWith({ patience: 0, solvencyToAll: true });
    await submit(executor);
    expect(toNode()).to.equal(0);
    await submit(executor, "solvency");
    expect(toNode()).to.equal(1);
    // The one before has the lower number.
    expect(await looks(executor, 2)).to.have.members(["confirmed", "confirmed"]);
    expect(toNode()).to.equal(2);
    expect(given[0]!.length).to.be.at.least(2);
  });

  it("may fail, which loses nothing and leaks nothing", async () => {
    const lines: string[] = [];
    const log = createLog({ level: "debug", secrets: [], write: (line) => lines.push(line) });
    const kinds: string[] = [];
    const executor = executorWith({ log, onAnswer: (kind) => void kinds.push(kind) }, { log });
    for (const relay of relays) relay.behave = () => "hang";
    const { state } = await submit(executor);
    expect(state).to.equal("prepared");
    expect(kinds).to.deep.equal(["unknown", "unknown"]);
    expect(toNode()).to.equal(0);
    for (const relay of relays) relay.behave = () => ({ status: 429 });
    expect(await looks(executor, PATIENCE)).to.deep.equal([]);
    expect(toNode()).to.equal(1);
    expect(await looks(executor, 1)).to.deep.equal(["confirmed"]);
    expect(lines.join("")).to.contain("the relay fails").and.to.not.contain("secret-key");
    expect(lines.filter((line) => line.includes("the relay fails"))).to.have.length(2);
  });

  it("free the number of what all of them refuse", async () => {
    const executor = executorWith();
    for (const relay of relays) relay.behave = () => ({ error: { code: -32_000, message: "insufficient funds" } });
    const refused = await submit(executor).then(
      () => undefined,
      (error: unknown) => (error as Error).name,
    );
    expect(refused).to.equal("SendRefused");
    first.behave = () => ({ result: "0x" });
    expect((await submit(executor)).nonce).to.equal(0);
  });

  it("are given what outbids it as well", async () => {
    const executor = executorWith({ patience: 0 }, { rules: { ...RULES, patience: 2 } });
    await submit(executor);
    await looks(executor, 3);
    const [intent] = await journal.open();
    expect(intent!.transactions.length).to.be.above(1);
    for (const { raw } of intent!.transactions) expect(given[0]).to.include(`eth_sendRawTransaction ${raw}`);
    expect(toNode()).to.equal(0);
  });
});
