import { expect } from "chai";

import { deploy } from "../../../../cli/deploy/run.js";
import { verify } from "../../../../cli/deploy/verify.js";
import { findAnvil } from "../../../../keeper/rehearsal/anvil.js";
import { openTestnet, type Testnet } from "../../../support/testnet.js";

describe("deploy/public: a rehearsal on Sepolia's chain id", function () {
  this.timeout(300_000);
  let testnet: Testnet;
  before(async function () {
    if (findAnvil() === undefined) {
      console.log("    (no anvil for this machine)");
      return this.skip();
    }
    testnet = await openTestnet("sepolia");
  });
  after(async () => {
    await (testnet as Testnet | undefined)?.close();
  });

  it("deploys", async () => {
    const { url, deployer, guardian, plimHolder, folder } = testnet;
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const signal = new AbortController().signal;
    const environment = { PLIMSOLL_PRIVATE_KEY: deployer.privateKey };
    try {
      await deploy(
        { network: "sepolia", rpc: url, guardian, plimHolder, out: folder, yes: true },
        { environment, say, ask: undefined },
        signal,
        { poll: 5 },
      );
      await verify({ network: "sepolia", rpc: url, out: folder }, { say }, signal);
    } finally {
      console.log(lines.join("\n"));
    }
    expect(lines.at(-1)).to.match(/All \d+ checks hold/);
  });
});
