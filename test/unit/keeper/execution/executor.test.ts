import { expect } from "chai";
import { AbiCoder, keccak256, parseEther, type BaseWallet, type Provider } from "ethers";

import { classify } from "../../../../keeper/execution/broadcast.js";
import {
  Executor,
  SendRefused,
  type At,
  type ExecutorOptions,
  type Point,
  type Work,
} from "../../../../keeper/execution/executor.js";
import { firstOffer } from "../../../../keeper/execution/fees.js";
import { gapsOf, nextNonce } from "../../../../keeper/execution/nonces.js";
import { MemoryJournal } from "../../../../keeper/journal/memory.js";
import type { Intent } from "../../../../keeper/journal/types.js";
import { localWallet, startEmbeddedChain, type EmbeddedChain } from "../../../../replay/chain/embedded.js";
import { present } from "../../../../sdk/present.js";
import { intentOf } from "../../../support/intents.js";

const GWEI = 10n ** 9n;
const CALM = GWEI;
const RULES = {
  priorityFee: GWEI,
  ceiling: 500n * GWEI,
  bumpPercent: 12.5,
  patience: 3,
  confirmations: 1,
  overtaken: 2,
};
const FRIEND = "0x000000000000000000000000000000000000bEEF";

describe("keeper/execution: executor", () => {
  let embedded: EmbeddedChain;
  let wallet: BaseWallet;
  let journal: MemoryJournal;
  let points: Point[];
  beforeEach(async () => {
    embedded = await startEmbeddedChain(1_800_000_000);
    wallet = localWallet(3, embedded.provider);
    journal = new MemoryJournal();
    points = [];
    await embedded.chain.setAutomine(false);
    await mine();
  });
  afterEach(() => embedded.close());

  const request = (method: string, params: unknown[] = []): Promise<unknown> =>
    embedded.connection.provider.request({ method, params });

  async function mine(baseFee = CALM): Promise<void> {
    await embedded.chain.mine({ baseFee });
  }

  function executorWith(overrides: Partial<ExecutorOptions> = {}): Executor {
    const watch = (point: Point): void => void points.push(point);
    return new Executor({ provider: embedded.provider, signer: wallet, journal, rules: RULES, watch, ...overrides });
  }

  /** What a node tells that is not so. */
  interface Lie {
    pending?: number;
    latest?: number;
    noReceipts?: boolean;
  }

  function lying(lie: Lie): Provider {
    return new Proxy(embedded.provider, {
      get: (target, name) => {
        if (name === "getTransactionCount") {
          return async (who: string, tag: string) =>
            (tag === "pending" ? lie.pending : lie.latest) ?? (await target.getTransactionCount(who, tag));
        }
        if (name === "getTransactionReceipt" && lie.noReceipts === true) return () => Promise.resolve(null);
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async function head(): Promise<At> {
    const block = present(await embedded.provider.getBlock("latest"));
    return { number: block.number, timestamp: block.timestamp, baseFee: block.baseFeePerGas ?? 0n };
  }

  /** A token of which the wallet has so much. */
  async function tokenOf(balance: bigint) {
    const [deployer] = embedded.accounts;
    const factory = await embedded.connection.ethers.getContractFactory("FaucetToken");
    await embedded.chain.setAutomine(true);
    const token = await factory.deploy("T", "T", 18, deployer!.address);
    if (balance > 0n) await token.mint(wallet.address, balance);
    await embedded.chain.setAutomine(false);
    const transfer = (to: string, amount: bigint): string =>
      token.interface.encodeFunctionData("transfer", [to, amount]);
    return { to: await token.getAddress(), transfer };
  }

  /** Where OpenZeppelin's token keeps a balance: its first slot is a mapping of them. */
  const slotOf = (account: string): string =>
    keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [account, 0]));

  /** Gives a friend so much. {wei} */
  function gift(value = 1n): Work {
    const call = { to: FRIEND, data: "0x", value, gasLimit: 21_000n };
    const terms = { expected: 0n, loss: 0n, coinPrice: 0n, gasPrice: 0n };
    return { ...terms, job: "rate", subject: "", accounts: [], sales: 0, purse: "rest", call };
  }

  async function submit(executor: Executor, work = gift()): Promise<Intent> {
    const at = await head();
    return await executor.submit(work, present(firstOffer(at.baseFee, RULES)), at);
  }

  const settle = async (executor: Executor): Promise<string[]> => {
    const { settled, errors } = await executor.settle(await head());
    expect(errors).to.deep.equal([]);
    return settled.map(({ intent }) => intent.state);
  };

  const given = (): Promise<bigint> => embedded.provider.getBalance(FRIEND);
  const used = (): Promise<number> => embedded.provider.getTransactionCount(wallet.address);

  it("writes before it sends: what cannot be written is not sent", async () => {
    class Full extends MemoryJournal {
      override prepare(): Promise<void> {
        return Promise.reject(new Error("the disk is full"));
      }
    }
    const executor = executorWith({ journal: new Full() });
    let message = "";
    await submit(executor).catch((error: unknown) => (message = (error as Error).message));
    expect(message).to.equal("the disk is full");
    await mine();
    expect(await used()).to.equal(0);
    expect(points).to.deep.equal(["signed"]);
  });

  it("knows the hash before it sends, and counts what is included", async () => {
    const executor = executorWith();
    const intent = await submit(executor);
    expect(intent.state).to.equal("sent");
    expect(executor.waiting).to.have.length(1);
    expect(await settle(executor)).to.deep.equal([]);
    await mine();
    expect(await settle(executor)).to.deep.equal(["confirmed"]);
    expect(await settle(executor)).to.deep.equal([]);
    expect(executor.open).to.equal(0);
    const [kept] = await journal.since(0);
    expect(kept?.inclusion?.hash).to.equal(intent.transactions[0]?.hash);
    expect(kept?.inclusion?.fee).to.equal(21_000n * 2n * GWEI);
  });

  it("tells what reverted from what did its work", async () => {
    const executor = executorWith();
    const { to, transfer } = await tokenOf(0n);
    const data = transfer(FRIEND, 5n);
    await submit(executor, { ...gift(), call: { to, data, value: 0n, gasLimit: 100_000n } });
    await mine();
    expect(await settle(executor)).to.deep.equal(["reverted"]);
  });

  it("gives several transactions numbers one after the other", async () => {
    const executor = executorWith();
    for (let i = 0; i < 3; i++) await submit(executor);
    expect(executor.waiting.map((i) => i.nonce)).to.deep.equal([0, 1, 2]);
    await mine();
    expect(await settle(executor)).to.deep.equal(["confirmed", "confirmed", "confirmed"]);
    expect(await given()).to.equal(3n);
  });

  it("sends the same bytes again when the node has forgotten them", async () => {
    const executor = executorWith();
    const { transactions } = await submit(executor);
    await request("hardhat_dropTransaction", [transactions[0]!.hash]);
    await mine();
    expect(await settle(executor)).to.deep.equal([]);
    expect(points).to.include("resent");
    await mine();
    expect(await settle(executor)).to.deep.equal(["confirmed"]);
    expect((await journal.since(0))[0]?.transactions).to.have.length(1);
    expect(await given()).to.equal(1n);
  });

  it("does not take no answer for a no: the same bytes go out again, once they arrive", async () => {
    for (const arrives of [false, true]) {
      let broken = true;
      const provider = new Proxy(embedded.provider, {
        get(target, name): unknown {
          const value = Reflect.get(target, name) as unknown;
          if (typeof value !== "function") return value;
          if (name !== "send" || !broken) return value.bind(target) as unknown;
          return async (method: string, params: unknown[]): Promise<unknown> => {
            if (method !== "eth_sendRawTransaction") return await target.send(method, params);
            if (arrives) await target.send(method, params);
            throw new Error("timeout");
          };
        },
      }) as Provider;
      const executor = executorWith({ provider });
      const before = await given();
      const intent = await submit(executor);
      expect(intent.state).to.equal("prepared");
      broken = false;
      await settle(executor);
      await mine();
      expect(await settle(executor)).to.deep.equal(["confirmed"]);
      expect((await given()) - before).to.equal(1n);
    }
    expect(await used()).to.equal(2);
  });

  it("frees the number of what the node refuses", async () => {
    const executor = executorWith();
    let refused: unknown;
    await submit(executor, gift(parseEther("1000000"))).catch((error: unknown) => (refused = error));
    expect(refused).to.be.instanceOf(SendRefused);
    const { nonce } = await submit(executor);
    expect(nonce).to.equal(0);
    await mine();
    expect(await settle(executor)).to.deep.equal(["confirmed"]);
    expect((await journal.since(0)).map((i) => i.state)).to.deep.equal(["dropped", "confirmed"]);
  });

  describe("waiting too long", () => {
    /** Looks and mines until `states` are final. */
    async function looks(executor: Executor, count: number, baseFee: bigint): Promise<string[]> {
      const states: string[] = [];
      for (let i = 0; i < count; i++) {
        await mine(baseFee);
        states.push(...(await settle(executor)));
      }
      return states;
    }

    it("offers more under the same number, by an eighth at least, and is included", async () => {
      const executor = executorWith();
      await submit(executor);
      expect(await looks(executor, RULES.patience, 50n * GWEI)).to.deep.equal([]);
      expect(await looks(executor, 1, 50n * GWEI)).to.deep.equal(["confirmed"]);
      const [intent] = await journal.since(0);
      expect(intent?.transactions.map((t) => t.kind)).to.deep.equal(["work", "work"]);
      const [first, second] = intent!.transactions;
      expect(second!.maxFee * 1_000n >= first!.maxFee * 1_125n).to.equal(true);
      expect(second!.tip * 1_000n >= first!.tip * 1_125n).to.equal(true);
      expect(intent?.inclusion?.hash).to.equal(second!.hash);
      expect([await used(), await given()]).to.deep.equal([1, 1n]);
    });

    it("never offers more than the ceiling, and is included when gas is cheaper again", async () => {
      const executor = executorWith();
      await submit(executor);
      expect(await looks(executor, 3 * RULES.patience, 600n * GWEI)).to.deep.equal([]);
      expect((await journal.since(0))[0]?.transactions).to.have.length(1);
      expect(await looks(executor, 2 * RULES.patience, 400n * GWEI)).to.deep.equal(["confirmed"]);
      for (const { maxFee } of (await journal.since(0))[0]!.transactions)
        expect(maxFee <= RULES.ceiling, maxFee.toString()).to.equal(true);
    });

    it("is taken back when that is not worth it, and its number with it", async () => {
      const executor = executorWith({ terms: () => undefined });
      await submit(executor);
      expect(await looks(executor, RULES.patience + 1, 50n * GWEI)).to.deep.equal(["replaced"]);
      expect(await given()).to.equal(0n);
      expect(await used()).to.equal(1);
      expect((await submit(executor)).nonce).to.equal(1);
    });

    it("is taken back when it would fail by now", async () => {
      const executor = executorWith();
      const { to, transfer } = await tokenOf(5n);
      const call = { to, data: transfer(FRIEND, 5n), value: 0n, gasLimit: 100_000n };
      await submit(executor, { ...gift(), call });
      // Somebody takes what was to be given meanwhile.
      await request("hardhat_setStorageAt", [to, slotOf(wallet.address), `0x${"00".repeat(32)}`]);
      expect(await looks(executor, RULES.patience + 1, 50n * GWEI)).to.deep.equal(["replaced"]);
    });

    it("is waited for no more while it is being taken back", async () => {
      const executor = executorWith({ terms: () => undefined });
      await submit(executor);
      await looks(executor, RULES.patience, 400n * GWEI);
      expect([executor.waiting.length, executor.open]).to.deep.equal([0, 1]);
    });
  });

  describe("reorganisations", () => {
    for (const depth of [1, 3, 10]) {
      it(`sends what one of ${depth.toString()} blocks took out again, and counts it once`, async () => {
        const executor = executorWith({ rules: { ...RULES, patience: 100, confirmations: 12 } });
        await submit(executor);
        const snapshot = await request("evm_snapshot");
        for (let i = 0; i < depth; i++) {
          await mine();
          expect(await settle(executor)).to.deep.equal([]);
        }
        expect(executor.waiting).to.deep.equal([]);
        await request("evm_revert", [snapshot]);
        // The other branch, which does not have it.
        await request("hardhat_dropTransaction", [(await journal.since(0))[0]!.transactions[0]!.hash]).catch(
          () => null,
        );
        for (let i = 0; i < depth; i++) await mine();
        expect(await used()).to.equal(0);
        expect(await settle(executor)).to.deep.equal([]);
        expect(points).to.include("reorganised");
        expect(executor.waiting).to.have.length(1);
        const states: string[] = [];
        for (let i = 0; i < 14; i++) {
          await mine();
          states.push(...(await settle(executor)));
        }
        expect(states).to.deep.equal(["confirmed"]);
        expect([await used(), await given()]).to.deep.equal([1, 1n]);
      });
    }

    it("notes the block that it is in now", async () => {
      const executor = executorWith({ rules: { ...RULES, confirmations: 5 } });
      await submit(executor);
      const snapshot = await request("evm_snapshot");
      await mine();
      await settle(executor);
      const [before] = await journal.open();
      await request("evm_revert", [snapshot]);
      await mine(2n * GWEI);
      await settle(executor);
      const [after] = await journal.open();
      expect(after?.state).to.equal("included");
      expect(after?.inclusion?.blockHash).to.not.equal(before?.inclusion?.blockHash);
      expect(after?.inclusion?.fee).to.equal(
        (await embedded.provider.getTransactionReceipt(after!.inclusion!.hash))?.fee,
      );
    });

    it("goes on at once on a chain that was taken far back", async () => {
      const executor = executorWith();
      const snapshot = await request("evm_snapshot");
      for (let i = 0; i < 20; i++) await mine();
      await submit(executor);
      await mine();
      expect(await settle(executor)).to.deep.equal(["confirmed"]);
      await request("evm_revert", [snapshot]);
      await settle(executor);
      expect((await submit(executor)).nonce).to.equal(1);
      await mine();
      expect(await settle(executor)).to.deep.equal(["confirmed", "confirmed"]);
      expect(await given()).to.equal(2n);
    });

    it("sends again even what was taken to be final", async () => {
      const executor = executorWith({ rules: { ...RULES, confirmations: 2 } });
      const snapshot = await request("evm_snapshot");
      await submit(executor);
      await mine();
      await mine();
      expect(await settle(executor)).to.deep.equal(["confirmed"]);
      await request("evm_revert", [snapshot]);
      for (let i = 0; i < 4; i++) await mine();
      await settle(executor);
      await mine();
      await mine();
      const { settled } = await executor.settle(await head());
      // Whoever counts has counted it.
      expect(settled.map(({ intent, again }) => [intent.state, again])).to.deep.equal([["confirmed", true]]);
      expect([await used(), await given()]).to.deep.equal([1, 1n]);
    });
  });

  describe("a node that", () => {
    it("tells of fewer transactions than there are does not have one settled twice", async () => {
      const lie: Lie = {};
      const executor = executorWith({ provider: lying(lie) });
      await submit(executor);
      await mine();
      expect(await settle(executor)).to.deep.equal(["confirmed"]);
      for (let i = 0; i < 3; i++) await mine();
      lie.latest = 0;
      expect(await settle(executor)).to.deep.equal([]);
      delete lie.latest;
      expect(await settle(executor)).to.deep.equal([]);
    });

    it("has no receipts for a while has nothing forgotten, and nothing waits for it", async () => {
      const lie: Lie = { noReceipts: true };
      const executor = executorWith({ provider: lying(lie), rules: { ...RULES, overtaken: 100 } });
      await submit(executor);
      for (let i = 0; i < 50; i++) {
        await mine();
        expect(await settle(executor)).to.deep.equal([]);
        expect(executor.waiting).to.have.length(0);
      }
      lie.noReceipts = false;
      expect(await settle(executor)).to.deep.equal(["confirmed"]);
      expect((await journal.since(0)).map(({ inclusion }) => inclusion?.fee !== undefined)).to.deep.equal([true]);
    });

    for (const pending of [500, 200_000_000]) {
      it(`tells of ${pending.toString()} transactions that wait costs nothing`, async () => {
        const lie: Lie = { pending };
        const executor = executorWith({ provider: lying(lie) });
        expect((await submit(executor)).nonce).to.equal(0);
        delete lie.pending;
        await mine();
        expect(await settle(executor)).to.deep.equal(["confirmed"]);
        expect(await used()).to.equal(1);
      });
    }

    it("was believed about what waits leaves one transaction behind that others do not wait for, and no fillers", async () => {
      await journal.prepare({ ...intentOf({ nonce: 500 }), state: "sent" });
      const executor = executorWith();
      for (const nonce of [0, 1]) {
        expect((await submit(executor)).nonce).to.equal(nonce);
        await mine();
        expect(await settle(executor)).to.deep.equal(["confirmed"]);
      }
      expect((await journal.since(0)).map(({ job }) => job)).to.not.include("gap");
    });
  });

  it("knows of work that could not be written whether it is on its way, once the journal answers", async () => {
    let [fails, lost] = [true, true];
    const broken = new Proxy(journal, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        if (name !== "prepare") return value.bind(target);
        return async (intent: Intent) => {
          if (!lost) await target.prepare(intent);
          if (fails) throw new Error("the database does not answer");
        };
      },
    });
    const executor = executorWith({ journal: broken });
    const failing = async (id: string): Promise<void> => {
      let message = "";
      await submit(executor, { ...gift(), id }).catch((error: unknown) => (message = (error as Error).message));
      expect(message).to.equal("the database does not answer");
      expect(executor.mayHave(id)).to.equal(true);
    };
    await failing("lost");
    await executor.load();
    expect([executor.mayHave("lost"), executor.takeUnwritten()]).to.deep.equal([false, ["lost"]]);
    lost = false;
    await failing("written");
    await executor.load();
    expect([executor.mayHave("written"), executor.takeUnwritten()]).to.deep.equal([true, []]);
    fails = false;
    await mine();
    await settle(executor);
    await mine();
    expect(await settle(executor)).to.deep.equal(["confirmed"]);
  });

  describe("numbers", () => {
    it("fills a gap that later transactions wait for", async () => {
      const lost = executorWith();
      await submit(lost);
      await submit(lost);
      const [first, second] = lost.waiting;
      // Nobody has the first any more, not even the journal.
      journal = new MemoryJournal();
      await journal.prepare({ ...second!, state: "sent" });
      await request("hardhat_dropTransaction", [first!.transactions[0]!.hash]);
      const executor = executorWith();
      await settle(executor);
      await mine();
      expect(await settle(executor)).to.deep.equal(["confirmed", "confirmed"]);
      expect((await journal.since(0)).map((i) => i.job)).to.have.members(["rate", "gap"]);
      expect([await used(), await given()]).to.deep.equal([2, 1n]);
    });

    it("gives up what another transaction has the number of, after a while", async () => {
      const executor = executorWith();
      await submit(executor);
      const other = await wallet.signTransaction({
        ...{ type: 2, chainId: 31_337, nonce: 0, to: FRIEND, value: 7n, gasLimit: 21_000n },
        ...{ maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: 50n * GWEI },
      });
      await embedded.provider.broadcastTransaction(other);
      await mine();
      expect(await settle(executor)).to.deep.equal([]);
      expect(executor.waiting).to.deep.equal([]);
      expect((await submit(executor)).nonce).to.equal(1);
      await mine();
      await mine();
      expect(await settle(executor)).to.have.members(["dropped", "confirmed"]);
      expect(await given()).to.equal(8n);
    });

    it("leaves alone what somebody else has waiting under the same key", async () => {
      await wallet.sendTransaction({ to: FRIEND, value: 7n });
      const executor = executorWith();
      expect((await submit(executor)).nonce).to.equal(1);
      await mine();
      expect(await settle(executor)).to.deep.equal(["confirmed"]);
      expect(await given()).to.equal(8n);
    });

    it("are the next that nobody has", () => {
      const taken = (...nonces: number[]): Map<number, Intent> =>
        new Map(nonces.map((nonce) => [nonce, intentOf({ nonce })]));
      expect(nextNonce({ latest: 4, pending: 4 }, taken())).to.equal(4);
      expect(nextNonce({ latest: 4, pending: 6 }, taken(4, 5))).to.equal(6);
      expect(nextNonce({ latest: 4, pending: 4 }, taken(5, 6))).to.equal(4);
      // A node that does not know what waits.
      expect(nextNonce({ latest: 4, pending: 4 }, taken(4, 5))).to.equal(6);
      expect(gapsOf({ latest: 4, pending: 4 }, taken(6))).to.deep.equal([4, 5]);
      expect(gapsOf({ latest: 4, pending: 5 }, taken(4, 6))).to.deep.equal([5]);
      expect(gapsOf({ latest: 4, pending: 4 }, taken())).to.deep.equal([]);
    });
  });

  it("understands what nodes say", () => {
    const said = (message: string): string =>
      classify(Object.assign(new Error("x"), { info: { error: { message } } })).kind;
    expect(said("already known")).to.equal("taken");
    expect(said("Known transaction: 0x12")).to.equal("taken");
    expect(said("replacement transaction underpriced")).to.equal("outbid");
    expect(said("insufficient funds for gas * price + value")).to.equal("refused");
    expect(said("Sender doesn't have enough funds to send tx.")).to.equal("refused");
    // It may be included already.
    expect(said("nonce too low")).to.equal("unknown");
    expect(said("upstream timed out")).to.equal("unknown");
  });
});
