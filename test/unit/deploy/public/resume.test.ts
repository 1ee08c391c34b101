import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { resolver } from "../../../../deploy/ignition.js";
import { DeploymentInterrupted } from "../../../../deploy/public/errors.js";
import type { Node } from "../../../../deploy/public/node.js";
import { settled } from "../../../../deploy/public/resume.js";
import { SendRecord } from "../../../../deploy/public/sends.js";

describe("deploy/public: waiting before it goes on", () => {
  it("ends when it is told to stop, though a transaction is still on its way", async () => {
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-waiting-"));
    const stop = new AbortController();
    let looks = 0;
    const node: Node = {
      request: ({ method, params }) => {
        if (method === "eth_blockNumber") return Promise.resolve("0x10");
        const pending = (params as unknown[])[1] === "pending";
        if (pending && ++looks === 3) stop.abort();
        // One more is pending than is included, for good.
        return Promise.resolve(pending ? "0x2" : "0x1");
      },
    };
    const waiting = { folder, node, sender: ZeroAddress, record: new SendRecord(folder), resolver };
    const error: unknown = await settled({
      ...waiting,
      ...{ confirmations: 1, poll: 1, signal: stop.signal, say: () => undefined },
    }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(DeploymentInterrupted);
    expect(looks).to.equal(3);
    rmSync(folder, { recursive: true });
  });
});
