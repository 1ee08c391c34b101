import { expect } from "chai";
import { isError, toBeHex } from "ethers";

import { broadcast } from "../../../../keeper/execution/broadcast.js";
import { countOf, middleOf } from "../../../../keeper/rpc/counts.js";
import { faultOf, referenceOf, witnessedTime } from "../../../../keeper/rpc/heads.js";
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

describe("keeper/rpc: the time", () => {
  const heads = (...times: number[]) => times.map((timestamp) => ({ number: 1, timestamp }));

  it("is what two nodes agree that it has come to", () => {
    expect(witnessedTime(heads(100, 5_000, 101))).to.equal(101);
    expect(witnessedTime(heads(100, 5_000))).to.equal(100);
    expect(witnessedTime(heads(5_000))).to.equal(-Infinity);
  });
});

describe("keeper/rpc: counts", () => {
  it("are the middle of what nodes say, and the lower one of two", () => {
    expect(middleOf([7])).to.equal(7);
    expect(middleOf([500, 7])).to.equal(7);
    expect(middleOf([500, 7, 6])).to.equal(7);
    expect(middleOf([0, 7, 7])).to.equal(7);
    expect(middleOf([9, 200_000_000, 8, 7])).to.equal(8);
    expect(middleOf([])).to.equal(undefined);
  });

  it("are numbers", () => {
    expect(countOf("0x1f4")).to.equal(500);
    for (const nonsense of ["0x", "500", "-0x1", null, 5, `0x${"f".repeat(14)}`, `0x${"f".repeat(64)}`]) {
      expect(countOf(nonsense), String(nonsense)).to.equal(undefined);
    }
  });
});

