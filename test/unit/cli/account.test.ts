import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { parseEther, type BaseWallet } from "ethers";

import { parseAmount, PLUSD } from "../../../cli/account/amount.js";
import { act, type ActOptions, type Verb } from "../../../cli/account/run.js";
import { CliError, EXIT, UsageError } from "../../../cli/errors.js";
import { watch } from "../../../cli/protocol/run.js";
import { nearest } from "../../../cli/suggestion.js";
import { serveRpc, type RpcServer } from "../../../replay/chain/rpc-server.js";
import { MAX_UINT256 } from "../../../sdk/arithmetic/integer.js";
import { play } from "../../support/cli.js";
import { openSdkWorld, type SdkWorld } from "../../support/sdk-world.js";

const WETH = { symbol: "WETH", decimals: 18 };
const USDC = { symbol: "USDC", decimals: 6 };

describe("cli: amounts", () => {
  const failure = (...words: string[]): UsageError => {
    try {
      parseAmount(words, [WETH, USDC]);
    } catch (error) {
      if (error instanceof UsageError) return error;
    }
    throw new Error(`"${words.join(" ")}" was understood`);
  };

  it("takes them as people write them", () => {
    const amount = (text: string): bigint => parseAmount(text.split(" "), [WETH, USDC]).amount;
    expect(amount("1.5 WETH")).to.equal(parseEther("1.5"));
    expect(amount("1.5weth")).to.equal(parseEther("1.5"));
    expect(amount("1,000.5 USDC")).to.equal(1_000_500_000n);
    expect(amount("12 000 USDC")).to.equal(12_000_000_000n);
    expect(amount(".5 USDC")).to.equal(500_000n);
    expect(parseAmount(["1000"], [PLUSD]).amount).to.equal(parseEther("1000"));
    expect(parseAmount(["all"], [PLUSD], true).amount).to.equal(MAX_UINT256);
    expect(parseAmount(["all", "WETH"], [WETH, USDC], true)).to.deep.equal({ unit: WETH, amount: MAX_UINT256 });
  });

  it("says what is wrong, and what was meant", () => {
    expect(failure("1.5", "WTEH").hint).to.equal("Did you mean WETH?");
    expect(failure("1.5", "bananas").hint).to.equal("There are WETH, USDC.");
    expect(failure("1.5").message).to.equal("the amount has no unit");
    expect(failure("much", "WETH").message).to.contain("is no amount");
    expect(failure("all", "WETH").message).to.contain('"all"');
    expect(failure("0", "WETH").message).to.contain("zero");
    expect(failure("0.0000001", "USDC").message).to.contain("7 digits after the point; USDC has 6");
    expect(failure("1,5", "WETH").hint).to.equal("Write 1.5, not 1,5: a point before the fraction.");
    expect(failure("1 5", "WETH").message).to.contain("does not group");
    expect(nearest("balance-shet", ["assets", "balance-sheet"])).to.equal("balance-sheet");
    expect(nearest("xyz", ["assets", "auctions"])).to.equal(undefined);
  });
});

