import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { HASHES } from "../../../indexer/history/contracts.js";
import { decodeHolding } from "../../../sdk/credit/holdings.js";
import { serveRpc, type RpcServer } from "../../../replay/chain/rpc-server.js";
import { open } from "../../support/failing.js";
import { startPostgres } from "../../support/postgres.js";
import { at, deployWorld, WAD, type World } from "../../support/world.js";

const child = fileURLToPath(new URL("../../support/indexer-child.ts", import.meta.url));

describe("indexer: kill -9 in the middle of reading the past", function () {
  this.timeout(60_000);
  let world: World;
  let server: RpcServer;
  before(async () => {
    world = await deployWorld();
    const people = (await world.ethers.getSigners()).slice(1, 7);
    for (const who of people) await open(world, who, { 0: 10n * WAD, 1: 10n ** 7n }, 2_000n * WAD);
    for (const who of people.slice(0, 3)) await world.engine.connect(who).repay(1_000n * WAD, who.address);
    server = await serveRpc(world.connection.provider, 0);
  });
  after(async () => {
    await server.close();
    await world.connection.close();
  });

  async function run(place: string, steps: string): Promise<{ signal: string | null; out: string[] }> {
    const args = ["--import", "tsx", child, server.url, place, world.engineAddress, steps];
    const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    running.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    const signal = await new Promise<string | null>((resolve) => running.once("close", (_, s) => resolve(s)));
    return { signal, out: out.trim().split("\n") };
  }

  /** What the child prints when it knows what the engine does. */
  async function truth(): Promise<string> {
    const lines: string[] = [];
    for (const { address } of await world.ethers.getSigners()) {
      const [shares, holdings] = await world.engine.position(address);
      const held = holdings.map(decodeHolding).map(({ asset, amount }) => `${asset.toString()}:${amount.toString()}`);
      if (shares !== 0n || held.length > 0) lines.push(`${address} ${shares.toString()} ${held.join(",")}`);
    }
    return `known ${lines.sort().join("; ")}`;
  }

  /** What happened, as the node has it. */
  async function told(): Promise<string> {
    const { ethers, engineAddress: address } = world;
    const logs = await ethers.provider.getLogs({ address, topics: [[...HASHES]], fromBlock: 0 });
    return `told ${logs.map(({ blockNumber, index }) => `${blockNumber.toString()}.${index.toString()}`).join(" ")}`;
  }

  async function survives(place: string, kills: readonly string[]): Promise<void> {
    const blocks = await world.ethers.provider.getBlockNumber();
    let reached = "nothing";
    // The past, in steps of seven blocks, and the last eight, one by one.
    for (const steps of kills) {
      const { signal, out } = await run(place, steps);
      expect(signal, out.join("\n")).to.equal("SIGKILL");
      // It goes on behind the last block that was written; one more may have been than it said.
      const from = at(out, 0);
      if (reached === "nothing") expect(from).to.equal("from nothing");
      else expect(Number(from.slice(5))).to.be.within(Number(reached), Number(reached) + 7);
      reached = at(out, out.length - 1).slice(3);
    }
    const { signal, out } = await run(place, "none");
    expect(signal).to.equal(null);
    expect(Number(at(out, 0).slice(5))).to.be.within(Number(reached), blocks);
    expect(at(out, out.length - 2)).to.equal(await truth());
    expect(at(out, out.length - 1)).to.equal(await told());
  }

  it("goes on where it was, and knows all in the end: in files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-index-"));
    try {
      await survives(folder, ["4"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("the same with PostgreSQL", async function () {
    const postgres = await startPostgres();
    if (postgres === undefined) {
      console.log("    (no PostgreSQL server on this machine)");
      return this.skip();
    }
    try {
      await survives(postgres.url, ["3"]);
    } finally {
      await postgres.stop();
    }
  });
});
