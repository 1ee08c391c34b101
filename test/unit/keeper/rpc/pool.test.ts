import { expect } from "chai";
import { isError, toBeHex } from "ethers";

import { broadcast } from "../../../../keeper/execution/broadcast.js";
import { faultOf, referenceOf } from "../../../../keeper/rpc/heads.js";
import { NodePool, NodesDisagree, NoNode } from "../../../../keeper/rpc/pool.js";
import { localWallet, startEmbeddedChain, type EmbeddedChain } from "../../../../replay/chain/embedded.js";
import { startFaultyNode, type Fault, type FaultyNode } from "../../../support/faulty-node.js";

const START = 1_800_000_000;
const RULES = { behindBlocks: 3, behindSeconds: 60, ahead: 30 };
const TIMEOUT = 250;

describe("keeper/rpc: heads", () => {
  const at = (number: number, age = 0) => ({ number, timestamp: START - age });

  it("are measured by the second highest of three, so that one liar leaves nobody else out", () => {
    expect(referenceOf([at(100), at(5_000), at(101)], START, RULES)?.number).to.equal(101);
    expect(referenceOf([at(100), at(103)], START, RULES)?.number).to.equal(103);
    expect(referenceOf([at(100), at(5_000, -1_000)], START, RULES)?.number).to.equal(100);
    expect(referenceOf([], START, RULES)).to.equal(undefined);
  });

  it("of two are measured by the one that both know, unless it is old", () => {
    expect(referenceOf([at(100), at(104)], START, RULES)?.number).to.equal(100);
    expect(referenceOf([at(5_000), at(100, 60)], START, RULES)?.number).to.equal(100);
    expect(referenceOf([at(5_000), at(100, 61)], START, RULES)?.number).to.equal(5_000);
    // A chain with a time of its own.
    expect(referenceOf([at(5_000), at(100)], START, { ...RULES, ahead: Infinity })?.number).to.equal(5_000);
  });

  it("are faulty when they are behind in blocks or time, far ahead, or from the future", () => {
    const fault = (head: ReturnType<typeof at>): string | undefined => faultOf(head, at(100), START, RULES);
    expect(fault(at(97))).to.equal(undefined);
    expect(fault(at(103))).to.equal(undefined);
    expect(fault(at(96))).to.equal("it is 4 blocks behind");
    expect(fault(at(100, 61))).to.equal("it is 61 s behind");
    expect(fault(at(104))).to.contain("4 blocks ahead");
    expect(fault(at(100, -31))).to.contain("future");
  });
});