describe("cli: account, assets, balance-sheet, auctions, watch", () => {
  let world: SdkWorld;
  let server: RpcServer;
  let folder = "";
  let alice: BaseWallet;
  let where: string[];
  let chain: { rpc: string; addresses: string };

  before(async () => {
    world = await openSdkWorld(1);
    alice = await world.newAccount(0);
    await world.refresh();
    server = await serveRpc(world.connection.provider, 0);
    folder = mkdtempSync(join(tmpdir(), "plimsoll-account-"));
    chain = { rpc: server.url, addresses: join(folder, "addresses.json") };
    writeFileSync(chain.addresses, JSON.stringify(world.book));
    where = ["--rpc", chain.rpc, "--addresses", chain.addresses];
  });
  after(async () => {
    await server.close();
    await world.close();
    rmSync(folder, { recursive: true });
  });

  /** As the owner of a key, who is asked and says yes or no. */
  async function owner(verb: Verb, text: string, options: Partial<ActOptions> = {}, yes = true): Promise<string[]> {
    const lines: string[] = [];
    await act(
      verb,
      text.split(" "),
      { ...chain, ...options },
      {
        environment: { PLIMSOLL_PRIVATE_KEY: (alice as BaseWallet & { privateKey: string }).privateKey },
        say: (line) => void lines.push(line),
        ask: (question) => {
          lines.push(question);
          return Promise.resolve(yes);
        },
      },
    );
    return lines;
  }

  it("deposits, borrows, repays and withdraws, showing before what it does and asking first", async () => {
    const said = await owner("deposit", "10 WETH");
    expect(said[0]).to.equal(`${alice.address}: deposit 10 WETH`);
    expect(said.some((line) => /^collateral +0\.00 USD +1,946\.00 USD$/.test(line))).to.equal(true);
    expect(said).to.include("Send it (deposit 10 WETH)? [y/N] ");
    // Wrapped ether has no permit: an approval goes first.
    expect(said.filter((line) => line.startsWith("sent "))).to.have.length(2);
    // USDC has one: a signature, and one transaction.
    expect((await owner("deposit", "500 USDC")).filter((line) => line.startsWith("sent "))).to.have.length(1);
    const lent = await owner("borrow", "600 plUSD");
    expect(
      lent.some((line) => /^health +no debt +3\.\d{3}$/.test(line)),
      lent.join("\n"),
    ).to.equal(true);
    expect(lent.some((line) => /^liquidated below, WETH +- +\d+\.\d\d USD$/.test(line))).to.equal(true);
    await owner("repay", "100");
    await owner("repay", "all", { in: "usdc" });
    await owner("withdraw", "all WETH");
    const { code, out } = await play("account", "show", alice.address, ...where);
    expect(code).to.equal(EXIT.ok);
    const [deposited, wallet] = out.split("in the wallet");
    expect(deposited)
      .to.match(/USDC +500 +500\.00 +1\.00 +-/)
      .and.to.contain("no debt")
      .and.to.not.contain("WETH  ");
    expect(wallet).to.match(/\nWETH +100\n/);
  });

  it("sends nothing without a yes", async () => {
    const refused = await owner("deposit", "1 WETH", {}, false).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(CliError).and.to.include({ message: "nothing was sent", exitCode: EXIT.failed });
    const { code, err } = await play("account", "deposit", "1", "WETH", "--from", world.market.account, ...where);
    expect(code).to.equal(EXIT.usage);
    expect(err).to.contain("nobody can be asked").and.to.contain("--yes");
    const dry = await play("account", "deposit", "1", "WETH", "--from", alice.address, "--dry-run", ...where);
    expect(dry.code).to.equal(EXIT.ok);
    expect(dry.out).to.contain("Nothing was sent");
  });

  it("has a node or an external signer sign, and answers programs in JSON", async () => {
    const from = ["--from", world.market.account, "--yes", "--json", ...where];
    const done = await play("account", "deposit", "2 WETH", ...from);
    expect(done.err).to.equal("");
    const answer = JSON.parse(done.out) as { action: string; after: { health: string }; transactions: string[] };
    expect(answer.action).to.equal("deposit 2 WETH");
    expect(answer.transactions.length).to.be.greaterThan(0);
    expect(BigInt(answer.after.health) > parseEther("1")).to.equal(true);
    const external = await play("account", "withdraw", "1 WETH", "--signer", server.url, ...from);
    expect(external.code, external.err).to.equal(EXIT.ok);
    const stranger = await play("account", "deposit", "1 WETH", "--from", `0x${"11".repeat(20)}`, "--yes", ...where);
    expect(stranger.code).to.equal(EXIT.environment);
    expect(stranger.err).to.contain("the node does not keep the key");
  });

  it("says why something would be refused, and what to do, with exit code 1", async () => {
    const { code, err } = await play(
      "account",
      "borrow",
      "1000000 plUSD",
      "--from",
      alice.address,
      "--dry-run",
      ...where,
    );
    expect(code).to.equal(EXIT.failed);
    expect(err).to.match(
      /would owe 1,000,000(\.\d+)? plUSD, but its collateral allows [\d,.]+ plUSD\.\n {2}Borrow or withdraw less/,
    );
  });

  it("answers programs with one object when something is refused or wrong as well", async () => {
    const told = async (
      ...args: string[]
    ): Promise<{ code: string; message: string; values: Record<string, string> }> => {
      const { code, out, err } = await play(...args, "--json");
      expect(code, out).to.not.equal(EXIT.ok);
      expect(err, "for people").to.contain("plimsoll:");
      return (JSON.parse(out) as { error: Awaited<ReturnType<typeof told>> }).error;
    };
    const at = ["--from", alice.address, "--dry-run", ...where];
    const refused = await told("account", "borrow", "1000000 plUSD", ...at);
    expect(refused).to.include({ code: "BorrowLimitExceeded" });
    expect(refused.message).to.contain("would owe 1,000,000");
    expect(refused.values).to.include({ account: alice.address });
    expect(await told("account", "deposit", "1 WTEH", ...at)).to.include({ code: "UsageError" });
    expect(await told("assets", "--rpc", "http://127.0.0.1:9")).to.include({ code: "EnvironmentError" });
  });

  it("has nothing sent by a signer on another chain, and names both", async () => {
    const asked: string[] = [];
    const mainnet = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const questions = [JSON.parse(body)].flat() as { id: number; method: string }[];
        const answers = questions.map(({ id, method }) => {
          asked.push(method);
          const result = { eth_accounts: [alice.address], eth_chainId: "0x1" }[method] ?? `0x${"12".repeat(32)}`;
          return { jsonrpc: "2.0", id, result };
        });
        response.end(JSON.stringify(body.startsWith("[") ? answers : answers[0]));
      });
    });
    await new Promise<void>((resolve) => mainnet.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(mainnet.address() as AddressInfo).port}`;
    const from = ["--from", alice.address, "--signer", url, "--yes", ...where];
    const { code, err } = await play("account", "deposit", "1 WETH", ...from);
    mainnet.close();
    expect(code).to.equal(EXIT.environment);
    expect(err).to.contain("is on mainnet (chain 1), and the account is on localhost (chain 31337)");
    expect(asked).to.not.include("eth_sendTransaction");
  });

  it("puts the chain's id into what a signer is asked to send, and does not wait for ever", async () => {
    const sent: { chainId?: string }[] = [];
    // Passes everything on, but keeps what it is asked to send.
    const silent = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const questions = [JSON.parse(body)].flat() as { id: number; method: string; params: { chainId?: string }[] }[];
        const answers = questions.map(({ id, method, params }) => {
          if (method === "eth_sendTransaction") sent.push(params[0]!);
          const result =
            { eth_accounts: [alice.address], eth_chainId: "0x7a69" }[method] ??
            (method === "eth_sendTransaction" ? `0x${"12".repeat(32)}` : null);
          return { jsonrpc: "2.0", id, result };
        });
        response.end(JSON.stringify(body.startsWith("[") ? answers : answers[0]));
      });
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const from = ["--from", alice.address, "--signer", url, "--yes", "--wait", "1", ...where];
    const { code, out, err } = await play("account", "deposit", "1 WETH", "--json", ...from);
    silent.close();
    expect(sent.map(({ chainId }) => chainId)).to.deep.equal(["0x7a69"]);
    expect(code, err).to.equal(EXIT.failed);
    expect(err).to.contain("was sent, and is in no block after 1 s").and.to.contain("before anything is sent again");
    const told = JSON.parse(out) as { error: { code: string; values: { transactions: string[] } } };
    expect(told.error.code).to.equal("NotIncluded");
    expect(told.error.values.transactions).to.deep.equal([`0x${"12".repeat(32)}`]);
  });

  it("says of a node that does not answer that it does not, whatever else is missing", async () => {
    const { err } = await play("assets", "--rpc", "http://127.0.0.1:9");
    expect(err).to.contain("no chain answers at http://127.0.0.1:9").and.to.not.contain("--addresses");
  });

  it("understands typing mistakes", async () => {
    const cases: [string[], string][] = [
      [["acount", "show"], "Did you mean account?"],
      [["account", "depsit", "1 WETH"], "Did you mean deposit?"],
      [["account", "deposit", "1 WTEH", "--from", alice.address, "--dry-run", ...where], "Did you mean WETH?"],
      [
        ["account", "repay", "all", "--in", "USCD", "--from", alice.address, "--dry-run", ...where],
        "Did you mean USDC?",
      ],
      [["account", "show", alice.address, "--network", "localhots"], "Did you mean localhost?"],
      [["account", "show", "0x12"], "An address is 0x and 40 hexadecimal digits."],
      [["account", "show", ...where], "no account is named"],
      [["assets", "--network", "sepolia"], "Name one: --rpc <url>"],
      [["watch", "--interval", "soon"], "a whole number"],
    ];
    for (const [args, hint] of cases) {
      const { code, err } = await play(...args);
      expect(err, args.join(" "))
        .to.contain(hint)
        .and.to.not.match(/^\s+at /m);
      expect(code, args.join(" ")).to.equal(EXIT.usage);
    }
    const { code, err } = await play("assets", "--rpc", server.url, "--addresses", join(folder, "none.json"));
    expect(code).to.equal(EXIT.environment);
    expect(err).to.contain("is no address book (ENOENT)");
    const elsewhere = join(folder, "elsewhere.json");
    writeFileSync(elsewhere, JSON.stringify({ ...world.book, chainId: 11_155_111 }));
    const other = await play("assets", "--rpc", server.url, "--addresses", elsewhere);
    expect(other.code).to.equal(EXIT.environment);
    expect(other.err).to.contain("address book of chain 11155111").and.to.contain("of chain 31337");
  });

  it("shows what anybody may know, to people and to programs", async () => {
    const assets = await play("assets", ...where);
    expect(assets.out)
      .to.match(/^asset +price USD/)
      .and.to.match(/\nWETH +194\.60 .* open\n/);
    const sheet = await play("balance-sheet", ...where);
    expect(sheet.out)
      .to.contain("above the line")
      .and.to.match(/backing +1\.\d{3}/);
    const found = await play("auctions", ...where);
    expect(found.out)
      .to.contain("No auction is open.")
      .and.to.match(/USDC +\d+\.\d\d% +50\.00%/);
    for (const name of ["assets", "balance-sheet", "auctions"]) {
      const { out } = await play(name, "--json", ...where);
      expect(JSON.parse(out), name).to.have.nested.property("block.chainId", "31337");
    }
    const watched = await play("watch", "--once", "--account", alice.address, ...where);
    expect(watched.out).to.contain("Plimsoll at").and.to.contain(`${alice.address}: 0.00 plUSD owed`);
  });

  it("tells what is wrong while it watches, as it is, and to programs as an object", async () => {
    const engine = world.book.contracts.engine;
    const code = await world.provider.getCode(engine);
    const setCode = async (to: string): Promise<unknown> =>
      await world.connection.provider.request({ method: "hardhat_setCode", params: [engine, to] });
    for (const asJson of [false, true]) {
      const stop = new AbortController();
      const told: string[] = [];
      let looks = 0;
      const screen = {
        live: false,
        write: (text: string): void => {
          told.push(text);
          looks++;
          if (looks === 1) void setCode("0x5f5ffd");
          else stop.abort();
        },
      };
      try {
        await watch({ ...chain, interval: 0.05, json: asJson }, screen, stop.signal);
      } finally {
        await setCode(code);
      }
      const last = told.at(-1)!;
      if (asJson) {
        for (const line of told) JSON.parse(line);
        expect(JSON.parse(last)).to.have.nested.property("error.code", "ReadFailed");
      } else
        expect(last)
          .to.match(/ cannot be read.*; asking again\.\n$/)
          .and.to.not.contain("does not answer");
    }
    // A node that is gone in the middle.
    const other = await serveRpc(world.connection.provider, 0);
    const stop = new AbortController();
    const told: string[] = [];
    const screen = {
      live: false,
      write: (text: string): void => {
        told.push(text);
        if (told.length === 1) void other.close();
        else stop.abort();
      },
    };
    await watch({ ...chain, rpc: other.url, interval: 0.05 }, screen, stop.signal);
    expect(told.at(-1)).to.equal("The node does not answer; asking again.\n");
  });

  it("draws a new picture with each block until it is stopped", async () => {
    const stop = new AbortController();
    const pictures: string[] = [];
    const screen = {
      live: false,
      write: (text: string): void => {
        pictures.push(text);
        if (pictures.length === 2) stop.abort();
        else void world.chain.mine();
      },
    };
    await watch({ ...chain, interval: 0.05 }, screen, stop.signal);
    const blocks = pictures.map((text) => Number(/block (\d+)/.exec(text)?.[1]));
    expect(blocks[1]).to.equal(blocks[0]! + 1);
  });
});
