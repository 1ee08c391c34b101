import { assert, expect } from "chai";

import * as model from "../../support/liquidation-model.js";
import { Random } from "../../support/random.js";
import { Rational } from "../../support/rational.js";
import {
  at,
  DAY,
  deployWorld,
  LIQUIDATION,
  MAX_UINT256,
  MINIMUM_DEBT,
  WAD,
  type AssetSpec,
  type World,
} from "../../support/world.js";

const ASSETS = 16;
const CASES = 45;
const BPS = 10_000n;
/** Of every feed in the test world. bps, {s} */
const DEVIATION = 50n;
const HEARTBEAT = 3_600n;
/** Over which a last good high falls to 0. {s} */
const DECAY = DAY;
const SHARES_PER_DOLLAR = 10n ** 8n;

/** Sixteen assets of all kinds: decimals from 0 to 24, prices over seven orders of magnitude (a coarse unit is a cheap one), thin and deep. */
const SPECS: readonly AssetSpec[] = Array.from({ length: ASSETS }, (_, i): AssetSpec => {
  const decimals = at([18, 8, 6, 0, 24, 18, 2, 12], i % 8);
  const unitDecimals = Math.min(decimals, 8);
  const price = at(
    [2_000_00000000n, 40_000_00000000n, 1_00000000n, 500_000n, 31_41592653n, 12345678n, 77_000_000n, 9_87654321n],
    i % 8,
  );
  const maintenance = 500 + 250 * i;
  const value = 4_000_000n * BigInt(1 + (i % 5));
  return {
    symbol: `T${i}`,
    decimals,
    unitDecimals,
    price,
    maintenance,
    initial: maintenance + 300 + 100 * (i % 4),
    depth: (value * 10n ** 8n) / price + 10n,
  };
});

/** An asset as a case has it. */
interface Holding {
  asset: number;
  /** {ledger} */
  balance: bigint;
  /** {USD/tok} 8 decimals */
  answer: bigint;
  /** When the answer was given. (unix seconds) */
  updatedAt: bigint;
}

/** What a feed's answer is worth at a moment. {USD/tok} 18 decimals */
function priceOf(answer: bigint, updatedAt: bigint, now: bigint) {
  const p = new Rational(answer * 10n ** 10n);
  const low = p.times(new Rational(BPS - DEVIATION, BPS)).floor();
  const high = p.times(new Rational(BPS + DEVIATION, BPS)).ceil();
  const goodUntil = updatedAt + HEARTBEAT;
  if (now <= goodUntil) return { live: true, low, mid: (low + high) / 2n, high };
  const left = goodUntil + DECAY - now;
  return { live: false, low: 0n, mid: 0n, high: left <= 0n ? 0n : new Rational(high * left, DECAY).ceil() };
}

/** "v = P q X / (X + q)" less a haircut, in whole tokens' units. {USD} 18 decimals */
function limitTerm(price: bigint, balance: bigint, depth: bigint, unit: bigint, haircut: bigint): Rational {
  const adjusted = new Rational(balance * depth, depth + balance);
  return adjusted.times(new Rational(price, unit)).times(new Rational(BPS - haircut, BPS));
}

const PARAMETERS: model.ModelParameters = {
  targetHealth: new Rational(LIQUIDATION.targetHealth, BPS),
  minIncentive: new Rational(LIQUIDATION.minIncentive, BPS),
  maxIncentive: new Rational(LIQUIDATION.maxIncentive, BPS),
  fullIncentiveHealth: new Rational(LIQUIDATION.fullIncentiveHealth, BPS),
};

