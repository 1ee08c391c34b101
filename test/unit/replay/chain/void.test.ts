import { expect } from "chai";
import { JsonRpcProvider, ZeroHash } from "ethers";

import { serveSource, type Source } from "../../../../keeper/rehearsal/source.js";
import { voidChain } from "../../../../replay/chain/void.js";

const BLOCK = { chainId: 77, time: 1_600_000_000, gasLimit: 60_000_000n, baseFee: 7n };
const SOMEBODY = `0x${"77".repeat(20)}`;

describe("replay/chain: a chain with nothing on it", () => {
  let chain: Source;
  let provider: JsonRpcProvider;
  before(async () => {
    chain = await serveSource(voidChain(BLOCK));
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

  it("has no answer to anything else", async () => {
    const refused: unknown = await voidChain(BLOCK)
      .send("eth_call", [])
      .catch((error: unknown) => error);
    expect(refused).to.be.an("error").with.property("message", "nothing is known of eth_call");
  });
});
