import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { ConfigError } from "../../../../keeper/config/errors.js";
import {
  ENVIRONMENT,
  FLAGS,
  INDEX_FLAGS,
  loadConfig,
  withoutSecrets,
  type Sources,
} from "../../../../keeper/config/sources.js";

const KEY = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const RPC = "https://node.example/v3/0123456789abcdef";

describe("keeper/config: sources", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "plimsoll-config-"))));
  after(() => rmSync(folder, { recursive: true }));

  function fileOf(content: unknown): string {
    const path = join(folder, "keeper.json");
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  /** What the error says of a configuration that is not taken. */
  function complaint(sources: Sources): string {
    try {
      loadConfig(sources);
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      return (error as ConfigError).message;
    }
    throw new Error("it was taken");
  }

  it("flags win over the environment, which wins over the file, which wins over what is usual", () => {
    const file = fileOf({
      rpc: ["http://file"],
      fees: { patience: 3, confirmations: 4, tip: "2.5" },
      log: { level: "warn" },
    });
    const environment = { PLIMSOLL_RPC: "http://env-a, http://env-b", PLIMSOLL_CONFIRMATIONS: "5", DATABASE_URL: "" };
    const config = loadConfig({ file, environment, flags: { confirmations: "6" } });
    expect(config.rpc).to.deep.equal(["http://env-a", "http://env-b"]);
    expect(config.fees).to.deep.equal({
      tip: 2_500_000_000n,
      ceiling: 3_000n * 10n ** 9n,
      bumpPercent: 12.5,
      patience: 3,
      confirmations: 6,
    });
    expect(config.log.level).to.equal("warn");
    expect(config.journal).to.deep.equal({});
  });

  it("takes relays from anywhere, and shows nothing of their URLs but the host", () => {
    const flags = { network: "localhost" };
    expect(loadConfig({ flags }).relay).to.deep.equal({
      rpc: [],
      method: "eth_sendRawTransaction",
      signed: false,
      patience: 10,
      solvency: "relay",
    });
    const environment = {
      PLIMSOLL_RELAY: "http://a,http://b",
      PLIMSOLL_RELAY_SIGNED: "true",
      PLIMSOLL_RELAY_PATIENCE: "0",
    };
    const file = fileOf({ relay: { method: "eth_sendPrivateTransaction", patience: 5, solvency: "both" } });
    expect(loadConfig({ file, environment, flags }).relay).to.deep.equal({
      rpc: ["http://a", "http://b"],
      method: "eth_sendPrivateTransaction",
      signed: true,
      patience: 0,
      solvency: "both",
    });
    const wrong = complaint({ flags: { ...flags, relay: [RPC.replace("https", "ftp")] } });
    expect(wrong).to.contain("relay.rpc.0").and.to.contain("node.example").and.to.not.contain("0123456789abcdef");
    expect(complaint({ flags, environment: { PLIMSOLL_RELAY_METHOD: "eth_shout" } })).to.contain("relay.method");
  });

  it("does not act unless it is told to", () => {
    expect(loadConfig({ flags: { network: "localhost" } }).execute).to.equal(false);
    expect(loadConfig({ flags: { network: "localhost", execute: true } }).execute).to.equal(true);
    expect(loadConfig({ flags: { network: "localhost" }, environment: { PLIMSOLL_EXECUTE: "1" } }).execute).to.equal(
      true,
    );
    expect(complaint({ flags: { network: "localhost" }, environment: { PLIMSOLL_EXECUTE: "yes" } })).to.equal(
      'execute is "yes" (PLIMSOLL_EXECUTE): true or false is needed',
    );
  });

  it("names the field, its value, where it is from and the rule, for each that is wrong", () => {
    const file = fileOf({ network: "localhost", spending: { gasBudget: -1 }, addresses: { engine: "0x12" } });
    const lines = complaint({ file, environment: { PLIMSOLL_FEE_BUMP_PERCENT: "10" }, flags: { port: "http" } }).split(
      "\n",
    );
    expect(lines).to.have.length(4);
    expect(lines).to.include(
      'fees.bumpPercent is "10" (PLIMSOLL_FEE_BUMP_PERCENT): a number from 12.5 to 100 is needed',
    );
    expect(lines).to.include('operation.port is "http" (--port): a whole number from 0 to 65535 is needed');
    expect(lines).to.include(
      `spending.gasBudget is -1 (${file}): a number of plUSD is needed, such as 12.5, not below 0`,
    );
    expect(lines.find((line) => line.startsWith('addresses.engine is "0x12"'))).to.contain("an address is needed");
  });

  it("tells fields that do not exist, values that are no group, and a chain that is not named", () => {
    expect(complaint({ file: fileOf({ network: "localhost", fees: { typ: 1 } }) })).to.contain("fees.typ is 1");
    expect(complaint({ file: fileOf({ network: "localhost", fees: 3 }) })).to.contain("fees is 3");
    expect(complaint({ flags: { network: "ropsten" } })).to.contain('network is "ropsten" (--network): one of these');
    expect(complaint({})).to.contain("network is missing");
    expect(complaint({ file: join(folder, "none.json") })).to.contain("ENOENT");
    expect(complaint({ file: fileOf("[]") })).to.contain("one JSON object");
  });

  it("shows no secret, wherever somebody put one", () => {
    const url = "postgres://keeper:hunter2@db.example/plimsoll";
    const said = [
      complaint({ file: fileOf({ network: "localhost", privateKey: KEY }) }),
      complaint({ file: fileOf({ network: "localhost", key: { password: "hunter2" } }) }),
      complaint({ file: fileOf({ network: "localhost", key: { address: KEY } }) }),
      complaint({ file: fileOf(`{"privateKey": "${KEY}"`) }),
      complaint({ environment: { PLIMSOLL_RPC: RPC.replace("https", "ws") } }),
      complaint({ flags: { network: KEY } }),
      complaint({ environment: { PLIMSOLL_NETWORK: "localhost", DATABASE_URL: url.replace("postgres", "mysql") } }),
    ].join("\n");
    for (const secret of [KEY.slice(2), "hunter2", "0123456789abcdef"]) expect(said).to.not.contain(secret);
    expect(said).to.contain("ws://node.example/...").and.to.contain("mysql://db.example/...");
    expect(said).to.contain("key.password is (hidden)").and.to.contain("PLIMSOLL_PRIVATE_KEY");
    expect(withoutSecrets("http://127.0.0.1:8545")).to.equal("http://127.0.0.1:8545");
  });

  it("has a field behind every variable and every flag", () => {
    const values: Record<string, unknown> = {
      ...{ network: "localhost", execute: "1", level: "info", host: "::1" },
      ...{ method: "eth_sendPrivateTransaction", signed: "true", solvency: "both" },
    };
    const address = `0x${"11".repeat(20)}`;
    const flags = [FLAGS, INDEX_FLAGS].flatMap((flagFields) =>
      Object.entries(flagFields).map(([name, path]) => [name, path, flagFields] as const),
    );
    const variables = Object.entries(ENVIRONMENT).map(([name, path]) => [name, path, undefined] as const);
    for (const [name, path, flagFields] of [...variables, ...flags]) {
      const last = path.split(".").at(-1)!;
      const value = values[last] ?? (/address|liquidator|filler/.test(path) ? address : "50");
      const urls: Record<string, string> = {
        rpc: RPC,
        "relay.rpc": RPC,
        "indexer.url": RPC,
        "journal.databaseUrl": "postgres://x/y",
      };
      const text = urls[path] ?? value;
      const source =
        flagFields === undefined
          ? { environment: { PLIMSOLL_RPC: RPC, [name]: text as string } }
          : { flags: { rpc: RPC, [name]: text }, flagFields };
      let at: unknown = loadConfig(source);
      for (const key of path.split(".")) at = (at as Record<string, unknown>)[key];
      expect(at === undefined, name).to.equal(false);
    }
  });
});
