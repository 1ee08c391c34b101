import { assert } from "chai";

import { Random } from "../../support/random.js";
import { Rational } from "../../support/rational.js";
import { DAY, deployWorld, MAX_UINT256, WAD, type World } from "../../support/world.js";

/** 100% a year, the highest rate. {1/s} 18 decimals */
const MAX_RATE = WAD / (365n * DAY);
const YEAR = 365n * DAY;
/** The index stops here: 88 bits. */
const MAX_INDEX = 2n ** 88n - 1n;
/** Digits that the model carries. */
const DIGITS = 10n ** 60n;

/** e^x for x >= 0 with 18 decimals, as a fraction: the series of e^(x / 2^k), squared k times; right to some 45 digits. */
function exponential(x: bigint): Rational {
  let halvings = 0n;
  while (x >> halvings > WAD / 1_024n) ++halvings;
  const small = (x * DIGITS) / (WAD << halvings);
  let term = DIGITS;
  let sum = 0n;
  for (let n = 1n; term > 0n; ++n) {
    sum += term;
    term = (term * small) / (DIGITS * n);
  }
  for (let k = 0n; k < halvings; ++k) sum = (sum * sum) / DIGITS;
  return new Rational(sum, DIGITS);
}

/** (1 + rate)^seconds: compounding per second, the promise. Exact products would grow without end: cut, downwards, at 60 digits. */
function perSecond(rate: bigint, seconds: bigint): Rational {
  let base = DIGITS + (rate * DIGITS) / WAD;
  let power = DIGITS;
  for (let n = seconds; n > 0n; n >>= 1n) {
    if (n & 1n) power = (power * base) / DIGITS;
    base = (base * base) / DIGITS;
  }
  return new Rational(power, DIGITS);
}

