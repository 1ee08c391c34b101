import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { getAddress, toBeHex } from "ethers";

import { localWallet, startEmbeddedChain, type EmbeddedChain } from "../../../../replay/chain/embedded.js";
import { serveRpc, type RpcServer } from "../../../../replay/chain/rpc-server.js";
import { present } from "../../../../sdk/present.js";
import { wireTo } from "../../../support/cut-wire.js";
import { startPostgres, type PostgresServer } from "../../../support/postgres.js";

const child = fileURLToPath(new URL("../../../support/replica-child.ts", import.meta.url));
/** What operators are promised. {ms} */
const TAKEOVER = 15_000;

interface Said {
  readonly at: number;
  readonly event: string;
  readonly term?: number;
  readonly open?: number;
  readonly nonce?: number;
}

interface Replica {
  readonly process: ChildProcess;
  readonly said: Said[];
}

describe("keeper/replicas: two processes with one key", function () {
  this.timeout(90_000);
  let embedded: EmbeddedChain;
  let rpc: RpcServer;
  let postgres: PostgresServer;
  let replicas: Replica[];
  before(async function () {
    const started = await startPostgres();
    if (started === undefined) {
      console.log("    (no PostgreSQL server on this machine)");
      return this.skip();
    }
    postgres = started;
    embedded = await startEmbeddedChain(1_800_000_000);
    rpc = await serveRpc(embedded.connection.provider, 0);
    await embedded.chain.setAutomine(false);
  });
  after(async () => {
    await (rpc as RpcServer | undefined)?.close();
    await (embedded as EmbeddedChain | undefined)?.close();
    await (postgres as PostgresServer | undefined)?.stop();
  });
  beforeEach(() => (replicas = []));
  afterEach(() => {
    for (const { process } of replicas) process.kill("SIGKILL");
  });

  function start(account: number, friend: string, database = postgres.url): Replica {
    const args = ["--import", "tsx", child, rpc.url, database, account.toString(), friend];
    const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const said: Said[] = [];
    let rest = "";
    running.stdout.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      said.push(...lines.map((line) => JSON.parse(line) as Said));
    });
    const replica = { process: running, said };
    replicas.push(replica);
    return replica;
  }

  /** Makes blocks until something is so. */
  async function until(what: () => boolean, limit = 30_000): Promise<void> {
    const end = Date.now() + limit;
    while (!what()) {
      if (Date.now() > end) throw new Error(JSON.stringify(replicas.map(({ said }) => said.slice(-5))));
      await embedded.chain.mine({ baseFee: 10n ** 9n });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const has = ({ said }: Replica, event: string): boolean => said.some((line) => line.event === event);
  const sent = ({ said }: Replica): Said[] => said.filter(({ event }) => event === "sent");

  async function stop({ process: running }: Replica): Promise<void> {
    const end = new Promise((resolve) => running.once("close", resolve));
    running.kill("SIGTERM");
    await end;
  }

  /** What blocks have of the account: each number once, without gaps, and as many gifts as were given. */
  async function agrees(account: number, friend: string): Promise<number> {
    const { address } = localWallet(account, embedded.provider);
    const nonces: number[] = [];
    for (let number = 0; number <= (await embedded.chain.blockNumber()); number++) {
      const block = await embedded.provider.getBlock(number, true);
      for (const tx of block?.prefetchedTransactions ?? []) if (tx.from === address) nonces.push(tx.nonce);
    }
    expect(nonces).to.deep.equal(nonces.map((_, index) => index));
    expect(await embedded.provider.getBalance(friend)).to.equal(BigInt(nonces.length));
    return nonces.length;
  }

  async function scenario(
    account: number,
    database = postgres.url,
  ): Promise<{ friend: string; first: Replica; second: Replica }> {
    const friend = getAddress(toBeHex(0xfeed0000 + account, 20));
    const first = start(account, friend, database);
    await until(() => sent(first).length > 10);
    const second = start(account, friend);
    await until(() => has(second, "started"));
    const before = sent(first).length;
    await until(() => sent(first).length > before + 10);
    expect(sent(second), "sent by who stands by").to.deep.equal([]);
    return { friend, first, second };
  }

  it("goes on when the leader is killed, with what it left open", async () => {
    const { friend, first, second } = await scenario(5);
    const killed = Date.now();
    first.process.kill("SIGKILL");
    await until(() => sent(second).length > 10);
    const led = present(second.said.find(({ event }) => event === "leads"));
    const acted = present(sent(second)[0]);
    console.log(`      SIGKILL: leads after ${led.at - killed} ms, has sent after ${acted.at - killed} ms`);
    expect(led.open, "taken up").to.be.above(0);
    expect(acted.at - killed).to.be.below(TAKEOVER);
    await stop(second);
    expect(await agrees(5, friend)).to.be.above(30);
  });

  it("goes on when the leader hangs, and the leader does nothing when it wakes up", async () => {
    const { friend, first, second } = await scenario(6);
    const stopped = Date.now();
    first.process.kill("SIGSTOP");
    await until(() => sent(second).length > 10);
    const acted = present(sent(second)[0]);
    console.log(`      SIGSTOP: has sent after ${acted.at - stopped} ms`);
    expect(acted.at - stopped).to.be.below(TAKEOVER);
    const before = sent(first).length;
    first.process.kill("SIGCONT");
    await until(() => first.said.some(({ event, at }) => event === "stands by" && at > stopped));
    const upTo = sent(second).length;
    await until(() => sent(second).length > upTo + 20);
    // What it says that it sent was written while it was led by nobody else.
    expect(sent(first).length).to.be.at.most(before + 1);
    // And back: whoever stood still stands by as well as anybody.
    second.process.kill("SIGKILL");
    const again = sent(first).length;
    await until(() => sent(first).length > again + 10);
    await stop(first);
    expect(await agrees(6, friend)).to.be.above(50);
  });

  it("goes on when the leader's way to the server is cut, and the leader stops", async () => {
    const wire = await wireTo(postgres.url);
    const { friend, first, second } = await scenario(7, wire.url);
    const cut = Date.now();
    wire.cut();
    await until(() => sent(second).length > 10);
    const acted = present(sent(second)[0]);
    const last = present(sent(first).at(-1));
    console.log(
      `      cut: the leader sent last after ${last.at - cut} ms, the other first after ${acted.at - cut} ms`,
    );
    expect(acted.at - cut).to.be.below(TAKEOVER);
    expect(last.at).to.be.below(acted.at);
    await stop(second);
    expect(await agrees(7, friend)).to.be.above(30);
    await wire.close();
  });
});
