import { expect } from "chai";

import { deploySheet, UNIT, type SheetWorld } from "../../support/sheet-world.js";
import { freshWorld } from "../../support/fresh.js";
import { WAD } from "../../support/world.js";

/** Issue 4: a refresh with eight assets. Cold, one-slot feeds, 21,000 of the transaction included. */
const REFRESH_LIMIT = 250_000n;

/** Once an hour, beside it. */
const LOOK_LIMIT = 330_000n;

/** Eight assets in the reserve, four of them lent against, both pools of the Backstop, and two refreshes behind it. */
async function running(): Promise<SheetWorld> {
  const world = await deploySheet();
  const { sheet, hold, engine, governor, tokens, pools, dollar, networkHelpers } = world;
  for (const [asset, amount] of [100n, 5n, 500_000n, 300_000n, 50n, 50n, 2_000n, 1_000n].entries()) {
    await hold(asset, amount * UNIT);
  }
  for (const asset of [0, 1, 4, 6]) {
    await tokens[asset]?.mint(governor.address, 1_000n * WAD);
    await engine.deposit(asset, 1_000n * WAD, governor.address);
  }
  await sheet.lookAtCollateral();
  await sheet.refresh();
  await engine.borrow(300_000n * WAD, governor.address, governor.address);
  await dollar.approve(pools, 40_000n * WAD);
  await pools.stake(40_000n * WAD);
  await pools.setPools(20_000n * WAD, 10_000n * WAD, 10_000n * WAD);
  for (let look = 0; look < 2; look++) {
    await networkHelpers.time.increase(7_200);
    await sheet.lookAtCollateral();
    await sheet.refresh();
  }
  return world;
}

describe("BalanceSheet: gas", () => {
  const world = freshWorld(running);

  it("refreshes with eight assets within its limit", async () => {
    const { sheet, networkHelpers } = world();
    await networkHelpers.time.increase(60);
    const refresh = (await (await sheet.refresh()).wait())?.gasUsed ?? 0n;
    await networkHelpers.time.increase(7_200);
    const look = (await (await sheet.lookAtCollateral()).wait())?.gasUsed ?? 0n;
    console.log(`      eight assets, cold: refresh ${refresh} gas; the hourly look at collateral ${look}`);
    expect(refresh).to.be.lessThan(REFRESH_LIMIT);
    expect(look).to.be.lessThan(LOOK_LIMIT);
  });

  it("lets a loan pass for two slots", async () => {
    const { sheet, engine, ethers, networkHelpers } = world();
    await networkHelpers.time.increase(60);
    await sheet.refresh();
    const address = await engine.getAddress();
    await networkHelpers.impersonateAccount(address);
    await networkHelpers.setBalance(address, WAD);
    const signer = await ethers.getSigner(address);
    const receipt = await (await sheet.connect(signer).consume(2n ** 256n - 1n, WAD)).wait();
    const calldata = 64n * 16n;
    const consume = (receipt?.gasUsed ?? 0n) - 21_000n - calldata;
    console.log(`      consume for a loan, cold: ${consume} gas`);
    expect(consume).to.be.lessThan(11_000n);
  });
});
