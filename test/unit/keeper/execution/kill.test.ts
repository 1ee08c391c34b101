import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { getAddress, toBeHex } from "ethers";

import type { Point } from "../../../../keeper/execution/executor.js";
import { embeddedDatabase } from "../../../../keeper/journal/database.js";
import { localWallet, startEmbeddedChain, type EmbeddedChain } from "../../../../replay/chain/embedded.js";
import { serveRpc, type RpcServer } from "../../../../replay/chain/rpc-server.js";
import { startPostgres, type PostgresServer } from "../../../support/postgres.js";

const GWEI = 10n ** 9n;
const child = fileURLToPath(new URL("../../../support/keeper-child.ts", import.meta.url));

/** Where the process is killed, and what the next one finds in the journal. */
const STEPS: readonly (readonly [point: Point, finds: string])[] = [
  ["signed", "nothing"],
  ["written", "prepared"],
  ["sent", "prepared"],
  ["included", "sent"],
  ["outbid", "sent"],
  ["outbid written", "sent"],
  ["final", "nothing"],
];

describe("keeper/execution: kill -9", function () {
  this.timeout(60_000);
  let embedded: EmbeddedChain;
  let server: RpcServer;
  let folder = "";
  let postgres: PostgresServer | undefined;
  before(async () => {
    embedded = await startEmbeddedChain(1_800_000_000);
    server = await serveRpc(embedded.connection.provider, 0);
    await embedded.chain.setAutomine(false);
    folder = mkdtempSync(join(tmpdir(), "plimsoll-kill-"));
    // Made once: the first time takes seconds.
    await (await embeddedDatabase(folder)).close();
    postgres = await startPostgres();
  });
  after(async () => {
    await postgres?.stop();
    await server.close();
    await embedded.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs the child while blocks are made at the base fee that is told, if one is; how it ended and what it said. */
  async function run(
    args: string[],
    baseFee: () => Promise<bigint | undefined>,
  ): Promise<{ signal: string | null; code: number | null; out: string }> {
    const running = spawn(process.execPath, ["--import", "tsx", child, server.url, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    running.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    const end = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      running.once("close", (code, signal) => resolve([code, signal])),
    );
    while (running.exitCode === null && running.signalCode === null) {
      const fee = await baseFee();
      if (fee !== undefined) await embedded.chain.mine({ baseFee: fee });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const [code, signal] = await end;
    return { signal, code, out };
  }

  /** Transactions of the account in all blocks. */
  async function sentBy(account: string): Promise<number[]> {
    const nonces: number[] = [];
    for (let number = 0; number <= (await embedded.chain.blockNumber()); number++) {
      const block = await embedded.provider.getBlock(number, true);
      for (const tx of block?.prefetchedTransactions ?? []) if (tx.from === account) nonces.push(tx.nonce);
    }
    return nonces;
  }

  async function survives(place: string, account: number, step: Point, finds: string): Promise<void> {
    const friend = getAddress(toBeHex(0xbeef0000 + account, 20));
    const args = [place, account.toString(), friend];
    const { address } = localWallet(account, embedded.provider);
    const calm = (): Promise<bigint> => Promise.resolve(GWEI);
    // What is to be outbid must be sent when gas is cheap, and not be included.
    let broken = false;
    const storm = async (): Promise<bigint | undefined> => {
      broken ||= (await embedded.provider.getTransactionCount(address, "pending")) > 0;
      return broken ? 100n * GWEI : undefined;
    };
    const killed = await run([...args, step], step.startsWith("outbid") ? storm : calm);
    expect(killed.signal, killed.out).to.equal("SIGKILL");
    const { code, out } = await run([...args, "none"], calm);
    expect(code, out).to.equal(0);
    expect(out.split("\n")[0]).to.equal(`found ${finds}`);
    expect(out).to.contain("done 0:confirmed\n");
    expect(await sentBy(address)).to.deep.equal([0]);
    expect(await embedded.provider.getBalance(friend)).to.equal(1n);
  }

  for (const [index, [step, finds]] of STEPS.entries()) {
    it(`at "${step}": exactly one transaction, and nothing forgotten`, async () => {
      await survives(folder, index + 3, step, finds);
    });
  }

  it("the same with PostgreSQL", async function () {
    // Not an npm package: where the machine has none, the embedded journal is what is tested.
    if (postgres === undefined) {
      console.log("    (no PostgreSQL server on this machine)");
      return this.skip();
    }
    await survives(postgres.url, 15, "sent", "prepared");
  });
});
