import { expect } from "chai";
import { JsonRpcProvider, ZeroHash } from "ethers";

import { serveVoid, type VoidChain } from "../../../../replay/chain/void.js";

const BLOCK = { chainId: 77, time: 1_600_000_000, gasLimit: 60_000_000n, baseFee: 7n };
const SOMEBODY = `0x${"77".repeat(20)}`;

describe("replay/chain: a chain with nothing on it", () => {
  let chain: VoidChain;
  let provider: JsonRpcProvider;
  before(async () => {
    chain = await serveVoid(BLOCK);
    provider = new JsonRpcProvider(chain.url, BLOCK.chainId, { staticNetwork: true });
  });
  after(async () => {
    provider.destroy();
    await chain.close();
  });

  it("has one block, at the time and with the limits that it was given", async () => {
    const block = await provider.getBlock("latest");
    expect(block).to.include({ number: 0, timestamp: BLOCK.time, gasLimit: BLOCK.gasLimit, baseFeePerGas: 7n });
    expect(block?.transactions).to.deep.equal([]);
  });

  it("knows of nobody, also when several things are asked at once", async () => {
    const asked = [
      provider.getBalance(SOMEBODY),
      provider.getTransactionCount(SOMEBODY),
      provider.getCode(SOMEBODY),
      provider.getStorage(SOMEBODY, 5),
      provider.getLogs({ fromBlock: 0 }),
    ];
    expect(await Promise.all<unknown>(asked)).to.deep.equal([0n, 0, "0x", ZeroHash, []]);
  });

  it("says what it does not answer", async () => {
    const body = JSON.stringify({ id: 5, method: "eth_call" });
    const answer = await fetch(chain.url, { method: "POST", body });
    expect(await answer.json()).to.deep.equal({
      ...{ jsonrpc: "2.0", id: 5 },
      error: { code: -32_601, message: "there is no eth_call" },
    });
  });

  it("does not close connections on which nothing is asked for a while", async () => {
    const { headers } = await fetch(chain.url, {
      method: "POST",
      body: JSON.stringify({ id: 1, method: "eth_chainId" }),
    });
    expect(headers.get("connection")).to.equal("keep-alive");
    // Where a server means to close one, it says when.
    expect(headers.get("keep-alive")).to.equal(null);
  });
});
