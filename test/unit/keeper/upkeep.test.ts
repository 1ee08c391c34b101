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

  it("has the rate updated every few hours", async () => {
    const { tick } = world();
    const keeper = await atRest(world());
    expect(keeper.totals.jobs.rate).to.equal(1);
    expect(await tick(keeper, 3 * HOUR)).to.not.include("rate");
    expect(await tick(keeper, HOUR)).to.include("rate");
  });
});
