import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { getAddress, JsonRpcProvider, Network, parseEther, toBeHex, type BaseWallet } from "ethers";

import {
  Executor,
  SendRefused,
  type At,
  type ExecutorOptions,
  type Point,
  type Work,
} from "../../../../keeper/execution/executor.js";
import { firstOffer } from "../../../../keeper/execution/fees.js";
import { MemoryJournal } from "../../../../keeper/journal/memory.js";
import type { Intent } from "../../../../keeper/journal/types.js";
import { startAnvil, type Anvil } from "../../../../keeper/rehearsal/anvil.js";
import { localWallet } from "../../../../replay/chain/embedded.js";
import { present } from "../../../../sdk/present.js";
import { FaucetToken__factory } from "../../../../types/contracts/index.js";
import { needAnvil } from "../../../support/anvil.js";
import { dataFile, needData } from "../../../support/data.js";

const GWEI = 10n ** 9n;
const RULES = { priorityFee: GWEI, ceiling: 500n * GWEI, bumpPercent: 12.5, patience: 3, confirmations: 1 };
const CHAIN_ID = 31_337;
const GAS = "crash/gas_gwei_10m_7crashdays_2020_2021.csv";
const child = fileURLToPath(new URL("../../../support/keeper-child.ts", import.meta.url));

