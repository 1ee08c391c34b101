import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import {
  concat,
  Contract,
  dataSlice,
  id,
  JsonRpcSigner,
  keccak256,
  parseEther,
  parseUnits,
  toBeHex,
  toQuantity,
  Transaction,
  ZeroAddress,
  zeroPadValue,
  type Provider,
  type Signer,
  type TransactionRequest,
} from "ethers";

import { CliError, EXIT } from "../../../../cli/errors.js";
import { deploy, forTheUser, type DeployOptions } from "../../../../cli/deploy/run.js";
import { verify } from "../../../../cli/deploy/verify.js";
import { configOf } from "../../../../cli/keeper/config.js";
import { deploy as deployOwn } from "../../../../cli/keeper/deploy.js";
import { findDeployment, keeperOptionsOf } from "../../../../cli/keeper/setup.js";
import { readAddressBooks } from "../../../../deploy/address-book.js";
import type { Check } from "../../../../deploy/checks.js";
import { explorerInputs, writeInput } from "../../../../deploy/explorer/explorer.js";
import { checkInput, InputDiffers } from "../../../../deploy/explorer/recompile.js";
import { PreflightFailed } from "../../../../deploy/public/errors.js";
import { nodeAt, type Node } from "../../../../deploy/public/node.js";
import { progressIn } from "../../../../deploy/public/journal.js";
import { folderOf, isFinished, readRecord, type FinishedRecord } from "../../../../deploy/public/record.js";
import { deployPublic, type Outcome, type PublicDeployment } from "../../../../deploy/public/run.js";
import { verifyDeployment } from "../../../../deploy/verify/verify.js";
import { ROLES } from "../../../../deploy/roles.js";
import { Stage } from "../../../../deploy/stage.js";
import { Keeper } from "../../../../keeper/keeper.js";
import { MemoryJournal } from "../../../../keeper/journal/memory.js";
import { findAnvil } from "../../../../keeper/rehearsal/anvil.js";
import { NodeFailure } from "../../../../keeper/rpc/endpoint.js";
import { localWallet } from "../../../../replay/chain/embedded.js";
import { parseAddressBook, type AddressBook } from "../../../../sdk/addresses.js";
import { present } from "../../../../sdk/present.js";
import { FaucetToken__factory, IReserve__factory } from "../../../../types/contracts/index.js";
import { fillPool, openPool, openTestnet, trade, type Side, type Testnet } from "../../../support/testnet.js";
import { expectedOf, playTricks } from "./tricks.js";

/** {ms} */
const POLL = 1;
const SEND = "eth_sendRawTransaction";

/** An account that the node keeps; what it sends gets through, and nobody hears of it. */
class LosingSigner extends JsonRpcSigner {
  sent = 0;

  override async sendUncheckedTransaction(transaction: TransactionRequest): Promise<string> {
    await super.sendUncheckedTransaction(transaction);
    this.sent += 1;
    throw new NodeFailure("signer", "it does not answer");
  }
}

