import { expect } from "chai";

import type { Keeper } from "../../../keeper/keeper.js";
import { freshWorld } from "../../support/fresh.js";
import { deployKeeperWorld, ETHER, USDC, type KeeperWorld } from "../../support/keeper-world.js";
import { MAX_UINT256, WAD } from "../../support/world.js";

const HOUR = 3_600;
const DAY = 86_400;
const UNIT = 10n ** 6n;

async function atRest(world: KeeperWorld): Promise<Keeper> {
  const keeper = world.newKeeper();
  await world.calm(keeper);
  return keeper;
}

/** Cash of USDC between these. {tok} */
async function setCash({ reserve }: KeeperWorld, floor: bigint, ceiling: bigint): Promise<void> {
  const terms = { stable: true, cap: 100_000_000n * UNIT, baseFee: 10, maxFee: 100 };
  await reserve.setTerms(USDC, { ...terms, liquidFloor: floor * UNIT, liquidCeiling: ceiling * UNIT });
}

describe("keeper: vaults", () => {
  const world = freshWorld(deployKeeperWorld);

  it("invests what is above the ceiling, once", async () => {
    const { reserve, tick } = world();
    const keeper = await atRest(world());
    expect(keeper.totals.jobs.invest).to.equal(0);
    await setCash(world(), 100_000n, 500_000n);
    expect(await tick(keeper)).to.include("invest");
    const { cash, vaulted } = await reserve.position(USDC);
    // Floats round the limits: down to the middle, within a thousandth.
    expect(cash / (1_000n * UNIT)).to.be.oneOf([299n, 300n]);
    expect(vaulted > 699_000n * UNIT).to.equal(true);
    expect(await tick(keeper)).to.not.include("invest");
  });

  /** A keeper at rest, and 700,000 USDC in the vault. */
  async function invested(): Promise<Keeper> {
    await setCash(world(), 100_000n, 500_000n);
    return await atRest(world());
  }

  it("takes out what cash lacks", async () => {
    const { reserve, tick } = world();
    const keeper = await invested();
    expect(keeper.totals.jobs.divest).to.equal(0);
    await setCash(world(), 400_000n, 500_000n);
    expect(await tick(keeper)).to.include("divest");
    expect((await reserve.position(USDC)).cash > 449_000n * UNIT).to.equal(true);
    expect(await tick(keeper)).to.not.include("divest");
  });

  it("takes everything out of a vault whose cap is 0, whatever the budget", async () => {
    const { reserve, vault, vaultTerms, newKeeper, tick } = world();
    await invested();
    const poor = newKeeper({ gasBudget: 0n });
    await tick(poor);
    await reserve.setVaultTerms(vault, { ...vaultTerms, absoluteCap: 0 });
    expect(await tick(poor)).to.include("divest");
    expect((await reserve.vaultInfo(vault)).shares).to.equal(0n);
  });

  it("books a vault once a day", async () => {
    const { tick } = world();
    const keeper = await invested();
    expect(await tick(keeper, 12 * HOUR)).to.not.include("book");
    expect(await tick(keeper, 12 * HOUR)).to.include("book");
    expect(await tick(keeper)).to.not.include("book");
  });

  it("books a loss at once, and a vault that does not answer", async () => {
    const { sheet, reserve, vault, tick } = world();
    const keeper = await invested();
    await vault.setFactor(9_900);
    expect(await tick(keeper)).to.include("book");
    expect((await sheet.surplusLedger()).losses > 6_000n * WAD).to.equal(true);
    expect(await tick(keeper)).to.not.include("book");
    await vault.setTrouble(1, false);
    expect(await tick(keeper)).to.include("book");
    expect((await reserve.vaultInfo(vault)).unreadableSince > 0n).to.equal(true);
    expect(await tick(keeper)).to.not.include("book");
  });

  it("takes the mark off a vault that answers again, in the next block and whatever the budget", async () => {
    const { reserve, vault, newKeeper, tick } = world();
    await invested();
    const poor = newKeeper({ gasBudget: 0n });
    await tick(poor);
    await vault.setTrouble(1, false);
    expect(await tick(poor, 1)).to.include("book");
    expect(await tick(poor, 1)).to.not.include("book");
    await vault.setTrouble(0, false);
    expect(await tick(poor, 1)).to.include("book");
    expect((await reserve.vaultInfo(vault)).unreadableSince).to.equal(0n);
  });

  it("takes note of a vault that does not pay, once, and of one that pays again", async () => {
    const { reserve, vault, tick } = world();
    const keeper = await invested();
    await vault.setLiquid(0n);
    await setCash(world(), 400_000n, 500_000n);
    expect(await tick(keeper)).to.include("divest");
    expect((await reserve.vaultInfo(vault)).failingSince > 0n).to.equal(true);
    expect(await tick(keeper, HOUR)).to.not.include("divest");
    // Cash is above its floor again without it; a hundredth is taken all the same.
    await setCash(world(), 100_000n, 500_000n);
    await vault.setLiquid(MAX_UINT256);
    expect(await tick(keeper, HOUR)).to.include("divest");
    expect((await reserve.vaultInfo(vault)).failingSince).to.equal(0n);
    expect(await tick(keeper, HOUR)).to.not.include("divest");
  });
});

