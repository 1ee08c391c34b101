import { expect } from "chai";

import { keeperConfigSchema, reserveConfigSchema, type KeeperOptions } from "../../../keeper/config.js";
import { Desk } from "../../../keeper/desk.js";
import { MemoryJournal } from "../../../keeper/journal/memory.js";
import { dueNow, notDue, type Job, type Rank, type Verdict } from "../../../keeper/jobs/job.js";
import { ReserveJobs } from "../../../keeper/reserve-jobs.js";
import type { JobName } from "../../../keeper/types.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import { present } from "../../../sdk/present.js";
import { IPriceOracle__factory } from "../../../types/contracts/index.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld } from "../../support/keeper-world.js";
import { intentOf } from "../../support/intents.js";
import { WAD } from "../../support/world.js";

describe("keeper: jobs for a reserve", () => {
  const world = freshWorld(deployKeeperWorld);

  /** A desk that looks at the latest block, and jobs that say what they are told. */
  async function deskOf(
    jobs: readonly Job[],
    gasBudget = 50n * WAD,
    recheck = { auctions: 0, rest: 0 },
    others: Partial<KeeperOptions> = {},
  ) {
    const { options, reserveOptions, provider } = world();
    const signer = localWallet(0, provider);
    const oracle = IPriceOracle__factory.connect(options.oracle, signer);
    const config = reserveConfigSchema.parse({ ...reserveOptions, gasBudget, recheck });
    const desk = new Desk(
      keeperConfigSchema.parse({ ...options, ...others, reserve: config }),
      provider,
      signer,
      oracle,
    );
    const head = present(await provider.getBlock("latest"));
    desk.turnTo({ number: head.number, timestamp: head.timestamp, baseFee: head.baseFeePerGas ?? 0n });
    return { desk, jobs: new ReserveJobs(desk, config, jobs) };
  }

  const jobThat = (name: JobName, rank: Rank, due: () => Promise<Verdict>): Job => ({ name, rank, due });
  /** Sends nothing to nobody. */
  const harmless = (): Verdict => dueNow([{ transaction: { to: world().governor.address, data: "0x" } }]);
  const busy = (name: JobName, rank: Rank): Job => jobThat(name, rank, () => Promise.resolve(harmless()));

  it("does what solvency needs first, then auctions, then the rest", async () => {
    const { desk, jobs } = await deskOf([
      busy("rate", "rest"),
      busy("open", "auctions"),
      busy("look", "solvency"),
      busy("refresh", "solvency"),
    ]);
    await jobs.run();
    expect(desk.sent.map((s) => s.job)).to.deep.equal(["look", "refresh", "open", "rate"]);
  });

  it("goes on after one that reverts, whose look reverts, and whose node fails", async () => {
    const { rebalancer, filler } = world();
    const { desk, jobs } = await deskOf([
      // Only governance may.
      jobThat("look", "solvency", async () => {
        const transaction = await filler.sweep.populateTransaction(rebalancer);
        return dueNow([{ transaction }]);
      }),
      jobThat("settle", "solvency", () => Promise.reject(new Error("the node is gone"))),
      jobThat("refresh", "solvency", () => Promise.resolve(notDue("all is well"))),
      busy("rate", "rest"),
    ]);
    const { idle, errors } = await jobs.run();
    expect(desk.sent.map((s) => s.job)).to.deep.equal(["rate"]);
    expect(idle.map((i) => i.job)).to.deep.equal(["look", "settle", "refresh"]);
    expect(idle.at(2)?.reason).to.equal("all is well");
    // The node's failure is told to whoever runs the keeper; a revert is an answer.
    expect(errors.map((e) => (e as Error).message)).to.deep.equal(["the node is gone"]);
  });

  it("does no housekeeping beyond the day's budget, but what is urgent", async () => {
    const urgent = jobThat("book", "rest", () => Promise.resolve({ ...harmless(), urgent: true } as Verdict));
    const list = [busy("look", "solvency"), urgent, busy("rate", "rest")];
    const { desk, jobs } = await deskOf(list, 0n);
    const { idle } = await jobs.run();
    expect(desk.sent.map((s) => s.job)).to.deep.equal(["look", "book"]);
    expect(idle).to.deep.equal([{ job: "rate", reason: "gas costs more than what is left of the day's budget" }]);
  });

  it("does what solvency needs out of a budget of its own, and no further, however dear gas is", async () => {
    const list = [busy("look", "solvency"), busy("refresh", "solvency"), busy("rate", "rest")];
    // At 500 gwei and 2,000 the transaction costs about 21 plUSD.
    const others = { solvencyBudget: 30n * WAD };
    const { desk, jobs } = await deskOf(list, 0n, { auctions: 0, rest: 0 }, others);
    desk.turnTo({ ...desk.head, baseFee: 499n * 10n ** 9n });
    const { idle } = await jobs.run();
    expect(desk.sent.map((s) => s.job)).to.deep.equal(["look"]);
    expect(idle).to.deep.equal([
      {
        job: "refresh",
        reason: "gas costs more than what is left of the day's budget and of what is kept for solvency",
      },
      { job: "rate", reason: "gas costs more than what is left of the day's budget" },
    ]);
  });

  it("leaves the budget of all to the others while solvency has one of its own", async () => {
    const { desk, jobs } = await deskOf([busy("rate", "rest"), busy("look", "solvency")], 30n * WAD);
    desk.turnTo({ ...desk.head, baseFee: 499n * 10n ** 9n });
    await jobs.run();
    expect(desk.sent.map((s) => s.job)).to.deep.equal(["look", "rate"]);
  });

  it("gives solvency the budget of all first when its own is spent", async () => {
    const own = { solvencyBudget: 0n };
    const { desk, jobs } = await deskOf([busy("rate", "rest"), busy("look", "solvency")], 30n * WAD, undefined, own);
    desk.turnTo({ ...desk.head, baseFee: 499n * 10n ** 9n });
    await jobs.run();
    expect(desk.sent.map((s) => s.job)).to.deep.equal(["look"]);
  });

  it("sends nothing at a price above the ceiling, not even what solvency needs", async () => {
    const { desk, jobs } = await deskOf([busy("look", "solvency")]);
    desk.turnTo({ ...desk.head, baseFee: 3_000n * 10n ** 9n });
    const { idle } = await jobs.run();
    expect(desk.sent).to.deep.equal([]);
    expect(idle).to.deep.equal([{ job: "look", reason: "gas costs more than the ceiling" }]);
  });

  it("takes gas for dear, not for free, while its price was never known", async () => {
    const { desk, jobs } = await deskOf([busy("look", "solvency"), busy("rate", "rest")], 0n, undefined, {
      // Nothing is listed under this number.
      gasAsset: 9,
      solvencyBudget: WAD / 10n,
    });
    const { idle } = await jobs.run();
    // 21,000 gas of 10,000 each: within a tenth of a plUSD only at less than half a gwei.
    expect(desk.sent).to.deep.equal([]);
    expect(idle.map((i) => i.job)).to.deep.equal(["look", "rate"]);
    expect(idle[1]?.reason).to.equal("what gas costs is not known");
  });

  describe("what was to earn and reverted", () => {
    const earning = { job: "fill", accounts: [], expected: 1n, purse: "solvency" } as const;
    const request = () => ({ to: world().governor.address, data: "0x", gasLimit: 21_000n });
    const reverted = (subject: string, realised: bigint) =>
      intentOf({
        ...{ job: "fill", subject, accounts: [], state: "reverted", expected: 1n, loss: 0n },
        outcome: { flows: {}, realised },
      });

    it("holds back its subject for a moment, and the whole job where the day's budget does not cover another", async () => {
      const { desk } = await deskOf([], WAD);
      const spare =
        desk.spending.left("solvency", desk.head.timestamp) - desk.spending.left("rest", desk.head.timestamp);
      // Two plUSD of a budget of one: none of it is taken from what is kept for solvency.
      desk.settle(reverted("ETH", -2n * WAD));
      expect(desk.spending.left("rest", desk.head.timestamp)).to.equal(0n);
      expect(desk.spending.left("solvency", desk.head.timestamp)).to.equal(spare);
      const held = "such a transaction reverted, and the day's budget does not cover another that does";
      expect(await desk.send({ ...earning, subject: "ETH" }, request())).to.equal("it reverted a moment ago");
      expect(await desk.send({ ...earning, subject: "BTC" }, request())).to.equal(held);
      // Other jobs are not.
      expect(await desk.send({ ...earning, job: "close", subject: "BTC" }, request())).to.equal(undefined);
      desk.turnTo({ ...desk.head, timestamp: desk.head.timestamp + 599 });
      expect(await desk.send({ ...earning, subject: "BTC" }, request())).to.equal(held);
      desk.turnTo({ ...desk.head, timestamp: desk.head.timestamp + 1 });
      expect(await desk.send({ ...earning, subject: "BTC" }, request())).to.equal(undefined);
    });

    it("holds back nothing else while the budget covers another revert", async () => {
      const { desk } = await deskOf([], 50n * WAD);
      desk.settle(reverted("ETH", -2n * WAD));
      expect(await desk.send({ ...earning, subject: "BTC" }, request())).to.equal(undefined);
    });
  });

  it("counts what may be on its way although the journal failed, until it is known that it is not", async () => {
    const { options, provider } = world();
    const signer = localWallet(0, provider);
    const oracle = IPriceOracle__factory.connect(options.oracle, signer);
    const journal = new MemoryJournal();
    let fails = true;
    const broken = new Proxy(journal, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        if (name !== "prepare") return value.bind(target);
        return (...args: unknown[]) =>
          fails ? Promise.reject(new Error("the database does not answer")) : value.apply(target, args);
      },
    });
    const desk = new Desk(keeperConfigSchema.parse(options), provider, signer, oracle, { journal: broken });
    const head = present(await provider.getBlock("latest"));
    desk.turnTo({ number: head.number, timestamp: head.timestamp, baseFee: head.baseFeePerGas ?? 0n });
    const left = (): bigint => desk.spending.left("rest", head.timestamp);
    const all = left();
    const order = { job: "rate", accounts: [], expected: -WAD, purse: "rest" } as const;
    const request = { to: signer.address, data: "0x", gasLimit: 21_000n };
    let message = "";
    await desk.send(order, request).catch((error: unknown) => (message = (error as Error).message));
    expect(message).to.equal("the database does not answer");
    expect(all - left()).to.equal(WAD);
    fails = false;
    await desk.executor.load();
    expect(await desk.send(order, request)).to.equal(undefined);
    expect(all - left(), "one of the two").to.equal(WAD);
  });

  it("counts what was spent before a restart", async () => {
    const journal = new MemoryJournal();
    const loss = 25n * WAD;
    const { timestamp } = present(await world().provider.getBlock("latest"));
    await journal.prepare(
      intentOf({ state: "prepared", purse: "solvency", loss, time: timestamp - 3_600, nonce: 10_000 }),
    );
    await journal.advance((await journal.open())[0]!.id, { state: "confirmed" });
    const { options, reserveOptions, provider } = world();
    const config = keeperConfigSchema.parse({
      ...options,
      reserve: { ...reserveOptions, gasBudget: 20n * WAD },
      solvencyBudget: 30n * WAD,
    });
    const signer = localWallet(0, provider);
    const desk = new Desk(config, provider, signer, IPriceOracle__factory.connect(options.oracle, signer), { journal });
    await desk.restore(timestamp);
    expect([desk.spending.left("rest", timestamp), desk.spending.left("solvency", timestamp)]).to.deep.equal([
      20n * WAD,
      25n * WAD,
    ]);
  });

  it("sends nothing twice while it is on its way", async () => {
    const { connection } = world();
    await connection.provider.request({ method: "evm_setAutomine", params: [false] });
    const { desk, jobs } = await deskOf([busy("look", "solvency")]);
    await jobs.run();
    const { idle } = await jobs.run();
    await connection.provider.request({ method: "evm_setAutomine", params: [true] });
    expect(desk.sent).to.have.length(1);
    expect(idle).to.deep.equal([{ job: "look", reason: "on its way" }]);
  });

  it("asks again after a while only, but for what solvency needs", async () => {
    const asked: JobName[] = [];
    const counted = (name: JobName, rank: Rank): Job =>
      jobThat(name, rank, () => {
        asked.push(name);
        return Promise.resolve(notDue("nothing"));
      });
    const { desk, jobs } = await deskOf(
      [counted("look", "solvency"), counted("open", "auctions"), counted("rate", "rest")],
      0n,
      { auctions: 30, rest: 600 },
    );
    const { number, timestamp, baseFee } = desk.head;
    for (const passed of [0, 29, 30, 599, 600]) {
      desk.turnTo({ number, timestamp: timestamp + passed, baseFee });
      await jobs.run();
      asked.push("observe");
    }
    expect(
      asked
        .join(" ")
        .split("observe")
        .map((block) => block.trim()),
      // Asked at 599, auctions sleep until 629.
    ).to.deep.equal(["look open rate", "look", "look open", "look open", "look rate", ""]);
  });

  it("asks earlier who knows of something", async () => {
    const asked: number[] = [];
    const start = (await deskOf([])).desk.head.timestamp;
    const waking: Job = {
      ...jobThat("open", "auctions", () => {
        asked.push(desk.head.timestamp - start);
        return Promise.resolve(notDue("nothing"));
      }),
      wakeAt: start + 12,
    };
    const { desk, jobs } = await deskOf([waking], 0n, { auctions: 30, rest: 600 });
    const { number, baseFee } = desk.head;
    for (const passed of [0, 11, 12]) {
      desk.turnTo({ number, timestamp: start + passed, baseFee });
      await jobs.run();
    }
    expect(asked).to.deep.equal([0, 12]);
  });
});