describe("deploy/public: rehearsed on Sepolia's chain id, with Sepolia's things at their addresses", function () {
  this.timeout(300_000);
  let testnet: Testnet;
  let start = "";
  /** {gas} */
  let estimated = 0n;
  /** Of the deployment that was interrupted all the way, and of the one that was not. */
  let interrupted = "";
  let reference: FinishedRecord;
  let sentThen = 0;
  before(async function () {
    if (findAnvil() === undefined) {
      console.log("    (no anvil for this machine)");
      return this.skip();
    }
    testnet = await openTestnet("sepolia");
    start = await snapshot();
  });
  after(async () => {
    await (testnet as Testnet | undefined)?.close();
    if (interrupted !== "") rmSync(interrupted, { recursive: true });
  });

  const rpc = async (method: string, ...params: unknown[]): Promise<unknown> =>
    (await testnet.provider.send(method, params)) as unknown;
  const snapshot = async (): Promise<string> => (await rpc("evm_snapshot")) as string;
  const nonce = (): Promise<number> => testnet.provider.getTransactionCount(testnet.deployer.address);

  /** Does something to the chain and takes it back. */
  async function meanwhile<T>(work: () => Promise<T>): Promise<T> {
    const before = await snapshot();
    try {
      return await work();
    } finally {
      await rpc("evm_revert", before);
    }
  }

  /** The command, as it is typed. */
  async function run(more: Partial<DeployOptions> = {}): Promise<string[]> {
    const lines: string[] = [];
    await deploy(
      { network: "sepolia", rpc: testnet.url, out: testnet.folder, yes: true, ...more },
      {
        environment: { PLIMSOLL_PRIVATE_KEY: testnet.deployer.privateKey },
        say: (line) => void lines.push(line),
        ask: undefined,
      },
      new AbortController().signal,
      { poll: POLL },
    );
    return lines;
  }
  const named = (): Partial<DeployOptions> => ({ guardian: testnet.guardian, plimHolder: testnet.plimHolder });

  /** The same below the command: with another node, in another folder, and without measuring anew. */
  async function runWith(
    node: Node,
    deployments: string,
    signer: Signer = testnet.deployer,
    more: Partial<PublicDeployment> = {},
  ): Promise<Outcome> {
    const { network, provider, guardian, plimHolder } = testnet;
    return await deployPublic({
      ...{ network, node, provider, deployments },
      ...{ signer, deployer: await signer.getAddress(), successors: { guardian, plimHolder } },
      confirm: () => Promise.resolve(true),
      say: () => undefined,
      poll: POLL,
      measured: [],
      ...more,
    });
  }

  const eoa = (number: number): string => localWallet(number, testnet.provider).address;

  const recordIn = (folder: string): FinishedRecord => {
    const record = readRecord(folderOf(folder, testnet.network.chainId));
    if (!isFinished(record)) throw new Error("the deployment is not finished");
    return record;
  };

  // ---- before anything is sent

  it("stops before anything is sent where a feed, a token or Uniswap is not what it is taken for, and names it", async () => {
    const { network, provider, deployer } = testnet;
    const { ETH, BTC } = network.feeds;
    const feed = (at: string, abi: string): Contract => new Contract(at, [abi], localWallet(0, provider));
    const eth = present(ETH).address;
    const setDescription = async (text: string): Promise<unknown> =>
      await feed(eth, "function setDescription(string)").getFunction("setDescription").send(text);
    const answer = async (value: bigint): Promise<unknown> =>
      await feed(eth, "function updateAnswer(int256)").getFunction("updateAnswer").send(value);
    const stale = async (): Promise<unknown> => {
      const then = present(await provider.getBlock("latest")).timestamp - 5_500;
      const update = feed(eth, "function updateRoundData(uint80, int256, uint256, uint256)").getFunction(
        "updateRoundData",
      );
      return await update.send(3, 3_500_00000000n, then, then);
    };
    const token = (symbol: string): string => present(network.tokens[symbol]?.address);
    const cases: [what: string, does: () => Promise<unknown>, problem: RegExp][] = [
      ["another feed", () => setDescription("BTC / USD"), /feed ETH: description: BTC \/ USD, not ETH \/ USD/],
      ["a negative answer", () => answer(-1n), /feed ETH: it answers -0\.00000001 USD, which is not a price/],
      ["an answer out of band", () => answer(10n ** 14n), /feed ETH: it answers 1000000\.0 USD, which is not a price/],
      [
        "no proxy",
        () => feed(eth, "function setAggregator(address)").getFunction("setAggregator").send(deployer.address),
        /feed ETH: decimals: undefined, not 8.*it is no proxy of Chainlink/,
      ],
      [
        "no feed",
        () => rpc("anvil_setCode", present(BTC).address, "0x"),
        /feed BTC: nothing is deployed at 0x1b44F351/,
      ],
      ["a stale feed", stale, /feed ETH: its answer is \d+ s old, and may be 5400 s/],
      ["another token", () => rpc("anvil_setCode", token("USDC"), "0x"), /token USDC: nothing is deployed/],
      [
        "too few of a token",
        () =>
          new Contract(token("LINK"), ["function transfer(address, uint256)"], deployer)
            .getFunction("transfer")
            .send(network.uniswap.factory, 1n),
        /token LINK: 0x\w+ has 19\.999999999999999999 LINK, and the reserve begins with 20/,
      ],
      [
        "no Uniswap",
        () => rpc("anvil_setCode", network.uniswap.factory, "0x"),
        /Uniswap v3 factory: nothing is deployed/,
      ],
    ];
    for (const [what, does, problem] of cases) {
      await meanwhile(async () => {
        await does();
        const before = await nonce();
        const error: unknown = await runWith(nodeAt(testnet.url), testnet.folder).catch((caught: unknown) => caught);
        expect(error, what).to.be.instanceOf(PreflightFailed);
        expect((error as Error).message, what).to.match(problem);
        expect(await nonce(), what).to.equal(before);
      });
    }
    expect(existsSync(join(testnet.folder, `chain-${network.chainId}`)), "nothing is written either").to.equal(false);
  });

  it("says what it costs and sends nothing, asks who comes after, and does not go on without a yes", async () => {
    const before = await nonce();
    const told = JSON.parse((await run({ ...named(), estimate: true, json: true }))[0]!) as {
      state: string;
      transactions: unknown[];
      checks: Check[];
      cost: { gas: string; given: string; expected: string };
    };
    expect(told.state).to.equal("planned");
    expect(told.transactions.length).to.be.above(100);
    const guardian = told.checks.filter(({ subject }) => subject === "guardian").map(({ said }) => said);
    expect(guardian.join(), "a Safe of another chain could never act").to.contain("has no code on this network");
    estimated = BigInt(told.cost.gas);
    expect(BigInt(told.cost.given)).to.equal(parseEther("0.05"));
    // The cost is asked for before the tokens are.
    const poor = {
      signer: undefined,
      deployer: testnet.guardian,
      successors: { guardian: eoa(6), plimHolder: eoa(7) },
    };
    const advance = await runWith(nodeAt(testnet.url), testnet.folder, testnet.deployer, poor);
    expect(advance.state === "planned" && advance.plan.checks.map(({ said }) => said).join("\n")).to.match(
      /has 0\.0 LINK, and the reserve begins with 20/,
    );
    const refused = async (options: Partial<DeployOptions>): Promise<string> => {
      const error: unknown = await run(options).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(CliError);
      return (error as CliError).message;
    };
    expect(await refused({})).to.match(/nobody is named who acts as guardian/);
    expect(await refused({ ...named(), guardian: testnet.deployer.address })).to.match(/would be the deployer/);
    expect(await refused({ ...named(), guardian: ZeroAddress })).to.match(/the guardian would be nobody/);
    expect(await refused({ ...named(), yes: false })).to.match(/nobody can be asked/);
    expect(await refused({ ...named(), network: "sepolio" })).to.match(/no public network is called "sepolio"/);
    expect(await nonce()).to.equal(before);
  });

  it("is at work once: whoever starts it beside itself is refused, unless the other was killed", async () => {
    const out = mkdtempSync(join(tmpdir(), "plimsoll-alone-"));
    const folder = folderOf(out, testnet.network.chainId);
    const decline = (): Promise<boolean> => Promise.resolve(false);
    let second: unknown;
    const confirm = async (): Promise<boolean> => {
      second = await runWith(nodeAt(testnet.url), out).catch((caught: unknown) => caught);
      return false;
    };
    const before = await nonce();
    await runWith(nodeAt(testnet.url), out, testnet.deployer, { confirm });
    expect(String(second)).to.contain(
      `Another \`plimsoll deploy\` (process ${process.pid}) is at work on this deployment`,
    );
    expect(await nonce()).to.equal(before);
    expect(existsSync(folder), "what was not begun leaves nothing").to.equal(false);

    mkdirSync(folder);
    // No process has such a number.
    writeFileSync(join(folder, "deploy.lock"), "999999999 1");
    const outcome = await runWith(nodeAt(testnet.url), out, testnet.deployer, { confirm: decline });
    expect(outcome.state).to.equal("declined");
    rmSync(out, { recursive: true });
  });

  it("offers another transaction for one that got lost and is refused since, and stops on a chain that knows nothing of it", async () => {
    const out = mkdtempSync(join(tmpdir(), "plimsoll-refused-"));
    const node = nodeAt(testnet.url);
    const before = await nonce();
    const { baseFeePerGas } = present(await testnet.provider.getBlock("latest"));
    const lost: string[] = [];
    await meanwhile(async () => {
      const losing: Node = {
        request: async (args) => {
          if (args.method !== SEND) return await node.request(args);
          lost.push(String((args.params as unknown[])[0]));
          throw new NodeFailure("node", "it does not answer");
        },
      };
      const error: unknown = await runWith(losing, out).catch((caught: unknown) => caught);
      expect(String(error)).to.match(/does not answer/);
      expect(lost.length).to.equal(1);
      const { maxFeePerGas } = Transaction.from(present(lost[0]));
      await rpc("anvil_setNextBlockBaseFeePerGas", toQuantity(present(maxFeePerGas) * 4n));
      await rpc("evm_mine");

      const stop = new AbortController();
      const sent: string[] = [];
      const watched: Node = {
        request: async (args) => {
          if (args.method === SEND) sent.push(String((args.params as unknown[])[0]));
          return await node.request(args);
        },
      };
      const say = (line: string): void => {
        if (/\d+\/\d+/.test(line)) stop.abort();
      };
      const stopped: unknown = await runWith(watched, out, testnet.deployer, { say, signal: stop.signal }).catch(
        (caught: unknown) => caught,
      );
      expect(String(stopped)).to.match(/stopped on the way/);
      const [again, instead] = sent.map((raw) => Transaction.from(raw));
      expect(again?.serialized, "the same one first").to.equal(lost[0]);
      expect(instead?.nonce).to.equal(again?.nonce);
      expect(await nonce(), "each nonce once").to.equal(before + sent.length - 1);

      const { address } = testnet.deployer;
      await rpc("anvil_setBalance", address, "0x1");
      const broke: unknown = await runWith(node, out).catch((caught: unknown) => caught);
      const told = forTheUser(broke, new AbortController().signal);
      expect(told, String(broke)).to.be.instanceOf(CliError);
      expect((told as CliError).message).to.equal("the deployer's ether does not suffice any more");

      await rpc("anvil_setCode", testnet.network.uniswap.factory, "0x");
      const failed: unknown = await runWith(node, out).catch((caught: unknown) => caught);
      expect(failed).to.be.instanceOf(PreflightFailed);
      expect((failed as PreflightFailed).hint).to.match(/^What was sent before stays as it is/);
    });
    // What the next block costs is no part of what is taken back.
    await rpc("anvil_setNextBlockBaseFeePerGas", toQuantity(present(baseFeePerGas)));
    expect(await nonce(), "as if the node had been started anew").to.equal(before);
    const stranger: unknown = await runWith(node, out).catch((caught: unknown) => caught);
    expect(String(stranger)).to.match(/was deployed at 0x\w+, and the chain has nothing there/);
    expect(await nonce()).to.equal(before);
    rmSync(out, { recursive: true });
  });

  // ---- deployed

  it("deploys, writes the address book, and does nothing when it is run again", async () => {
    const lines = await run(named());
    expect(lines.at(-1)).to.match(/verify-deployment --network sepolia/);
    const path = join(testnet.folder, `chain-${testnet.network.chainId}`, "addresses.json");
    const book = parseAddressBook(JSON.parse(readFileSync(path, "utf8")));
    expect(book.tokens).to.include({ USDC: testnet.network.tokens.USDC?.address });
    expect(await testnet.provider.getCode(book.contracts.engine, book.firstBlock)).to.not.equal("0x");
    expect(await testnet.provider.getCode(book.contracts.engine, book.firstBlock - 1)).to.equal("0x");

    const sent = await nonce();
    rmSync(path);
    expect((await run()).at(-1)).to.match(
      /^Everything is there already; nothing is to be done\. .* verify-deployment .* --out \S+$/,
    );
    expect(parseAddressBook(JSON.parse(readFileSync(path, "utf8"))), "what got lost is written again").to.deep.equal(
      book,
    );
    expect(await nonce()).to.equal(sent);
  });

  it("cost what was estimated, to a few per cent", async () => {
    const { provider, deployer } = testnet;
    let used = 0n;
    for (let block = 1; block <= (await provider.getBlockNumber()); block++) {
      for (const hash of present(await provider.getBlock(block)).transactions) {
        const receipt = present(await provider.getTransactionReceipt(hash));
        if (receipt.from === deployer.address) used += receipt.gasUsed;
      }
    }
    const off = Number(used - estimated) / Number(estimated);
    expect(Math.abs(off), `${used} used, ${estimated} estimated`).to.be.below(0.03);
  });

  // ---- proved

  async function checks(record: FinishedRecord): Promise<readonly Check[]> {
    const { provider, network } = testnet;
    return await verifyDeployment({ provider, chainId: BigInt(network.chainId), network, record });
  }

  it("proves that everything is as it should be, by the command", async () => {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    await verify(
      { network: "sepolia", rpc: testnet.url, out: testnet.folder },
      { say, environment: {} },
      new AbortController().signal,
    );
    expect(lines.at(-1)).to.match(/^All \d+ checks hold\.$/);
    expect(lines.length).to.be.above(200);
    expect(lines.join("\n")).to.contain(`deployer: ${testnet.deployer.address} holds no role`);
  });

  it("notices whatever somebody tampers with, and says what it is", async () => {
    const { provider, deployer, network, folder } = testnet;
    const { contracts } = recordIn(folder);
    const at = (future: string): string => present(contracts[future], future);
    const [timelock, manager] = [at("Governance#PlimsollTimelock"), at("Core#Authority")];
    /** What only votes could do. */
    const asTimelock = async (to: string, abi: string, ...args: unknown[]): Promise<void> => {
      await rpc("anvil_impersonateAccount", timelock);
      await rpc("anvil_setBalance", timelock, toQuantity(parseEther("1")));
      const contract = new Contract(to, [abi], await provider.getSigner(timelock));
      const [name = ""] = /(?<=function )\w+/.exec(abi) ?? [];
      await (await contract.getFunction(name).send(...args)).wait();
    };
    const lens = at("Core#CreditLens");
    const stranger = localWallet(8, provider).address;
    type Case = [what: string, does: () => Promise<unknown>, subject: string, said: RegExp];
    const codes: Case[] = [
      [
        "code",
        async () => rpc("anvil_setCode", at("Core#ReadBatch"), await provider.getCode(lens)),
        "code of Core#ReadBatch",
        /not what the build makes of ReadBatch/,
      ],
      [
        "an immutable",
        async () => {
          const [engine, other] = [at("Core#CreditEngine"), stranger].map((one) =>
            zeroPadValue(one, 32).slice(2).toLowerCase(),
          );
          const code = await provider.getCode(lens);
          expect(code).to.contain(engine);
          await rpc("anvil_setCode", lens, code.replaceAll(engine!, other!));
        },
        "code of Core#CreditLens",
        /made with other arguments/,
      ],
      [
        "the published router",
        async () => {
          const code = await provider.getCode(at("Public#SwapRouter"));
          await rpc(
            "anvil_setCode",
            at("Public#SwapRouter"),
            concat([dataSlice(code, 0, 100), "0x00", dataSlice(code, 101)]),
          );
        },
        "code of Public#SwapRouter",
        /made with other arguments/,
      ],
    ];
    const cases: Case[] = [
      [
        "a role",
        () =>
          asTimelock(
            manager,
            "function grantRole(uint64, address, uint32)",
            ROLES.governor,
            deployer.address,
            2 * 86_400,
          ),
        "role governor",
        new RegExp(`held by: .*${deployer.address} \\(after 172800 s\\)`),
      ],
      [
        "a role that nobody knows",
        () => asTimelock(manager, "function grantRole(uint64, address, uint32)", 77n, stranger, 2 * 86_400),
        "role 77",
        /held by: .* not nobody/,
      ],
      [
        "a function's role",
        () =>
          asTimelock(
            manager,
            "function setTargetFunctionRole(address, bytes4[], uint64)",
            at("Core#PriceOracle"),
            ["0x12345678"],
            ROLES.risk,
          ),
        "functions",
        /0x12345678 of 0x\w+ belongs to risk, not to admin/,
      ],
      [
        "a closed contract",
        () => asTimelock(manager, "function setTargetClosed(address, bool)", at("Core#PlimsollDollar"), true),
        "contract dollar",
        /true, 0, not false, 0/,
      ],
      [
        "who proposes",
        () =>
          asTimelock(
            timelock,
            "function grantRole(bytes32, address)",
            "0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1",
            deployer.address,
          ),
        "timelock proposer",
        new RegExp(`held by: .*${deployer.address}`),
      ],
      [
        "a parameter",
        () => asTimelock(at("Core#CreditEngine"), "function setTipFloor(uint256)", parseEther("6")),
        "setting Core#ICreditEngine.setTipFloor",
        /is "6000000000000000000", not "5000000000000000000"/,
      ],
      [
        "what a constructor set",
        () => asTimelock(at("Core#CreditEngine"), "function setDepthFraction(uint256)", 4_000n),
        "setting Core#CreditEngine",
        /depthFraction is "4000", not /,
      ],
      [
        "the risk model",
        async () => {
          const stage = new Stage(provider, localWallet(0, provider));
          const hostile = await stage.own("HostileModule", at("Core#RiskModel"));
          await asTimelock(at("Core#CreditEngine"), "function setRiskModel(address)", hostile);
        },
        "setting Core#CreditEngine",
        /riskModel is "0x\w+", not /,
      ],
      [
        "a depth",
        () => asTimelock(at("Core#RiskModel"), "function setDepth(uint256, uint256)", 0, 1),
        "setting Public#risk_WETH",
        /depth is "1", not /,
      ],
      [
        "the governor's timelock",
        async () => {
          const governor = at("Governance#PlimsollGovernor");
          const word = zeroPadValue(timelock, 32).toLowerCase();
          let slot = 0;
          while ((await provider.getStorage(governor, slot)) !== word) slot += 1;
          await rpc("anvil_setStorageAt", governor, toBeHex(slot, 32), zeroPadValue(stranger, 32));
        },
        "setting Governance#PlimsollGovernor",
        new RegExp(`timelock_ is "${stranger}", not "${timelock}"`),
      ],
      [
        "a minter",
        () => asTimelock(at("Public#WBTC"), "function setMinter(address, bool)", deployer.address, true),
        "token Public#WBTC",
        new RegExp(deployer.address),
      ],
      [
        "an owner",
        () => asTimelock(at("Public#WBTC"), "function transferOwnership(address)", deployer.address),
        "setting Public#give_WBTC",
        new RegExp(`is "${deployer.address}"`),
      ],
      [
        "a guardian",
        () =>
          asTimelock(
            at("Governance#Guardian"),
            "function appoint(address, uint256)",
            stranger,
            BigInt(Math.floor(Date.now() / 1_000)) + 170n * 86_400n,
          ),
        "guardian",
        new RegExp(`held by: ${stranger}`),
      ],
      [
        "a guardian's term",
        () => Promise.resolve(),
        "guardian",
        /its term ends on \S+ \(\d+\), and not on \S+ \(\d+\) as it did when it was made/,
      ],
      [
        "an operation of nobody's",
        async () => {
          await asTimelock(timelock, "function grantRole(bytes32, address)", id("PROPOSER_ROLE"), timelock);
          const none = toBeHex(0, 32);
          const abi = "function schedule(address, uint256, bytes, bytes32, bytes32, uint256)";
          await asTimelock(timelock, abi, lens, 0, "0x", none, none, 9 * 86_400);
        },
        "timelock operations",
        /waits, and is no proposal of the governor/,
      ],
      [
        "votes",
        async () => {
          const plim = new Contract(
            at("Governance#PlimsollToken"),
            ["function transfer(address, uint256)"],
            localWallet(3, provider),
          );
          await (await plim.getFunction("transfer").send(deployer.address, parseEther("300000"))).wait();
        },
        "deployer",
        /it has 300000000000000000000000 PLIM and 0 votes, and 250000000000000000000000 are enough to propose/,
      ],
      [
        "a feed",
        async () => {
          const feed = new Contract(
            present(network.feeds.BTC).address,
            ["function setDescription(string)"],
            localWallet(0, provider),
          );
          await (await feed.getFunction("setDescription").send("DOGE / USD")).wait();
        },
        "feed BTC",
        /DOGE \/ USD, not BTC \/ USD/,
      ],
    ];
    // All at once: what somebody does does not hide what somebody else did.
    for (const some of [codes, cases]) {
      const failed = await meanwhile(async () => {
        for (const [, does] of some) await does();
        return (await checks(recordIn(folder))).filter(({ holds }) => !holds);
      });
      for (const [what, , subject, said] of some) {
        const found = failed.filter((check) => check.subject === subject).map((check) => check.said);
        expect(
          found.some((one) => said.test(one)),
          `${what}: ${JSON.stringify(failed)}`,
        ).to.equal(true);
      }
      const named = new Set(some.map(([, , subject]) => subject));
      expect(failed.map(({ subject }) => subject).filter((subject) => !named.has(subject))).to.deep.equal([]);
    }
    // The other way round: files that say something else.
    const [book] = readAddressBooks(network.chainId, folder);
    const forged = { ...present(book), contracts: { ...present(book).contracts, engine: stranger } };
    const books = [
      { where: "that was written", book },
      { where: "that was forged", book: forged },
      { where: "that got lost", book: undefined },
    ];
    const file = { ...network, tokens: { ...network.tokens, WBTC: { ...present(network.tokens.WBTC), feed: "ETH" } } };
    const chainId = BigInt(network.chainId);
    const wrong = (
      await verifyDeployment({ provider, chainId, network: file, record: recordIn(folder), books })
    ).filter(({ holds }) => !holds);
    expect(wrong.find(({ subject }) => subject.endsWith("forged"))?.said).to.equal(
      `contracts.engine is ${stranger}, not ${at("Core#CreditEngine")}`,
    );
    expect(wrong.map(({ subject }) => subject)).to.deep.equal([
      "transaction Public#feed_WBTC",
      "address book that was forged",
      "address book that got lost",
      "setting Public#feed_WBTC",
    ]);
  });

  it("tells what votes and guardian changed since from what is wrong, and holds no gift against the deployer", async () => {
    const { provider, deployer, guardian, folder } = testnet;
    const { contracts } = recordIn(folder);
    const at = (future: string): string => present(contracts[future], future);
    const as = async (account: string, to: string, abi: string, ...args: unknown[]): Promise<void> => {
      await rpc("anvil_impersonateAccount", account);
      await rpc("anvil_setBalance", account, toQuantity(parseEther("1")));
      const contract = new Contract(to, [abi], await provider.getSigner(account));
      await (await contract.getFunction(present(/\w+(?=\()/.exec(abi)?.[0])).send(...args)).wait();
    };
    await meanwhile(async () => {
      const timelock = at("Governance#PlimsollTimelock");
      await as(timelock, at("Core#CreditEngine"), "function setTipFloor(uint256)", parseEther("6"));
      await as(guardian, at("Governance#Guardian"), "function pauseReserve(uint256, uint256)", 1, 2);
      const [plim, holder] = [at("Governance#PlimsollToken"), testnet.plimHolder];
      await as(holder, plim, "function transfer(address, uint256)", deployer.address, 1n);

      const lines: string[] = [];
      const out = { say: (line: string): void => void lines.push(line), environment: {} };
      const options = { network: "sepolia", rpc: testnet.url, out: folder };
      await verify(options, out, new AbortController().signal);
      const later = lines.filter((line) => line.startsWith("LATER"));
      expect(later.length).to.equal(2);
      expect(later.join("\n")).to.match(
        /setting Core#ICreditEngine\.setTipFloor: .*; changed since the deployment: .*TipFloorSet in 0x\w{64}/,
      );
      expect(later.join("\n")).to.match(/pauses: paused: WBTC in the reserve \(2\); changed since .*PausesSet in 0x/);
      expect(lines.join("\n")).to.contain("ok    deployer: others gave it 1 PLIM and 0 votes since");
      expect(lines.at(-1)).to.match(/^\d+ of \d+ checks hold; what the other 2 are about was changed since/);

      // With anything wrong beside it, nobody knows who may have changed what.
      const grant = "function grantRole(uint64, address, uint32)";
      await as(timelock, at("Core#Authority"), grant, ROLES.governor, eoa(8), 2 * 86_400);
      const failed = (await checks(recordIn(folder))).filter(({ holds }) => !holds);
      expect(failed.length).to.be.above(2);
      expect(failed.filter(({ since }) => since !== undefined)).to.deep.equal([]);
    });
  });

  it("believes the record in nothing that the chain can tell", async () => {
    const record = recordIn(testnet.folder);
    const other = testnet.guardian;
    const failed = (
      await checks({
        ...record,
        deployer: other,
        plimHolder: other,
        firstBlock: 10 ** 6,
        transactions: record.transactions,
      })
    ).filter(({ holds }) => !holds);
    const said = (subject: string): string => failed.find((check) => check.subject === subject)?.said ?? "";
    expect(said("transaction Core#Authority")).to.match(/it was sent by .*, not .*; the code that ran is/);
    expect(said("transaction Governance#PlimsollToken")).to.match(/the code that ran is/);
    expect(said("PLIM")).to.match(
      new RegExp(`minted: \\[\\d+ to ${testnet.plimHolder}\\], not \\[\\d+ to ${other}\\]`),
    );
    const { "Core#Authority": _, ...some } = record.transactions ?? {};
    const contracts = { ...record.contracts, "Core#ICreditEngine": other, "Public#USDC": other, "Public#Other": other };
    const left = (await checks({ ...record, contracts, transactions: some })).filter(({ holds }) => !holds);
    expect(left.map(({ subject }) => subject)).to.deep.equal([
      ...["record", "record", "record"],
      "transaction Core#Authority",
    ]);
    expect(left.map((check) => check.said).join("\n")).to.match(
      new RegExp(
        `Public#Other, which.*\n.*Core#ICreditEngine is: ${other}, not 0x.*\n.*Public#USDC is: ${other}, not 0x`,
      ),
    );
  });

  it("says plainly that a record is not whole, and that it is not of the file's tokens or Uniswap", async () => {
    const { provider, network, deployer } = testnet;
    const record = recordIn(testnet.folder);
    const { "Core#Authority": _, ...contracts } = record.contracts;
    expect((await checks({ ...record, contracts })).filter(({ holds }) => !holds)).to.deep.equal([
      { subject: "record", said: "it does not say where Core#Authority is", holds: false },
    ]);
    const failedWith = async (file: typeof network): Promise<string> => {
      const all = await verifyDeployment({ provider, chainId: BigInt(network.chainId), network: file, record });
      return all.flatMap(({ subject, said, holds }) => (holds ? [] : [`${subject}: ${said}`])).join("\n");
    };
    const nobody = { ...network, uniswap: { ...network.uniswap, factory: testnet.guardian } };
    expect(await failedWith(nobody)).to.match(
      /record: nothing is deployed at 0x\w+, where Public#IUniswapV3Factory should/,
    );
    await meanwhile(async () => {
      // A token that says of itself what the real one does, and that the deployer mints.
      const token = await new Stage(provider, localWallet(0, provider)).own(
        "FaucetToken",
        ...["USD Coin", "USDC", 6, deployer.address],
      );
      const tokens = { ...network.tokens, USDC: { ...present(network.tokens.USDC), address: token } };
      const failed = await failedWith({ ...network, tokens });
      expect(failed).to.match(
        new RegExp(`record: where Public#USDC is: ${present(network.tokens.USDC?.address)}, not ${token}`),
      );
    });
  });

  it("makes explorers' inputs that compile to what is deployed, with no more sources than that takes", async () => {
    const inputs = await explorerInputs(testnet.provider, testnet.network, recordIn(testnet.folder));
    expect(inputs.length).to.be.above(25);
    const small = present(inputs.find(({ future }) => future === "Core#ConstantRate"));
    expect(Object.keys(small.input.sources)).to.deep.equal([
      "project/contracts/credit/ConstantRate.sol",
      "project/contracts/interfaces/IRateSource.sol",
    ]);
    expect(small.constructorArguments).to.match(/^[0-9a-f]{64}$/);
    const path = writeInput(join(testnet.folder, "sources"), small);
    expect(JSON.parse(readFileSync(path, "utf8"))).to.deep.include({ contract: small.contract, input: small.input });
    // What explorers compile is compared, not believed.
    const [name] = Object.keys(small.input.sources);
    const content = present(small.input.sources[name!]).content.replace("RATE", "OTHER");
    const other = { ...small, input: { ...small.input, sources: { ...small.input.sources, [name!]: { content } } } };
    expect(() => checkInput(other)).to.throw(InputDiffers);
  });

  it("ends with 1 and plain words when something does not hold", async () => {
    await meanwhile(async () => {
      await rpc("anvil_setCode", recordIn(testnet.folder).contracts["Core#ReadBatch"], "0x00");
      const lines: string[] = [];
      const error: unknown = await verify(
        { network: "sepolia", rpc: testnet.url, out: testnet.folder, json: true },
        { say: (line) => void lines.push(line), environment: {} },
        new AbortController().signal,
      ).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(CliError);
      expect((error as CliError).exitCode).to.equal(EXIT.failed);
      const told = JSON.parse(lines[0]!) as { holds: boolean; checks: Check[] };
      expect(told.holds).to.equal(false);
      expect(told.checks.find(({ holds }) => !holds)?.said).to.equal("it is not what the build makes of ReadBatch");
    });
  });

  it("names whatever a deployer tried to keep, and nothing else", async () => {
    const { provider, deployer } = testnet;
    const record = await playTricks(testnet, recordIn(testnet.folder), async () => {
      await rpc("evm_revert", start);
      start = await snapshot();
    });
    const failed = (await checks(record)).filter(({ holds }) => !holds);
    const expected = expectedOf(localWallet(8, provider).address, deployer.address);
    for (const [subject, said] of expected) {
      const found = failed.filter((check) => check.subject === subject).map((check) => check.said);
      expect(found.join("\n"), `${subject}: ${JSON.stringify(failed)}`).to.match(said);
    }
    const named = new Set(expected.map(([subject]) => subject));
    expect(failed.map(({ subject }) => subject).filter((subject) => !named.has(subject))).to.deep.equal([]);
    expect(
      failed.filter(({ said }) => said.includes("AssetCapSet(0,")).length,
      "the deployer's, not an outsider's",
    ).to.equal(1);
  });

  // ---- interrupted

  /** A node that keeps what it is sent, shows it, and mines blocks without it, whenever whoever asks has nothing left to do but to wait for one. */
  class Holding implements Node {
    readonly #node = nodeAt(testnet.url);
    readonly held = new Map<string, string>();
    #looks = 0;

    async request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown> {
      const [first, second] = args.params as unknown[];
      this.#looks = args.method === "eth_getBlockByNumber" ? this.#looks + 1 : 0;
      if (this.#looks > 3) await rpc("evm_mine");
      if (args.method === SEND) {
        const hash = keccak256(first as string);
        this.held.set(hash, first as string);
        return hash;
      }
      if (args.method === "eth_getTransactionByHash" && this.held.has(first as string)) {
        const {
          hash,
          data,
          maxFeePerGas,
          maxPriorityFeePerGas,
          nonce: at,
        } = Transaction.from(this.held.get(first as string));
        const fees = [maxFeePerGas, maxPriorityFeePerGas].map((fee) => toQuantity(present(fee)));
        return {
          ...{ hash, input: data, nonce: toQuantity(at), blockHash: null, blockNumber: null },
          ...{ maxFeePerGas: fees[0], maxPriorityFeePerGas: fees[1] },
        };
      }
      const answer = await this.#node.request(args);
      const pending = args.method === "eth_getTransactionCount" && second === "pending";
      return pending ? toQuantity(BigInt(answer as string) + BigInt(this.held.size)) : answer;
    }

    /** Has everything included, in a block each. */
    async release(): Promise<void> {
      for (const raw of this.held.values()) await testnet.provider.broadcastTransaction(raw);
      this.held.clear();
    }
  }

  it("sends nothing again that was given up, whether it was included by then or is so only later", async () => {
    reference = recordIn(testnet.folder);
    sentThen = Object.keys(reference.transactions ?? {}).length;
    await rpc("evm_revert", start);
    interrupted = mkdtempSync(join(tmpdir(), "plimsoll-interrupted-"));
    const node = new Holding();
    const giveUp = async (): Promise<readonly string[]> => {
      const patience = { before: 5, bumps: 0 };
      const error: unknown = await runWith(node, interrupted, testnet.deployer, { patience }).catch(
        (caught: unknown) => caught,
      );
      expect(String(error)).to.match(/it was not included in time/);
      return [...node.held.values()].map((raw) => Transaction.from(raw).data);
    };
    const first = await giveUp();
    expect(first.length).to.be.above(3);
    // Still on its way: what is sent beside it is something else.
    const sentOnce = await giveUp();
    expect(sentOnce.slice(0, first.length)).to.deep.equal(first);
    expect(new Set(sentOnce).size).to.equal(sentOnce.length);
    await node.release();

    // All of it was included when nobody looked.
    const stop = new AbortController();
    const lines: string[] = [];
    const say = (line: string): void => {
      lines.push(line);
      if (/\d+\/\d+/.test(line)) stop.abort();
    };
    const error: unknown = await runWith(nodeAt(testnet.url), interrupted, testnet.deployer, {
      ...{ say, signal: stop.signal },
    }).catch((caught: unknown) => caught);
    expect(String(error)).to.match(/stopped on the way/);
    expect(lines[0]).to.match(/it was given up before, and is waited for/);
    expect(await nonce()).to.equal(sentOnce.length);
  });

  it("goes on where it was after every single transaction, whether it got through or not, and comes to the same end", async () => {
    const { provider } = testnet;
    const node = nodeAt(testnet.url);
    let [refused, lost] = [0, 0];
    const known = new Set<unknown>();
    const sentBefore = await nonce();
    // No transaction gets its answer. Those that go with it are not even written down as sent.
    const faulty: Node = {
      request: async (args) => {
        const [raw] = args.params as unknown[];
        if (args.method !== SEND || known.has(raw)) return await node.request(args);
        known.add(raw);
        // Every other one gets through, and nobody hears of it.
        if (lost < refused) {
          await node.request(args);
          lost += 1;
        } else refused += 1;
        throw new NodeFailure("node", "it does not answer");
      },
    };
    const unlessFailed = (error: unknown): undefined => {
      if (!(error instanceof Error) || !error.message.includes("does not answer")) throw error;
      return undefined;
    };
    const external = new LosingSigner(provider, testnet.deployer.address);
    let outcome: Outcome | undefined;
    let beside = -1;
    while (outcome === undefined) {
      outcome = await runWith(faulty, interrupted).catch(unlessFailed);
      const { addresses } = progressIn(folderOf(interrupted, testnet.network.chainId));
      if (beside < 0 && addresses.has("Core#PlimsollDollar")) {
        const sentUntilNow = await nonce();
        await openFirst(present(addresses.get("Core#PlimsollDollar")));
        beside = (await nonce()) - sentUntilNow;
      }
      if (refused + lost !== 10) continue;
      const error: unknown = await runWith(node, interrupted, localWallet(7, provider)).catch(
        (caught: unknown) => caught,
      );
      expect(String(error)).to.match(/was begun by 0x70997970C51812dc3A010C7d01b50e0d17dc79C8, not by/);
      // Somebody else signs and sends, of whose transaction nobody hears either.
      expect(await runWith(node, interrupted, external).catch(unlessFailed)).to.equal(undefined);
    }
    expect(external.sent).to.equal(1);
    expect(outcome.state).to.equal("deployed");
    expect(refused - lost, "every other one got through").to.be.oneOf([0, 1]);
    // The pool was opened by somebody else.
    expect(refused + lost + external.sent + beside, "one after the other").to.equal(sentThen - 1 - sentBefore);
    expect(await nonce(), "nothing was sent twice, and nothing left out").to.equal(sentThen - 1);
    const record = recordIn(interrupted);
    // What can be sent together is put together anew each time, so that addresses differ.
    expect(Object.keys(record.contracts).sort()).to.deep.equal(Object.keys(reference.contracts).sort());
    const all = await checks(record);
    expect(all.filter(({ holds }) => !holds)).to.deep.equal([]);
    expect(all.find(({ subject }) => subject === "pool of plUSD")?.said).to.match(
      /it stands at (1000\.0|999\.9)\d* USDC, far from par; nothing reads it .*; it is empty/,
    );
  });

  /** Somebody sees that plUSD is there, and opens its pool at a foolish price while the deployment is about to. */
  async function openFirst(dollar: string): Promise<void> {
    const { network, provider } = testnet;
    const node = nodeAt(testnet.url);
    const stop = new AbortController();
    const said: string[] = [];
    const opens = id("createPool(address,address,uint24)").slice(0, 10);
    let opened = false;
    const watched: Node = {
      request: async (args) => {
        if (!opened && JSON.stringify(args.params ?? []).includes(opens)) {
          opened = true;
          const usdc = present(network.tokens.USDC?.address);
          const side = (address: string, amount: bigint) => ({ address, amount });
          await openPool(testnet, localWallet(8, provider), 100, side(dollar, 10n ** 18n), side(usdc, 10n ** 9n));
        }
        return await node.request(args);
      },
    };
    const say = (line: string): void => {
      said.push(line);
      if (line.includes("somebody else opened")) stop.abort();
    };
    const error: unknown = await runWith(watched, interrupted, testnet.deployer, {
      ...{ say, signal: stop.signal },
    }).catch((caught: unknown) => caught);
    expect(opened).to.equal(true);
    expect(said.join("\n")).to.match(/somebody else opened plUSD's pool; it is taken as it is/);
    expect(String(error)).to.match(/stopped on the way/);
  }

  // ---- used

  it("is a working protocol: the SDK's examples run on it unchanged, and so does a keeper", async () => {
    const { provider, network, url } = testnet;
    testnet.keepMining();
    const path = join(interrupted, `chain-${network.chainId}`, "addresses.json");
    const book = parseAddressBook(JSON.parse(readFileSync(path, "utf8")));
    const usdc = FaucetToken__factory.connect(present(book.tokens.USDC), localWallet(0, provider));
    const [maker, user] = [localWallet(4, provider), localWallet(5, provider)];
    const wrap = ["function deposit() payable"];
    for (const wallet of [maker, user]) {
      await rpc("anvil_setBalance", wallet.address, toQuantity(parseEther("1000")));
      const weth = new Contract(present(book.tokens.WETH), wrap, wallet);
      await (await weth.getFunction("deposit").send({ value: parseEther("100") })).wait();
      await (await usdc.mint(wallet.address, parseUnits("1000000", 6))).wait();
    }
    // A market for plUSD, issued for dollars.
    const reserve = IReserve__factory.connect(book.contracts.reserve, maker);
    await (await usdc.connect(maker).approve(reserve, parseUnits("50000", 6))).wait();
    await (await reserve.issue(3, parseUnits("50000", 6), 0n, maker.address)).wait();
    const side = (address: string | undefined, amount: bigint) => ({ address: present(address), amount });
    const par = [
      side(book.contracts.dollar, parseEther("40000")),
      side(book.tokens.USDC, parseUnits("40000", 6)),
    ] as const;
    // What stands at a foolish price is healed with next to nothing.
    const little = par.map(({ address, amount }) => side(address, amount / 10_000n)) as [Side, Side];
    await fillPool(testnet, maker, 100, ...little);
    await trade(maker, 100, present(book.uniswap?.router), par, parseEther("1000"));
    await fillPool(testnet, maker, 100, ...par);
    const [pool] = (await checks(recordIn(interrupted))).filter(({ subject }) => subject === "pool of plUSD");
    expect(pool?.said).to.match(/^it stands at (1\.0|0\.99)\d* USDC$/);
    await fillPool(
      testnet,
      maker,
      500,
      side(book.tokens.WETH, parseEther("90")),
      side(book.tokens.USDC, parseUnits("315000", 6)),
    );

    for (const name of ["deposit", "borrow", "repay", "repay-in-stable", "withdraw", "issue", "redeem"]) {
      await example(name, book, user);
    }
    for (const name of ["leverage", "unwind", "backstop-deposit", "backstop-claim"]) await example(name, book, user);
    expect(await example("backstop-exit", book, user)).to.match(/this is possible from .* on\./);
    const none: unknown = await example("fill", book, user).catch((error: unknown) => error);
    expect(String(none)).to.match(/no auction is open/);

    // Ether falls by half: the account of the examples fails, and is liquidated.
    const price = new Contract(
      present(network.feeds.ETH).address,
      ["function updateAnswer(int256)"],
      localWallet(0, provider),
    );
    await (await price.getFunction("updateAnswer").send(100_00000000n)).wait();
    expect((await example<bigint>("liquidate", book, maker, [user.address])) > 0n).to.equal(true);

    await keepOnce(book, url, interrupted);
  });

  type Example<T> = (provider: Provider, book: AddressBook, signer: Signer, ...more: never[]) => Promise<T>;
  async function example<T>(name: string, book: AddressBook, signer: Signer, ...more: readonly unknown[]): Promise<T> {
    const { run: go } = (await import(`../../../../sdk/examples/${name}.js`)) as { run: Example<T> };
    return await go(testnet.provider, book, signer, ...(more as never[]));
  }

  /** An operator has its own two contracts deployed, and its keeper looks once and does what is to be done. */
  async function keepOnce(book: AddressBook, url: string, books: string): Promise<void> {
    const { provider } = testnet;
    const wallet = localWallet(6, provider);
    const flags = { network: "sepolia", rpc: [url], execute: true, confirmations: "1" };
    const environment = { PLIMSOLL_PRIVATE_KEY: (wallet as unknown as Testnet["deployer"]).privateKey };
    const said: string[] = [];
    const stop = new AbortController();
    await deployOwn({
      ...{ environment, flags: { ...flags, interval: "50" }, json: true, books },
      records: join(books, "records"),
      say: (line) => void said.push(line),
      signal: stop.signal,
    });
    const own = (JSON.parse(said.at(-1)!) as { contracts: Record<"liquidator" | "filler", { address: string }> })
      .contracts;
    const addresses = { PLIMSOLL_LIQUIDATOR: own.liquidator.address, PLIMSOLL_FILLER: own.filler.address };
    const config = configOf({ environment: { ...environment, ...addresses }, flags });
    const options = await keeperOptionsOf(config, await findDeployment(config, provider, books), provider);
    expect(options.engine).to.equal(book.contracts.engine);
    // Statements and observations are due after an hour.
    await rpc("evm_increaseTime", 3_700);
    await rpc("evm_mine");
    const keeper = new Keeper(options, { provider, signer: wallet, journal: new MemoryJournal() });
    const { sent } = await keeper.tick();
    expect(sent.map(({ job }) => job)).to.include.members(["observe", "refresh"]);
    // Until they are deep enough.
    await rpc("anvil_mine", "0x5");
    await keeper.tick();
    expect(keeper.totals.reverted).to.equal(0);
    expect(keeper.totals.observations).to.equal(1);
  }
});
