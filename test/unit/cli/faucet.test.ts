import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { network } from "hardhat";

import { handOut } from "../../../cli/faucet/hand-out.js";
import { CliError, EnvironmentError, EXIT, UsageError } from "../../../cli/errors.js";
import { writeAddressBook } from "../../../deploy/address-book.js";
import { deployLocal } from "../../../deploy/local.js";
import { type RpcServer, serveRpc } from "../../../replay/chain/rpc-server.js";

const WALLET = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

describe("cli: faucet", () => {
  let folder = "";
  const servers: (RpcServer | Server)[] = [];
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "plimsoll-books-"))));
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    rmSync(folder, { recursive: true });
  });

  /** A local world behind a port of its own, with its address book. */
  async function node() {
    const connection = await network.create({ chainType: "l1" });
    const server = await serveRpc(connection.provider, 0);
    servers.push(server);
    const book = { ...(await deployLocal(connection)), rpcUrl: server.url };
    writeAddressBook(book, folder);
    return { connection, server, book };
  }

  async function play(recipient = WALLET, rpc?: string): Promise<{ lines: string[]; error?: CliError }> {
    const lines: string[] = [];
    try {
      await handOut(recipient, { folder, say: (line) => void lines.push(line), ...(rpc === undefined ? {} : { rpc }) });
      return { lines };
    } catch (error) {
      expect(error).to.be.instanceOf(CliError);
      return { lines, error: error as CliError };
    }
  }

  it("finds the demo on whatever port it is, and hands out every token and plUSD", async () => {
    await node();
    const { lines, error } = await play();
    expect(error).to.equal(undefined);
    expect(lines[0]).to.equal(`${WALLET} now has:`);
    for (const token of ["WETH", "WBTC", "wstETH", "USDC", "plUSD", "ETH"]) {
      const line = lines.find((l) => l.endsWith(` ${token}`));
      expect(Number(line?.trim().split(" ")[0]), token).to.be.above(0);
    }
    expect((await play()).lines[0]).to.contain("had its share today");
  });

  it("asks which one is meant when two are running, and goes where it is sent", async () => {
    const [first, second] = [await node(), await node()];
    const { error } = await play();
    expect(error).to.be.instanceOf(UsageError);
    expect(error!.hint).to.contain(`--rpc ${first.server.url}`).and.to.contain(`--rpc ${second.server.url}`);

    expect((await play(WALLET, second.server.url)).error).to.equal(undefined);
    const usdc = (n: typeof first) => n.connection.ethers.getContractAt("FaucetToken", n.book.tokens.USDC!);
    expect(await (await usdc(first)).balanceOf(WALLET)).to.equal(0n);
    expect((await (await usdc(second)).balanceOf(WALLET)) > 0n).to.equal(true);

    // One has ended: no question any more.
    await first.server.close();
    servers.splice(servers.indexOf(first.server), 1);
    expect((await play()).lines[0]).to.contain("had its share today");
  });

  it("says what is wrong with a chain before it claims anything", async () => {
    expect((await play()).error).to.be.instanceOf(EnvironmentError);
    expect((await play()).error!.message).to.contain("nothing is known to be deployed");
    const { server } = await node();

    const empty = await serveRpc((await network.create()).provider, 0);
    servers.push(empty);
    const foreign = createServer((_, response) =>
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x1" })),
    );
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
    servers.push(foreign);
    const foreignUrl = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
    for (const [rpc, problem] of [
      [empty.url, "has no faucet"],
      [foreignUrl, "has id 1,"],
      ["http://127.0.0.1:1", "no chain answers"],
    ] as const) {
      const { lines, error } = await play(WALLET, rpc);
      expect(error!.exitCode).to.equal(EXIT.environment);
      expect(error!.message).to.contain(problem).and.to.contain(rpc);
      expect(lines).to.deep.equal([]);
    }
    expect((await play(WALLET, server.url)).error).to.equal(undefined);
  });

  it("says so when the faucet has nothing left", async () => {
    const { connection, book } = await node();
    const faucet = await connection.ethers.getContractAt("Faucet", book.faucet!);
    for (const token of await faucet.tokens()) await faucet.setOffer(token, 2n ** 247n, false);
    const { error } = await play();
    expect(error!.exitCode).to.equal(EXIT.failed);
    expect(error!.message).to.contain("nothing left");
  });

  it("tells a wrong checksum from what is no address at all", async () => {
    const typo = `${WALLET.slice(0, -1)}9`;
    expect((await play(typo)).error!.message).to.contain("checksum");
    expect((await play(typo)).error!.exitCode).to.equal(EXIT.usage);
    for (const none of ["", "0x1234", "vitalik.eth", `${WALLET}00`]) {
      const { error } = await play(none);
      expect(error!.message).to.contain("not an address").and.to.not.contain("checksum");
      expect(error!.hint).to.contain("40 hexadecimal digits");
    }
  });
});
