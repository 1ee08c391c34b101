import { expect } from "chai";

import type { Keeper } from "../../../keeper/keeper.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld, ETHER } from "../../support/keeper-world.js";
import { WAD } from "../../support/world.js";

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
