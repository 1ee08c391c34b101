import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { encryptKeystoreJsonSync } from "ethers";

import { configOf } from "../../../cli/keeper/config.js";
import { secretsOf } from "../../../cli/keeper/run.js";
import { removeAddressBook, writeAddressBook } from "../../../deploy/address-book.js";
import { deployLocal } from "../../../deploy/local.js";
import { localWallet, startEmbeddedChain, type EmbeddedChain } from "../../../replay/chain/embedded.js";
import { serveRpc, type RpcServer } from "../../../replay/chain/rpc-server.js";
import type { AddressBook } from "../../../sdk/addresses.js";
import { playWith } from "../../support/cli.js";
import { startPostgres } from "../../support/postgres.js";
import { recorded } from "../../support/recorded.js";
import { freePort } from "../../support/port.js";

const bin = fileURLToPath(new URL("../../../cli/bin.mjs", import.meta.url));
const PASSWORD = "correct horse battery staple";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe("cli: keeper", function () {
  this.timeout(120_000);
  let embedded: EmbeddedChain;
  let server: RpcServer;
  let book: AddressBook;
  let folder = "";
  let secret = "";
  before(async () => {
    // Prices were recorded longer ago than keepers leave it at.
    embedded = await startEmbeddedChain(Math.floor(Date.now() / 1_000) - 2_400);
    server = await serveRpc(embedded.connection.provider, 0);
    book = {
      ...(await recorded("local", embedded.connection, () => deployLocal(embedded.connection))),
      rpcUrl: server.url,
    };
    writeAddressBook(book);
    folder = mkdtempSync(join(tmpdir(), "plimsoll-keeper-"));
    const wallet = localWallet(1, embedded.provider);
    secret = wallet.signingKey.privateKey;
    const json = encryptKeystoreJsonSync({ address: wallet.address, privateKey: secret }, PASSWORD, {
      scrypt: { N: 2, r: 1, p: 1 },
    });
    writeFileSync(join(folder, "key.json"), json);
    writeFileSync(join(folder, "password"), PASSWORD);
    // The chain's clock goes with the real one from here on.
    await embedded.chain.mine({ time: Math.floor(Date.now() / 1_000) });
    await embedded.chain.setIntervalMining(1);
  });
  after(async () => {
    removeAddressBook(book);
    await server.close();
    await embedded.close();
    rmSync(folder, { recursive: true });
  });

  /** Starts the real program; `until` decides by its output when it is told to stop. */
  async function play(
    args: string[],
    env: NodeJS.ProcessEnv = {},
    until?: (out: string) => Promise<boolean>,
    signal: NodeJS.Signals = "SIGTERM",
    command = "keeper",
  ): Promise<Ended> {
    const child = spawn(process.execPath, [bin, command, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PLIMSOLL_PRIVATE_KEY: "", ...env },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const end = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
    const running = (): boolean => child.exitCode === null && child.signalCode === null;
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline && running() && until !== undefined && !(await until(out)))
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (until !== undefined) child.kill(signal);
    const code = await end;
    for (const hidden of [secret, secret.slice(2), PASSWORD]) {
      expect(out, "a secret").to.not.contain(hidden);
      expect(err, "a secret").to.not.contain(hidden);
    }
    return { code, out, err };
  }

  const lines = (out: string): Record<string, unknown>[] =>
    out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const nonce = (): Promise<number> => embedded.provider.getTransactionCount(localWallet(1, embedded.provider).address);
  const usual = (): string[] => ["--rpc", server.url, "--interval", "100"];

  it("looks, simulates and says what it would send, and sends nothing", async () => {
    const port = await freePort();
    const pages: Record<string, { status: number; text: string }> = {};
    const { code, out, err } = await play([...usual(), "--port", port.toString()], {}, async (text) => {
      if (!text.includes("would send")) return false;
      // First whether it is ready: then it has looked once when the others are asked for.
      for (const page of ["ready", "metrics", "health", "report", "other"]) {
        const response = await fetch(`http://127.0.0.1:${port.toString()}/${page}`);
        pages[page] = { status: response.status, text: await response.text() };
      }
      return pages.ready?.status === 200;
    });
    expect(code, err + out).to.equal(0);
    expect(await nonce()).to.equal(0);
    const said = lines(out);
    expect(said[0]).to.include({ msg: "keeper started: dry run, nothing is sent", execute: false });
    expect(said.at(-1)).to.include({ msg: "stopped" });
    // Found by themselves: every asset can be sold.
    expect(said[0]?.routes).to.deep.include({ liquidations: 0 });
    const planned = said.filter((line) => line.msg === "would send").map((line) => line.job);
    expect(planned).to.include("record").and.to.include("invest");
    // Said once, not at every look.
    expect(planned.filter((job) => job === "invest")).to.have.length(1);
    expect(pages.health?.status).to.equal(200);
    expect(pages.other?.status).to.equal(404);
    expect(pages.metrics?.text).to.match(/plimsoll_keeper_looks_total\{result="succeeded"\} [1-9]/);
    expect(pages.metrics?.text).to.match(/plimsoll_keeper_node_up\{node="0 http:..127.0.0.1:\d+"\} 1/);
  });

  it("acts when told to, goes on after kill -9, and its ledger agrees with the chain to the wei", async () => {
    const { address } = localWallet(1, embedded.provider);
    const before = await embedded.provider.getBalance(address);
    const journal = join(folder, "journal");
    const port = (await freePort()).toString();
    const args = [...usual(), "--port", port, "--execute", "--journal", journal, "--confirmations", "2"];
    const env = {
      PLIMSOLL_KEYSTORE: join(folder, "key.json"),
      PLIMSOLL_KEYSTORE_PASSWORD_FILE: join(folder, "password"),
    };
    const count = (out: string, text: string): number => out.split(text).length - 1;
    const first = await play(args, env, (out) => Promise.resolve(count(out, '"msg":"sent"') > 0), "SIGKILL");
    expect(first.code).to.equal(null);
    // What the first left open is seen to its end.
    let live: Ended | undefined;
    let [known, since] = [0, Date.now()];
    const second = await play(args, env, async (out) => {
      const both = first.out + out;
      const now = count(both, '"msg":"sent"');
      if (now !== known) [known, since] = [now, Date.now()];
      const settled = count(both, '"transaction confirmed"') === now;
      // It has found nothing more to do for twenty looks: nothing is on its way when it is told to stop.
      if (!settled || !out.includes("confirmed") || Date.now() - since < 2_000) return false;
      // It has the journal for itself: the report comes from there.
      live ??= await play(["report", "--json", "--journal", journal, "--port", port]);
      return true;
    });
    expect(second.code, second.err + second.out).to.equal(0);
    expect(second.out).to.contain("took up what the journal has open");
    const sent = lines(first.out + second.out).filter((line) => line.msg === "sent");
    // What is due at intervals is not due again because of the restart.
    expect(sent.map((line) => line.job))
      .to.include("record")
      .and.to.include("invest");
    expect(sent.filter((line) => line.job === "record")).to.have.length(1);
    expect(await nonce()).to.equal(sent.length);

    const { code, out } = await play(["report", "--json", "--journal", journal, "--port", "0"]);
    expect(code).to.equal(0);
    expect(live?.err).to.equal("");
    expect(JSON.parse(live!.out), "from the running keeper").to.deep.equal(JSON.parse(out));
    const ledger = JSON.parse(out) as {
      total: { fees: string; states: Record<string, number> };
      jobs: { job: string }[];
    };
    expect(ledger.total.states).to.deep.equal({ confirmed: sent.length });
    expect(before - (await embedded.provider.getBalance(address))).to.equal(BigInt(ledger.total.fees));
    const table = await play(["report", "--journal", journal, "--port", "0"]);
    expect(table.out)
      .to.match(/^job +done/)
      .and.to.match(/\nall /);
  });

  it("begins from an indexer beside it, which is ready as soon as it is at the head", async () => {
    const port = (await freePort()).toString();
    const url = `http://127.0.0.1:${port}`;
    const args = [...usual(), "--directory", join(folder, "index"), "--port", port];
    const pages: Record<string, { status: number; text: string }> = {};
    let keeper: Ended | undefined;
    const index = await play(
      args,
      {},
      async (text) => {
        if (!text.includes("at the head")) return false;
        for (const page of ["ready", "health", "metrics", "status", "positions", "report"]) {
          const response = await fetch(`${url}/${page}`);
          pages[page] = { status: response.status, text: await response.text() };
        }
        keeper = await play([...usual(), "--port", "0", "--indexer", url], {}, (said) =>
          Promise.resolve(said.includes("accounts taken over")),
        );
        return true;
      },
      "SIGTERM",
      "index",
    );
    expect(index.code, index.err + index.out).to.equal(0);
    expect(lines(index.out)[0]).to.include({ name: "plimsoll-indexer", msg: "indexer started", url });
    for (const page of ["ready", "health", "metrics", "status", "positions"]) {
      expect(pages[page]?.status, pages[page]?.text).to.equal(200);
    }
    expect(pages.report?.status).to.equal(404);
    const position = JSON.parse(pages.positions!.text) as { engine: string; complete: boolean };
    expect(position).to.include({ engine: book.contracts.engine, complete: true });
    expect(keeper?.code, `${keeper?.err ?? ""}${keeper?.out ?? ""}`).to.equal(0);
    const took = lines(keeper!.out).find((line) => String(line.msg).startsWith("accounts taken over"));
    expect(took).to.include.keys("block", "behind", "accounts");
  });

  it("leads in one of two processes with one key, and in the other when that one is killed", async function () {
    const postgres = await startPostgres();
    if (postgres === undefined) {
      console.log("    (no PostgreSQL server on this machine)");
      return this.skip();
    }
    const env = { PLIMSOLL_PRIVATE_KEY: secret, DATABASE_URL: postgres.url };
    const ports = [await freePort(), await freePort()];
    const args = (port: number | undefined): string[] => [...usual(), "--execute", "--port", (port ?? 0).toString()];
    const ask = async (port: number | undefined, page: string): Promise<string> =>
      await fetch(`http://127.0.0.1:${(port ?? 0).toString()}/${page}`).then(
        (response) => response.text(),
        () => "",
      );
    const roles = async (): Promise<(string | undefined)[]> =>
      await Promise.all(ports.map(async (port) => /"ok":true,"role":"([^"]*)"/.exec(await ask(port, "ready"))?.[1]));
    const leads = async (): Promise<(string | undefined)[]> =>
      await Promise.all(
        ports.map(async (port) => /^plimsoll_keeper_leading (\d)/m.exec(await ask(port, "metrics"))?.[1]),
      );
    let killed = 0;
    let took = 0;
    let standing: (string | undefined)[] = [];
    let second: Promise<Ended> | undefined;
    const first = await play(
      args(ports[0]),
      env,
      async (out) => {
        if (!out.includes('"msg":"leads"')) return false;
        second ??= play(args(ports[1]), env, async () => {
          if (killed === 0 || (await leads())[1] !== "1") return false;
          took ||= Date.now() - killed;
          return (await roles())[1] === "leading";
        });
        const found = [...(await roles()), ...(await leads())];
        if (found[1] !== "standby" || found[2] !== "1" || found[3] !== "0") return false;
        standing = found;
        killed = Date.now();
        return true;
      },
      "SIGKILL",
    );
    const { code, out, err } = await second!;
    await postgres.stop();
    console.log(`      took over after ${took.toString()} ms`);
    expect(first.code).to.equal(null);
    expect(standing, err + out.slice(-2_000)).to.deep.equal(["leading", "standby", "1", "0"]);
    expect(code, err + out).to.equal(0);
    expect(took).to.be.below(15_000);
    expect(out).to.contain("stands by: another process leads").and.to.contain('"msg":"leads"');
  });

  it("refuses a second process with the embedded journal, and says what several need", async () => {
    const journal = join(folder, "alone");
    const args = [...usual(), "--execute", "--journal", journal, "--port", "0"];
    const env = { PLIMSOLL_PRIVATE_KEY: secret };
    let second: Ended | undefined;
    const first = await play(args, env, async (out) => {
      if (!out.includes("keeper started")) return false;
      second ??= await play(args, env);
      return true;
    });
    expect(first.code, first.err).to.equal(0);
    expect(second?.code).to.equal(3);
    expect(second?.err).to.contain("in use by process").and.to.contain("DATABASE_URL");
  });

  it("keeps what is secret in the URLs of nodes, relays and databases out of its logs", () => {
    const config = configOf({
      environment: { DATABASE_URL: "postgres://keeper:hunter22@db.example/x" },
      flags: { rpc: ["https://node.example/v3/abcdef0123"], relay: ["https://relay.example/?key=0123abcdef"] },
    });
    const hidden = secretsOf(config, { PLIMSOLL_PRIVATE_KEY: secret });
    expect(hidden).to.include.members(["hunter22", "abcdef0123", "key=0123abcdef", secret]);
    const more = configOf({
      environment: {},
      flags: { network: "localhost", indexer: "https://me:s%C3%A9same@index.example/positions" },
    });
    expect(secretsOf(more, {})).to.include.members(["https://me:s%C3%A9same@index.example/positions", "sésame"]);
  });

  it("keeps the keystore's key and the password of its file out of its logs, and the indexer's", async () => {
    const config = configOf({
      environment: {},
      flags: { network: "localhost", keystore: join(folder, "key.json"), passwordFile: join(folder, "password") },
    });
    expect(secretsOf(config, {})).to.include(PASSWORD);
    const indexer = "http://reader:let-me-in@127.0.0.1:1";
    const environment = {
      PLIMSOLL_KEYSTORE: join(folder, "key.json"),
      PLIMSOLL_KEYSTORE_PASSWORD_FILE: join(folder, "password"),
    };
    const args = [...usual(), "--port", "0", "--log-level", "debug", "--indexer", indexer];
    const { code, out, err } = await play(args, environment, (said) =>
      Promise.resolve(said.includes("the indexer cannot be used")),
    );
    expect(code, err).to.equal(0);
    expect(out + err)
      .to.contain("a look failed")
      .and.to.not.contain("let-me-in");
    expect(out + err).to.not.contain(secret.slice(2));
  });

  it("does not start without what it needs, and says what", async () => {
    const key = { PLIMSOLL_PRIVATE_KEY: secret };
    const stranger = { PLIMSOLL_PRIVATE_KEY: `0x${"42".repeat(32)}` };
    const empty = await startEmbeddedChain(1_700_000_000);
    const bare = await serveRpc(empty.connection.provider, 0);
    const cases: [string[], NodeJS.ProcessEnv, number, string][] = [
      [[], {}, 2, "network is missing"],
      [[...usual(), "--execute"], {}, 2, "key.keystore is missing"],
      [[...usual(), "--confirmations", "none"], key, 2, 'fees.confirmations is "none" (--confirmations)'],
      [[...usual()], stranger, 3, "obeys"],
      [[...usual()], { PLIMSOLL_PRIVATE_KEY: `${secret}0` }, 3, "PLIMSOLL_PRIVATE_KEY is no private key"],
      [
        [...usual()],
        { PLIMSOLL_KEYSTORE: join(folder, "key.json"), PLIMSOLL_KEYSTORE_PASSWORD: "wrong" },
        3,
        "password is wrong",
      ],
      [["--rpc", "http://127.0.0.1:1/key-of-the-service"], {}, 3, "no connection"],
      [["rehearse", "--rpc", "http://127.0.0.1:1/key-of-the-service"], {}, 3, "no connection"],
      [["rehearse", ...usual(), "--account", "0x12"], {}, 2, '"0x12" is no address'],
      [["--rpc", bare.url], {}, 2, "addresses.liquidator is missing"],
      [[...usual()], { PLIMSOLL_LIQUIDATOR: `0x${"11".repeat(20)}` }, 3, "nothing is deployed at"],
      [["--network", "sepolia"], {}, 2, "rpc is missing"],
    ];
    // One as a process of its own, the others in this one, which takes a tenth of the time.
    const asProcess = await play([...usual()], stranger);
    expect({ code: asProcess.code, out: asProcess.out }).to.deep.equal({ code: 3, out: "" });
    for (const [args, env, status, text] of cases) {
      const { code, err, out } = await playWith({ PLIMSOLL_PRIVATE_KEY: "", ...env }, "keeper", ...args);
      expect(err).to.not.contain(secret.slice(2));
      expect({ code, out }, `${args.join(" ")}: ${err}`).to.deep.equal({ code: status, out: "" });
      expect(err).to.contain(text).and.to.not.contain("key-of-the-service");
    }
    await bare.close();
    await empty.close();
  });
});
