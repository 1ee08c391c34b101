import { expect } from "chai";

import { entriesClosedInCallback, lockedEntries } from "../../support/entries.js";
import { all, exposureOf, healthOf, open, SLICING } from "../../support/failing.js";
import { freshWorld } from "../../support/fresh.js";
import { breakFeed, listToken } from "../../support/hostile.js";
import { ceilDiv, near, plainValue, slice } from "../../support/maths.js";
import { at, deployWorld, MAX_UINT256, MINIMUM_DEBT, WAD } from "../../support/world.js";
import type { TestToken } from "../../../types/contracts/index.js";

const SHARE = 10n ** 10n;
const DOLLARS = 200_000n * WAD;

/** Ether at `price`. {USD/tok} 8 decimals */
const usd = (price: number): bigint => BigInt(Math.round(price * 100)) * 10n ** 6n;

describe("CreditEngine.liquidate", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    await w.giveDollars(w.liquidator, DOLLARS);
    return w;
  });

  /** Carol borrows against a token of some kind as asset 4, whose price falls until she can be liquidated. */
  async function failWith(token: TestToken): Promise<void> {
    const { engine, engineAddress, carol } = world();
    const feed = await listToken(world(), 4, token);
    await token.mint(carol.address, 100n * WAD);
    await token.connect(carol).approve(engineAddress, MAX_UINT256);
    await engine.connect(carol).deposit(4, 100n * WAD, carol.address);
    await engine.connect(carol).borrow(7_900n * WAD, carol.address, carol.address);
    await feed.updateAnswer(usd(84));
  }

  describe("who may be liquidated", () => {
    it("nobody whose debt is within the maintenance limit, to the smallest step of the price", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      // The feed answer at which the limit just covers the debt, found by trying.
      let [low, high] = [1_000_00000000n, 2_000_00000000n];
      while (high - low > 1n) {
        const middle = (low + high) / 2n;
        await world().setPrice(0, middle);
        const e = await exposureOf(world(), alice);
        if (e.limit >= e.debt) high = middle;
        else low = middle;
      }
      await world().setPrice(0, high);
      await expect(engine.connect(liquidator).liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await world().setPrice(0, low);
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
    });

    it("nobody without debt, without a position, or not at all", async () => {
      const { engine, alice, bob, liquidator } = world();
      await world().deposit(alice, 0, WAD);
      await world().setPrice(0, 1n * 10n ** 8n);
      for (const items of [[], [all(alice)], [all(bob)], [all(alice), all(bob)]]) {
        await expect(engine.connect(liquidator).liquidate(items, "0x")).to.be.revertedWithCustomError(
          engine,
          "NothingToDo",
        );
      }
    });

    it("whoever interest makes fail, without any price moving", async () => {
      const { engine, ethers, alice, liquidator, connection } = world();
      const source = await ethers.deployContract("SettableRate");
      await source.setRate(WAD / 31_536_000n);
      await engine.setRateSource(await source.getAddress());
      await engine.updateRate();
      await open(world(), alice, { 0: 10n * WAD }, 14_900n * WAD);
      await connection.networkHelpers.time.increase(86_400n * 60n);
      await world().setPrice(0, 2_000_00000000n);
      await world().setPrice(3, 1_00000000n);
      await expect(engine.connect(liquidator).liquidate([all(alice)], "0x")).to.emit(engine, "Liquidate");
    });
  });

  describe("the slice", () => {
    it("is the same fraction of every asset, for its value less the incentive, and restores the target health", async () => {
      const { engine, dollar, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD, 1: 5n * 10n ** 7n, 3: 3_000n * 10n ** 6n }, 29_000n * WAD);
      await world().setPrice(0, usd(1_540));
      await world().setPrice(1, usd(30_800));
      const before = await exposureOf(world(), alice);
      const held = (await world().position(alice)).balances;
      const expected = slice(before, SLICING);
      expect(expected.insolvent).to.equal(false);
      expect(expected.fraction < WAD, "this test wants a partial slice").to.equal(true);

      await engine.connect(liquidator).liquidate([all(alice)], "0x");

      const after = await exposureOf(world(), alice);
      const seized = (await world().position(liquidator)).balances;
      for (const [asset, balance] of held) {
        expect(seized.get(asset), `asset ${asset}`).to.equal((balance * expected.fraction) / WAD);
        expect(await engine.balanceOf(alice.address, asset)).to.equal(balance - (seized.get(asset) ?? 0n));
      }
      const paid = before.debt - after.debt;
      expect(paid).to.equal(ceilDiv(expected.repay, SHARE) * SHARE);
      expect(await dollar.balanceOf(liquidator.address)).to.equal(DOLLARS - paid);
      // A little above the target, because a smaller holding is discounted less for its size: here by 1e-4 at most.
      const target = (WAD * 105n) / 100n;
      const health = healthOf(after);
      expect(health >= target && health <= target + 10n ** 14n, `health ${health}`).to.equal(true);
      // The liquidator's gain is the incentive.
      expect((expected.repay * (WAD + expected.incentive)) / WAD >= (before.value * expected.fraction) / WAD).to.equal(
        true,
      );
    });

    it("never lowers the health of an account that can still pay, though the incentive would be larger", async () => {
      const { engine, alice, liquidator, connection } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      for (const price of [1_600, 1_550, 1_500, 1_480, 1_450, 1_430]) {
        const snapshot = await connection.networkHelpers.takeSnapshot();
        await world().setPrice(0, usd(price));
        const before = await exposureOf(world(), alice);
        expect(before.value > before.debt, "solvent").to.equal(true);
        await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: 3_000n * WAD }], "0x");
        const after = await exposureOf(world(), alice);
        expect(before.debt - after.debt >= 2_900n * WAD, "paid").to.equal(true);
        expect(
          healthOf(after) >= healthOf(before),
          `health at ${price}: ${healthOf(before)}, then ${healthOf(after)}`,
        ).to.equal(true);
        await snapshot.restore();
      }
    });

    it("costs more the further the account has fallen, from the least incentive to the largest", async () => {
      const { engine, alice, liquidator, connection, risk } = world();
      await open(world(), alice, { 3: 10_000n * 10n ** 6n }, 8_900n * WAD);
      let last = 0n;
      for (const price of [0.94, 0.93, 0.92, 0.91]) {
        const snapshot = await connection.networkHelpers.takeSnapshot();
        await world().setPrice(3, usd(price));
        const before = await exposureOf(world(), alice);
        const expected = slice(before, SLICING);
        await engine.connect(liquidator).liquidate([all(alice)], "0x");
        const { mid, unit } = at(await risk.quote(8), 0);
        const taken = ((await world().position(liquidator)).balances.get(3) ?? 0n) * mid;
        const paid = before.debt - (await engine.debtOf(alice.address));
        const incentive = (taken * WAD) / unit / paid - WAD;
        expect(near(incentive, expected.incentive, 10n ** 10n), `at ${price}: ${incentive}`).to.equal(true);
        expect(incentive >= last || expected.incentive < last, "grows while the health allows it").to.equal(true);
        last = incentive;
        await snapshot.restore();
      }
    });

    it("never lowers the health of a solvent account", async () => {
      const { engine, alice, liquidator, connection } = world();
      await open(world(), alice, { 0: 10n * WAD, 3: 4_000n * 10n ** 6n }, 18_000n * WAD);
      for (const price of [1_700, 1_650, 1_600, 1_550, 1_500, 1_450, 1_420, 1_390]) {
        const snapshot = await connection.networkHelpers.takeSnapshot();
        await world().setPrice(0, usd(price));
        const before = await exposureOf(world(), alice);
        const expected = slice(before, SLICING);
        await engine.connect(liquidator).liquidate([all(alice)], "0x");
        const after = await exposureOf(world(), alice);
        if (after.debt !== 0n && !expected.insolvent) {
          // A share and a ledger unit may be lost to rounding.
          expect(healthOf(after) + 10n ** 11n >= healthOf(before), `at ${price}`).to.equal(true);
        }
        if (!expected.insolvent) expect(after.debt === 0n || after.debt >= MINIMUM_DEBT, `at ${price}`).to.equal(true);
        await snapshot.restore();
      }
    });

    it("is all of the debt when less than the minimum would be left, and the rest goes back to the owner", async () => {
      const { engine, dollar, alice, liquidator } = world();
      await open(world(), alice, { 0: WAD }, 150n * WAD);
      await world().setPrice(0, usd(176));
      const before = await exposureOf(world(), alice);
      const expected = slice(before, SLICING);
      expect(expected.repay).to.equal(before.debt);
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      const { debt, balances } = await world().position(alice);
      expect(debt).to.equal(0n);
      const left = balances.get(0) ?? 0n;
      expect(left > 0n).to.equal(true);
      expect(left).to.equal(1_00000000n - (1_00000000n * expected.fraction) / WAD);
      expect(await dollar.balanceOf(liquidator.address)).to.equal(DOLLARS - 150n * WAD);
    });

    it("says what it did, packed as accounts are", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD, 3: 3_000n * 10n ** 6n }, 17_000n * WAD);
      await world().setPrice(0, usd(1_650));
      const before = await world().position(alice);
      const call = await engine.connect(liquidator).liquidate([all(alice)], "0x");
      const after = await world().position(alice);
      const taken = (asset: number): bigint => (before.balances.get(asset) ?? 0n) - (after.balances.get(asset) ?? 0n);
      const shares = before.shares - after.shares;
      const packed = shares | (0b1001n << 64n) | (taken(0) << 80n) | (taken(3) << 138n);
      await expect(call)
        .to.emit(engine, "Liquidate")
        .withArgs(alice.address, liquidator.address, before.debt - after.debt, [packed]);
      await expect(call).to.emit(engine, "Credit").withArgs(0, liquidator.address, taken(0));
      await expect(call).to.emit(engine, "Credit").withArgs(3, liquidator.address, taken(3));
    });

    it("moves no token and leaves every total as it was", async () => {
      const { engine, engineAddress, alice, liquidator, assets } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await world().setPrice(0, usd(1_650));
      const total = (await engine.assetInfo(0)).total;
      const balance = await at(assets, 0).token.balanceOf(engineAddress);
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      expect((await engine.assetInfo(0)).total).to.equal(total);
      expect(await at(assets, 0).token.balanceOf(engineAddress)).to.equal(balance);
      await engine.connect(liquidator).withdraw(0, MAX_UINT256, liquidator.address, liquidator.address);
    });

    it("takes dust with the rest: an asset of one unit does not get in the way", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD, 1: 1n, 2: SHARE, 3: 1n }, 14_000n * WAD);
      await world().setPrice(0, usd(1_650));
      const before = await exposureOf(world(), alice);
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      const after = await exposureOf(world(), alice);
      expect(healthOf(after) > healthOf(before)).to.equal(true);
      // Rounded down for the account: dust stays with its owner.
      for (const asset of [1, 2, 3]) expect(await engine.balanceOf(alice.address, asset)).to.equal(1n);
    });
  });

  describe("maxRepay", () => {
    const failing = async (): Promise<void> => {
      await open(world(), world().alice, { 0: 10n * WAD }, 14_000n * WAD);
      await world().setPrice(0, usd(1_650));
    };

    it("buys a smaller slice at the same incentive, and never costs more than was offered", async () => {
      const { engine, dollar, alice, liquidator, risk } = world();
      await failing();
      const before = await exposureOf(world(), alice);
      const { incentive } = slice(before, SLICING);
      const offer = 1_234n * WAD + 5n;
      await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: offer }], "0x");
      const paid = DOLLARS - (await dollar.balanceOf(liquidator.address));
      expect(paid).to.equal(1_234n * WAD);
      const quote = at(await risk.quote(1), 0);
      const taken = plainValue(quote, await engine.balanceOf(liquidator.address, 0));
      // A ledger unit of ether is worth 1,650e-8 USD.
      expect(near(taken, (paid * (WAD + incentive)) / WAD, 1_650n * SHARE + SHARE), `took ${taken}`).to.equal(true);
      expect(taken <= (paid * (WAD + incentive)) / WAD).to.equal(true);
    });

    it("is refused by skipping when it takes less than the minimum debt in value", async () => {
      const { engine, alice, liquidator } = world();
      await failing();
      const { incentive } = slice(await exposureOf(world(), alice), SLICING);
      const least = ceilDiv((MINIMUM_DEBT * WAD) / (WAD + incentive), SHARE) * SHARE;
      for (const maxRepay of [0n, 1n, least - 2n * SHARE]) {
        await expect(
          engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay }], "0x"),
        ).to.be.revertedWithCustomError(engine, "NothingToDo");
      }
      await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: least + 2n * SHARE }], "0x");
    });

    it("leaves no debt below the minimum: what is between stops at the minimum", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: WAD }, 180n * WAD);
      // So low that all of the debt has to go.
      await world().setPrice(0, usd(206));
      const expected = slice(await exposureOf(world(), alice), SLICING);
      expect(expected.repay).to.equal(180n * WAD);
      // An offer of 150 would leave 30: 80 are taken, but 80 are less than the least slice.
      await expect(
        engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: 150n * WAD }], "0x"),
      ).to.be.revertedWithCustomError(engine, "NothingToDo");
      await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: 180n * WAD }], "0x");
      expect(await engine.debtOf(alice.address)).to.equal(0n);
    });

    it("can be used step by step until the account is healthy, and no further", async () => {
      const { engine, alice, liquidator } = world();
      await failing();
      let steps = 0;
      for (; steps < 100; ++steps) {
        const e = await exposureOf(world(), alice);
        if (e.limit >= e.debt) break;
        await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: 1_000n * WAD }], "0x");
      }
      expect(steps > 0 && steps < 20, `${steps} steps`).to.equal(true);
      await expect(engine.connect(liquidator).liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
    });
  });

  describe("batches", () => {
    it("skip accounts that are healthy by now, and pay for the others only", async () => {
      const { engine, dollar, alice, bob, carol, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 0: 10n * WAD }, 5_000n * WAD);
      await world().deposit(carol, 0, WAD);
      await world().setPrice(0, usd(1_650));
      const items = [all(bob), all(alice), all(carol)];
      const repaid = [...(await engine.connect(liquidator).liquidate.staticCall(items, "0x"))];
      await engine.connect(liquidator).liquidate(items, "0x");
      expect([repaid[0], repaid[2]]).to.deep.equal([0n, 0n]);
      expect(DOLLARS - (await dollar.balanceOf(liquidator.address))).to.equal(repaid[1]);
      expect(await engine.debtOf(bob.address)).to.equal(5_000n * WAD);
      expect(await engine.balanceOf(bob.address, 0)).to.equal(10_00000000n);
    });

    it("see an account as their earlier items left it", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await world().setPrice(0, usd(1_650));
      const expected = slice(await exposureOf(world(), alice), SLICING);
      const repaid = await engine.connect(liquidator).liquidate.staticCall([all(alice), all(alice)], "0x");
      expect(repaid[0]).to.equal(ceilDiv(expected.repay, SHARE) * SHARE);
      expect(repaid[1]).to.equal(0n);
      const part = { account: alice.address, maxRepay: 1_000n * WAD };
      const parts = await engine.connect(liquidator).liquidate.staticCall([part, part], "0x");
      expect([...parts]).to.deep.equal([1_000n * WAD, 1_000n * WAD]);
      await engine.connect(liquidator).liquidate([part, part, all(alice), all(alice)], "0x");
      const after = await exposureOf(world(), alice);
      expect(after.limit >= after.debt).to.equal(true);
    });

    it("add up to what single calls do", async () => {
      const { engine, dollar, alice, bob, liquidator, connection } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 0: 2n * WAD, 1: 10n ** 7n, 2: WAD }, 7_000n * WAD);
      await world().setPrice(0, usd(1_600));
      await world().setPrice(1, usd(33_000));
      await world().setPrice(2, usd(1_900));
      const picture = async () =>
        Promise.all([
          world().position(alice),
          world().position(bob),
          world().position(liquidator),
          dollar.balanceOf(liquidator.address),
          engine.totalDebt(),
        ]);
      const snapshot = await connection.networkHelpers.takeSnapshot();
      for (const who of [alice, bob]) await engine.connect(liquidator).liquidate([all(who)], "0x");
      const single = await picture();
      await snapshot.restore();
      await engine.connect(liquidator).liquidate([all(alice), all(bob)], "0x");
      expect(await picture()).to.deep.equal(single);
    });

    it("of sixty accounts fit a transaction", async () => {
      const { engine, ethers, engineAddress, liquidator, assets } = world();
      const wallets = [];
      for (let i = 0; i < 60; ++i) wallets.push(await ethers.deployContract("Actor"));
      const accounts = await Promise.all(wallets.map((w) => w.getAddress()));
      for (const [i, wallet] of wallets.entries()) {
        const self = at(accounts, i);
        for (const [asset, amount] of [
          [0, WAD],
          [1, 5n * 10n ** 6n],
          [2, WAD / 2n],
        ] as const) {
          const { token, address } = at(assets, asset);
          await token.mint(self, amount);
          await wallet.execute(address, token.interface.encodeFunctionData("approve", [engineAddress, amount]));
          await wallet.execute(engineAddress, engine.interface.encodeFunctionData("deposit", [asset, amount, self]));
        }
        await wallet.execute(engineAddress, engine.interface.encodeFunctionData("borrow", [3_700n * WAD, self, self]));
      }
      for (const [asset, price] of [
        [0, 1_700],
        [1, 34_000],
        [2, 1_955],
      ] as const) {
        await world().setPrice(asset, usd(price));
      }
      const items = accounts.map((account) => ({ account, maxRepay: MAX_UINT256 }));
      const call = await engine.connect(liquidator).liquidate(items, "0x");
      const receipt = await call.wait();
      expect(receipt?.gasUsed !== undefined && receipt.gasUsed < 5_000_000n, `gas ${receipt?.gasUsed}`).to.equal(true);
      for (const address of accounts) {
        const e = await exposureOf(world(), { address });
        expect(e.limit >= e.debt).to.equal(true);
      }
    });
  });

  describe("insolvent accounts", () => {
    const failing = async (): Promise<void> => {
      await open(world(), world().alice, { 0: 10n * WAD, 3: 1_000n * 10n ** 6n }, 14_000n * WAD);
      await world().setPrice(0, usd(1_000));
    };

    it("lose everything at the least incentive; the rest of the debt is written off, moves to the absorber and is booked", async () => {
      const { engine, engineAddress, dollar, gate, treasury, alice, liquidator } = world();
      await failing();
      const before = await exposureOf(world(), alice);
      const expected = slice(before, SLICING);
      expect(expected.insolvent).to.equal(true);
      const treasuryAddress = await treasury.getAddress();
      const ceiling = await gate.ceilingOf(world().engineAddress);
      const level = await dollar.level(engineAddress);
      const totalDebt = await engine.totalDebt();

      const call = await engine.connect(liquidator).liquidate([all(alice)], "0x");

      const paid = DOLLARS - (await dollar.balanceOf(liquidator.address));
      const loss = before.debt - paid;
      expect(paid).to.equal(ceilDiv(expected.repay, SHARE) * SHARE);
      expect(loss > 3_000n * WAD).to.equal(true);
      await expect(call).to.emit(engine, "WriteOff").withArgs(alice.address, loss);
      await expect(call)
        .to.emit(gate, "LossBooked")
        .withArgs(engineAddress, loss, ceiling - loss);
      await expect(call).to.emit(dollar, "LevelMoved").withArgs(engineAddress, treasuryAddress, loss);
      expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
      expect(await gate.ceilingOf(world().engineAddress)).to.equal(ceiling - loss);
      expect(await dollar.level(treasuryAddress)).to.equal(loss);
      expect(await dollar.level(engineAddress)).to.equal(level - before.debt);
      expect(await engine.totalDebt()).to.equal(totalDebt - before.debt);
      expect(await engine.balanceOf(liquidator.address, 0)).to.equal(10_00000000n);
      expect(await engine.balanceOf(liquidator.address, 3)).to.equal(1_000_000000n);
    });

    it("can be bought in part; nothing is written off while priced collateral is left", async () => {
      const { engine, gate, alice, liquidator } = world();
      await failing();
      const ceiling = await gate.ceilingOf(world().engineAddress);
      await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: 5_000n * WAD }], "0x");
      expect(await engine.debtOf(alice.address)).to.equal(9_000n * WAD);
      expect(await gate.ceilingOf(world().engineAddress)).to.equal(ceiling);
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      expect(await engine.debtOf(alice.address)).to.equal(0n);
      expect((await gate.ceilingOf(world().engineAddress)) < ceiling).to.equal(true);
    });
  });

  describe("the callback", () => {
    const setup = async () => {
      const { engine, ethers, dollar, engineAddress, alice, bob, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 0: 10n * WAD }, 14_000n * WAD);
      await world().setPrice(0, usd(1_650));
      const actor = await ethers.deployContract("Actor");
      const self = await actor.getAddress();
      /** Has the actor liquidate Alice and be called back. */
      const liquidate = () =>
        actor.execute(engineAddress, engine.interface.encodeFunctionData("liquidate", [[all(alice)], "0xab"]));
      /** Plans calls of the engine. */
      const plan = (...calls: string[]) => actor.plan(calls.map((data) => ({ target: engineAddress, data })));
      await dollar.connect(liquidator).transfer(self, 50_000n * WAD);
      return { actor, self, liquidate, plan };
    };

    it("is told what will be burned and what was credited, and comes only when there is data", async () => {
      const { engine, engineAddress, dollar, alice } = world();
      const { actor, self, liquidate } = await setup();
      const debt = await engine.debtOf(alice.address);
      await liquidate();
      const paid = debt - (await engine.debtOf(alice.address));
      expect(await actor.callbacks()).to.equal(1n);
      expect(await actor.lastRepaid()).to.equal(paid);
      expect([...(await actor.lastSeized())]).to.deep.equal([await engine.balanceOf(self, 0)]);
      expect(await dollar.balanceOf(self)).to.equal(50_000n * WAD - paid);
      await world().setPrice(0, usd(1_500));
      await actor.execute(engineAddress, engine.interface.encodeFunctionData("liquidate", [[all(alice)], "0x"]));
      expect(await actor.callbacks()).to.equal(1n);
    });

    it("may withdraw what was seized, to anywhere, and nothing else is open", async () => {
      const { engine, engineAddress, alice, bob, carol, assets } = world();
      const { actor, self, liquidate } = await setup();
      const abi = engine.interface;
      const closed = entriesClosedInCallback(world(), self, bob.address);
      const withdraw = abi.encodeFunctionData("withdraw", [0, MAX_UINT256, self, carol.address]);
      await actor.plan([...closed.map(({ data }) => data), withdraw].map((data) => ({ target: engineAddress, data })));
      await liquidate();
      const outcomes = await actor.outcomes();
      for (const [i, { name }] of closed.entries()) {
        expect(outcomes[i]?.ok, name).to.equal(false);
        expect(outcomes[i]?.result, name).to.equal(abi.encodeErrorResult("Entered"));
      }
      expect(outcomes[closed.length]?.ok).to.equal(true);
      const seized = at(await actor.lastSeized(), 0);
      expect(await at(assets, 0).token.balanceOf(carol.address)).to.equal(seized * SHARE);
      expect(await engine.balanceOf(self, 0)).to.equal(0n);
      expect(await engine.isEntered()).to.equal(false);
      expect((await engine.debtOf(alice.address)) > 0n).to.equal(true);
    });

    it("may not withdraw more than was seized, nor what is somebody else's", async () => {
      const { engine, bob } = world();
      const { actor, self, liquidate, plan } = await setup();
      const abi = engine.interface;
      await plan(
        abi.encodeFunctionData("withdraw", [0, MAX_UINT256, self, self]),
        abi.encodeFunctionData("withdraw", [0, SHARE, self, self]),
        abi.encodeFunctionData("withdraw", [0, SHARE, bob.address, self]),
      );
      await liquidate();
      const results = await actor.outcomes();
      expect(results.map(({ ok }) => ok)).to.deep.equal([true, false, false]);
      expect(results[1]?.result).to.equal(abi.encodeErrorResult("InsufficientBalance", [0, self, 0, 1]));
      expect(results[2]?.result).to.equal(abi.encodeErrorResult("Unauthorized", [bob.address, self]));
    });

    it("keeps the lock while a hooked token is withdrawn inside it", async () => {
      const { engine, engineAddress, ethers, alice, carol } = world();
      const hooked = await ethers.deployContract("HookToken", ["HOOK", 18]);
      await failWith(hooked);
      const outer = await ethers.deployContract("Actor");
      const inner = await ethers.deployContract("Actor");
      const [outerAddress, innerAddress] = [await outer.getAddress(), await inner.getAddress()];
      await world()
        .dollar.connect(world().liquidator)
        .transfer(outerAddress, 50_000n * WAD);
      await inner.execute(await hooked.getAddress(), hooked.interface.encodeFunctionData("register", [true]));
      const entries = lockedEntries(world(), innerAddress, alice.address);
      await inner.plan(entries.map(({ data }) => ({ target: engineAddress, data })));
      const abi = engine.interface;
      await outer.plan([
        { target: engineAddress, data: abi.encodeFunctionData("withdraw", [4, WAD, outerAddress, innerAddress]) },
        { target: engineAddress, data: abi.encodeFunctionData("withdraw", [4, WAD, outerAddress, carol.address]) },
      ]);
      await outer.execute(engineAddress, abi.encodeFunctionData("liquidate", [[all(carol)], "0x01"]));
      expect((await outer.outcomes()).map(({ ok }) => ok)).to.deep.equal([true, true]);
      const attempts = await inner.outcomes();
      expect(attempts.length).to.equal(entries.length);
      for (const [i, { name }] of entries.entries()) {
        expect(attempts[i]?.result, name).to.equal(abi.encodeErrorResult("Entered"));
      }
    });

    it("sees positions, debts and totals as they are afterwards, in an engine that says it is entered", async () => {
      const { engine, alice } = world();
      const { actor, self, liquidate, plan } = await setup();
      const abi = engine.interface;
      const views = [
        abi.encodeFunctionData("position", [alice.address]),
        abi.encodeFunctionData("position", [self]),
        abi.encodeFunctionData("debtOf", [alice.address]),
        abi.encodeFunctionData("totalDebt"),
        abi.encodeFunctionData("totalDebtShares"),
      ];
      await plan(abi.encodeFunctionData("isEntered"), ...views);
      await liquidate();
      const [entered, ...seen] = (await actor.outcomes()).map(({ result }) => result);
      expect(BigInt(entered ?? 0)).to.equal(1n);
      const now = [
        abi.encodeFunctionResult("position", await engine.position(alice.address)),
        abi.encodeFunctionResult("position", await engine.position(self)),
        abi.encodeFunctionResult("debtOf", [await engine.debtOf(alice.address)]),
        abi.encodeFunctionResult("totalDebt", [await engine.totalDebt()]),
        abi.encodeFunctionResult("totalDebtShares", [await engine.totalDebtShares()]),
      ];
      expect(seen).to.deep.equal(now);
    });

    it("must leave the payment behind, else everything is undone", async () => {
      const { engine, dollar, alice, carol } = world();
      const { actor, self, liquidate } = await setup();
      const { shares } = await world().position(alice);
      await actor.plan([
        {
          target: await dollar.getAddress(),
          data: dollar.interface.encodeFunctionData("transfer", [carol.address, 50_000n * WAD]),
        },
      ]);
      await expect(liquidate()).to.be.revertedWithCustomError(dollar, "ERC20InsufficientBalance");
      expect((await world().position(alice)).shares).to.equal(shares);
      expect(await engine.balanceOf(self, 0)).to.equal(0n);
      expect(await dollar.balanceOf(self)).to.equal(50_000n * WAD);
    });

    it("cannot be had by an account without code", async () => {
      const { engine, ethers, alice, liquidator } = world();
      await setup();
      await expect(engine.connect(liquidator).liquidate([all(alice)], "0x01")).to.revert(ethers);
    });
  });

  describe("paid out at once", () => {
    const held = { 0: 10n * WAD, 1: 5n * 10n ** 7n, 3: 3_000n * 10n ** 6n };
    const seizable = async () => {
      await open(world(), world().alice, held, 29_000n * WAD);
      await world().setPrice(0, usd(1_540));
      await world().setPrice(1, usd(30_800));
    };

    it("is to the unit what would have been credited, and leaves the ledger", async () => {
      const { engine, dollar, alice, carol, liquidator, assets, connection } = world();
      await seizable();
      const before = await connection.networkHelpers.takeSnapshot();
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      const credited = (await world().position(liquidator)).balances;
      const debt = await engine.debtOf(alice.address);
      const paid = DOLLARS - (await dollar.balanceOf(liquidator.address));
      const left = (await world().position(alice)).balances;
      expect(credited.size).to.equal(3);
      await before.restore();

      const totals = new Map<number, bigint>();
      for (const asset of credited.keys()) totals.set(asset, (await engine.assetInfo(asset)).total);
      await engine.connect(liquidator).liquidateTo([all(alice)], carol.address, "0x");
      expect((await world().position(liquidator)).balances.size, "credited as well").to.equal(0);
      expect((await world().position(alice)).balances).to.deep.equal(left);
      expect(DOLLARS - (await dollar.balanceOf(liquidator.address))).to.equal(paid);
      // A second or two of interest may lie between the two.
      expect(near(await engine.debtOf(alice.address), debt, 10n ** 12n)).to.equal(true);
      for (const [asset, units] of credited) {
        const { total, scale } = await engine.assetInfo(asset);
        expect(total, `total of ${asset}`).to.equal(totals.get(asset)! - units);
        expect(await at(assets, asset).token.balanceOf(carol.address), `token ${asset}`).to.equal(units * scale);
      }
    });

    it("is there before the callback, which is told of it, and no entry is open to tokens on the way", async () => {
      const { engine, engineAddress, ethers, alice, assets, dollar, liquidator } = world();
      await seizable();
      const actor = await ethers.deployContract("Actor");
      const self = await actor.getAddress();
      await dollar.connect(liquidator).transfer(self, 50_000n * WAD);
      const { token } = at(assets, 0);
      await actor.plan([
        { target: await token.getAddress(), data: token.interface.encodeFunctionData("balanceOf", [self]) },
      ]);
      await actor.execute(
        engineAddress,
        engine.interface.encodeFunctionData("liquidateTo", [[all(alice)], self, "0xab"]),
      );
      const seized = at(await actor.lastSeized(), 0);
      expect(BigInt(at(await actor.outcomes(), 0).result)).to.equal(seized * SHARE);
      expect(await engine.balanceOf(self, 0)).to.equal(0n);
    });

    it("cannot be entered by a hooked token that is being paid out", async () => {
      const { engine, engineAddress, ethers, alice, carol, liquidator } = world();
      const hooked = await ethers.deployContract("HookToken", ["HOOK", 18]);
      await failWith(hooked);
      const inner = await ethers.deployContract("Actor");
      const self = await inner.getAddress();
      await inner.execute(await hooked.getAddress(), hooked.interface.encodeFunctionData("register", [true]));
      const entries = lockedEntries(world(), self, alice.address);
      await inner.plan(entries.map(({ data }) => ({ target: engineAddress, data })));
      await engine.connect(liquidator).liquidateTo([all(carol)], self, "0x");
      const attempts = await inner.outcomes();
      expect(attempts.length).to.equal(entries.length);
      for (const [i, { name }] of entries.entries()) {
        expect(attempts[i]?.result, name).to.equal(engine.interface.encodeErrorResult("Entered"));
      }
      expect((await hooked.balanceOf(self)) > 0n).to.equal(true);
    });

    it("pays out for a mixed batch what each account loses: one insolvent, one healthy, one named twice", async () => {
      const { engine, dollar, gate, assets, alice, bob, carol, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 0: 10n * WAD }, 11_500n * WAD);
      await open(world(), carol, { 0: 10n * WAD }, 3_000n * WAD);
      await world().setPrice(0, usd(1_300));
      const debts = [await engine.debtOf(alice.address), await engine.debtOf(bob.address)] as const;
      expect((await exposureOf(world(), alice)).value < debts[0], "insolvent").to.equal(true);
      const ceiling = await gate.ceilingOf(world().engineAddress);
      const untouched = await world().position(carol);
      const { total, scale } = await engine.assetInfo(0);
      const ofBob = async () => (await world().position(bob)).balances.get(0) ?? 0n;
      const bobHeld = await ofBob();

      const part = { account: bob.address, maxRepay: 4_000n * WAD };
      const batch = [all(alice), all(carol), part, part];
      const repaid = await engine.connect(liquidator).liquidateTo.staticCall(batch, liquidator.address, "0x");
      await engine.connect(liquidator).liquidateTo(batch, liquidator.address, "0x");
      const paid = DOLLARS - (await dollar.balanceOf(liquidator.address));
      expect(paid).to.equal(repaid.reduce((sum, one) => sum + one, 0n));
      expect(repaid[1], "the healthy one").to.equal(0n);
      expect(await world().position(carol)).to.deep.equal(untouched);
      expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
      const loss = debts[0] - at(repaid, 0);
      expect(loss > 0n && ceiling - (await gate.ceilingOf(world().engineAddress)) === loss).to.equal(true);
      const out = 10_00000000n + bobHeld - (await ofBob());
      expect((await engine.assetInfo(0)).total).to.equal(total - out);
      expect(await at(assets, 0).token.balanceOf(liquidator.address)).to.equal(out * scale);
      expect((await world().position(liquidator)).balances.size).to.equal(0);
    });

    it("pays out while withdrawals are paused: what is seized was never the liquidator's to withdraw", async () => {
      const { engine, assets, alice, liquidator } = world();
      await seizable();
      await engine.pause(0, 2);
      await engine.connect(liquidator).liquidateTo([all(alice)], liquidator.address, "0x");
      expect((await at(assets, 0).token.balanceOf(liquidator.address)) > 0n).to.equal(true);
    });

    it("is refused to nobody, and undone where a token cannot be moved, which crediting never is", async () => {
      const { engine, ethers, carol, liquidator } = world();
      const frozen = await ethers.deployContract("BlockableToken", ["FROZEN", 18]);
      await failWith(frozen);
      const to = (address: string) => engine.connect(liquidator).liquidateTo([all(carol)], address, "0x");
      await expect(to(ethers.ZeroAddress)).to.be.revertedWithCustomError(engine, "ZeroAddress");
      await frozen.setStopped(true);
      const { shares } = await world().position(carol);
      await expect(to(liquidator.address)).to.revert(ethers);
      expect((await world().position(carol)).shares).to.equal(shares);
      await engine.connect(liquidator).liquidate([all(carol)], "0x");
      expect((await engine.balanceOf(liquidator.address, 4)) > 0n).to.equal(true);
    });
  });

  it("needs the payment", async () => {
    const { engine, dollar, alice, carol } = world();
    await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
    await world().setPrice(0, usd(1_650));
    const paid = ceilDiv(slice(await exposureOf(world(), alice), SLICING).repay, SHARE) * SHARE;
    await expect(engine.connect(carol).liquidate([all(alice)], "0x"))
      .to.be.revertedWithCustomError(dollar, "ERC20InsufficientBalance")
      .withArgs(carol.address, 0n, paid);
  });

  it("of oneself gains nothing", async () => {
    const { engine, dollar, alice, connection } = world();
    await open(world(), alice, { 0: 10n * WAD, 3: 2_000n * 10n ** 6n }, 16_000n * WAD);
    await world().giveDollars(alice, 10_000n * WAD);
    for (const price of [1_650, 1_500, 1_400]) {
      const snapshot = await connection.networkHelpers.takeSnapshot();
      await world().setPrice(0, usd(price));
      const before = { ...(await world().position(alice)), plUSD: await dollar.balanceOf(alice.address) };
      await engine.connect(alice).liquidate([{ account: alice.address, maxRepay: 5_000n * WAD }], "0x");
      const after = { ...(await world().position(alice)), plUSD: await dollar.balanceOf(alice.address) };
      // What was seized came back to the same account; each plUSD paid took off as much debt and no more.
      expect(after.balances).to.deep.equal(before.balances);
      expect(before.debt - after.debt <= before.plUSD - after.plUSD).to.equal(true);
      await snapshot.restore();
    }
  });

  it("of oneself while insolvent cannot take collateral and leave the debt to the protocol", async () => {
    const { engine, gate, alice } = world();
    await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
    await world().giveDollars(alice, 10_000n * WAD);
    await world().setPrice(0, usd(1_000));
    const value = (await exposureOf(world(), alice)).value;
    const ceiling = await gate.ceilingOf(world().engineAddress);
    await engine.connect(alice).liquidate([all(alice)], "0x");
    // The collateral was bought at its value less the least incentive, as any other liquidator would have.
    const loss = ceiling - (await gate.ceilingOf(world().engineAddress));
    expect(near(14_000n * WAD - loss, (value * 100n) / 102n, SHARE)).to.equal(true);
    expect(await engine.balanceOf(alice.address, 0)).to.equal(10_00000000n);
    expect(await engine.debtOf(alice.address)).to.equal(0n);
  });

  it("goes on while everything is paused and every ceiling is closed", async () => {
    const { engine, engineAddress, gate, dollar, alice, liquidator, assets } = world();
    await open(world(), alice, { 0: 10n * WAD, 1: 10n ** 7n, 3: 100n * 10n ** 6n }, 16_000n * WAD);
    await world().setPrice(0, usd(1_500));
    for (const { id } of assets) {
      await engine.pause(id, 15);
      await engine.setAssetCap(id, 0);
    }
    await gate.setCeiling(world().engineAddress, 0);
    await engine.setDebtLimits(MINIMUM_DEBT, 0);
    await dollar.setFacilitator(engineAddress, 0);
    await engine.connect(liquidator).liquidate([all(alice)], "0x");
    const e = await exposureOf(world(), alice);
    expect(e.limit >= e.debt).to.equal(true);
    await world().setPrice(0, usd(900));
    await engine.connect(liquidator).liquidate([all(alice)], "0x");
    expect(await engine.debtOf(alice.address)).to.equal(0n);
  });

  it("cannot be made to see dead feeds by starving it of gas", async () => {
    const { engine, oracle, alice, liquidator } = world();
    await open(world(), alice, { 0: 10n * WAD, 1: 10n ** 8n }, 14_000n * WAD);
    await world().setPrice(0, usd(100));
    // Bitcoin carries the account: it is healthy with, and would be failing without, its price.
    await expect(engine.connect(liquidator).liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(
      engine,
      "NothingToDo",
    );
    let starved = 0;
    for (let gasLimit = 60_000n; gasLimit <= 600_000n; gasLimit += 20_000n) {
      const outcome = await engine
        .connect(liquidator)
        .liquidate.staticCall([all(alice)], "0x", { gasLimit })
        .then(
          () => "liquidated",
          (error: unknown) => String(error),
        );
      expect(outcome).to.not.equal("liquidated");
      if (outcome.includes("InsufficientGas")) ++starved;
    }
    expect(starved > 0, "the oracle says when it was starved").to.equal(true);
    expect(oracle.interface.getError("InsufficientGas")).to.not.equal(null);
  });

  describe("prices that fail", () => {
    it("leave the rest of an account liquidatable; the dead part stays with its owner while it decays", async () => {
      const { engine, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD, 1: 10n ** 7n }, 17_000n * WAD);
      await breakFeed(world(), 1, "reverts");
      await world().setPrice(0, usd(1_500));
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      expect(await engine.balanceOf(liquidator.address, 1)).to.equal(0n);
      expect(await engine.balanceOf(alice.address, 1)).to.equal(10n ** 7n);
      expect((await engine.balanceOf(liquidator.address, 0)) > 0n).to.equal(true);
    });

    it("count less and less over the decay, then nothing: the debt left is written off and the treasury gets the rest", async () => {
      const { engine, dollar, gate, oracle, risk, treasury, alice, liquidator, connection } = world();
      const { time } = connection.networkHelpers;
      const treasuryAddress = await treasury.getAddress();
      // Bitcoin carries nearly everything.
      await open(world(), alice, { 0: WAD, 1: 5n * 10n ** 7n }, 14_000n * WAD);
      const stopped = BigInt(await time.latest());
      const decay = await oracle.decay();
      const good = await risk.maintenanceLimit([(1n << 248n) | (5n * 10n ** 7n)]);
      expect(good > 0n).to.equal(true);
      await breakFeed(world(), 1, "zero");
      // Where nothing is read any more the stored last good high decays from when somebody saw that.
      await oracle.connect(liquidator).record(2);
      const [, , recordedAt] = await oracle.lastGood(1);
      for (const part of [4n, 2n]) {
        await time.setNextBlockTimestamp(recordedAt + decay / part);
        await world().setPrice(0, usd(2_000));
        const left = await risk.maintenanceLimit([(1n << 248n) | (5n * 10n ** 7n)]);
        expect(near(left, good - good / part, good / 1_000n), `after 1/${part}: ${left} of ${good}`).to.equal(true);
      }
      expect(stopped >= recordedAt).to.equal(true);
      // Half of it is gone: 8,300 of 16,700 and the ether do not carry 14,000. The ether is taken, the rest stays.
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      const { balances, debt } = await world().position(alice);
      expect([...balances]).to.deep.equal([[1, 5n * 10n ** 7n]]);
      expect(debt > 11_000n * WAD, `debt ${debt}`).to.equal(true);
      await expect(engine.connect(liquidator).liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await expect(engine.absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");

      await time.setNextBlockTimestamp(recordedAt + decay);
      await world().setPrice(0, usd(2_000));
      const ceiling = await gate.ceilingOf(world().engineAddress);
      const spent = await dollar.balanceOf(liquidator.address);
      const call = await engine.connect(liquidator).liquidate([all(alice)], "0x");
      await expect(call).to.emit(engine, "WriteOff").withArgs(alice.address, debt);
      await expect(call)
        .to.emit(engine, "Credit")
        .withArgs(1, treasuryAddress, 5n * 10n ** 7n);
      expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
      expect(await engine.balanceOf(treasuryAddress, 1)).to.equal(5n * 10n ** 7n);
      expect(await engine.balanceOf(liquidator.address, 1)).to.equal(0n);
      expect(await dollar.balanceOf(liquidator.address)).to.equal(spent);
      expect(await dollar.level(treasuryAddress)).to.equal(debt);
      expect(await gate.ceilingOf(world().engineAddress)).to.equal(ceiling - debt);
    });

    it("that disagree stop borrowing and leave liquidation at the higher one", async () => {
      const { engine, oracle, ethers, alice, liquidator } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      const second = await ethers.deployContract("MockV3Aggregator", [8, 2_000_00000000n]);
      await oracle.setSecondFeed(
        0,
        { feed: await second.getAddress(), heartbeat: 3600, deviation: 50, minPrice: 10n ** 15n, maxPrice: 10n ** 24n },
        100,
        200,
      );
      await world().setPrice(0, usd(1_000));
      // One source says 1,000, the other 2,000: healthy at the higher, no more borrowing.
      await expect(engine.connect(liquidator).liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(
        engine,
        "NothingToDo",
      );
      await expect(engine.connect(alice).borrow(WAD, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, 14_001n * WAD, 0n);
      await second.updateAnswer(usd(1_650));
      const before = await exposureOf(world(), alice);
      expect(before.value).to.equal(16_500n * WAD);
      const expected = slice(before, SLICING);
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      expect(await engine.balanceOf(liquidator.address, 0)).to.equal((10_00000000n * expected.fraction) / WAD);
    });
  });
});
