import { expect } from "chai";
import { AbiCoder, toBeHex, type Log, type Provider } from "ethers";

import type { ReserveConfig } from "../../../keeper/config.js";
import { Exits } from "../../../keeper/jobs/exits.js";
import type { Keeper } from "../../../keeper/keeper.js";
import type { ReserveContracts } from "../../../keeper/reserve-contracts.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld, ETHER } from "../../support/keeper-world.js";
import { WAD } from "../../support/world.js";
import { IBackstop__factory } from "../../../types/contracts/index.js";

const HOUR = 3_600;
const DAY = 86_400;
/** As the Backstop of this world is left. {s} */
const DELAY = 2 * DAY;
const SETTLE = 3 * HOUR;
const EXIT_WINDOW = 2 * HOUR;
/** One whole share. */
const SHARE = 10n ** 24n;

describe("keeper: leaving the Backstop", () => {
  const world = freshWorld(deployKeeperWorld);

  /** A stranger who stakes 50,000. */
  async function staker() {
    const { dollar, backstop, stranger } = world();
    await dollar.transfer(stranger.address, 50_000n * WAD);
    await dollar.connect(stranger).approve(backstop, 50_000n * WAD);
    await backstop.connect(stranger).deposit(50_000n * WAD, stranger.address);
    return { account: stranger.address, mine: backstop.connect(stranger) };
  }

  async function atRest(): Promise<Keeper> {
    const keeper = world().newKeeper();
    await world().calm(keeper);
    return keeper;
  }

  /** Looks at the block of that time. */
  async function jobsAt(keeper: Keeper, time: bigint): Promise<string[]> {
    await world().networkHelpers.time.increaseTo(time);
    return (await keeper.tick()).sent.map((s) => s.job);
  }

  const exits = (keeper: Keeper): number => keeper.totals.jobs.exit;

  /** A claim of 40,000, looked at until it has come to its third moment; when that is. */
  async function third(keeper: Keeper): Promise<bigint> {
    const { backstop, stranger } = world();
    await jobsAt(keeper, (await backstop.claimOf(stranger.address)).opensAt);
    const claim = await backstop.claimOf(stranger.address);
    expect(claim.dueAt > 0n).to.equal(true);
    return claim.opensAt;
  }

  it("marks a claim due and has it paid, each in the first block in which it may", async () => {
    const { backstop, dollar, tick } = world();
    const { account, mine } = await staker();
    const keeper = await atRest();
    await mine.claim(40_000n * SHARE);
    expect(await tick(keeper)).to.not.include("exit");
    const { opensAt, units } = await backstop.claimOf(account);
    expect(await jobsAt(keeper, opensAt - 2n)).to.not.include("exit");
    expect(await jobsAt(keeper, opensAt)).to.include("exit");
    const { dueAt, opensAt: payableAt } = await backstop.claimOf(account);
    expect(dueAt - opensAt < 5n).to.equal(true);
    expect(payableAt - dueAt).to.equal(BigInt(SETTLE));
    expect(await tick(keeper)).to.not.include("exit");
    expect(await jobsAt(keeper, payableAt - 2n)).to.not.include("exit");
    expect(await jobsAt(keeper, payableAt)).to.include("exit");
    // To the staker, and nothing to whoever sent it.
    const paid = await dollar.balanceOf(account);
    expect(paid >= 40_000n * WAD && paid <= units && paid + 5n >= units, `paid ${paid}`).to.equal(true);
    expect((await backstop.claimOf(account)).units).to.equal(0n);
    expect(await tick(keeper)).to.not.include("exit");
    expect(exits(keeper)).to.equal(2);
  });

  it("finds claims that were made before it ran, whatever others did to them", async () => {
    const { backstop, networkHelpers } = world();
    const { account, mine } = await staker();
    await mine.claim(40_000n * SHARE);
    await networkHelpers.time.increase(DELAY);
    await backstop.markDue(account);
    const keeper = await atRest();
    expect(exits(keeper)).to.equal(0);
    const { opensAt } = await backstop.claimOf(account);
    expect(await jobsAt(keeper, opensAt)).to.include("exit");
    expect((await backstop.claimOf(account)).units).to.equal(0n);
  });

  it("notices within minutes what others did", async () => {
    const { backstop, networkHelpers, tick } = world();
    const { account, mine } = await staker();
    const keeper = await atRest();
    await mine.claim(40_000n * SHARE);
    await tick(keeper);
    const { opensAt } = await backstop.claimOf(account);
    await networkHelpers.time.increaseTo(opensAt);
    // Before the keeper looks.
    await backstop.markDue(account);
    expect(await tick(keeper)).to.not.include("exit");
    expect(await jobsAt(keeper, (await backstop.claimOf(account)).opensAt)).to.include("exit");
  });

  it("tries again in every block while it is refused", async () => {
    const { backstop, networkHelpers, setPrice, tick } = world();
    const { account, mine } = await staker();
    const keeper = await atRest();
    await mine.claim(40_000n * SHARE);
    const opensAt = await third(keeper);
    // Ether without a price.
    await setPrice(ETHER, 0n);
    await networkHelpers.time.increaseTo(opensAt);
    for (let block = 0; block < 2; block++) {
      await networkHelpers.time.increase(12);
      const { idle, sent } = await keeper.tick();
      expect(sent.map((s) => s.job)).to.not.include("exit");
      expect(idle.find((i) => i.job === "exit")?.reason).to.equal("NotFullyPriced");
    }
    await setPrice(ETHER, 2_000n * 10n ** 8n);
    expect(await tick(keeper)).to.include("exit");
    expect((await backstop.claimOf(account)).units).to.equal(0n);
  });

  it("has what fell absorbed before it has anybody paid", async () => {
    const { engine, governor, sheet, weth, networkHelpers, setPrice } = world();
    const { mine } = await staker();
    const keeper = await atRest();
    await mine.claim(40_000n * SHARE);
    const opensAt = await third(keeper);
    await weth.contract.mint(governor.address, 300n * WAD);
    await engine.deposit(ETHER, 300n * WAD, governor.address);
    await sheet.lookAtCollateral();
    await sheet.refresh();
    await engine.borrow(300_000n * WAD, governor.address, governor.address);
    await networkHelpers.time.increaseTo(opensAt);
    // 270,000 of collateral for 300,000 of debt.
    await setPrice(ETHER, 900n * 10n ** 8n);
    const jobs = (await keeper.tick()).sent.map((s) => s.job);
    expect(jobs.filter((job) => job === "absorb" || job === "exit")).to.deep.equal(["absorb", "exit"]);
    expect(await engine.debtOf(governor.address)).to.equal(0n);
  });

  it("leaves what lapsed to its owner, and finds the next claim", async () => {
    const { backstop, networkHelpers, tick } = world();
    const { account, mine } = await staker();
    const keeper = await atRest();
    await mine.claim(40_000n * SHARE);
    const opensAt = await third(keeper);
    await networkHelpers.time.increaseTo(opensAt + BigInt(EXIT_WINDOW + 1));
    expect(await tick(keeper)).to.not.include("exit");
    await backstop.restake(account);
    await mine.claim(30_000n * SHARE);
    await tick(keeper);
    expect(await jobsAt(keeper, (await backstop.claimOf(account)).opensAt)).to.include("exit");
  });

  it("has nothing to do with a claim that was taken back", async () => {
    const { tick } = world();
    const { account, mine } = await staker();
    const keeper = await atRest();
    await mine.claim(40_000n * SHARE);
    const opensAt = await third(keeper);
    await mine.restake(account);
    expect(await jobsAt(keeper, opensAt)).to.not.include("exit");
    expect(await tick(keeper)).to.not.include("exit");
    expect(exits(keeper)).to.equal(1);
  });

  it("does not spend gas on dust", async () => {
    const { backstop, newKeeper, tick } = world();
    const { account, mine } = await staker();
    const keeper = await atRest();
    await mine.claim(999n * SHARE);
    const { opensAt } = await backstop.claimOf(account);
    expect(await jobsAt(keeper, opensAt)).to.not.include("exit");
    expect(await tick(newKeeper({ minExit: 999n * WAD }))).to.include("exit");
  });
});

