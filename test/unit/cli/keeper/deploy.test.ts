import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { encryptKeystoreJsonSync, Transaction, Wallet, type BaseWallet } from "ethers";

import { EXIT, type CliError } from "../../../../cli/errors.js";
import { configOf } from "../../../../cli/keeper/config.js";
import { deploy } from "../../../../cli/keeper/deploy.js";
import { runKeeper } from "../../../../cli/keeper/run.js";
import { findDeployment } from "../../../../cli/keeper/setup.js";
import { writeAddressBook } from "../../../../deploy/address-book.js";
import { deployLocal } from "../../../../deploy/local.js";
import { lockDirectory } from "../../../../keeper/journal/lock.js";
import { localWallet, startEmbeddedChain, type EmbeddedChain } from "../../../../replay/chain/embedded.js";
import type { AddressBook } from "../../../../sdk/addresses.js";
import { AuctionFiller__factory, FlashLiquidator__factory } from "../../../../types/contracts/index.js";
import { recorded } from "../../../support/recorded.js";
import { startFaultyNode, type FaultyNode } from "../../../support/faulty-node.js";

const bin = fileURLToPath(new URL("../../../../cli/bin.mjs", import.meta.url));
const PASSWORD = "correct horse battery staple";
const ETHER = 10n ** 18n;
const SEND = "eth_sendRawTransaction";

interface Said {
  readonly lines: string[];
  readonly text: string;
  readonly error?: CliError;
}

/** What `--json` says. */
interface Told {
  execute: boolean;
  contracts: Record<string, { state: string; address: string | null; source: string | null; deployed: boolean }>;
  cost: string;
  most: string;
  balance: string;
  configuration: { written: boolean; addresses: Record<string, string> } | null;
}

