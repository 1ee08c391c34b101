import { expect } from "chai";

import { requireHeld, toReport, toSummary } from "../../../../cli/demo/summary.js";
import { FEED_RULES, march2020 } from "../../../../replay/path/path.js";
import { oneKeeper } from "../../../../replay/scenario/keepers.js";
import { runScenario } from "../../../../replay/scenario/run.js";
import { present } from "../../../../sdk/present.js";
import { Faucet__factory, FaucetToken__factory, ICreditEngine__factory } from "../../../../types/contracts/index.js";
import { smallWorlds } from "../../../support/scenario.js";

const WAD = 10n ** 18n;
const MAX_UINT256 = 2n ** 256n - 1n;
const SEED = 2_020;
const ACCOUNTS = 60;
/** The same two days with an update at each move of 2% instead of 0.5%. */
const COARSE = { ...FEED_RULES, eth: { deviation: 200, heartbeat: 3_600 }, btc: { deviation: 200, heartbeat: 3_600 } };

describe("replay/scenario: a short crash from end to end", () => {
  const worldWith = smallWorlds(true);

  it("is survived: the keeper liquidates through the pools, absorbs the rest, and every invariant holds", async function () {
    this.timeout(300_000);
    const path = march2020(SEED, COARSE);
    const start = 1_800_000_000;
    const world = await worldWith({ accounts: ACCOUNTS, seed: SEED, start });
    const keeper = world.newKeeper();
    const seen: number[] = [];
    const result = await runScenario(
      world,
      oneKeeper(keeper),
      path,
      start,
      (progress) => void seen.push(progress.step),
    );

    requireHeld(result);
    const report = toReport(result, 0);
    expect(report).to.deep.include({ badDebt: "0.0", openUnderwater: 0, accounts: ACCOUNTS, steps: path.steps.length });
    expect(seen).to.have.length(path.steps.length);
    expect(report.liquidated, "accounts liquidated").to.be.above(10);
    expect(report.absorbed, "accounts absorbed").to.be.above(10);
    expect(keeper.totals).to.deep.include({ reverted: 0, lost: 0 });
    expect(keeper.totals.profit > 0n).to.equal(true);
    expect(toSummary(result).join("\n"))
      .to.contain(`observed prices ${report.observations} times`)
      .and.to.not.contain("BROKEN");
    // Once an hour, for two days.
    expect(report.observations).to.be.within(40, 49);
    expect(result.ether.after.volatility > result.ether.before.volatility).to.equal(true);
    expect(result.ether.after.initialHaircut > result.ether.before.initialHaircut).to.equal(true);
    expect(result.audit.checks.map((check) => check.name)).to.include("the books balanced all the time");

    // The reserve took positions over, went off target, and came back by auctions; idle dollars earn.
    expect(report.auctions, "auctions opened").to.be.above(3);
    expect(result.rebalancing.fills, "fills").to.be.above(3);
    expect(result.rebalancing.longestOff, "time off target").to.be.within(1, 86_400);
    expect(report.weightsOffTarget).to.equal(0);
    expect(report.rebalanceCostBps).to.be.below(100);
    expect(Number(report.capital)).to.be.above(Number(report.required));
    expect(Number(report.backing)).to.be.above(1);
    expect(Number(report.reserveNav)).to.be.above(2_000_000);
    expect(result.audit.invested > 100_000n * WAD, "invested").to.equal(true);
    expect(keeper.totals.jobs.fill).to.equal(result.rebalancing.fills);

    // What the README promises a wallet that comes afterwards, haircuts being what they are then.
    const wallet = present((await world.connection.ethers.getSigners())[8]);
    await world.chain.setAutomine(true);
    const { engine, dollar } = world.addresses.contracts;
    await Faucet__factory.connect(present(world.addresses.faucet), wallet).claimAll(wallet.address);
    const weth = FaucetToken__factory.connect(present(world.addresses.tokens.WETH), wallet);
    const amount = await weth.balanceOf(wallet.address);
    await weth.approve(engine, amount);
    const credit = ICreditEngine__factory.connect(engine, wallet);
    await credit.deposit(0, amount, wallet.address);
    await credit.borrow(1_000n * WAD, wallet.address, wallet.address);
    await credit.repay(MAX_UINT256, wallet.address);
    await credit.withdraw(0, MAX_UINT256, wallet.address, wallet.address);
    expect(await weth.balanceOf(wallet.address)).to.equal(amount);
    expect((await FaucetToken__factory.connect(dollar, wallet).balanceOf(wallet.address)) > 0n).to.equal(true);
  });
});