describe("keeper: very many who leave the Backstop", () => {
  const RAY = 10n ** 27n;
  const START = 1_800_000_000;
  const event = IBackstop__factory.createInterface().getEvent("Claimed");
  const topicOf = (i: number): string => toBeHex(i + 1, 32);

  interface Claim {
    units: bigint;
    opensAt: number;
  }

  /** A Backstop with so many claims of so much each, and what it was asked. */
  function crowd(claims: Claim[]) {
    const asked: number[] = [];
    const indexed = event.inputs.filter((input) => input.indexed === true);
    const plain = event.inputs.filter((input) => input.indexed !== true).map((input) => input.type);
    const logs = claims.map((_, i) => ({
      topics: [event.topicHash, ...indexed.map(() => topicOf(i))],
      data: AbiCoder.defaultAbiCoder().encode(
        plain,
        plain.map(() => 0n),
      ),
      blockHash: topicOf(0),
      index: i,
    }));
    const provider = { getLogs: () => Promise.resolve(logs as unknown as Log[]) } as unknown as Provider;
    const call = Object.assign(() => Promise.resolve(), {
      staticCall: () => Promise.resolve(),
      populateTransaction: () => Promise.resolve({}),
    });
    const backstop = {
      claimOf: (account: string) => {
        const i = Number(BigInt(account)) - 1;
        asked.push(i);
        const { units, opensAt } = claims[i]!;
        return Promise.resolve({
          ...{ units, least: RAY, dueAt: 0n, opensAt: BigInt(opensAt), closesAt: BigInt(opensAt + DAY) },
        });
      },
      markDue: call,
      exit: call,
    };
    const config = { backstop: "", minExit: 1_000n * WAD } as unknown as ReserveConfig;
    const exits = new Exits({ backstop } as unknown as ReserveContracts, config, provider, 0);
    let number = 0;
    const look = async (timestamp: number): Promise<string[]> => {
      asked.length = 0;
      const verdict = await exits.due({ number: (number += 1), timestamp, baseFee: 0n });
      return verdict.due ? verdict.calls.map(({ subject }) => (Number(BigInt(subject!)) - 1).toString()) : [];
    };
    return { asked, look };
  }

  it("cost a hundred questions in a block, and keep nobody from leaving in the block in which he may", async () => {
    const dust = Array.from({ length: 1_000 }, () => ({ units: WAD, opensAt: START }));
    const claims: Claim[] = [...dust, { units: 5_000n * WAD, opensAt: START + 3_600 }];
    const { asked, look } = crowd(claims);
    const seen = new Set<number>();
    for (let block = 0; block < 11; block++) {
      expect(await look(START + 12 * block)).to.deep.equal([]);
      expect(asked.length).to.be.at.most(100);
      for (const i of asked) seen.add(i);
    }
    expect(seen.size).to.equal(1_001);
    // All of the dust is asked about again by then.
    expect(await look(START + 3_600)).to.deep.equal(["1000"]);
    expect(asked.length).to.equal(100);
  });

  it("take turns where all may leave at once", async () => {
    const { look } = crowd(Array.from({ length: 250 }, () => ({ units: 5_000n * WAD, opensAt: START })));
    const served = new Set<string>();
    for (let block = 0; block < 3; block++) for (const subject of await look(START + 12 * block)) served.add(subject);
    expect(served.size).to.equal(250);
  });
});