describe("keeper/execution: on anvil, a second client", function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let provider: JsonRpcProvider;
  let snapshot = "";
  let wallet: BaseWallet;
  let journal: MemoryJournal;
  let points: Point[];
  let friend = "";
  let count = 0;
  before(async function () {
    needAnvil(this);
    anvil = await startAnvil(["--no-mining", "--chain-id", CHAIN_ID.toString()]);
    const network = Network.from(CHAIN_ID);
    provider = new JsonRpcProvider(anvil.url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
  });
  after(async () => {
    (provider as JsonRpcProvider | undefined)?.destroy();
    await (anvil as Anvil | undefined)?.close();
  });
  beforeEach(async () => {
    snapshot = (await provider.send("evm_snapshot", [])) as string;
    wallet = localWallet(3, provider);
    journal = new MemoryJournal();
    points = [];
    friend = getAddress(toBeHex(0xbeef0000 + ++count, 20));
    await mine();
  });
  afterEach(async () => {
    await provider.send("anvil_dropAllTransactions", []);
    await provider.send("evm_revert", [snapshot]);
  });

  async function mine(baseFee = GWEI): Promise<void> {
    await provider.send("anvil_setNextBlockBaseFeePerGas", [`0x${baseFee.toString(16)}`]);
    await provider.send("evm_mine", []);
  }

  function executorWith(overrides: Partial<ExecutorOptions> = {}): Executor {
    const watch = (point: Point): void => void points.push(point);
    return new Executor({ provider, signer: wallet, journal, rules: RULES, watch, ...overrides });
  }

  async function head(): Promise<At> {
    const block = present(await provider.getBlock("latest"));
    return { number: block.number, timestamp: block.timestamp, baseFee: block.baseFeePerGas ?? 0n };
  }

  function work(call: Partial<Work["call"]> = {}): Work {
    const whole = { to: friend, data: "0x", value: 1n, gasLimit: 21_000n, ...call };
    const terms = { expected: 0n, loss: 0n, coinPrice: 0n, gasPrice: 0n };
    return { ...terms, job: "rate", subject: "", accounts: [], sales: 0, purse: "rest", call: whole };
  }

  async function submit(executor: Executor, of = work(), rules = RULES): Promise<Intent> {
    const at = await head();
    return await executor.submit(of, present(firstOffer(at.baseFee, rules)), at);
  }

  async function settle(executor: Executor): Promise<string[]> {
    const { settled, errors } = await executor.settle(await head());
    expect(errors).to.deep.equal([]);
    return settled.map(({ intent }) => intent.state);
  }

  async function looks(executor: Executor, times: number, baseFee = GWEI): Promise<string[]> {
    const states: string[] = [];
    for (let i = 0; i < times; i++) {
      await mine(baseFee);
      states.push(...(await settle(executor)));
    }
    return states;
  }

  const given = (): Promise<bigint> => provider.getBalance(friend);
  const used = (): Promise<number> => provider.getTransactionCount(wallet.address);

  for (const depth of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    it(`sees a transaction through a reorganisation of ${depth.toString()} blocks, and counts it once`, async () => {
      const executor = executorWith({ rules: { ...RULES, patience: 100, confirmations: 12 } });
      const before = await used();
      await submit(executor);
      expect(await looks(executor, depth)).to.deep.equal([]);
      expect(executor.waiting).to.deep.equal([]);
      // Other blocks in the place of these, all of them empty.
      await provider.send("anvil_reorg", [depth, []]);
      await provider.send("anvil_dropAllTransactions", []);
      expect(await used()).to.equal(before);
      expect(await settle(executor)).to.deep.equal([]);
      expect(points).to.include("reorganised");
      expect(await looks(executor, 13)).to.deep.equal(["confirmed"]);
      expect([(await used()) - before, await given()]).to.deep.equal([1, 1n]);
    });
  }

  describe("gas of 2021-05-19, made fifty times as dear as before", function () {
    needData(this, GAS);

    /** Base fees every ten minutes, from before the rise to after it, 1 to 50 gwei. {wei} */
    function storm(): bigint[] {
      const rows = readFileSync(dataFile(GAS), "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(","))
        .filter(([time = ""]) => time >= "2021-05-19T09:50" && time < "2021-05-19T20:00")
        .map(([, gas]) => Number(gas));
      const [least, most] = [Math.min(...rows), Math.max(...rows)];
      // The day's own curve, stretched: it was 22 times as dear.
      const power = Math.log(50) / Math.log(most / least);
      return rows.map((gas) => BigInt(Math.round((gas / least) ** power * 1e9)));
    }

    it("outbids itself under one number until it is included, in the storm", async () => {
      const fees = storm();
      expect(fees.length).to.be.above(40);
      const executor = executorWith();
      const before = await used();
      await submit(executor);
      const started = fees.findIndex((fee) => fee > 4n * GWEI);
      const states: string[] = [];
      for (const fee of fees.slice(started)) states.push(...(await looks(executor, 1, fee)));
      expect(states).to.deep.equal(["confirmed"]);
      const [intent] = await journal.since(0);
      expect(intent!.transactions.length).to.be.above(1);
      expect([(await used()) - before, await given()]).to.deep.equal([1, 1n]);
    });

    it("waits below its ceiling, and is included when the storm is over", async () => {
      const fees = storm();
      const rules = { ...RULES, ceiling: 12n * GWEI };
      const executor = executorWith({ rules });
      await submit(executor, work(), rules);
      const peak = fees.indexOf(fees.reduce((a, b) => (a > b ? a : b)));
      for (const fee of fees.slice(peak - 6, peak + 6)) expect(await looks(executor, 1, fee)).to.deep.equal([]);
      expect(await looks(executor, RULES.patience + 2, 2n * GWEI)).to.deep.equal(["confirmed"]);
      const [intent] = await journal.since(0);
      for (const { maxFee } of intent!.transactions) expect(maxFee <= rules.ceiling).to.equal(true);
    });
  });

  describe("another keeper that wins the race", () => {
    let token = "";
    let rival: BaseWallet;
    /** Five of a token, for whoever takes them first. */
    let take: (to: string) => string;
    beforeEach(async () => {
      const owner = localWallet(0, provider);
      rival = localWallet(4, provider);
      const fees = { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI, gasLimit: 3_000_000n };
      const nonce = await owner.getNonce();
      const made = await new FaucetToken__factory(owner).deploy("T", "T", 18, owner.address, { ...fees, nonce });
      token = await made.getAddress();
      await made.mint(owner.address, 5n, { ...fees, nonce: nonce + 1 });
      await made.approve(wallet.address, 5n, { ...fees, nonce: nonce + 2 });
      await made.approve(rival.address, 5n, { ...fees, nonce: nonce + 3 });
      await mine();
      take = (to) => made.interface.encodeFunctionData("transferFrom", [owner.address, to, 5n]);
    });

    const prize = (): Work => work({ to: token, data: take(wallet.address), value: 0n, gasLimit: 100_000n });
    const overtake = (tip: bigint): Promise<unknown> =>
      rival.sendTransaction({
        ...{ to: token, data: take(rival.address), gasLimit: 100_000n },
        ...{ maxFeePerGas: 400n * GWEI, maxPriorityFeePerGas: tip },
      });

    it("within the block: what failed is not called a success", async () => {
      const executor = executorWith();
      await submit(executor, prize());
      await overtake(50n * GWEI);
      expect(await looks(executor, 1)).to.deep.equal(["reverted"]);
      const [intent] = await journal.since(0);
      expect(intent?.inclusion?.fee).to.not.equal(0n);
      expect(executor.open).to.equal(0);
    });

    it("while it waits: it is taken back", async () => {
      const executor = executorWith();
      await submit(executor, prize());
      await overtake(GWEI);
      expect(await looks(executor, RULES.patience + 1, 50n * GWEI)).to.deep.equal(["replaced"]);
      const [intent] = await journal.since(0);
      expect(intent?.transactions.map(({ kind }) => kind)).to.deep.equal(["work", "nothing"]);
    });
  });

  describe("ether that does not suffice", () => {
    const setBalance = (wei: bigint): Promise<unknown> =>
      provider.send("anvil_setBalance", [wallet.address, `0x${wei.toString(16)}`]);

    it("frees the number, and it is the next that uses it", async () => {
      const executor = executorWith();
      const first = await used();
      await setBalance(1_000n);
      const refused = await submit(executor).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refused).to.be.instanceOf(SendRefused);
      await setBalance(parseEther("1"));
      expect((await submit(executor)).nonce).to.equal(first);
      expect(await looks(executor, 1)).to.deep.equal(["confirmed"]);
      expect((await journal.since(0)).map(({ state }) => state)).to.deep.equal(["dropped", "confirmed"]);
    });

    it("once it is on its way: it waits, and is included when there is some", async () => {
      const executor = executorWith({ rules: { ...RULES, patience: 100 } });
      await submit(executor);
      await setBalance(0n);
      expect(await looks(executor, 3)).to.deep.equal([]);
      expect(await given()).to.equal(0n);
      await setBalance(parseEther("1"));
      await settle(executor);
      expect(await looks(executor, 2)).to.deep.equal(["confirmed"]);
      expect(await given()).to.equal(1n);
    });
  });

  describe("kill -9", () => {
    const STEPS: readonly (readonly [Point, string])[] = [
      ["written", "prepared"],
      ["included", "sent"],
    ];
    let folder = "";
    before(() => (folder = mkdtempSync(join(tmpdir(), "plimsoll-anvil-"))));
    after(() => {
      if (folder !== "") rmSync(folder, { recursive: true });
    });

    async function run(account: number, step: string): Promise<{ signal: string | null; out: string }> {
      const args = ["--import", "tsx", child, anvil.url, folder, account.toString(), friend, step];
      const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let out = "";
      running.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      const end = new Promise<string | null>((resolve) => running.once("close", (_, signal) => resolve(signal)));
      while (running.exitCode === null && running.signalCode === null) {
        await mine();
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      return { signal: await end, out };
    }

    for (const [index, [step, finds]] of STEPS.entries()) {
      it(`at "${step}": exactly one transaction`, async () => {
        const account = 5 + index;
        const killed = await run(account, step);
        expect(killed.signal, killed.out).to.equal("SIGKILL");
        const { out } = await run(account, "none");
        expect(out.split("\n")[0]).to.equal(`found ${finds}`);
        expect(out).to.contain("done 0:confirmed\n");
        expect(await provider.getTransactionCount(localWallet(account, provider).address)).to.equal(1);
        expect(await given()).to.equal(1n);
      });
    }
  });
});