describe("cli/keeper: deploy", function () {
  this.timeout(30_000);
  let embedded: EmbeddedChain;
  let node: FaultyNode;
  let book: AddressBook;
  let folder = "";
  let wallet: BaseWallet;
  let keys = 0;
  /** Ends with the test: what would wait for ever fails, and does not hang. */
  let over = new AbortController();

  before(async () => {
    embedded = await startEmbeddedChain(1_700_000_000);
    book = await recorded("local", embedded.connection, () => deployLocal(embedded.connection));
    node = await startFaultyNode(embedded.connection.provider);
  });
  after(async () => {
    await node.close();
    await embedded.close();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-deploy-"));
    writeAddressBook({ ...book, rpcUrl: node.url }, folder);
    // A key that nobody has used.
    wallet = new Wallet(`0x${(++keys).toString(16).padStart(64, "a")}`, embedded.provider);
    await fund(ETHER);
    blocksPass();
  });
  afterEach(() => {
    over.abort();
    over = new AbortController();
    rmSync(folder, { recursive: true });
  });

  async function fund(wei: bigint): Promise<void> {
    await embedded.connection.provider.request({
      method: "hardhat_setBalance",
      params: [wallet.address, `0x${wei.toString(16)}`],
    });
  }

  /** A block for each look at the head: waiting takes no time. */
  function blocksPass(other: FaultyNode["behave"] = () => "pass"): void {
    node.behave = async (question) => {
      if (question.method === "eth_getBlockByNumber" && question.params[0] === "latest") await embedded.chain.mine();
      return await other(question);
    };
  }

  const used = (): Promise<number> => embedded.provider.getTransactionCount(wallet.address);

  async function play(
    flags: Record<string, unknown> = {},
    {
      file,
      json = false,
      env = { PLIMSOLL_PRIVATE_KEY: wallet.signingKey.privateKey },
      signal = over.signal,
    }: { file?: string; json?: boolean; env?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Said> {
    const lines: string[] = [];
    let error: CliError | undefined;
    try {
      await deploy({
        ...(file === undefined ? {} : { file }),
        environment: env,
        flags: { ...(file === undefined ? { rpc: [node.url] } : {}), interval: "50", confirmations: "3", ...flags },
        json,
        say: (line) => void lines.push(line),
        signal,
        books: folder,
        records: join(folder, "records"),
      });
    } catch (caught) {
      error = caught as CliError;
    }
    const text = [...lines, error?.message, error?.hint].join("\n");
    for (const hidden of [wallet.signingKey.privateKey.slice(2), PASSWORD, "secret-key"])
      expect(text, "a secret").to.not.contain(hidden);
    return { lines, text, ...(error === undefined ? {} : { error }) };
  }

  const told = ({ lines, text }: Said): Told => {
    expect(lines, text).to.have.length(1);
    return JSON.parse(lines[0]!) as Told;
  };
  const addressesOf = ({ contracts }: Told): (string | null)[] =>
    ["liquidator", "filler"].map((n) => contracts[n]!.address);
  const fileOf = (text: string): string => {
    const path = join(folder, "keeper.json");
    writeFileSync(path, text);
    return path;
  };

  it("says what it would deploy, with what, and what that costs; and sends nothing", async () => {
    const file = fileOf(JSON.stringify({ rpc: [node.url], execute: true }));
    const before = readFileSync(file, "utf8");
    node.asked = [];
    // A configuration that lets the keeper act does not let this one.
    const { lines, text, error } = await play({}, { file });
    expect(error).to.equal(undefined);
    expect(node.asked).to.not.include(SEND);
    expect(await used()).to.equal(0);
    expect(readFileSync(file, "utf8")).to.equal(before);
    expect(readdirSync(folder)).to.not.include("records");
    const { engine, reserve, rebalancer, dollar } = book.contracts;
    for (const line of [
      `  engine ${engine}`,
      `  reserve ${reserve}`,
      `  rebalancer ${rebalancer}`,
      `  plUSD ${dollar}`,
    ])
      expect(lines).to.include(line);
    expect(lines.filter((line) => line === `  router ${book.uniswap!.router}`)).to.have.length(2);
    expect(lines.filter((line) => line === `  owner ${wallet.address}`)).to.have.length(2);
    expect(text)
      .to.match(/FlashLiquidator\): to be deployed, \d{6,7} gas/)
      .and.to.match(/present base fee of [\d.]+ gwei/);
    expect(text).to.contain("The key has 1.0 ETH.").and.to.contain("Nothing was sent.");
  });

  it("needs no key to look", async () => {
    const { address } = Wallet.createRandom();
    const { contracts, balance, execute } = told(await play({ address }, { json: true, env: {} }));
    expect({ balance, execute }).to.deep.equal({ balance: "0", execute: false });
    expect(contracts.filler!.state).to.equal("missing");
    expect((await play({}, { env: {} })).text)
      .to.contain("key.keystore is missing")
      .and.to.contain("--address");
    const { error } = await play({ address, execute: true }, { env: {} });
    expect(error?.exitCode).to.equal(EXIT.usage);
    expect(error?.message).to.contain("key.keystore is missing");
  });

  it("deploys both, for no more than it said, and the second time none", async () => {
    const dry = told(await play({}, { json: true }));
    const first = await play({ execute: true });
    expect(first.error, first.text).to.equal(undefined);
    expect(await used()).to.equal(2);
    const spent = ETHER - (await embedded.provider.getBalance(wallet.address));
    expect(spent <= BigInt(dry.most)).to.equal(true);
    // The base fee moves a little from block to block.
    const cost = BigInt(dry.cost);
    expect(5n * spent > 4n * cost && 5n * spent < 6n * cost, `${spent.toString()} ${dry.cost}`).to.equal(true);

    const second = told(await play({ execute: true }, { json: true }));
    expect(await used()).to.equal(2);
    expect(second.contracts.liquidator).to.include({ state: "there", source: "record", deployed: false });
    const [liquidator, filler] = addressesOf(second);
    expect(await FlashLiquidator__factory.connect(liquidator!, embedded.provider).OWNER()).to.equal(wallet.address);
    expect(await AuctionFiller__factory.connect(filler!, embedded.provider).OWNER()).to.equal(wallet.address);
    expect(first.text).to.contain(`"addresses": { "liquidator": "${liquidator!}", "filler": "${filler!}" }`);
    expect(first.text).to.contain(`PLIMSOLL_FILLER=${filler!}`);
    // Elsewhere named, they need not be in the record.
    rmSync(join(folder, "records"), { recursive: true });
    const env = {
      PLIMSOLL_PRIVATE_KEY: wallet.signingKey.privateKey,
      PLIMSOLL_LIQUIDATOR: liquidator!,
      PLIMSOLL_FILLER: filler!,
    };
    expect((await play({}, { env })).text).to.contain("Nothing is to be done.");
  });

  it("waits until they are as deep as asked for", async () => {
    const { error } = await play({ execute: true, confirmations: "7" });
    expect(error).to.equal(undefined);
    const head = await embedded.provider.getBlockNumber();
    expect(await embedded.provider.getTransactionCount(wallet.address, head - 6)).to.equal(2);
  });

  it("writes them into the file, where the keeper finds them; nothing else in it changes", async () => {
    const json = encryptKeystoreJsonSync(
      { address: wallet.address, privateKey: wallet.signingKey.privateKey },
      PASSWORD,
      {
        scrypt: { N: 2, r: 1, p: 1 },
      },
    );
    writeFileSync(join(folder, "key.json"), json);
    writeFileSync(join(folder, "password"), `${PASSWORD}\n`);
    const text = `{\n    "rpc": ["${node.url}"],\n\t"key": {"keystore": "${join(folder, "key.json")}",\n   "passwordFile":"${join(folder, "password")}" },
    "fees": { "tip": 1.50, "ceiling": "3000" }, "operation": { "port": 0 }\n}\n\n`;
    const file = fileOf(text);
    chmodSync(file, 0o640);
    const link = join(folder, "link.json");
    symlinkSync(file, link);
    const said = await play({ execute: true }, { file: link, env: {}, json: true });
    const { configuration } = told(said);
    expect(configuration?.written, said.text).to.equal(true);
    const { liquidator, filler } = configuration!.addresses;
    const addresses = `"addresses": { "liquidator": "${liquidator!}", "filler": "${filler!}" }`;
    expect(readFileSync(file, "utf8")).to.equal(text.replace(`0 }\n}`, `0 }, ${addresses}\n}`));
    expect(statSync(file).mode & 0o777).to.equal(0o640);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).to.deep.equal([]);
    expect((await play({ execute: true }, { file, env: {} })).text).to.contain("it is there (configuration)");
    expect(await used()).to.equal(2);

    const stop = new AbortController();
    let out = "";
    const write = (line: string): void => {
      out += line;
      stop.abort();
    };
    await runKeeper({ file, environment: {}, flags: {}, write, signal: stop.signal, books: folder });
    expect(out).to.contain("keeper started").and.to.contain(wallet.address);
  });

  it("prints what is to be added where the file cannot be written, and has it written the next time", async () => {
    const text = JSON.stringify({ rpc: [node.url] });
    const file = fileOf(text);
    blocksPass(({ method }) => {
      if (method === SEND) rmSync(file, { force: true });
      return "pass";
    });
    const said = await play({ execute: true }, { file });
    expect(said.error, said.text).to.equal(undefined);
    expect(said.text).to.contain("it cannot be written (ENOENT)").and.to.contain('  "addresses": { "liquidator": "0x');
    writeFileSync(file, text);
    const { configuration } = told(await play({ execute: true }, { file, json: true }));
    expect(configuration?.written).to.equal(true);
    expect(JSON.parse(readFileSync(file, "utf8"))).to.deep.equal({
      rpc: [node.url],
      addresses: configuration?.addresses,
    });
    expect(await used()).to.equal(2);
  });

  it("deploys the one that is missing alone", async () => {
    const { uniswap, contracts } = book;
    const own = await new FlashLiquidator__factory(wallet).deploy(contracts.engine, uniswap!.router, wallet.address);
    await own.waitForDeployment();
    const liquidator = await own.getAddress();
    const file = fileOf(JSON.stringify({ rpc: [node.url], addresses: { liquidator } }, null, 2));
    const told_ = told(await play({ execute: true }, { file, json: true }));
    expect(told_.contracts.liquidator).to.include({ state: "there", source: "configuration", deployed: false });
    expect(told_.contracts.filler).to.include({ state: "there", source: "record", deployed: true });
    expect(await used()).to.equal(2);
    const { addresses } = JSON.parse(readFileSync(file, "utf8")) as { addresses: Record<string, string> };
    expect(addresses).to.deep.equal({ liquidator, filler: told_.contracts.filler!.address });
  });

  it("takes those of the address book if they are the key's, and else lets them be", async () => {
    wallet = localWallet(1, embedded.provider);
    const { contracts } = told(await play({}, { json: true }));
    expect(contracts.liquidator).to.include({ address: book.liquidator, source: "address book" });
    expect(contracts.filler).to.include({ address: book.filler, source: "address book" });
  });

  it("goes on where it failed between the two", async () => {
    let sent = 0;
    const error = { code: -32_000, message: "insufficient funds for gas * price + value" };
    blocksPass(({ method }) => (method === SEND && ++sent === 2 ? { error } : "pass"));
    const failed = await play({ execute: true });
    expect(failed.error?.exitCode).to.equal(EXIT.environment);
    expect(failed.text).to.contain("no node takes the transaction that deploys the filler");
    expect(await used()).to.equal(1);
    blocksPass();
    const after = told(await play({ execute: true }, { json: true }));
    expect(await used()).to.equal(2);
    expect(after.contracts.liquidator).to.include({ state: "there", deployed: true });
    expect(failed.text).to.contain(after.contracts.liquidator!.address);
  });

  it("sends the same bytes again after it was stopped, and nothing twice", async () => {
    const stop = new AbortController();
    const raws: string[] = [];
    let written = false;
    // No node gets the first one; then it is told to stop.
    blocksPass(({ method, params }) => {
      if (method !== SEND) return "pass";
      raws.push(params[0] as string);
      // Written before any node sees it.
      const place = join(folder, "records", readdirSync(join(folder, "records"))[0]!, "record.json");
      written = existsSync(place) && readFileSync(place, "utf8").includes(params[0] as string);
      stop.abort("SIGTERM");
      return "drop";
    });
    const { error } = await play({ execute: true }, { signal: stop.signal });
    expect(error?.exitCode, error?.message).to.equal(EXIT.terminated);
    expect(error?.message).to.contain("run the same again");
    expect(raws).to.have.length(1);
    expect(written).to.equal(true);
    expect(await used()).to.equal(0);
    expect((await play()).text).to.contain("on its way");
    blocksPass(({ method, params }) => {
      if (method === SEND) raws.push(params[0] as string);
      return "pass";
    });
    const after = await play({ execute: true });
    expect(after.error, after.text).to.equal(undefined);
    expect(await used()).to.equal(2);
    const nonces = raws.map((raw) => Transaction.from(raw).nonce);
    expect(raws.filter((raw) => raw === raws[0])).to.have.length(2);
    expect(new Set(raws).size).to.equal(2);
    expect(new Set(nonces)).to.deep.equal(new Set([0, 1]));
  });

  it("deploys again what can never take place any more", async () => {
    const stop = new AbortController();
    blocksPass(({ method }) => {
      if (method === SEND) stop.abort("SIGINT");
      return method === SEND ? "drop" : "pass";
    });
    expect((await play({ execute: true }, { signal: stop.signal })).error?.exitCode).to.equal(EXIT.interrupted);
    blocksPass();
    await (await wallet.sendTransaction({ to: wallet.address })).wait();
    // Not deep enough yet to be sure.
    const { text, error } = await play({ execute: true });
    expect(error?.exitCode, text).to.equal(EXIT.environment);
    expect(text).to.contain("took the place of the one that deploys the liquidator");
    const after = await play({ execute: true });
    expect(after.error, after.text).to.equal(undefined);
    const { contracts } = told(await play({}, { json: true }));
    expect([contracts.liquidator!.state, contracts.filler!.state]).to.deep.equal(["there", "there"]);
  });

  it("outbids what waits too long, and what it outbids is the same", async () => {
    const raws: string[] = [];
    blocksPass(({ method, params }) => {
      if (method !== SEND) return "pass";
      raws.push(params[0] as string);
      // Nobody includes the first offers.
      return raws.length <= 2 ? { result: Transaction.from(params[0] as string).hash } : "pass";
    });
    const env = { PLIMSOLL_PRIVATE_KEY: wallet.signingKey.privateKey, PLIMSOLL_PATIENCE: "3" };
    // They are told again as well, as long as no node has them.
    const behave = node.behave;
    node.behave = async (question) => {
      if (question.method === SEND && raws.includes(question.params[0] as string)) return { result: "0x" };
      return await behave(question);
    };
    const said = await play({ execute: true }, { env });
    expect(said.error, said.text).to.equal(undefined);
    expect(await used()).to.equal(2);
    const sent = raws.map((raw) => Transaction.from(raw));
    expect(sent.map(({ nonce }) => nonce)).to.deep.equal([0, 1, 0, 1]);
    expect(sent[2]!.data).to.equal(sent[0]!.data);
    expect(sent[2]!.maxFeePerGas! * 1_000n >= sent[0]!.maxFeePerGas! * 1_125n).to.equal(true);
    expect(said.text).to.contain("outbid as");
  });

  it("does not begin without enough ether, above the ceiling, or behind another's transactions", async () => {
    node.asked = [];
    await fund(10n ** 14n);
    expect((await play()).text).to.contain("The key has 0.0001 ETH: too little, send it some.");
    const poor = await play({ execute: true });
    expect(poor.error?.exitCode).to.equal(EXIT.environment);
    expect(poor.text).to.contain("has 0.0001 ETH: deploying costs some").and.to.contain("Send it some ether");
    await fund(ETHER);
    const key = { PLIMSOLL_PRIVATE_KEY: wallet.signingKey.privateKey };
    const dear = await play({ execute: true }, { env: { ...key, PLIMSOLL_FEE_CEILING: "0.5" } });
    expect(dear.text).to.contain("more than fees.ceiling allows");

    const counted = ({ method, params }: { method: string; params: unknown[] }) =>
      method === "eth_getTransactionCount" && params[1] === "pending" ? { result: "0x1" } : ("pass" as const);
    blocksPass(counted);
    expect((await play({ execute: true })).text)
      .to.contain("something else is on its way")
      .and.to.contain("Stop it");
    blocksPass();
    const journal = join(folder, "journal");
    mkdirSync(journal);
    const unlock = lockDirectory(journal, (pid) => new Error(pid));
    expect((await play({ execute: true, journal })).text).to.contain("a keeper has the journal");
    unlock();
    expect(node.asked).to.not.include(SEND);
    expect(await used()).to.equal(0);
  });

  it("refuses contracts that are not the key's, not such contracts, or of another protocol", async () => {
    const { uniswap, contracts } = book;
    const key = { PLIMSOLL_PRIVATE_KEY: wallet.signingKey.privateKey };
    const deployed = new FlashLiquidator__factory(wallet).deploy(contracts.engine, uniswap!.quoter, wallet.address);
    const odd = await (await (await deployed).waitForDeployment()).getAddress();
    const cases: [Record<string, string>, string, string][] = [
      [{ PLIMSOLL_LIQUIDATOR: book.liquidator! }, `not the key's ${wallet.address}`, "Is it the right key?"],
      [{ PLIMSOLL_FILLER: book.filler! }, `not the key's ${wallet.address}`, "Take addresses.filler out"],
      [{ PLIMSOLL_FILLER: contracts.engine }, "is no AuctionFiller", "Check"],
      [{ PLIMSOLL_LIQUIDATOR: `0x${"11".repeat(20)}` }, "nothing is deployed at", "Take addresses.liquidator out"],
      [{ PLIMSOLL_LIQUIDATOR: odd }, `was made with the router ${uniswap!.quoter}`, "Take addresses.liquidator out"],
    ];
    for (const execute of [false, true]) {
      for (const [env, message, hint] of cases) {
        const { error } = await play({ execute }, { env: { ...key, ...env } });
        expect(error?.exitCode, message).to.equal(EXIT.environment);
        expect(error?.message).to.contain(message);
        expect(error?.hint).to.contain(hint);
      }
    }
    expect(await used()).to.equal(1);
  });

  it("says so when the addresses do not fit together, or it is another chain", async () => {
    const withBook = async (changed: object): Promise<Said> => {
      writeAddressBook({ ...book, rpcUrl: node.url, ...changed }, folder);
      return await play({ execute: true });
    };
    const { contracts, uniswap } = book;
    const cases: [object, string][] = [
      [{ uniswap: { ...uniswap, factory: contracts.engine } }, `not to ${contracts.engine}`],
      [{ uniswap: { ...uniswap, router: contracts.engine } }, "is no router of Uniswap v3"],
      [{ uniswap: undefined }, "addresses.router"],
      [{ contracts: { ...contracts, rebalancer: contracts.lens } }, `not ${contracts.lens}`],
      [{ contracts: { ...contracts, dollar: book.tokens.USDC } }, "which should be plUSD"],
      [{ contracts: { ...contracts, reserve: contracts.oracle } }, "is no reserve of the protocol"],
    ];
    for (const [changed, message] of cases) {
      const { text, error } = await withBook(changed);
      expect(error?.exitCode, text).to.equal(EXIT.environment);
      expect(text).to.contain(message);
    }
    rmSync(join(folder, "chain-31337"), { recursive: true });
    expect((await play({ execute: true })).text)
      .to.contain("no address book")
      .and.to.contain("right network")
      .and.to.contain("--addresses");
    expect((await play({ network: "sepolia" })).text).to.contain("another chain than 11155111");
    expect(await used()).to.equal(0);
  });

  it("goes by an address book that is named, wherever it is: by flag, environment and file", async () => {
    rmSync(join(folder, "chain-31337"), { recursive: true });
    const path = join(folder, "theirs.json");
    writeFileSync(path, JSON.stringify(book));
    const env = { PLIMSOLL_PRIVATE_KEY: wallet.signingKey.privateKey };
    const ways = [
      await play({ addresses: path }, { json: true }),
      await play({}, { json: true, env: { ...env, PLIMSOLL_ADDRESSES: path } }),
      await play({}, { json: true, file: fileOf(JSON.stringify({ rpc: [node.url], addressBook: path })) }),
    ];
    for (const way of ways) {
      const { contracts } = told(way) as unknown as { contracts: Record<string, { arguments: { engine?: string } }> };
      expect(contracts.liquidator?.arguments.engine, way.text).to.equal(book.contracts.engine);
    }
    // Its tokens come with it: routes are said in their symbols, and found among the pools of its Uniswap.
    const config = configOf({ environment: env, flags: { rpc: [node.url], addresses: path } });
    const found = await findDeployment(config, embedded.provider, folder);
    expect(found.tokens).to.include({ WETH: book.tokens.WETH, plUSD: book.contracts.dollar });
    expect([found.factory, found.firstBlock]).to.deep.equal([book.uniswap?.factory, book.firstBlock]);

    writeFileSync(path, JSON.stringify({ ...book, chainId: 11_155_111 }));
    const other = await play({ addresses: path });
    expect(other.error?.exitCode, other.text).to.equal(EXIT.environment);
    expect(other.text).to.contain("address book of chain 11155111").and.to.contain("of chain 31337");
    writeFileSync(path, JSON.stringify({ ...book, contracts: { ...book.contracts, engine: wallet.address } }));
    const empty = await play({ addresses: path });
    expect(empty.text).to.contain(`nothing is deployed at ${wallet.address}, where addresses.engine should be`);
    expect((await play({ addresses: join(folder, "none.json") })).text).to.contain("is no address book (ENOENT)");
  });

  it("takes the router from the configuration where no address book knows it", async () => {
    writeAddressBook({ ...book, rpcUrl: node.url, uniswap: undefined }, folder);
    const file = fileOf(JSON.stringify({ rpc: [node.url], addresses: { router: book.uniswap!.router } }));
    const { text, error } = await play({}, { file });
    expect(error, text).to.equal(undefined);
    expect(text).to.contain(`  router ${book.uniswap!.router}`);
  });

  it("is a command of the program, with the flags of the keeper", () => {
    const env = { ...process.env, HOME: folder, PLIMSOLL_PRIVATE_KEY: wallet.signingKey.privateKey };
    // A node that does not answer: this process has the chain, and waits for the other.
    const args = [bin, "keeper", "deploy", "--rpc", "http://127.0.0.1:1/secret-key", "--json", "--execute"];
    const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env });
    expect(status, stderr).to.equal(EXIT.environment);
    const { error } = JSON.parse(stdout) as { error: { message: string } };
    for (const said of [stderr, error.message]) {
      expect(said).to.contain("no node answers").and.to.contain("127.0.0.1:1");
    }
    for (const hidden of [wallet.signingKey.privateKey.slice(2), "secret-key"]) {
      expect(stderr + stdout).to.not.contain(hidden);
    }
  });
});
