import { expect } from "chai";

import { at, deployWorld, MAX_UINT256, SPECS, WAD } from "../../support/world.js";

describe("CreditLens", () => {
  async function build(rate = 0n) {
    const world = await deployWorld(SPECS, rate);
    const lens = await world.ethers.deployContract("CreditLens", [world.engineAddress]);
    const { alice, bob, carol } = world;
    // Alice: two collaterals and a debt. Bob: three and a debt close to his limit. Carol: collateral only.
    await world.deposit(alice, 0, 10n * WAD);
    await world.deposit(alice, 3, 5_000n * 10n ** 6n);
    await world.engine.connect(alice).borrow(9_000n * WAD, alice.address, alice.address);
    await world.deposit(bob, 0, 7n * WAD);
    await world.deposit(bob, 1, 12_345_678n);
    await world.deposit(bob, 2, 3n * WAD);
    await world.engine.connect(bob).borrow(17_500n * WAD, bob.address, bob.address);
    await world.deposit(carol, 1, 10n ** 8n);
    return { ...world, lens };
  }

  it("agrees to the wei with the engine and the risk model", async () => {
    // With interest running, so that the index is no round number.
    const { lens, engine, risk, alice, bob, carol, setPrice } = await build(1_243_680_655n);
    for (const price of [2_000_00000000n, 1_733_12345678n, 900_00000001n]) {
      await setPrice(0, price);
      const accounts = [alice.address, bob.address, carol.address];
      const list = await lens.healths(accounts);
      expect(list.length).to.equal(3);
      for (const [i, account] of accounts.entries()) {
        const h = at(list, i);
        const [, holdings] = await engine.position(account);
        const debt = await engine.debtOf(account);
        const limit = await risk.maintenanceLimit([...holdings]);
        expect(h.account).to.equal(account);
        expect(h.debt).to.equal(debt);
        expect(h.maintenanceLimit).to.equal(limit);
        expect(h.borrowLimit).to.equal(await risk.borrowLimit([...holdings], MAX_UINT256, true));
        expect(h.health).to.equal(debt === 0n ? MAX_UINT256 : (limit * WAD) / debt);
      }
    }
  });

  it("values collateral at mid, without haircut or liquidity discount", async () => {
    const { lens, alice } = await build();
    const [h] = await lens.healths([alice.address]);
    expect(h!.collateralValue).to.equal(25_000n * WAD);
  });

  it("names exactly the accounts that the engine would liquidate", async () => {
    const { lens, engine, alice, bob, carol, liquidator, setPrice, giveDollars } = await build();
    await giveDollars(liquidator, 100_000n * WAD);
    const accounts = [alice.address, bob.address, carol.address];
    expect(await lens.failing(accounts, 10_000)).to.have.length(0);
    // At 1,300 Bob fails and Alice does not.
    await setPrice(0, 1_300_00000000n);
    const failing = await lens.failing(accounts, 10_000);
    expect(failing.map((h) => h.account)).to.deep.equal([bob.address]);
    const repaid = await engine.connect(liquidator).liquidate.staticCall(
      accounts.map((account) => ({ account, maxRepay: MAX_UINT256 })),
      "0x",
    );
    expect(repaid.map((r) => r !== 0n)).to.deep.equal([false, true, false]);
  });

  it("names accounts within reach of failing when asked for a higher health", async () => {
    const { lens, alice, bob, carol } = await build();
    const accounts = [carol.address, bob.address, alice.address];
    const [bobsHealth] = await lens.healths([bob.address]);
    const bps = Number((bobsHealth!.health * 10_000n) / WAD);
    expect(await lens.failing(accounts, bps)).to.have.length(0);
    expect((await lens.failing(accounts, bps + 1)).map((h) => h.account)).to.deep.equal([bob.address]);
    // Carol has no debt: she never fails, not even with nothing to her name.
    expect((await lens.failing(accounts, 100_000)).map((h) => h.account)).to.deep.equal([bob.address, alice.address]);
  });

  it("one dead feed spoils neither the batch nor the rest of the account", async () => {
    const { lens, engine, risk, alice, bob, carol, assets } = await build();
    // A negative answer: ether is unpriced, and its last good high decays.
    await at(assets, 0).feed.updateAnswer(-1);
    const list = await lens.healths([alice.address, bob.address, carol.address]);
    expect(at(list, 0).collateralValue).to.equal(5_000n * WAD);
    for (const [i, account] of [alice.address, bob.address, carol.address].entries()) {
      const [, holdings] = await engine.position(account);
      expect(at(list, i).maintenanceLimit).to.equal(await risk.maintenanceLimit([...holdings]));
      // What can be borrowed against the rest; with `complete` the risk model would refuse to say.
      expect(at(list, i).borrowLimit).to.equal(await risk.borrowLimit([...holdings], MAX_UINT256, false));
    }
    const ether = at(await lens.assets(), 0);
    expect(ether.status).to.equal(0n);
    expect(ether.value).to.equal(0n);
    expect((await lens.book()).collateralValue > 0n).to.equal(true);
  });

  it("counts an asset whose borrowing is paused as the engine does: not at all", async () => {
    const { lens, engine, risk, governor, alice } = await build();
    const [before] = await lens.healths([alice.address]);
    await engine.connect(governor).pause(0, 4);
    const [h] = await lens.healths([alice.address]);
    const [, holdings] = await engine.position(alice.address);
    expect(h!.borrowLimit).to.equal(await risk.borrowLimit([at(holdings, 1)], MAX_UINT256, true));
    expect(h!.maintenanceLimit).to.equal(before!.maintenanceLimit);
    await expect(engine.connect(alice).borrow(WAD, alice.address, alice.address)).to.be.revertedWithCustomError(
      engine,
      "BorrowLimitExceeded",
    );
  });

  it("looks at hundreds of accounts in one call, strangers included", async () => {
    const { ethers, lens, bob } = await build();
    const strangers = Array.from({ length: 400 }, (_, i) => ethers.zeroPadValue(ethers.toBeHex(i + 1), 20));
    const list = await lens.healths([...strangers, bob.address]);
    expect(list).to.have.length(401);
    expect(at(list, 0).health).to.equal(MAX_UINT256);
    expect(at(list, 400).debt).to.equal(17_500n * WAD);
    expect(await lens.failing.estimateGas([...strangers, bob.address], 10_000)).to.be.below(16_777_216n);
  });

  it("sums up the assets", async () => {
    const { lens, engine, risk, assets } = await build();
    const list = await lens.assets();
    expect(list.map((a) => a.symbol)).to.deep.equal(["WETH", "WBTC", "wstETH", "USDC"]);
    for (const [i, summary] of list.entries()) {
      const asset = at(assets, i);
      const info = await engine.assetInfo(i);
      const [borrowDepth, maintenanceDepth] = await risk.depths(i);
      expect(summary.token).to.equal(asset.address);
      expect(summary.decimals).to.equal(BigInt(asset.decimals));
      expect(summary.deposited).to.equal(info.total * info.scale);
      expect(summary.cap).to.equal(info.cap * info.scale);
      expect(summary.borrowDepth).to.equal(borrowDepth * info.scale);
      expect(summary.maintenanceDepth).to.equal(maintenanceDepth * info.scale);
      expect(summary.initialHaircut).to.equal(BigInt(asset.initial));
      expect(summary.maintenanceHaircut).to.equal(BigInt(asset.maintenance));
      expect(summary.mid).to.equal(asset.price * 10n ** 10n);
      expect(summary.status).to.equal(2n);
      expect(summary.delisted).to.equal(false);
      expect(summary.value).to.equal((summary.mid * summary.deposited) / 10n ** BigInt(asset.decimals));
    }
    await risk.delist(1);
    const after = await lens.assets();
    expect(at(after, 1).delisted).to.equal(true);
    expect(at(after, 1).initialHaircut).to.equal(10_000n);
    expect(at(after, 0).delisted).to.equal(false);
  });

  it("sums up the book", async () => {
    const { lens, engine, dollar, gate, governor } = await build();
    const book = await lens.book();
    const assets = await lens.assets();
    expect(book.supply).to.equal(await dollar.totalSupply());
    expect(book.totalDebt).to.equal(26_500n * WAD);
    expect(book.collateralValue).to.equal(assets.reduce((sum, a) => sum + a.value, 0n));
    expect(book.minimumDebt).to.equal(100n * WAD);
    // The gate's headroom first, then the ceiling on debts: whichever is less.
    await gate.connect(governor).setCeiling(engine, 30_000n * WAD);
    expect((await lens.book()).issuable).to.equal(3_500n * WAD);
    await engine.connect(governor).setDebtLimits(100n * WAD, 27_000n * WAD);
    expect((await lens.book()).issuable).to.equal(500n * WAD);
    await engine.connect(governor).setDebtLimits(100n * WAD, 20_000n * WAD);
    expect((await lens.book()).issuable).to.equal(0n);
  });

  it("refuses an engine without code", async () => {
    const { ethers, lens } = await build();
    await expect(ethers.deployContract("CreditLens", [ethers.ZeroAddress])).to.be.revertedWithCustomError(
      lens,
      "ModuleHasNoCode",
    );
  });
});
