import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { network } from "hardhat";

import { deployLocal, NoCode } from "../../../deploy/local.js";
import { type RpcServer, serveRpc } from "../../../replay/chain/rpc-server.js";

const ID = `test-${process.pid}`;
const folder = fileURLToPath(new URL(`../../../deploy/deployments/${ID}`, import.meta.url));

describe("deploy: to a node, again", () => {
  const servers: RpcServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A node that starts empty, and a connection to it as from another process. */
  async function freshNode() {
    const node = await network.create();
    const server = await serveRpc(node.provider, 0);
    servers.push(server);
    const connection = await network.create({
      network: "localhost",
      chainType: "l1",
      override: { url: server.url },
    });
    return { node, connection };
  }

  it("deploys to a fresh node whatever an earlier one had, and nothing twice to the same one", async function () {
    this.timeout(120_000);
    const first = await freshNode();
    const book = await deployLocal(first.connection, { deploymentId: ID });
    expect(existsSync(folder), "Ignition keeps a journal").to.equal(true);
    const blocks = await first.node.ethers.provider.getBlockNumber();
    expect(await deployLocal(first.connection, { deploymentId: ID })).to.deep.equal(book);
    expect(await first.node.ethers.provider.getBlockNumber()).to.equal(blocks);
    expect(await first.node.ethers.provider.getCode(book.contracts.engine, book.firstBlock)).to.not.equal("0x");
    expect(await first.node.ethers.provider.getCode(book.contracts.engine, book.firstBlock - 1)).to.equal("0x");

    const second = await freshNode();
    const again = await deployLocal(second.connection, { deploymentId: ID });
    for (const address of [...Object.values(again.contracts), ...Object.values(again.tokens), again.faucet!]) {
      expect(await second.node.ethers.provider.getCode(address)).to.not.equal("0x");
    }
  });

  it("does not report success over an address without code", async function () {
    this.timeout(60_000);
    const { provider, ...rest } = await network.create({ chainType: "l1" });
    // A node that answers as if nothing had been deployed.
    const blind = Object.create(provider) as typeof provider;
    blind.request = async (args) =>
      args.method === "eth_getCode" ? "0x" : ((await provider.request(args)) as unknown);
    let caught: unknown;
    await deployLocal({ ...rest, provider: blind }).catch((error: unknown) => (caught = error));
    expect(caught).to.be.instanceOf(NoCode);
  });
});