describe("accounts end to end against an independent model", () => {
  const random = Random.fresh();
  let world: World;
  let depths: bigint[];
  let snapshot: string;

  before(async function () {
    this.timeout(120_000);
    console.log(`      PLIMSOLL_SEED=${random.seed}`);
    // 30% a year: the index moves off its round start.
    world = await deployWorld(SPECS, (3n * WAD) / (10n * 365n * DAY));
    const { alice, governor, liquidator, dollar } = world;
    for (let asset = 0; asset < ASSETS; ++asset) await world.fund(alice, asset, 10n ** 40n);
    await dollar.setFacilitator(governor.address, 2n ** 120n - 1n);
    await dollar.mint(liquidator.address, 10n ** 26n);
    // As packed: an input of the model, checked by the risk model's own tests.
    depths = await Promise.all(SPECS.map(async (_, i) => (await world.risk.depths(i)).maintenanceDepth));
    snapshot = (await world.ethers.provider.send("evm_snapshot", [])) as string;
  });

  beforeEach(async () => {
    await world.ethers.provider.send("evm_revert", [snapshot]);
    snapshot = (await world.ethers.provider.send("evm_snapshot", [])) as string;
  });

  async function now(): Promise<bigint> {
    const block = await world.ethers.provider.getBlock("latest");
    if (block === null) throw new Error("no block");
    return BigInt(block.timestamp);
  }

  function unitOf(asset: number): bigint {
    return 10n ** BigInt(at(SPECS, asset).unitDecimals);
  }

  /** Sum of terms, each rounded down to a wei. {USD} 18 decimals */
  function borrowLimit(holdings: readonly Holding[], time: bigint): bigint {
    return holdings.reduce((sum, { asset, balance, answer, updatedAt }) => {
      const haircut = BigInt(at(SPECS, asset).initial);
      const { low } = priceOf(answer, updatedAt, time);
      return sum + limitTerm(low, balance, at(depths, asset), unitOf(asset), haircut).floor();
    }, 0n);
  }

  /** Values are rounded down asset by asset, to a wei of USD: what the slice is then computed from, exactly. */
  function exposure(
    holdings: readonly Holding[],
    time: bigint,
    debt: bigint,
  ): model.ModelExposure & { mask: Set<number> } {
    let value = 0n;
    let priced = 0n;
    let limit = 0n;
    const mask = new Set<number>();
    for (const { asset, balance, answer, updatedAt } of holdings) {
      const price = priceOf(answer, updatedAt, time);
      const haircut = BigInt(at(SPECS, asset).maintenance);
      const term = limitTerm(price.high, balance, at(depths, asset), unitOf(asset), haircut).floor();
      limit += term;
      if (!price.live) continue;
      mask.add(asset);
      priced += term;
      value += new Rational(price.mid * balance, unitOf(asset)).floor();
    }
    return {
      value: new Rational(value),
      priced: new Rational(priced),
      limit: new Rational(limit),
      debt: new Rational(debt),
      mask,
    };
  }

  /** 1 to 16 assets, worth from a few dollars to several hundred thousand each. */
  async function open(): Promise<Holding[]> {
    const { alice, engine } = world;
    const chosen = SPECS.map((_, i) => i).sort(() => (random.oneIn(2n) ? 1 : -1));
    const holdings: Holding[] = [];
    const updatedAt = await now();
    for (const asset of chosen.slice(0, Number(random.between(1n, BigInt(ASSETS))))) {
      const { price } = at(SPECS, asset);
      await world.setPrice(asset, price);
      const dollars = random.between(200n, 10n ** random.between(3n, 5n) * 3n);
      const balance = (dollars * 10n ** 8n * unitOf(asset)) / price + 1n + random.between(0n, 9n);
      // Less than a ledger unit more: it stays with its owner.
      const { scale } = at(world.assets, asset);
      await engine.connect(alice).deposit(asset, balance * scale + random.between(0n, scale - 1n), alice.address);
      holdings.push({ asset, balance, answer: price, updatedAt });
    }
    return holdings.sort((a, b) => a.asset - b.asset);
  }

  function held(holdings: readonly Holding[]): Map<number, bigint> {
    return new Map(holdings.map(({ asset, balance }) => [asset, balance]));
  }

  async function nextBlockAt(time: bigint): Promise<void> {
    await world.ethers.provider.send("evm_setNextBlockTimestamp", [Number(time)]);
  }

  const seen = { healthy: 0, partial: 0, closed: 0, insolvent: 0, writtenOff: 0, unpriced: 0, words: 0 };

  for (let i = 0; i < CASES; ++i) {
    it(`case ${i}`, async function () {
      this.timeout(60_000);
      const { alice, liquidator, engine, risk } = world;
      const holdings = await open();
      if (holdings.length > 3) ++seen.words;
      assert.deepEqual((await world.position(alice)).balances, held(holdings));

      // Borrowing: to the last share that fits, and not one more.
      const packed = holdings.map(({ asset, balance }) => (BigInt(asset) << 248n) | balance);
      let time = (await now()) + 60n;
      const limit = borrowLimit(holdings, time);
      assert.equal(await risk.borrowLimit(packed, MAX_UINT256, true), limit, "B");
      assert.equal(
        new Rational(await risk.maintenanceLimit(packed)).compare(exposure(holdings, time, 1n).limit),
        0n,
        "M",
      );
      const { accruedAt, rate } = await engine.interest();
      assert.isTrue(rate > 0n && accruedAt < time);
      await nextBlockAt(time);
      await engine.accrue();
      const index = await engine.index();
      assert.isTrue(index > WAD);
      const most = (limit * SHARES_PER_DOLLAR) / index;
      const debtOf = (shares: bigint, atIndex: bigint): bigint =>
        new Rational(shares * atIndex, SHARES_PER_DOLLAR).ceil();
      const sharesFor = (amount: bigint, atIndex: bigint): bigint =>
        new Rational(amount * SHARES_PER_DOLLAR, atIndex).ceil();
      const fits = new Rational(most * index, SHARES_PER_DOLLAR).floor();
      assert.isTrue(debtOf(most, index) <= limit && debtOf(most + 1n, index) > limit);
      assert.equal(sharesFor(fits, index), most);
      await nextBlockAt(time);
      await expect(engine.connect(alice).borrow(fits + 1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, debtOf(most + 1n, index), limit);
      const wished = random.oneIn(3n) ? fits : (fits * random.between(60n, 100n)) / 100n;
      if (wished < MINIMUM_DEBT) {
        await nextBlockAt(time);
        await expect(engine.connect(alice).borrow(wished, alice.address, alice.address))
          .to.be.revertedWithCustomError(engine, "DebtBelowMinimum")
          .withArgs(alice.address, debtOf(sharesFor(wished, index), index), MINIMUM_DEBT);
      }
      // The dearest haircut leaves 102 of the 200 dollars that an account has at least.
      const amount = wished < MINIMUM_DEBT ? MINIMUM_DEBT : wished;
      await nextBlockAt(time);
      await engine.connect(alice).borrow(amount, alice.address, alice.address);
      const shares = sharesFor(amount, index);
      assert.equal((await world.position(alice)).shares, shares);
      assert.equal(await engine.debtOf(alice.address), debtOf(shares, index));

      // The market moves; one feed in six goes silent.
      const opened = time;
      time += random.between(HEARTBEAT + 100n, 2n * DAY);
      const all = random.between(55n, 100n);
      for (const holding of holdings) {
        holding.answer = (at(SPECS, holding.asset).price * all * random.between(85n, 110n)) / 10_000n + 1n;
        const silent = holdings.length > 1 && random.oneIn(6n);
        // Never before the price that was recorded when the asset was listed: that one would count instead.
        holding.updatedAt = silent ? random.between(opened - HEARTBEAT, time - HEARTBEAT - 1n) : time - 1n;
        const { feed } = at(world.assets, holding.asset);
        await feed.updateRoundData(7, holding.answer, holding.updatedAt, holding.updatedAt);
      }
      await nextBlockAt(time);
      await engine.accrue();
      const later = await engine.index();
      const owed = debtOf(shares, later);
      assert.equal(await engine.debtOf(alice.address), owed);
      const e = exposure(holdings, time, owed);
      assert.equal(new Rational(await risk.maintenanceLimit(packed)).compare(e.limit), 0n, "M after the move");

      const liquidate = () =>
        engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: MAX_UINT256 }], "0x");
      await nextBlockAt(time);
      if (e.debt.atMost(e.limit) || e.mask.size === 0) {
        ++seen.healthy;
        if (e.debt.atMost(e.limit)) {
          await expect(liquidate()).to.be.revertedWithCustomError(engine, "NothingToDo");
        }
        return;
      }
      if (e.mask.size < holdings.length) ++seen.unpriced;
      const before = await world.dollar.balanceOf(liquidator.address);
      await liquidate();
      const repaid = before - (await world.dollar.balanceOf(liquidator.address));
      const expected = model.slice(e, PARAMETERS, new Rational(MINIMUM_DEBT));
      const after = await world.position(alice);
      const credited = await world.position(liquidator);

      // The incentive is right to 1e-18, the fraction to some 1e-17 of what it is a fraction of.
      const slop = e.value.over(10n ** 17n).plus(2n);
      const share = new Rational(later, SHARES_PER_DOLLAR).plus(1n);
      const taken = new Rational(repaid);
      // Against the taker: up to a whole share more, never less but for the slop.
      assert.isTrue(expected.repay.minus(slop).atMost(taken), `repaid ${repaid}, less than ${expected.repay.ceil()}`);
      assert.isTrue(
        taken.below(expected.repay.plus(slop).plus(share)),
        `repaid ${repaid}, expected ${expected.repay.ceil()}`,
      );
      assert.isTrue(repaid <= owed);

      const balances = held(holdings);
      for (const { asset, balance } of holdings) {
        const seized = e.mask.has(asset) ? expected.fraction.times(balance).floor() : 0n;
        const got = credited.balances.get(asset) ?? 0n;
        // Rounded down, for the account; a fraction that lies on the edge of a unit may fall on either side of it.
        assert.isTrue(got === seized || (got - seized) ** 2n === 1n, `asset ${asset}: ${got}, expected ${seized}`);
        balances.set(asset, balance - got);
      }
      if (expected.insolvent) {
        ++seen.insolvent;
        for (const asset of e.mask) assert.equal(after.balances.get(asset), undefined, "everything priced is taken");
      }
      const nothingPriced = [...e.mask].every((asset) => balances.get(asset) === 0n);
      // Nothing is left to pay, now or later: the rest of the debt is written off, and what has decayed goes to the treasury.
      const writtenOff = nothingPriced && e.limit.compare(e.priced) === 0n && expected.repay.below(e.debt);
      if (writtenOff) ++seen.writtenOff;
      const treasury = await world.treasury.getAddress();
      for (const [asset, left] of balances) {
        assert.equal(await engine.balanceOf(alice.address, asset), writtenOff ? 0n : left, `asset ${asset} left`);
        assert.equal(await engine.balanceOf(treasury, asset), writtenOff ? left : 0n, `asset ${asset} to the treasury`);
      }
      if (writtenOff || expected.repay.compare(e.debt) === 0n) {
        ++seen.closed;
        assert.equal(after.debt, 0n);
      } else {
        ++seen.partial;
        assert.equal(after.shares, shares - new Rational(repaid * SHARES_PER_DOLLAR, later).floor());
        assert.isTrue(after.debt >= MINIMUM_DEBT || nothingPriced);
      }
      // What the position was, less what went: nothing lost between the two accounts.
      assert.equal(await engine.totalDebtShares(), after.shares);
    });
  }

  it("met every kind of account", () => {
    for (const [kind, times] of Object.entries(seen)) assert.isAbove(times, 0, kind);
  });
});
