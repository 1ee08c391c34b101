/** A rehearsed deployment: what is said and refused before anything is sent, and by whoever goes on. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { Contract, parseEther, toQuantity, Transaction, ZeroAddress } from "ethers";

import { CliError } from "../../../../../cli/errors.js";
import { forTheUser, type DeployOptions } from "../../../../../cli/deploy/run.js";
import type { Check } from "../../../../../deploy/checks.js";
import { PreflightFailed } from "../../../../../deploy/public/errors.js";
import { nodeAt, type Node } from "../../../../../deploy/public/node.js";
import { folderOf } from "../../../../../deploy/public/record.js";
import { NodeFailure } from "../../../../../keeper/rpc/endpoint.js";
import { localWallet } from "../../../../../replay/chain/embedded.js";
import { present } from "../../../../../sdk/present.js";
import { SEND } from "./nodes.js";
import type { Rehearsal } from "./rehearsal.js";

/** Before anything is sent. */
export function preflightSuite(r: Rehearsal): void {
  it("stops before anything is sent where a feed, a token or Uniswap is not what it is taken for, and names it", async () => {
    const { network, provider, deployer } = r.testnet;
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
        () => r.rpc("anvil_setCode", present(BTC).address, "0x"),
        /feed BTC: nothing is deployed at 0x1b44F351/,
      ],
      ["a stale feed", stale, /feed ETH: its answer is \d+ s old, and may be 5400 s/],
      ["another token", () => r.rpc("anvil_setCode", token("USDC"), "0x"), /token USDC: nothing is deployed/],
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
        () => r.rpc("anvil_setCode", network.uniswap.factory, "0x"),
        /Uniswap v3 factory: nothing is deployed/,
      ],
    ];
    for (const [what, does, problem] of cases) {
      await r.meanwhile(async () => {
        await does();
        const before = await r.nonce();
        const error: unknown = await r
          .runWith(nodeAt(r.testnet.url), r.testnet.folder)
          .catch((caught: unknown) => caught);
        expect(error, what).to.be.instanceOf(PreflightFailed);
        expect((error as Error).message, what).to.match(problem);
        expect(await r.nonce(), what).to.equal(before);
      });
    }
    expect(existsSync(join(r.testnet.folder, `chain-${network.chainId}`)), "nothing is written either").to.equal(false);
  });

  it("says what it costs and sends nothing, asks who comes after, and does not go on without a yes", async () => {
    const before = await r.nonce();
    const told = JSON.parse((await r.run({ ...r.named(), estimate: true, json: true }))[0]!) as {
      state: string;
      transactions: unknown[];
      checks: Check[];
      cost: { gas: string; given: string; expected: string };
    };
    expect(told.state).to.equal("planned");
    expect(told.transactions.length).to.be.above(100);
    const guardian = told.checks.filter(({ subject }) => subject === "guardian").map(({ said }) => said);
    expect(guardian.join(), "a Safe of another chain could never act").to.contain("has no code on this network");
    r.estimated = BigInt(told.cost.gas);
    expect(BigInt(told.cost.given)).to.equal(parseEther("0.05"));
    // The cost is asked for before the tokens are.
    const poor = {
      signer: undefined,
      deployer: r.testnet.guardian,
      successors: { guardian: r.eoa(6), plimHolder: r.eoa(7) },
    };
    const advance = await r.runWith(nodeAt(r.testnet.url), r.testnet.folder, r.testnet.deployer, poor);
    expect(advance.state === "planned" && advance.plan.checks.map(({ said }) => said).join("\n")).to.match(
      /has 0\.0 LINK, and the reserve begins with 20/,
    );
    const refused = async (options: Partial<DeployOptions>): Promise<string> => {
      const error: unknown = await r.run(options).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(CliError);
      return (error as CliError).message;
    };
    expect(await refused({})).to.match(/nobody is named who acts as guardian/);
    expect(await refused({ ...r.named(), guardian: r.testnet.deployer.address })).to.match(/would be the deployer/);
    expect(await refused({ ...r.named(), guardian: ZeroAddress })).to.match(/the guardian would be nobody/);
    expect(await refused({ ...r.named(), yes: false })).to.match(/nobody can be asked/);
    expect(await refused({ ...r.named(), network: "sepolio" })).to.match(/no public network is called "sepolio"/);
    expect(await r.nonce()).to.equal(before);
  });

  it("is at work once: whoever starts it beside itself is refused, unless the other was killed", async () => {
    const out = mkdtempSync(join(tmpdir(), "plimsoll-alone-"));
    const folder = folderOf(out, r.testnet.network.chainId);
    const decline = (): Promise<boolean> => Promise.resolve(false);
    let second: unknown;
    const confirm = async (): Promise<boolean> => {
      second = await r.runWith(nodeAt(r.testnet.url), out).catch((caught: unknown) => caught);
      return false;
    };
    const before = await r.nonce();
    await r.runWith(nodeAt(r.testnet.url), out, r.testnet.deployer, { confirm });
    expect(String(second)).to.contain(
      `Another \`plimsoll deploy\` (process ${process.pid}) is at work on this deployment`,
    );
    expect(await r.nonce()).to.equal(before);
    expect(existsSync(folder), "what was not begun leaves nothing").to.equal(false);

    mkdirSync(folder);
    // No process has such a number.
    writeFileSync(join(folder, "deploy.lock"), "999999999 1");
    const outcome = await r.runWith(nodeAt(r.testnet.url), out, r.testnet.deployer, { confirm: decline });
    expect(outcome.state).to.equal("declined");
    rmSync(out, { recursive: true });
  });

  it("offers another transaction for one that got lost and is refused since, and stops on a chain that knows nothing of it", async () => {
    const out = mkdtempSync(join(tmpdir(), "plimsoll-refused-"));
    const node = nodeAt(r.testnet.url);
    const before = await r.nonce();
    const { baseFeePerGas } = present(await r.testnet.provider.getBlock("latest"));
    const lost: string[] = [];
    await r.meanwhile(async () => {
      const losing: Node = {
        request: async (args) => {
          if (args.method !== SEND) return await node.request(args);
          lost.push(String((args.params as unknown[])[0]));
          throw new NodeFailure("node", "it does not answer");
        },
      };
      const error: unknown = await r.runWith(losing, out).catch((caught: unknown) => caught);
      expect(String(error)).to.match(/does not answer/);
      expect(lost.length).to.equal(1);
      const { maxFeePerGas } = Transaction.from(present(lost[0]));
      await r.rpc("anvil_setNextBlockBaseFeePerGas", toQuantity(present(maxFeePerGas) * 4n));
      await r.rpc("evm_mine");

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
      const stopped: unknown = await r
        .runWith(watched, out, r.testnet.deployer, { say, signal: stop.signal })
        .catch((caught: unknown) => caught);
      expect(String(stopped)).to.match(/stopped on the way/);
      const [again, instead] = sent.map((raw) => Transaction.from(raw));
      expect(again?.serialized, "the same one first").to.equal(lost[0]);
      expect(instead?.nonce).to.equal(again?.nonce);
      expect(await r.nonce(), "each nonce once").to.equal(before + sent.length - 1);

      const { address } = r.testnet.deployer;
      await r.rpc("anvil_setBalance", address, "0x1");
      const broke: unknown = await r.runWith(node, out).catch((caught: unknown) => caught);
      const told = forTheUser(broke, new AbortController().signal);
      expect(told, String(broke)).to.be.instanceOf(CliError);
      expect((told as CliError).message).to.equal("the deployer's ether does not suffice any more");

      await r.rpc("anvil_setCode", r.testnet.network.uniswap.factory, "0x");
      const failed: unknown = await r.runWith(node, out).catch((caught: unknown) => caught);
      expect(failed).to.be.instanceOf(PreflightFailed);
      expect((failed as PreflightFailed).hint).to.match(/^What was sent before stays as it is/);
    });
    // What the next block costs is no part of what is taken back.
    await r.rpc("anvil_setNextBlockBaseFeePerGas", toQuantity(present(baseFeePerGas)));
    expect(await r.nonce(), "as if the node had been started anew").to.equal(before);
    const stranger: unknown = await r.runWith(node, out).catch((caught: unknown) => caught);
    expect(String(stranger)).to.match(/was deployed at 0x\w+, and the chain has nothing there/);
    expect(await r.nonce()).to.equal(before);
    rmSync(out, { recursive: true });
  });
}