describe("keeper/rpc: several nodes", function () {
  this.timeout(120_000);
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
    // The first question of a process takes longer than nodes are given here.
    await fetch(first.url, { method: "POST", body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}' });
    first.asked = [];
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

  it("works on a machine whose clock is behind, as several nodes tell the time", async () => {
    const slow = new NodePool({
      urls: nodes.map((node) => node.url),
      ...{ chainId: 31_337, timeout: TIMEOUT, rules: RULES, clock: () => START - 1_000 },
    });
    await slow.survey();
    expect(slow.nodes.map((node) => node.fault)).to.deep.equal([undefined, undefined, undefined]);
    lie(first, { timestamp: 5_000 });
    await slow.survey();
    expect(slow.nodes.map((node) => node.fault)).to.deep.equal(["its head is from the future", undefined, undefined]);
    slow.destroy();
  });

  describe("how many transactions a key has", () => {
    let sender: string;
    beforeEach(async () => {
      const wallet = localWallet(3, embedded.provider);
      sender = wallet.address;
      for (let i = 0; i < 3; i++) await (await wallet.sendTransaction({ to: sender })).wait();
      await pool.survey();
      asked();
    });
    /** Has a node count so many, for tags as given. */
    const counting =
      (count: unknown, ...tags: unknown[]): FaultyNode["behave"] =>
      ({ method, params }) =>
        method === "eth_getTransactionCount" && (tags.length === 0 || tags.includes(params[1]))
          ? { result: count }
          : "pass";
    const count = async (of: NodePool, tag: string): Promise<unknown> =>
      await of.getTransactionCount(sender, tag).catch((error: unknown) => error);

    it("is asked of all, and no liar among three sets it", async () => {
      expect(await count(pool, "latest")).to.equal(3);
      expect(asked()).to.deep.equal([1, 1, 1]);
      for (const lie of ["0x1f4", "0xbebc200", "0x0", null, `0x${"f".repeat(40)}`]) {
        first.behave = counting(lie);
        expect(await count(pool, "latest"), String(lie)).to.equal(3);
        expect(await count(pool, "pending"), String(lie)).to.equal(3);
      }
    });

    it("is told by those that answer", async () => {
      first.behave = ({ method }) => (method === "eth_getTransactionCount" ? "hang" : "pass");
      expect(await count(pool, "pending")).to.equal(3);
      expect(faults()[0]).to.contain("no answer within");
      for (const node of nodes) node.behave = counting(undefined);
      expect(await count(pool, "pending")).to.be.instanceOf(NoNode);
    });

    describe("of two", () => {
      let pair: NodePool;
      beforeEach(async () => {
        pair = poolOf([first, second]);
        await pair.survey();
      });
      afterEach(() => pair.destroy());

      it("is not more than both know to wait: what is above leaves a gap", async () => {
        first.behave = counting("0x1f4", "pending");
        expect(await count(pair, "pending")).to.equal(3);
      });

      it("is that of a block which both have, where they differ about the latest", async () => {
        for (const lie of ["0x1f4", "0x0"]) {
          first.behave = counting(lie, "latest");
          expect(await count(pair, "latest")).to.equal(3);
        }
      });

      it("is not believed where they contradict each other about that, too", async () => {
        for (const lie of ["0x1f4", "0x0"]) {
          first.behave = counting(lie);
          expect(await count(pair, "latest")).to.be.instanceOf(NodesDisagree);
        }
      });
    });
  });

  describe("what one of them says of a block", () => {
    const SLOT = `0x${"00".repeat(12)}`;
    let token: string;
    let time: number;
    let several: NodePool;
    const supply = { to: "", data: "0x18160ddd" };
    beforeEach(async () => {
      const owner = embedded.accounts[0]!.address;
      const contract = await embedded.connection.ethers.deployContract("FaucetToken", ["T", "T", 18, owner]);
      await contract.mint(owner, 1_000n);
      supply.to = token = await contract.getAddress();
      time = 0;
      several = watched(nodes);
      await several.survey();
      asked();
    });
    afterEach(() => several.destroy());

    function watched(of: readonly FaultyNode[]): NodePool {
      const urls = of.map((node) => node.url);
      const clocks = { clock: () => START + 110, steady: () => time };
      // Nobody hangs here: a machine that is busy has all the time that it needs.
      return new NodePool({ urls, chainId: 31_337, timeout: 20_000, rules: RULES, ...clocks });
    }

    /** What a keeper asks in a look: how a block is, and what happened in it. */
    async function look(of: NodePool): Promise<{ supply: string; logs: number }> {
      const block = (await of.getBlock("latest"))!;
      const logs = await of.getLogs({ address: token, blockHash: block.hash! });
      return { supply: await of.call({ ...supply, blockTag: block.number }), logs: logs.length };
    }
    const TRUE = { supply: toBeHex(1_000n, 32), logs: 1 };
    const HIDDEN = { supply: toBeHex(0n, 32), logs: 0 };
    const hiding: FaultyNode["behave"] = ({ method }) =>
      method === "eth_getLogs" ? { result: [] } : method === "eth_call" ? { result: HIDDEN.supply } : "pass";
    const said = (of: NodePool): (string | undefined)[] => of.nodes.map((node) => node.fault);
    const surveyed = async (of: NodePool): Promise<unknown> => await of.survey().catch((error: unknown) => error);

    it("is asked of a second one afterwards, and of nobody else while they agree", async () => {
      expect(await look(several)).to.deep.equal(TRUE);
      expect(nodes.map((node) => node.asked.splice(0).sort())).to.deep.equal([
        ["eth_call", "eth_getBlockByNumber", "eth_getLogs"],
        [],
        [],
      ]);
      await several.survey();
      const heads = ["eth_getBlockByNumber"];
      const questions = nodes.map((node) => node.asked.splice(0).sort());
      expect(questions[0]).to.deep.equal(heads);
      expect(questions.slice(1).sort((a, b) => a.length - b.length)).to.deep.equal([
        heads,
        ["eth_call", "eth_getBlockByNumber", "eth_getLogs"],
      ]);
      // Once.
      await several.survey();
      expect(asked()).to.deep.equal([1, 1, 1]);
      expect(said(several)).to.deep.equal([undefined, undefined, undefined]);
    });

    it("has who hides something from keepers left out of three after one look", async () => {
      for (const [liar, other] of [
        [first, "eth_call"],
        [first, "eth_getLogs"],
      ] as const) {
        const own = watched(nodes);
        await own.survey();
        liar.behave = (question) => (question.method === other ? hiding(question) : "pass");
        expect(await look(own)).to.not.deep.equal(TRUE);
        await own.survey();
        expect(said(own)[0]).to.contain("something else than most").and.to.contain(other);
        expect(said(own).slice(1)).to.deep.equal([undefined, undefined]);
        expect(await look(own)).to.deep.equal(TRUE);
        // It may tell the truth when it is not asked for anything; it is left out for a while.
        liar.behave = () => "pass";
        await own.survey();
        expect(said(own)[0]).to.contain("something else than most");
        time += 600_001;
        await own.survey();
        expect(said(own)).to.deep.equal([undefined, undefined, undefined]);
        own.destroy();
      }
    });

    it("has who contradicts the first without reason left out, whichever that is", async () => {
      second.behave = third.behave = () => "pass";
      second.behave = hiding;
      for (let survey = 0; survey < 3; survey++) {
        expect(await look(several)).to.deep.equal(TRUE);
        await several.survey();
      }
      expect(said(several)[1]).to.contain("something else than most");
      expect([said(several)[0], said(several)[2]]).to.deep.equal([undefined, undefined]);
    });

    it("stops a pair until both say the same", async () => {
      const pair = watched([first, second]);
      await pair.survey();
      first.behave = hiding;
      expect(await look(pair)).to.deep.equal(HIDDEN);
      for (let survey = 0; survey < 2; survey++) {
        const error = await surveyed(pair);
        expect(error).to.be.instanceOf(NodesDisagree);
        expect((error as Error).message)
          .to.contain("contradict each other about eth_")
          .and.to.not.contain("secret-key");
        expect(await pair.getBlockNumber().catch((caught: unknown) => caught)).to.be.instanceOf(NoNode);
      }
      first.behave = () => "pass";
      expect(await surveyed(pair)).to.equal(undefined);
      expect(await look(pair)).to.deep.equal(TRUE);
      expect(await surveyed(pair)).to.equal(undefined);
      pair.destroy();
    });

    it("is no lie where the second does not have the block yet, or writes logs in its own way", async () => {
      let behind = true;
      second.behave = third.behave = async ({ method, params }) => {
        if (method === "eth_getBlockByHash" && behind) return { result: null };
        if (method === "eth_call" && behind) return { error: { code: -32_000, message: "unknown block" } };
        if (method !== "eth_getLogs") return "pass";
        if (behind) return { result: [] };
        const logs = (await embedded.connection.provider.request({ method, params })) as Record<string, string>[];
        return { result: logs.map((log) => ({ blockTimestamp: "0x1", ...log, address: log.address?.toUpperCase() })) };
      };
      expect(await look(several)).to.deep.equal(TRUE);
      await several.survey();
      expect(said(several)).to.deep.equal([undefined, undefined, undefined]);
      behind = false;
      await several.survey();
      expect(said(several)).to.deep.equal([undefined, undefined, undefined]);
      time += 1_000_000;
      expect(several.unchecked).to.equal(undefined);
    });

    it("is said to be unchecked when nobody has been able to confirm it for five minutes", async () => {
      second.behave = third.behave = ({ method }) =>
        method === "eth_call" ? { error: { code: -32_602, message: "invalid argument" } } : "pass";
      for (let minute = 0; minute < 7; minute++) {
        await look(several);
        await several.survey();
        expect(several.unchecked === undefined, `after ${minute.toString()} minutes`).to.equal(minute < 5);
        time += 61_000;
      }
      expect(several.unchecked).to.contain("no second node has confirmed");
      second.behave = third.behave = () => "pass";
      await look(several);
      await several.survey();
      expect(several.unchecked).to.equal(undefined);
    });

    it("is asked by number of a node that knows no other way", async () => {
      first.behave = ({ method, params }) =>
        method === "eth_call" && typeof params[1] === "object"
          ? { error: { code: -32_602, message: "invalid argument 1" } }
          : "pass";
      expect(await look(several)).to.deep.equal(TRUE);
    });

    it("is asked by hash, and once where it is a revert", async () => {
      const block = (await several.getBlock("latest"))!;
      asked();
      const bad = { to: token, data: `0xa9059cbb${SLOT.slice(2)}${"11".repeat(20)}${toBeHex(9_000n, 32).slice(2)}` };
      const error: unknown = await several.call({ ...bad, blockTag: block.number }).catch((e: unknown) => e);
      expect(isError(error, "CALL_EXCEPTION")).to.equal(true);
      expect(asked()).to.deep.equal([1, 0, 0]);
    });
  });

  it("takes an answer with too many events for an answer: another node has as many", async () => {
    await pool.survey();
    first.behave = ({ method }) =>
      method === "eth_getLogs"
        ? { error: { code: -32_005, message: "query returned more than 10000 results" } }
        : "pass";
    const error: unknown = await pool.getLogs({ fromBlock: 0 }).catch((caught: unknown) => caught);
    expect(String(error)).to.contain("10000 results");
    expect(faults()).to.deep.equal([undefined, undefined, undefined]);
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