describe("keeper: absorbed collateral", () => {
  const world = freshWorld(deployKeeperWorld);

  /** Ether in the engine's ledger that is the reserve's. {ether} */
  async function absorb(amount: bigint): Promise<void> {
    const { reserve, weth, engine, ethers, networkHelpers } = world();
    const address = await reserve.getAddress();
    await networkHelpers.impersonateAccount(address);
    await networkHelpers.setBalance(address, WAD);
    const signer = await ethers.getSigner(address);
    await weth.contract.mint(address, amount);
    await weth.contract.connect(signer).approve(engine, MAX_UINT256);
    await engine.connect(signer).deposit(ETHER, amount, address);
  }

  it("is collected when it is more than dust", async () => {
    const { reserve, tick } = world();
    const keeper = await atRest(world());
    await absorb(WAD / 100n);
    expect(await tick(keeper)).to.not.include("collect");
    await absorb(WAD);
    expect(await tick(keeper)).to.include("collect");
    expect((await reserve.position(ETHER)).credit).to.equal(0n);
    expect(await tick(keeper)).to.not.include("collect");
  });
});

describe("keeper: surplus and rate", () => {
  const world = freshWorld(deployKeeperWorld);

  it("distributes when somebody has staked, and not again within the interval", async () => {
    const { dollar, backstop, governor, tick } = world();
    const keeper = await atRest(world());
    expect(keeper.totals.jobs.distribute).to.equal(0);
    await dollar.approve(backstop, 10_000n * WAD);
    await backstop.deposit(10_000n * WAD, governor.address);
    // Fees of issuing a million.
    expect(await tick(keeper)).to.include("distribute");
    expect((await backstop.pools()).streaming > 900n * WAD).to.equal(true);
    expect(await tick(keeper, 12 * HOUR)).to.not.include("distribute");
    expect(await tick(keeper, DAY)).to.not.include("distribute");
  });

  it("has the rate updated as soon as it would change, and never for nothing", async () => {
    const { ethers, engine, tick, newKeeper } = world();
    const keeper = await atRest(world());
    for (let hour = 0; hour < 30; hour += 5) expect(await tick(keeper, 5 * HOUR)).to.not.include("rate");
    const set = async (rate: bigint): Promise<void> => {
      await engine.setRateSource(await ethers.deployContract("ConstantRate", [rate]));
    };
    /** Looks at which somebody updates the rate, of six, each a quarter of an hour after the other: operators leave each other some time. */
    const updates = async (looking: Keeper): Promise<number> => {
      let count = 0;
      for (let i = 0; i < 6; i++) if ((await tick(looking, HOUR / 4)).includes("rate")) count++;
      return count;
    };
    await set(10n ** 9n);
    expect(await updates(keeper)).to.equal(1);
    expect((await engine.interest()).rate).to.equal(10n ** 9n);
    // Another operator has done it: nothing is left to do, also for who did nothing yet.
    expect(await updates(newKeeper())).to.equal(0);
    // Too little to be worth the gas, until it has been so for a day.
    await tick(keeper, 4 * HOUR);
    await set((10n ** 9n * 1_001n) / 1_000n);
    expect(await updates(keeper)).to.equal(0);
    await tick(keeper, DAY);
    expect(await updates(keeper)).to.equal(1);
  });
});

describe("keeper: last good prices", () => {
  const world = freshWorld(deployKeeperWorld);
  /** As long as any operator waits. */
  const INTERVAL = 2_000;

  it("are recorded when nobody has for an interval, and those alone that are due", async () => {
    const { oracle, tick } = world();
    const keeper = await atRest(world());
    await tick(keeper, INTERVAL);
    const before = keeper.totals.jobs.record;
    expect(await tick(keeper, INTERVAL)).to.include("record");
    await tick(keeper);
    expect(keeper.totals.jobs.record).to.be.above(before);
    // Somebody else does it in good time.
    for (let i = 0; i < 4; i++) {
      await oracle.record(3n);
      expect(await tick(keeper, 1_000)).to.not.include("record");
    }
    // And for one of two.
    expect(await tick(keeper, 500)).to.not.include("record");
    await oracle.record(1n);
    const [{ recordedAt: ether }, { recordedAt: usdc }] = [await oracle.lastGood(ETHER), await oracle.lastGood(USDC)];
    expect(ether > usdc).to.equal(true);
    expect(await tick(keeper, 600)).to.include("record");
    await tick(keeper);
    expect((await oracle.lastGood(ETHER)).recordedAt).to.equal(ether);
    expect((await oracle.lastGood(USDC)).recordedAt > usdc).to.equal(true);
  });

  it("do not use up what auctions and vaults need", async () => {
    const { newKeeper, networkHelpers } = world();
    await atRest(world());
    /** What a keeper with that budget expects of recording when that is due; undefined where it leaves it. */
    const recorded = async (gasBudget: bigint): Promise<bigint | undefined> => {
      await networkHelpers.time.increase(INTERVAL);
      return (await newKeeper({ gasBudget }).tick()).sent.find(({ job }) => job === "record")?.expected;
    };
    const cost = -(await recorded(1_000n * WAD))!;
    expect(cost > 0n).to.equal(true);
    expect((await recorded(3n * cost))! < 0n).to.equal(true);
    // It would be enough, but not half of it would be left.
    expect(await recorded((3n * cost) / 2n)).to.equal(undefined);
  });
});
