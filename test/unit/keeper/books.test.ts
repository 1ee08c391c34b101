import { expect } from "chai";

import type { Keeper } from "../../../keeper/keeper.js";
import { present } from "../../../sdk/present.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld, ETHER, type KeeperWorld } from "../../support/keeper-world.js";
import { WAD } from "../../support/world.js";

const HOUR = 3_600;

/** A keeper with nothing to do at the moment. */
async function atRest(world: KeeperWorld): Promise<Keeper> {
  const keeper = world.newKeeper();
  await world.calm(keeper);
  return keeper;
}

/** Has the reserve say that it lost something. {USD} */
async function loseSomething({ reserve, sheet, ethers, networkHelpers }: KeeperWorld, amount: bigint): Promise<void> {
  const address = await reserve.getAddress();
  await networkHelpers.impersonateAccount(address);
  await networkHelpers.setBalance(address, WAD);
  await sheet.connect(await ethers.getSigner(address)).bookLoss(amount);
}

describe("keeper: looks at collateral", () => {
  const world = freshWorld(deployKeeperWorld);

  /** When shares may be sampled again: two hours begin after the last sample. (unix seconds) */
  async function nextSample(): Promise<number> {
    const { sheet, provider } = world();
    const [first] = await sheet.queryFilter(sheet.filters.CollateralSeen());
    const { timestamp } = present(await provider.getBlock(present(first).blockNumber));
    return (Math.ceil(timestamp / HOUR) + 1) * HOUR;
  }

  it("as soon as shares may be sampled, and not before", async () => {
    const { networkHelpers, calm, sheet } = world();
    const keeper = await atRest(world());
    const at = await nextSample();
    // Whatever the risk model observes before that is seen to.
    await networkHelpers.time.increaseTo(at - 200);
    await calm(keeper);
    await networkHelpers.time.increaseTo(at - 2);
    expect((await keeper.tick()).sent.map((s) => s.job)).to.not.include("look");
    const before = (await sheet.queryFilter(sheet.filters.CollateralSeen())).length;
    await networkHelpers.time.increaseTo(at);
    expect((await keeper.tick()).sent.map((s) => s.job)).to.include("look");
    expect(await sheet.queryFilter(sheet.filters.CollateralSeen())).to.have.length(before + 1);
    await networkHelpers.time.increase(12);
    expect((await keeper.tick()).sent.map((s) => s.job)).to.not.include("look");
  });

  it("once after the risk model observed", async () => {
    const { risk, tick } = world();
    const keeper = await atRest(world());
    const { allowedAt } = await risk.observation();
    await world().networkHelpers.time.increaseTo(allowedAt);
    await risk.observe();
    expect(await tick(keeper)).to.include("look");
    expect(await tick(keeper)).to.not.include("look");
  });
});

describe("keeper: statements", () => {
  const world = freshWorld(deployKeeperWorld);

  it("takes one when the last is older than half of its limit", async () => {
    const { sheet, tick, networkHelpers } = world();
    const keeper = await atRest(world());
    await sheet.refresh();
    const { takenAt } = await sheet.stored();
    await networkHelpers.time.increaseTo(takenAt + 1_780n);
    expect((await keeper.tick()).sent.map((s) => s.job)).to.not.include("refresh");
    expect(await tick(keeper, 20)).to.include("refresh");
    expect(await tick(keeper)).to.not.include("refresh");
  });

  it("takes one at once after a loss was booked", async () => {
    const { tick } = world();
    const keeper = await atRest(world());
    await loseSomething(world(), 1n);
    expect(await tick(keeper)).to.include("refresh");
    expect(await tick(keeper)).to.not.include("refresh");
  });

  it("takes one when headroom would move by much, and none when by little", async () => {
    const { sheet, setPrice, tick } = world();
    const keeper = await atRest(world());
    await sheet.refresh();
    await tick(keeper, 400);
    await sheet.refresh();
    await setPrice(ETHER, 2_001_00000000n);
    expect(await tick(keeper, 400)).to.not.include("refresh");
    const { headroom } = await sheet.stored();
    await setPrice(ETHER, 2_400_00000000n);
    expect(await tick(keeper, 400)).to.include("refresh");
    expect((await sheet.stored()).headroom > headroom).to.equal(true);
  });
});

describe("keeper: deficits", () => {
  const world = freshWorld(deployKeeperWorld);

  it("takes the first point, waits, and settles", async () => {
    const { dollar, backstop, sheet, governor, tick } = world();
    await dollar.approve(backstop, 100_000n * WAD);
    await backstop.deposit(100_000n * WAD, governor.address);
    const keeper = await atRest(world());
    expect(keeper.totals.jobs.settle).to.equal(0);
    // More plUSD than there is anything for.
    await dollar.mint(governor.address, 3_000_000n * WAD);
    expect(await tick(keeper)).to.include("settle");
    const { seenAt } = await sheet.deficitPoint();
    expect(seenAt > 0n).to.equal(true);
    expect(await tick(keeper, HOUR)).to.not.include("settle");
    expect(await tick(keeper, HOUR)).to.include("settle");
    expect((await backstop.pools()).active < 100_000n * WAD).to.equal(true);
  });

  it("clears a point that is void", async () => {
    const { dollar, sheet, governor, tick } = world();
    const keeper = await atRest(world());
    await dollar.mint(governor.address, 3_000_000n * WAD);
    expect(await tick(keeper)).to.include("settle");
    await dollar.burn(governor.address, 3_000_000n * WAD);
    expect(await tick(keeper, 2 * HOUR)).to.include("settle");
    expect((await sheet.deficitPoint()).seenAt).to.equal(0n);
    expect(await tick(keeper)).to.not.include("settle");
  });
});

describe("keeper: de-risking", () => {
  const world = freshWorld(deployKeeperWorld);

  it("leaves the scale alone while capital stands it", async () => {
    const keeper = await atRest(world());
    expect(await world().tick(keeper, 2 * HOUR)).to.not.include("adjust");
  });

  it("moves it down when capital does not, at most once an hour", async () => {
    const { dollar, rebalancer, governor, tick } = world();
    const keeper = await atRest(world());
    await dollar.mint(governor.address, 900_000n * WAD);
    expect(await tick(keeper, HOUR)).to.include("adjust");
    const { scale } = await rebalancer.derisking();
    expect(scale < 10_000n).to.equal(true);
    expect(await tick(keeper, HOUR / 2)).to.not.include("adjust");
    expect(await tick(keeper, HOUR / 2 + 60)).to.include("adjust");
    expect((await rebalancer.derisking()).scale < scale).to.equal(true);
  });
});
