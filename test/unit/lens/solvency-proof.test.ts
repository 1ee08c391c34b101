import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { deploySheet, UNIT } from "../../support/sheet-world.js";
import { at, WAD } from "../../support/world.js";

const BPS = 10_000n;
/** Low of ether: 2,000 USD less the feed's 50 bps. {USD/ETH} */
const ETHER_LOW = 1_990n * WAD;

/** 100 ether and 500,000 of a stable; 300,000 lent, 90,000 of it staked in all three pools. */
async function running() {
  const world = await deploySheet();
  const { ethers, sheet, hold, engine, tokens, governor, networkHelpers, pools } = world;
  const proof = await ethers.deployContract("SolvencyProof", [sheet, 0]);
  await hold(0, 100n * UNIT);
  await hold(2, 500_000n * UNIT);
  await at(tokens, 0).mint(governor.address, 1_000n * WAD);
  await engine.deposit(0, 1_000n * WAD, governor.address);
  await sheet.lookAtCollateral();
  await networkHelpers.time.increase(7_200);
  await sheet.lookAtCollateral();
  await sheet.refresh();
  await engine.borrow(300_000n * WAD, governor.address, governor.address);
  await pools.setPools(50_000n * WAD, 30_000n * WAD, 10_000n * WAD);
  return { ...world, proof };
}

describe("SolvencyProof", () => {
  const world = freshWorld(running);

  it("lists what is owned, loans under plUSD, in ether", async () => {
    const { proof, tokens, dollar, sheet, networkHelpers } = world();
    const [assets, amounts, values, timestamp] = await proof.getProtocolAssets();
    const statement = await sheet.statement();
    expect([...assets]).to.deep.equal([
      await at(tokens, 0).getAddress(),
      await at(tokens, 2).getAddress(),
      await dollar.getAddress(),
    ]);
    expect([...amounts]).to.deep.equal([100n * WAD, 500_000n * WAD, 300_000n * WAD]);
    expect([...values]).to.deep.equal([
      (at([...statement.lines], 0).value * WAD) / ETHER_LOW,
      (at([...statement.lines], 1).value * WAD) / ETHER_LOW,
      (300_000n * WAD * WAD) / ETHER_LOW,
    ]);
    // 100 ether are worth 100 ether.
    expect(values[0]).to.equal(100n * WAD);
    expect(timestamp).to.equal(BigInt(await networkHelpers.time.latest()));
  });

  it("owes the supply beyond the Backstop", async () => {
    const { proof, dollar } = world();
    const [owing, amounts, values] = await proof.getProtocolLiabilities();
    expect([...owing]).to.deep.equal([await dollar.getAddress()]);
    expect([...amounts]).to.deep.equal([210_000n * WAD]);
    expect([...values]).to.deep.equal([(210_000n * WAD * WAD + ETHER_LOW - 1n) / ETHER_LOW]);
  });

  it("tells backing in bps, and whether it is 100%", async () => {
    const { proof, reserve, pools } = world();
    // (199,000 + 497,500 + 300,000) / 210,000.
    expect(await proof.getSolvencyRatio()).to.equal((996_500n * BPS) / 210_000n);
    expect([...(await proof.verifySolvency())]).to.deep.equal([true, 47_452n]);
    await reserve.setCash(0, 0n);
    await reserve.setCash(2, 0n);
    await pools.setPools(0n, 0n, 0n);
    expect([...(await proof.verifySolvency())]).to.deep.equal([true, BPS]);
    await world().dollar.setFacilitator(world().governor, 10n ** 24n);
    await world().dollar.mint(world().governor, 30n * WAD);
    expect([...(await proof.verifySolvency())]).to.deep.equal([false, 9_999n]);
  });

  it("says nothing about the past, and nothing at all without a price of ether", async () => {
    const { proof, feeds } = world();
    const history = await proof.getSolvencyHistory(0n, 2n ** 40n);
    expect(history.map((list) => list.length)).to.deep.equal([0, 0, 0, 0]);
    await at(feeds, 0).set(0n);
    await expect(proof.getProtocolAssets()).to.be.revertedWithCustomError(proof, "EtherUnpriced");
    await expect(proof.getProtocolLiabilities()).to.be.revertedWithCustomError(proof, "EtherUnpriced");
  });
});
