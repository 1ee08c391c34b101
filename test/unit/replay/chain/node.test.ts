import { expect } from "chai";

import { DirectNode, NodeRefused, type Request } from "../../../../replay/chain/node.js";

const START = 1_000;
/** What the node answers to each method, and what it was asked, piece by piece. */
function nodeWith(answers: Record<string, unknown>): { node: DirectNode; pieces: string[][] } {
  const pieces: string[][] = [];
  const one = ({ method, params }: Request): unknown => {
    if (method === "eth_call" && params?.[0] === "reverts") throw new Error("it reverts");
    return method in answers ? answers[method] : null;
  };
  const handleRequest = (text: string): Promise<never> => {
    const asked = JSON.parse(text) as Request | Request[];
    const all = Array.isArray(asked) ? asked : [asked];
    pieces.push(all.map(({ method, params = [] }) => [method, ...params].join(" ")));
    let data: unknown;
    try {
      data = { result: Array.isArray(asked) ? all.map(one) : one(asked) };
    } catch (error) {
      data = { error: { code: 3, message: (error as Error).message } };
    }
    return Promise.resolve({ data: JSON.stringify(data) } as never);
  };
  return { node: new DirectNode({ handleRequest }, START), pieces };
}

const call = (what: string): Request => ({ method: "eth_call", params: [what, "latest"] });
const send = (what: string): Request => ({ method: "eth_sendTransaction", params: [what] });
const mine: Request = { method: "evm_mine" };
const withoutAutomine = async (node: DirectNode): Promise<unknown> =>
  await node.request({ method: "evm_setAutomine", params: [false] });

describe("replay/chain: the node, asked in whole pieces", () => {
  it("takes what is asked in one turn together, and what is asked later by itself", async () => {
    const { node, pieces } = nodeWith({ eth_call: "0x1", eth_blockNumber: "0x7" });
    const answers = await Promise.all([node.request(call("a")), node.request({ method: "eth_blockNumber" })]);
    expect(answers).to.deep.equal(["0x1", "0x7"]);
    await node.request(call("b"));
    expect(pieces).to.deep.equal([["eth_call a latest", "eth_blockNumber"], ["eth_call b latest"]]);
  });

  it("gives each its own answer where one of them is refused", async () => {
    const { node } = nodeWith({ eth_call: "0x1" });
    const [good, bad] = await Promise.allSettled([node.request(call("a")), node.request(call("reverts"))]);
    expect(good).to.deep.equal({ status: "fulfilled", value: "0x1" });
    expect((bad as PromiseRejectedResult).reason)
      .to.be.instanceOf(NodeRefused)
      .with.property("message", "it reverts");
  });

  it("hands transactions in with the block, in their order, and before whatever depends on them", async () => {
    const { node, pieces } = nodeWith({ eth_sendTransaction: "0xhash" });
    await withoutAutomine(node);
    const hash = node.enqueue(send("a"));
    void node.enqueue(send("b"));
    // The last block does not depend on what waits for the next.
    await node.request(call("c"));
    await node.requestAll([mine]);
    expect(await hash).to.equal("0xhash");
    void node.enqueue(send("d"));
    await node.request({ method: "eth_estimateGas", params: ["e"] });
    expect(pieces.slice(1)).to.deep.equal([
      ["eth_call c latest"],
      ["eth_sendTransaction a", "eth_sendTransaction b", "evm_setNextBlockTimestamp 0x3e9", "evm_mine"],
      ["eth_sendTransaction d"],
      ["evm_setNextBlockTimestamp 0x3ea"],
      ["eth_estimateGas e"],
    ]);
  });

  it("moves its clock by a second a block, where nobody says another time", async () => {
    const { node, pieces } = nodeWith({});
    await withoutAutomine(node);
    await node.requestAll([mine]);
    await node.requestAll([{ method: "evm_setNextBlockTimestamp", params: ["0x800"] }, mine]);
    await node.request(mine);
    const times = pieces.flat().filter((each) => each.startsWith("evm_setNextBlockTimestamp"));
    expect(times.map((each) => each.split(" ")[1])).to.deep.equal(["0x3e9", "0x800", "0x801"]);
  });

  it("tries what is to come in the second after the last block, or when somebody says, however late it is", async () => {
    const { node, pieces } = nodeWith({});
    await withoutAutomine(node);
    await node.request(mine);
    const tried = { method: "debug_traceCall", params: ["a"] };
    await node.request(tried);
    await node.request({ method: "eth_call", params: ["b", "pending"] });
    await node.request({ method: "evm_setNextBlockTimestamp", params: ["0x800"] });
    await node.request(tried);
    expect(pieces.slice(3)).to.deep.equal([
      ["evm_setNextBlockTimestamp 0x3ea"],
      ["debug_traceCall a"],
      ["evm_setNextBlockTimestamp 0x3ea"],
      ["eth_call b pending"],
      ["evm_setNextBlockTimestamp 0x800"],
      ["debug_traceCall a"],
    ]);
  });
});