describe("keeper/rpc: several nodes", () => {
  let embedded: EmbeddedChain;
  let nodes: FaultyNode[];
  let first: FaultyNode;
  let second: FaultyNode;
  let third: FaultyNode;
  let pool: NodePool;
  beforeEach(async () => {
    embedded = await startEmbeddedChain(START);
    nodes = await Promise.all([1, 2, 3].map(() => startFaultyNode(embedded.connection.provider)));
    [first, second, third] = nodes as [FaultyNode, FaultyNode, FaultyNode];
    await embedded.chain.mine({ time: START + 100 });
    pool = poolOf(nodes);
  });
  afterEach(async () => {
    pool.destroy();
    for (const node of nodes) await node.close();
    await embedded.close();
  });

  const poolOf = (of: readonly FaultyNode[]): NodePool =>
    new NodePool({
      urls: of.map((node) => node.url),
      chainId: 31_337,
      timeout: TIMEOUT,
      rules: RULES,
      clock: () => START + 110,
    });

  /** Who was asked since the last time. */
  const asked = (): number[] => nodes.map((node) => node.asked.splice(0).length);
  const faults = (): (string | undefined)[] => pool.nodes.map((node) => node.fault);

  it("asks the first, and no other while that one answers", async () => {
    await pool.survey();
    asked();
    expect(await pool.getBlockNumber()).to.equal(1);
    await pool.getBalance(embedded.accounts[0]!.address);
    expect(asked()).to.deep.equal([2, 0, 0]);
  });

  const broken: [string, Fault, string][] = [
    ["hangs", "hang", "no answer within"],
    ["stops in the middle of its answer", "half", "no answer within"],
    ["drops connections", "drop", "no connection"],
    ["has had enough of us", { status: 429 }, "HTTP status 429"],
    ["says so in its own way", { error: { code: -32_005, message: "limit exceeded" } }, "limit exceeded"],
    ["is out of order", { status: 502 }, "HTTP status 502"],
    ["answers with a page", { text: "<html>" }, "no JSON-RPC"],
    ["answers with nothing", { text: '{"jsonrpc":"2.0","id":1}' }, "its answer holds nothing"],
    ["answers another question", { text: '{"jsonrpc":"2.0","id":987654,"result":"0x1"}' }, "another question"],
  ];
  for (const [what, fault, reason] of broken) {
    it(`goes on with the next when one ${what}, and comes back when it answers again`, async () => {
      await pool.survey();
      first.behave = ({ id }) =>
        typeof fault === "object" && "text" in fault && fault.text.includes('"id":1}')
          ? { text: fault.text.replace('"id":1', `"id":${id.toString()}`) }
          : fault;
      expect(await pool.getBlockNumber()).to.equal(1);
      expect(faults()[0]).to.contain(reason);
      expect(faults().slice(1)).to.deep.equal([undefined, undefined]);
      asked();
      await pool.getBlockNumber();
      expect(asked()).to.deep.equal([0, 1, 0]);
      await pool.survey();
      expect(faults()[0]).to.contain(reason);
      first.behave = () => "pass";
      await pool.survey();
      expect(faults()).to.deep.equal([undefined, undefined, undefined]);
      asked();
      await pool.getBlockNumber();
      expect(asked()).to.deep.equal([1, 0, 0]);
    });
  }

  it("takes a revert for an answer", async () => {
    await pool.survey();
    const token = await embedded.connection.ethers.deployContract("FaucetToken", [
      "T",
      "T",
      18,
      first.url && embedded.accounts[0]!.address,
    ]);
    asked();
    let error: unknown;
    const data = token.interface.encodeFunctionData("transfer", [embedded.accounts[1]!.address, 1n]);
    await pool.call({ to: await token.getAddress(), data }).catch((caught: unknown) => (error = caught));
    expect(isError(error, "CALL_EXCEPTION")).to.equal(true);
    expect(asked()).to.deep.equal([1, 0, 0]);
    expect(faults()).to.deep.equal([undefined, undefined, undefined]);
  });

  /** Has a node report another head than there is. */
  function lie(node: FaultyNode, change: { number?: number; timestamp?: number }): void {
    node.behave = async ({ method, params }) => {
      if (method !== "eth_getBlockByNumber" || params[0] !== "latest") return "pass";
      const block = (await embedded.connection.provider.request({ method, params })) as Record<string, string>;
      const shifted = (key: "number" | "timestamp"): string =>
        toBeHex(Number(block[key]) + (change[key] ?? 0)).replace("0x0", "0x");
      return { result: { ...block, number: shifted("number"), timestamp: shifted("timestamp") } };
    };
  }

  it("leaves out one that lags", async () => {
    for (let i = 0; i < 10; i++) await embedded.chain.mine();
    lie(first, { number: -4 });
    await pool.survey();
    expect(faults()).to.deep.equal(["it is 4 blocks behind", undefined, undefined]);
    lie(first, { timestamp: -70 });
    await pool.survey();
    expect(faults()).to.deep.equal(["it is 70 s behind", undefined, undefined]);
    asked();
    await pool.getBlock("latest");
    expect(asked()).to.deep.equal([0, 1, 0]);
  });

  it("is not deceived by one that lies about its head", async () => {
    lie(first, { number: 1_000 });
    await pool.survey();
    expect(faults()[0]).to.contain("1000 blocks ahead");
    expect(faults().slice(1)).to.deep.equal([undefined, undefined]);
    lie(first, { number: 1_000, timestamp: 5_000 });
    await pool.survey();
    expect(faults()).to.deep.equal(["its head is from the future", undefined, undefined]);
    // Nor is a pair, where the lie shows.
    const pair = poolOf([first, second]);
    await pair.survey();
    expect(pair.nodes.map((node) => node.fault)).to.deep.equal(["its head is from the future", undefined]);
    pair.destroy();
  });

  describe("two that contradict each other", () => {
    let pair: NodePool;
    beforeEach(async () => {
      for (let i = 0; i < 10; i++) await embedded.chain.mine();
      pair = poolOf([first, second]);
    });
    afterEach(() => pair.destroy());
    const seen = (): (string | undefined)[] => pair.nodes.map((node) => node.fault);
    const survey = async (of = pair): Promise<unknown> =>
      await of.survey().then(
        () => undefined,
        (error: unknown) => error,
      );
    const FORGED = `0x${"f0".repeat(32)}`;

    /** Has a node tell of other blocks than there are, from a number on. */
    function forge(node: FaultyNode, from: number): void {
      node.behave = async ({ method, params }) => {
        if (method !== "eth_getBlockByNumber") return "pass";
        const block = (await embedded.connection.provider.request({ method, params })) as Record<string, string> | null;
        if (block === null || Number(block.number) < from) return "pass";
        return { result: { ...block, hash: FORGED } };
      };
    }

    it("are asked for nothing more while they have the same head", async () => {
      expect(await survey()).to.equal(undefined);
      asked();
      expect(await survey()).to.equal(undefined);
      expect(asked()).to.deep.equal([1, 1, 0]);
    });

    it("about the height of the chain: what both know is acted on", async () => {
      lie(first, { number: 1_000 });
      expect(await survey()).to.equal(undefined);
      expect(seen()[0]).to.contain("1000 blocks ahead");
      expect(seen()[1]).to.equal(undefined);
      expect(await pair.getBlockNumber()).to.equal(11);
    });

    it("about a block: neither is asked anything until they agree", async () => {
      forge(first, 11);
      const error = await survey();
      expect(error).to.be.instanceOf(NodesDisagree);
      expect((error as Error).message)
        .to.contain("block 11")
        .and.to.not.contain("secret-key");
      expect(seen()).to.deep.equal(["it has another block 11 than others", "it has another block 11 than others"]);
      expect(await pair.getBlockNumber().catch((caught: unknown) => caught)).to.be.instanceOf(NoNode);
      first.behave = () => "pass";
      expect(await survey()).to.equal(undefined);
      expect(seen()).to.deep.equal([undefined, undefined]);
    });

    it("about a block that only one of them has as its head", async () => {
      forge(first, 9);
      lie(second, { number: -2 });
      // The second is two blocks behind, and has nevertheless block 9 as it is.
      const behind = second.behave;
      second.behave = async (question) => {
        const answer = await behind(question);
        if (question.params[0] !== "latest" || typeof answer !== "object" || !("result" in answer)) return answer;
        const real = { method: "eth_getBlockByNumber", params: ["0x9", false] };
        return { result: (await embedded.connection.provider.request(real)) as unknown };
      };
      expect(await survey()).to.be.instanceOf(NodesDisagree);
      forge(first, 10);
      expect(await survey(), "the fork is above what both have").to.equal(undefined);
    });

    it("are outvoted by a third", async () => {
      forge(first, 11);
      expect(await survey(pool)).to.equal(undefined);
      expect(faults()).to.deep.equal(["it has another block 11 than most", undefined, undefined]);
    });

    it("about a block that one claims to be beyond, and does not have", async () => {
      first.behave = async ({ method, params }) => {
        if (method !== "eth_getBlockByNumber") return "pass";
        if (params[0] !== "latest") return { result: null };
        const block = (await embedded.connection.provider.request({ method, params })) as Record<string, string>;
        return { result: { ...block, number: "0xc" } };
      };
      expect(await survey()).to.equal(undefined);
      expect(seen()).to.deep.equal(["it does not have block 11, though its head is higher", undefined]);
    });
  });

  it("hands on user and password as nodes want them", async () => {
    let authorization: string | undefined;
    first.heard = (headers) => (authorization = headers.authorization);
    const url = new URL(first.url);
    [url.username, url.password] = ["keeper", "pass:word"];
    const own = new NodePool({
      urls: [url.href],
      chainId: 31_337,
      timeout: TIMEOUT,
      rules: RULES,
      clock: () => START + 110,
    });
    await own.survey();
    expect(Buffer.from(authorization!.replace("Basic ", ""), "base64").toString()).to.equal("keeper:pass:word");
    expect(own.nodes[0]?.name).to.not.contain("word");
    own.destroy();
  });

  it("never asks one of another chain again", async () => {
    first.behave = ({ method }) => (method === "eth_chainId" ? { result: "0x1" } : "pass");
    await pool.survey();
    expect(faults()[0]).to.contain("another chain");
    first.behave = () => "pass";
    asked();
    await pool.survey();
    expect(faults()[0]).to.contain("another chain");
    expect(asked()[0]).to.equal(0);
  });

  it("says so when none is left, without their keys, and works again when one is back", async () => {
    await pool.survey();
    for (const node of nodes) node.behave = () => "drop";
    const errors: unknown[] = [];
    await pool.getBlockNumber().catch((error: unknown) => errors.push(error));
    await pool.survey().catch((error: unknown) => errors.push(error));
    expect(errors).to.have.length(2);
    for (const error of errors) {
      expect(error).to.be.instanceOf(NoNode);
      expect((error as Error).message)
        .to.contain("no connection")
        .and.to.not.contain("secret-key");
    }
    third.behave = () => "pass";
    await pool.survey();
    expect(await pool.getBlockNumber()).to.equal(1);
  });

  describe("signed transactions", () => {
    async function signed(): Promise<string> {
      const wallet = localWallet(3, embedded.provider);
      const nonce = await embedded.provider.getTransactionCount(wallet.address);
      const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
      return await wallet.signTransaction({
        type: 2,
        chainId: 31_337,
        nonce,
        to: wallet.address,
        gasLimit: 21_000n,
        ...fees,
      });
    }
    const sends = (): number[] => nodes.map((node) => node.asked.filter((m) => m === "eth_sendRawTransaction").length);

    const onSending =
      (fault: Fault): FaultyNode["behave"] =>
      ({ method }) =>
        method === "eth_sendRawTransaction" ? fault : "pass";

    it("go to all", async () => {
      await pool.survey();
      await pool.broadcastTransaction(await signed());
      expect(sends()).to.deep.equal([1, 1, 1]);
    });

    it("are sent when one took them, whatever the others say", async () => {
      await pool.survey();
      first.behave = onSending("drop");
      second.behave = onSending({ error: { code: -32_000, message: "already known" } });
      const raw = await signed();
      expect(await broadcast(pool, raw)).to.deep.equal({ kind: "taken" });
    });

    it("may have been sent when one did not answer, though another refused", async () => {
      await pool.survey();
      nodes.forEach((node) => (node.behave = onSending({ error: { code: -32_000, message: "insufficient funds" } })));
      third.behave = onSending("hang");
      const answer = await broadcast(pool, await signed());
      expect(answer.kind).to.equal("unknown");
      third.behave = () => "pass";
      nodes.pop();
      pool.destroy();
      pool = poolOf(nodes);
      expect((await broadcast(pool, await signed())).kind).to.equal("refused");
      await third.close();
    });
  });
});