describe("interest against an independent exponential", () => {
  let world: World;
  let snapshot: string;
  const random = Random.fresh();

  before(async () => {
    console.log(`      PLIMSOLL_SEED=${random.seed}`);
    world = await deployWorld();
  });
  beforeEach(async () => {
    snapshot = (await world.ethers.provider.send("evm_snapshot", [])) as string;
  });
  afterEach(async () => {
    await world.ethers.provider.send("evm_revert", [snapshot]);
  });

  async function setRate(rate: bigint): Promise<void> {
    const source = await world.ethers.deployContract("ConstantRate", [rate]);
    await world.engine.setRateSource(await source.getAddress());
    await world.engine.updateRate();
  }

  /** Mines a block `seconds` after the last accrual, and returns the index there. */
  async function indexAfter(seconds: bigint): Promise<bigint> {
    const { accruedAt } = await world.engine.interest();
    await world.ethers.provider.send("evm_setNextBlockTimestamp", [Number(accruedAt + seconds)]);
    await world.ethers.provider.send("evm_mine", []);
    return world.engine.index();
  }

  it("the model's own exponential knows e", () => {
    const e = exponential(WAD);
    const digits = new Rational(2718281828459045235360287471352662497757n, 10n ** 39n);
    assert.isTrue(
      e
        .minus(digits)
        .times(10n ** 38n)
        .floor() === 0n || e.below(digits),
    );
    assert.isTrue(
      digits
        .minus(e)
        .times(10n ** 38n)
        .below(1n),
    );
    // e^10 = e^5 * e^5
    const five = exponential(5n * WAD);
    const difference = exponential(10n * WAD)
      .minus(five.times(five))
      .times(10n ** 40n);
    assert.isTrue(new Rational(-1n).below(difference) && difference.below(1n));
  });

  it("grows by e^(rate * time) to the unit, for random rates and times from random starts", async () => {
    for (let i = 0; i < 120; ++i) {
      const before = await world.engine.index();
      // A saturated or nearly saturated index says nothing more: start over.
      if (before > 10n ** 24n) {
        await world.ethers.provider.send("evm_revert", [snapshot]);
        snapshot = (await world.ethers.provider.send("evm_snapshot", [])) as string;
        continue;
      }
      const rate = random.oneIn(8n) ? MAX_RATE : random.magnitude(MAX_RATE);
      await setRate(rate);
      const start = await world.engine.index();
      // Setting the rate took a block or two at the old one; from here on it is all ours.
      const seconds = 1n + (random.oneIn(4n) ? random.magnitude(2n * YEAR) : random.magnitude(30n * DAY));
      const index = await indexAfter(seconds);
      const exact = exponential(rate * seconds).times(start);
      // Up to the next unit; the growth factor itself carries 18 digits, rounded down.
      const last = new Rational(start, WAD).plus(1n);
      const where = `rate ${rate}, ${seconds} s, from ${start}, seed ${random.seed}`;
      assert.isTrue(new Rational(index).below(exact.plus(last)), `too much: ${where}`);
      assert.isTrue(exact.minus(last).below(index), `too little: ${where}`);
      // Never less than what compounding per second promises, but for that last digit of the factor.
      assert.isTrue(perSecond(rate, seconds).times(start).minus(last).below(index), `below the promise: ${where}`);
      assert.isTrue(index >= start, `fell: ${where}`);
      await world.engine.accrue();
    }
  });

  it("does not move at rate 0 or in no time", async () => {
    await setRate(0n);
    const start = await world.engine.index();
    assert.equal(await indexAfter(50n * YEAR), start);
    await setRate(MAX_RATE);
    assert.equal(await world.engine.index(), start);
  });

  it("accruing often differs from accruing once by rounding only", async () => {
    for (let i = 0; i < 6; ++i) {
      const rate = 1n + random.between(MAX_RATE / 100n, MAX_RATE);
      await setRate(rate);
      const start = await world.engine.index();
      const inner = (await world.ethers.provider.send("evm_snapshot", [])) as string;
      const times = 40n;
      const step = 1n + random.between(1n, DAY);
      const rare = await indexAfter(times * step);
      await world.ethers.provider.send("evm_revert", [inner]);

      const { accruedAt } = await world.engine.interest();
      for (let n = 1n; n <= times; ++n) {
        await world.ethers.provider.send("evm_setNextBlockTimestamp", [Number(accruedAt + n * step)]);
        await world.engine.accrue();
      }
      const often = await world.engine.index();
      assert.equal((await world.engine.interest()).accruedAt, accruedAt + times * step);
      // Each accrual rounds the index up by less than a unit, and its growth factor down by less than 1e-18.
      const perAccrual = new Rational(often, WAD).plus(1n);
      const difference = new Rational(often - rare);
      assert.isTrue(difference.below(perAccrual.times(times)), `often costs more: ${often} ${rare}`);
      assert.isTrue(perAccrual.times(-times).below(difference), `often costs less: ${often} ${rare}`);
      assert.isTrue(often > start);
    }
  });

  it("saturates after 50 years at the highest rate, and the debt can still be repaid", async () => {
    const { engine, dollar, alice, governor, deposit } = world;
    await deposit(alice, 0, 100n * WAD);
    await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
    await setRate(MAX_RATE);
    assert.equal(await indexAfter(50n * YEAR), MAX_INDEX);
    assert.equal(await indexAfter(55n * YEAR), MAX_INDEX);

    const owed = await engine.debtOf(alice.address);
    const { shares } = await world.position(alice);
    assert.equal(owed, new Rational(shares * MAX_INDEX, 10n ** 8n).ceil());
    // Somebody else mints what the interest amounts to.
    await dollar.setFacilitator(governor.address, 2n ** 120n - 1n);
    await dollar.mint(alice.address, owed);
    await engine.connect(alice).repay(owed / 2n, alice.address);
    await engine.connect(alice).repay(MAX_UINT256, alice.address);
    assert.equal(await engine.debtOf(alice.address), 0n);
    assert.equal(await engine.totalDebtShares(), 0n);
    await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
    assert.equal(await engine.index(), MAX_INDEX);
  });

  it("never exceeds the highest rate, whatever the source says", async () => {
    await setRate(2n ** 255n);
    assert.equal((await world.engine.interest()).rate, MAX_RATE);
  });
});
