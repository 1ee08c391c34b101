import { expect } from "chai";
import { network } from "hardhat";
import { WebSocket } from "ws";

import { PortInUse, serveRpc, type RpcServer } from "../../../../replay/chain/rpc-server.js";

describe("replay/chain: JSON-RPC server", () => {
  const open: RpcServer[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  async function serve() {
    const connection = await network.create();
    const server = await serveRpc(connection.provider, 0);
    open.push(server);
    const post = async (body: string): Promise<unknown> =>
      await (await fetch(server.url, { method: "POST", body })).json();
    return { ethers: connection.ethers, provider: connection.provider, server, post };
  }

  const call = (method: string, params: unknown[] = [], id = 1): string =>
    JSON.stringify({ jsonrpc: "2.0", id, method, params });

  it("answers single requests and batches, in order", async () => {
    const { post } = await serve();
    expect(await post(call("eth_chainId"))).to.deep.equal({ jsonrpc: "2.0", id: 1, result: "0x7a69" });
    const batch = await post(`[${call("eth_chainId", [], 7)},${call("eth_blockNumber", [], 8)}]`);
    expect(batch).to.deep.equal([
      { jsonrpc: "2.0", id: 7, result: "0x7a69" },
      { jsonrpc: "2.0", id: 8, result: "0x0" },
    ]);
  });

  it("hands custom errors through as wallets expect them", async () => {
    const { ethers, post } = await serve();
    const token = await ethers.deployContract("FaucetToken", ["T", "T", 18, (await ethers.getSigners())[0]!.address]);
    const data = token.interface.encodeFunctionData("mint", [ethers.ZeroAddress, 1]);
    const stranger = (await ethers.getSigners())[5]!.address;
    const response = (await post(
      call("eth_call", [{ from: stranger, to: await token.getAddress(), data }, "latest"]),
    )) as {
      error: { code: number; data: string };
    };
    expect(token.interface.parseError(response.error.data)?.name).to.equal("NotMinter");
    expect(response.error.code).to.equal(3);
  });

  it("refuses what is not JSON-RPC, and says what it is to a browser", async () => {
    const { post, server } = await serve();
    expect(await post("{")).to.have.nested.property("error.code", -32700);
    expect(await post(`{"id":1}`)).to.have.nested.property("error.code", -32600);
    expect(await post(call("no_such_method"))).to.have.property("error");
    const page = await fetch(server.url);
    expect(page.status).to.equal(405);
    expect(await page.text()).to.contain("wallet");
  });

  it("lets pages of any origin in", async () => {
    const { server } = await serve();
    const response = await fetch(server.url, { method: "OPTIONS" });
    expect(response.status).to.equal(204);
    expect(response.headers.get("access-control-allow-origin")).to.equal("*");
    expect(response.headers.get("access-control-allow-private-network")).to.equal("true");
  });

  it("tells subscribers over WebSocket of new blocks, and only them", async () => {
    const { provider, server } = await serve();
    const received: Record<string, unknown>[][] = [[], []];
    const sockets = received.map((list) => {
      const socket = new WebSocket(server.url.replace("http", "ws"));
      socket.on("message", (data: Buffer) => list.push(JSON.parse(data.toString()) as Record<string, unknown>));
      return socket;
    });
    await Promise.all(sockets.map(async (socket) => await new Promise((resolve) => socket.once("open", resolve))));
    const next = async (list: unknown[], count: number): Promise<void> => {
      while (list.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    sockets[0]!.send(call("eth_subscribe", ["newHeads"]));
    sockets[1]!.send(call("eth_chainId"));
    await next(received[0]!, 1);
    await next(received[1]!, 1);
    await provider.request({ method: "evm_mine", params: [] });
    await next(received[0]!, 2);
    expect(received[0]![1]).to.have.nested.property("params.result.number", "0x1");
    expect(received[1]).to.have.length(1);
    sockets.forEach((socket) => socket.terminate());
  });

  it("says so when the port is taken", async () => {
    const { provider, server } = await serve();
    let caught: unknown;
    try {
      open.push(await serveRpc(provider, server.port));
    } catch (error) {
      caught = error;
    }
    expect(caught).to.be.instanceOf(PortInUse);
    expect((caught as PortInUse).port).to.equal(server.port);
  });

  it("frees the port when closed, with clients still connected", async () => {
    const { provider, server, post } = await serve();
    const socket = new WebSocket(server.url.replace("http", "ws"));
    await new Promise((resolve) => socket.once("open", resolve));
    await post(call("eth_chainId"));
    open.splice(0);
    await server.close();
    open.push(await serveRpc(provider, server.port));
  });
});
