import { expect } from "chai";

import { keeperConfigSchema, reserveConfigSchema, type KeeperOptions } from "../../../keeper/config.js";
import { Desk } from "../../../keeper/desk.js";
import { dueNow, notDue, type Job, type Rank, type Verdict } from "../../../keeper/jobs/job.js";
import { ReserveJobs } from "../../../keeper/reserve-jobs.js";
import type { JobName } from "../../../keeper/types.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import { present } from "../../../sdk/present.js";
import { IPriceOracle__factory } from "../../../types/contracts/index.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld } from "../../support/keeper-world.js";
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
});
