import { expect } from "chai";

import { exposureOf, healthOf, open, SLICING } from "../../support/failing.js";
import { freshWorld } from "../../support/fresh.js";
import { breakFeed } from "../../support/hostile.js";
import { ceilDiv, near, plainValue, slice } from "../../support/maths.js";
import { aim } from "../../support/risk.js";
import { at, deployWorld, LIQUIDATION, MAX_UINT256, MINIMUM_DEBT, SPECS, WAD } from "../../support/world.js";

const SHARE = 10n ** 10n;

/** A price as a feed answers it. {USD/tok} 8 decimals */
const usd = (price: number): bigint => BigInt(Math.round(price * 10_000)) * 10n ** 4n;

describe("CreditEngine.absorb", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    return { ...w, treasuryAddress: await w.treasury.getAddress() };
  });

  describe("who may be absorbed", () => {
    it("nobody between health 1 and the absorption health, whom liquidators still want", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await world().setPrice(0, usd(1_650));
      const e = await exposureOf(world(), alice);
      expect(healthOf(e) < WAD && healthOf(e) > (WAD * 97n) / 100n).to.equal(true);
      await expect(engine.connect(liquidator).absorb([alice.address])).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
    });

    it("whoever is below it, to the smallest step of the price", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      let [low, high] = [1_000_00000000n, 2_000_00000000n];
      while (high - low > 1n) {
        const middle = (low + high) / 2n;
        await world().setPrice(0, middle);
        const e = await exposureOf(world(), alice);
        if (e.limit * 10_000n >= e.debt * LIQUIDATION.absorbHealth) high = middle;
        else low = middle;
      }
      await world().setPrice(0, high);
      await expect(engine.connect(liquidator).absorb([alice.address])).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await world().setPrice(0, low);
      await engine.connect(liquidator).absorb([alice.address]);
    });

    it("also whoever is above it when the collateral cannot pay the least incentive", async () => {
      // Stablecoins at a haircut of 5%: at health 0.99 V/D is 1.04, so with lmin = 5% the cap on l is below it.
      const { engine, risk, alice, liquidator } = world();
      await engine.setLiquidationParameters({ ...LIQUIDATION, minIncentive: 450n, absorbHealth: 0n });
      await aim(risk, 3, { initialHaircut: 800, maintenanceHaircut: 500, depth: 100_000_000n * 10n ** 6n });
      await world().connection.networkHelpers.time.increase(86_400 * 30);
      for (const [i, spec] of SPECS.entries()) await world().setPrice(i, spec.price);
      await open(world(), alice, { 3: 10_000n * 10n ** 6n }, 9_050n * WAD);
      // V / D = 1.0472: the cap is above 4.5%.
      await world().setPrice(3, usd(0.9478));
      await expect(engine.connect(liquidator).absorb([alice.address])).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await world().setPrice(3, usd(0.9457));
      const e = await exposureOf(world(), alice);
      expect(((e.value - e.debt) * 10_000n) / e.debt < 450n).to.equal(true);
      await expect(engine.connect(liquidator).absorb([alice.address])).to.emit(engine, "Absorb");
    });

    it("nobody who is healthy, without debt, or not there", async () => {
      const { engine, alice, bob } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await world().deposit(bob, 0, WAD);
      for (const accounts of [[], [alice.address], [bob.address], [alice.address, bob.address]]) {
        await expect(engine.absorb(accounts)).to.be.revertedWithCustomError(engine, "NothingToDo");
      }
    });
  });

  describe("the slice of a solvent account", () => {
    const failing = async (): Promise<void> => {
      await open(world(), world().alice, { 0: 10n * WAD, 3: 1_000n * 10n ** 6n }, 14_900n * WAD);
      await world().setPrice(0, usd(1_600));
    };

    it("is the liquidator's, goes to the absorber with the debt, and needs no plUSD", async () => {
      const { engine, engineAddress, dollar, alice, liquidator, treasuryAddress } = world();
      await failing();
      const before = await exposureOf(world(), alice);
      const held = (await world().position(alice)).balances;
      const expected = slice(before, SLICING);
      const supply = await dollar.totalSupply();
      const level = await dollar.level(engineAddress);
      expect(await dollar.balanceOf(liquidator.address)).to.equal(0n);

      const call = await engine.connect(liquidator).absorb([alice.address]);

      const removed = ceilDiv(expected.repay, SHARE) * SHARE;
      expect(before.debt - (await engine.debtOf(alice.address))).to.equal(removed);
      expect(await dollar.totalSupply()).to.equal(supply);
      expect(await dollar.level(treasuryAddress)).to.equal(removed);
      expect(await dollar.level(engineAddress)).to.equal(level - removed);
      await expect(call).to.emit(dollar, "LevelMoved").withArgs(engineAddress, treasuryAddress, removed);

      const toTreasury = (await world().position({ address: treasuryAddress })).balances;
      const tips = (await world().position(liquidator)).balances;
      // A tenth of the incentive, as part of what was seized.
      const tip = (((expected.incentive * LIQUIDATION.tipShare) / 10_000n) * WAD) / (WAD + expected.incentive);
      for (const [asset, balance] of held) {
        const taken = (balance * expected.fraction) / WAD;
        const tipped = (taken * tip) / WAD;
        expect(tips.get(asset), `tip of asset ${asset}`).to.equal(tipped);
        expect(toTreasury.get(asset), `asset ${asset}`).to.equal(taken - tipped);
        expect(await engine.balanceOf(alice.address, asset)).to.equal(balance - taken);
      }
      const taken = (asset: number): bigint => ((held.get(asset) ?? 0n) * expected.fraction) / WAD;
      const packed = (removed / SHARE) | (0b1001n << 64n) | (taken(0) << 80n) | (taken(3) << 138n);
      await expect(call).to.emit(engine, "Absorb").withArgs(alice.address, liquidator.address, removed, tip, [packed]);
    });

    it("returns what it removed, books no loss while the low value covers it, and tells the absorber", async () => {
      const { engine, gate, treasury, alice, liquidator } = world();
      await failing();
      const ceiling = await gate.ceilingOf(world().engineAddress);
      const debt = await engine.debtOf(alice.address);
      const [removed] = await engine.connect(liquidator).absorb.staticCall([alice.address]);
      const call = await engine.connect(liquidator).absorb([alice.address]);
      expect(removed).to.equal(debt - (await engine.debtOf(alice.address)));
      expect(await gate.ceilingOf(world().engineAddress)).to.equal(ceiling);
      await expect(call).to.emit(treasury, "Absorbed").withArgs(liquidator.address, removed, 0n, 0n);
    });

    it("raises the health to the target, and the minimum debt holds", async () => {
      const { engine, alice, bob } = world();
      await failing();
      await open(world(), bob, { 3: 200n * 10n ** 6n }, 150n * WAD);
      await world().setPrice(3, usd(0.76));
      await engine.absorb([alice.address, bob.address]);
      expect(healthOf(await exposureOf(world(), alice)) >= (WAD * 105n) / 100n - 10n ** 11n).to.equal(true);
      expect(await engine.debtOf(bob.address)).to.equal(0n);
    });
  });

  describe("capacity", () => {
    const failing = async (): Promise<void> => {
      await open(world(), world().alice, { 0: 10n * WAD, 3: 8_000n * 10n ** 6n }, 21_000n * WAD);
      await world().setPrice(0, usd(1_500));
    };

    it("leaves an asset without room out and takes more of the others, to the same health", async () => {
      const { engine, treasury, alice, treasuryAddress, connection } = world();
      await failing();
      const before = await exposureOf(world(), alice);
      expect(before.value > before.debt).to.equal(true);
      const snapshot = await connection.networkHelpers.takeSnapshot();
      await engine.absorb([alice.address]);
      const ofBoth = await engine.balanceOf(treasuryAddress, 0);
      await snapshot.restore();
      await treasury.setCapacity(3, 0);
      await engine.absorb([alice.address]);
      expect(await engine.balanceOf(treasuryAddress, 3)).to.equal(0n);
      expect(await engine.balanceOf(alice.address, 3)).to.equal(8_000_000000n);
      expect((await engine.balanceOf(treasuryAddress, 0)) > ofBoth).to.equal(true);
      const target = (WAD * 105n) / 100n;
      const health = healthOf(await exposureOf(world(), alice));
      expect(health >= target && health < target + 10n ** 14n, `health ${health}`).to.equal(true);
    });

    it("leaves the account alone when what there is room for could only worsen it", async () => {
      const { engine, treasury, alice } = world();
      await failing();
      await treasury.setCapacity(0, 0);
      // V M / (M_s D) - 1 of the stablecoins alone is 1.2%, below the least incentive of 2%.
      await expect(engine.absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
      await treasury.setCapacity(0, 10n ** 17n);
      await engine.absorb([alice.address]);
    });

    it("leaves the account alone when taking part of it would strand a debt below the minimum", async () => {
      const { engine, treasury, alice } = world();
      // Taking all the ether there is pays all but some 50 of the debt.
      await open(world(), alice, { 0: WAD, 3: 60n * 10n ** 6n }, 230n * WAD);
      await world().setPrice(0, usd(185));
      await treasury.setCapacity(3, 0);
      const e = await exposureOf(world(), alice);
      expect(healthOf(e) < (WAD * 97n) / 100n).to.equal(true);
      await expect(engine.absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
      await treasury.setCapacity(3, 10n ** 17n);
      await engine.absorb([alice.address]);
    });

    it("counts what the absorber holds already", async () => {
      const { engine, treasury, alice, bob, liquidator, treasuryAddress, connection } = world();
      await failing();
      await open(world(), bob, { 1: 10n ** 8n }, 27_000n * WAD);
      await world().setPrice(1, usd(31_000));
      const snapshot = await connection.networkHelpers.takeSnapshot();
      await engine.connect(liquidator).absorb([bob.address]);
      const taken = 10n ** 8n - (await engine.balanceOf(bob.address, 1));
      await snapshot.restore();
      await treasury.setCapacity(1, taken - 1n);
      await expect(engine.connect(liquidator).absorb([bob.address])).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await treasury.setCapacity(1, taken);
      await engine.connect(liquidator).absorb([bob.address]);
      // Full but for the tip: the next one of that asset is left out.
      expect(await treasury.capacities(2)).to.deep.equal([taken - (await engine.balanceOf(treasuryAddress, 1))]);
      await world().setPrice(1, usd(29_500));
      await expect(engine.connect(liquidator).absorb([bob.address])).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await engine.connect(liquidator).absorb([bob.address, alice.address]);
    });

    it("is used up within a batch", async () => {
      const { engine, treasury, alice, bob, connection } = world();
      for (const who of [alice, bob]) await open(world(), who, { 0: 10n * WAD }, 14_000n * WAD);
      await world().setPrice(0, usd(1_600));
      const snapshot = await connection.networkHelpers.takeSnapshot();
      await engine.absorb([alice.address]);
      const one = 10_00000000n - (await engine.balanceOf(alice.address, 0));
      await snapshot.restore();
      await treasury.setCapacity(0, 2n * one - 1n);
      const removed = await engine.absorb.staticCall([alice.address, bob.address]);
      expect(at(removed, 0) > 0n).to.equal(true);
      expect(removed[1]).to.equal(0n);
      await treasury.setCapacity(0, 2n * one);
      const both = await engine.absorb.staticCall([alice.address, bob.address]);
      expect(both[1]).to.equal(both[0]);
    });

    it("is nothing to an insolvent account: no loss stays hidden", async () => {
      const { engine, treasury, alice, treasuryAddress } = world();
      await failing();
      for (const asset of [0, 3]) await treasury.setCapacity(asset, 0);
      await expect(engine.absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
      await world().setPrice(0, usd(1_200));
      await engine.absorb([alice.address]);
      expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
      expect((await engine.balanceOf(treasuryAddress, 0)) > 0n).to.equal(true);
    });
  });

  describe("insolvent accounts", () => {
    const failing = async (): Promise<void> => {
      await open(world(), world().alice, { 0: 10n * WAD, 3: 1_000n * 10n ** 6n }, 14_000n * WAD);
      await world().setPrice(0, usd(1_200));
    };

    it("are taken whole; the debt above the low value received is booked as a loss", async () => {
      const { engine, engineAddress, dollar, gate, treasury, risk, alice, liquidator, treasuryAddress } = world();
      await failing();
      const debt = await engine.debtOf(alice.address);
      const ceiling = await gate.ceilingOf(world().engineAddress);
      const call = await engine.connect(liquidator).absorb([alice.address]);
      expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
      const quotes = await risk.quote(9);
      const received = (await world().position({ address: treasuryAddress })).balances;
      const low = [0, 3].reduce((sum, asset, i) => {
        const q = at(quotes, i);
        return sum + ((received.get(asset) ?? 0n) * q.low) / q.unit;
      }, 0n);
      const loss = debt - low;
      expect(loss > 1_000n * WAD).to.equal(true);
      expect(ceiling - (await gate.ceilingOf(world().engineAddress))).to.equal(loss);
      await expect(call)
        .to.emit(gate, "LossBooked")
        .withArgs(engineAddress, loss, ceiling - loss);
      await expect(call).to.emit(treasury, "Absorbed").withArgs(liquidator.address, debt, loss, 0n);
      expect(await dollar.level(treasuryAddress)).to.equal(debt);
    });

    it("pay at least the tip floor out of the collateral", async () => {
      const { engine, risk, alice, liquidator } = world();
      await engine.setTipFloor(40n * WAD);
      await failing();
      const held = (await world().position(alice)).balances;
      const { value } = await exposureOf(world(), alice);
      await engine.connect(liquidator).absorb([alice.address]);
      const tips = (await world().position(liquidator)).balances;
      const tip = (40n * WAD * WAD) / value;
      for (const [asset, balance] of held) expect(tips.get(asset)).to.equal((balance * tip) / WAD);
      const quotes = await risk.quote(9);
      const worth = [0, 3].reduce((sum, asset, i) => sum + plainValue(at(quotes, i), tips.get(asset) ?? 0n), 0n);
      expect(near(worth, 40n * WAD, 10n ** 14n), `worth ${worth}`).to.equal(true);
    });

    it("keep the larger tip where the share of the incentive is above the floor", async () => {
      const { engine, alice, liquidator } = world();
      await engine.setTipFloor(WAD);
      await failing();
      await engine.connect(liquidator).absorb([alice.address]);
      // 10% of 2%, in what was seized: 0.002 / 1.02.
      const tip = (2n * 10n ** 15n * WAD) / ((WAD * 102n) / 100n);
      expect(await engine.balanceOf(liquidator.address, 0)).to.equal((10_00000000n * tip) / WAD);
    });

    it("worth less than the floor go to the caller whole, and the treasury pays the rest as far as it can", async () => {
      const { engine, dollar, treasury, alice, liquidator, treasuryAddress } = world();
      await engine.setTipFloor(25n * WAD);
      await failing();
      await world().setPrice(0, usd(0.5));
      await world().setPrice(3, usd(0.0101));
      const { value } = await exposureOf(world(), alice);
      expect(value < 25n * WAD).to.equal(true);
      const owed = 25n * WAD - value;
      await dollar.connect(alice).transfer(treasuryAddress, owed + 3n);
      const debt = await engine.debtOf(alice.address);

      const call = await engine.connect(liquidator).absorb([alice.address]);

      await expect(call).to.emit(treasury, "Absorbed").withArgs(liquidator.address, debt, debt, owed);
      expect(await dollar.balanceOf(liquidator.address)).to.equal(owed);
      expect(await dollar.balanceOf(treasuryAddress)).to.equal(3n);
      expect(await engine.balanceOf(liquidator.address, 0)).to.equal(10_00000000n);
      expect(await engine.balanceOf(liquidator.address, 3)).to.equal(1_000_000000n);
      expect((await world().position({ address: treasuryAddress })).balances.size).to.equal(0);
    });

    it("are absorbed also when the treasury is too poor to pay the tip", async () => {
      const { engine, dollar, alice, liquidator, treasuryAddress } = world();
      await engine.setTipFloor(25n * WAD);
      await failing();
      await world().setPrice(0, usd(0.5));
      await world().setPrice(3, usd(0.0101));
      await dollar.connect(alice).transfer(treasuryAddress, 7n);
      await engine.connect(liquidator).absorb([alice.address]);
      expect(await dollar.balanceOf(liquidator.address)).to.equal(7n);
      expect(await engine.debtOf(alice.address)).to.equal(0n);
    });
  });

  describe("dead feeds", () => {
    it("seize nothing of a healthy account in the block in which they die, however long ago the last record was", async () => {
      const { engine, oracle, risk, alice, bob, assets, connection } = world();
      const { time } = connection.networkHelpers;
      await open(world(), alice, { 0: 10n * WAD }, 1_000n * WAD);
      await time.increase((await oracle.decay()) * 3n);
      // The feeds lived all the time; nobody recorded.
      for (const { id, price } of assets) await world().setPrice(Number(id), price);
      await engine.connect(alice).borrow(100n * WAD, alice.address, alice.address);
      const limit = await risk.maintenanceLimit([10_00000000n]);
      await breakFeed(world(), 0, "reverts");
      expect(await risk.maintenanceLimit([10_00000000n])).to.equal(limit);
      await expect(engine.connect(bob).absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
      // Seen, it decays, and only when it counts nothing any more the debt is written off.
      await oracle.connect(bob).record(1);
      const [, , deadSince] = await oracle.lastGood(0);
      await time.increaseTo(deadSince + (await oracle.decay()) - 60n);
      await expect(engine.connect(bob).absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
      await time.increaseTo(deadSince + (await oracle.decay()));
      await expect(engine.connect(bob).absorb([alice.address])).to.emit(engine, "WriteOff");
    });

    it("leave the rest absorbable, and the dead part goes to the treasury with the write-off once it has decayed", async () => {
      const { engine, oracle, alice, liquidator, treasuryAddress, connection } = world();
      await open(world(), alice, { 0: WAD, 1: 5n * 10n ** 7n }, 14_000n * WAD);
      await breakFeed(world(), 1, "reverts");
      await oracle.record(2);
      const [, , recordedAt] = await oracle.lastGood(1);
      const decay = await oracle.decay();
      await connection.networkHelpers.time.setNextBlockTimestamp(recordedAt + decay / 2n);
      await world().setPrice(0, usd(2_000));
      await engine.connect(liquidator).absorb([alice.address]);
      expect(await engine.balanceOf(alice.address, 0)).to.equal(0n);
      expect(await engine.balanceOf(alice.address, 1)).to.equal(5n * 10n ** 7n);
      expect(await engine.balanceOf(treasuryAddress, 1)).to.equal(0n);
      const debt = await engine.debtOf(alice.address);
      expect(debt > MINIMUM_DEBT).to.equal(true);

      await connection.networkHelpers.time.setNextBlockTimestamp(recordedAt + decay - 1n);
      await world().setPrice(0, usd(2_000));
      await expect(engine.absorb.staticCall([alice.address], { blockTag: "latest" })).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await engine.setTipFloor(25n * WAD);
      await connection.networkHelpers.time.setNextBlockTimestamp(recordedAt + decay + 10n);
      const call = await engine.connect(liquidator).absorb([alice.address]);
      await expect(call).to.emit(engine, "WriteOff").withArgs(alice.address, debt);
      expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
      expect(await engine.balanceOf(treasuryAddress, 1)).to.equal(5n * 10n ** 7n);
      expect(await engine.balanceOf(liquidator.address, 1)).to.equal(0n);
    });
  });

  describe("batches", () => {
    it("skip what cannot be absorbed, and take duplicates once", async () => {
      const { engine, alice, bob, carol } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 0: 10n * WAD }, 5_000n * WAD);
      await world().deposit(carol, 0, WAD);
      await world().setPrice(0, usd(1_600));
      const accounts = [bob, alice, carol, alice].map((w) => w.address);
      const removed = [...(await engine.absorb.staticCall(accounts))];
      expect(removed.map((r) => r > 0n)).to.deep.equal([false, true, false, false]);
      await engine.absorb(accounts);
      expect(await engine.debtOf(bob.address)).to.equal(5_000n * WAD);
    });

    it("add up to what single calls do", async () => {
      const { engine, dollar, gate, alice, bob, carol, liquidator, treasuryAddress, connection } = world();
      await engine.setTipFloor(25n * WAD);
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 0: 2n * WAD, 1: 10n ** 7n, 2: WAD }, 7_000n * WAD);
      await open(world(), carol, { 2: WAD, 3: 100n * 10n ** 6n }, 1_600n * WAD);
      await world().setPrice(0, usd(1_550));
      await world().setPrice(1, usd(31_000));
      await world().setPrice(2, usd(1_300));
      const picture = async () =>
        Promise.all([
          ...[alice, bob, carol, liquidator, { address: treasuryAddress }].map((w) => world().position(w)),
          dollar.level(treasuryAddress),
          gate.ceilingOf(world().engineAddress),
          engine.totalDebt(),
        ]);
      const snapshot = await connection.networkHelpers.takeSnapshot();
      for (const who of [alice, bob, carol]) await engine.connect(liquidator).absorb([who.address]);
      const single = await picture();
      await snapshot.restore();
      await engine.connect(liquidator).absorb([alice.address, bob.address, carol.address]);
      expect(await picture()).to.deep.equal(single);
    });

    it("keep gains of one account from hiding the loss of another", async () => {
      const { engine, gate, alice, bob } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 2: 10n * WAD }, 15_000n * WAD);
      await world().setPrice(0, usd(1_600));
      await world().setPrice(2, usd(1_400));
      const ceiling = await gate.ceilingOf(world().engineAddress);
      await engine.absorb([alice.address, bob.address]);
      const loss = ceiling - (await gate.ceilingOf(world().engineAddress));
      // Bob's: 15,000 less 14,000 at low and less the tip, whatever Alice's slice brought.
      expect(near(loss, 1_070n * WAD + 27n * WAD, 5n * WAD), `loss ${loss}`).to.equal(true);
    });
  });

  it("goes on while everything is paused and every ceiling is closed", async () => {
    const { engine, engineAddress, gate, dollar, alice, assets } = world();
    await open(world(), alice, { 0: 10n * WAD, 1: 10n ** 7n }, 16_000n * WAD);
    await world().setPrice(0, usd(1_400));
    for (const { id } of assets) {
      await engine.pause(id, 15);
      await engine.setAssetCap(id, 0);
    }
    await gate.setCeiling(world().engineAddress, 0);
    await engine.setDebtLimits(MINIMUM_DEBT, 0);
    await dollar.setFacilitator(engineAddress, 0);
    await engine.absorb([alice.address]);
    const e = await exposureOf(world(), alice);
    expect(e.limit >= e.debt).to.equal(true);
    await world().setPrice(0, usd(700));
    await engine.absorb([alice.address]);
    expect(await engine.debtOf(alice.address)).to.equal(0n);
  });

  it("of oneself gains no more than the tip that anybody could have had", async () => {
    const { engine, alice, treasuryAddress } = world();
    await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
    await world().setPrice(0, usd(1_600));
    const before = await exposureOf(world(), alice);
    const expected = slice(before, SLICING);
    await engine.connect(alice).absorb([alice.address]);
    const after = await exposureOf(world(), alice);
    const taken = (10_00000000n * expected.fraction) / WAD;
    const tip = (((expected.incentive * LIQUIDATION.tipShare) / 10_000n) * WAD) / (WAD + expected.incentive);
    expect(await engine.balanceOf(treasuryAddress, 0)).to.equal(taken - (taken * tip) / WAD);
    // Collateral lost exceeds the debt forgiven.
    expect(before.value - after.value > before.debt - after.debt).to.equal(true);
  });

  it("lets the caller keep the tip in a ledger account and withdraw it", async () => {
    const { engine, alice, liquidator, assets } = world();
    await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
    await world().setPrice(0, usd(1_600));
    await engine.connect(liquidator).absorb([alice.address]);
    const tip = await engine.balanceOf(liquidator.address, 0);
    expect(tip > 0n).to.equal(true);
    await engine.connect(liquidator).withdraw(0, MAX_UINT256, liquidator.address, liquidator.address);
    expect(await at(assets, 0).token.balanceOf(liquidator.address)).to.equal(tip * SHARE);
  });
});
