import { assert } from "chai";
import { network } from "hardhat";

import type { LiquidationMathHarness } from "../../../types/contracts/index.js";
import * as model from "../../support/liquidation-model.js";
import { Random } from "../../support/random.js";
import { Rational } from "../../support/rational.js";

const WAD = 10n ** 18n;
const BPS = 10n ** 4n;
/** {USD} 18 decimals: 1e15 USD */
const LARGEST = 10n ** 33n;
const CASES = 4_000;
const PER_CALL = 200;

interface Parameters {
  targetHealth: bigint;
  minIncentive: bigint;
  maxIncentive: bigint;
  fullIncentiveHealth: bigint;
  absorbHealth: bigint;
  tipShare: bigint;
}

interface Case {
  e: { value: bigint; priced: bigint; limit: bigint; debt: bigint };
  p: Parameters;
  minimumDebt: bigint;
}

interface Answer {
  insolvent: boolean;
  capByHealth: bigint;
  capByValue: bigint;
  curve: bigint;
  s: { fraction: bigint; incentive: bigint; repay: bigint; insolvent: boolean };
}

/** The engine's numbers as exact ones: {USD} in wei, parameters as fractions. */
function exact({ e, p, minimumDebt }: Case) {
  return {
    e: {
      value: new Rational(e.value),
      priced: new Rational(e.priced),
      limit: new Rational(e.limit),
      debt: new Rational(e.debt),
    },
    p: {
      targetHealth: new Rational(p.targetHealth, BPS),
      minIncentive: new Rational(p.minIncentive, BPS),
      maxIncentive: new Rational(p.maxIncentive, BPS),
      fullIncentiveHealth: new Rational(p.fullIncentiveHealth, BPS),
    },
    minimumDebt: new Rational(minimumDebt),
  };
}

/** 18-decimal number as a fraction of 1. */
function wad(value: bigint): Rational {
  return new Rational(value, WAD);
}

/** Anything that governance can set; the usual ones half of the time. */
function randomParameters(random: Random): Parameters {
  if (random.oneIn(2n)) {
    return {
      targetHealth: 10_500n,
      minIncentive: 200n,
      maxIncentive: 1_000n,
      fullIncentiveHealth: 9_000n,
      absorbHealth: 9_700n,
      tipShare: 1_000n,
    };
  }
  const minIncentive = random.between(0n, 2_500n);
  return {
    targetHealth: random.oneIn(4n) ? 10_000n : random.between(10_000n, 15_000n),
    minIncentive,
    maxIncentive: random.between(minIncentive, 2_500n),
    fullIncentiveHealth: random.between(5_000n, 9_999n),
    absorbHealth: random.between(0n, 10_000n),
    tipShare: random.between(0n, 5_000n),
  };
}

/** An exposure with D > M, of any size and with each of its corners often enough. */
function randomCase(random: Random): Case {
  const p = randomParameters(random);
  const value = random.oneIn(20n) ? 0n : random.magnitude(LARGEST);
  // What can be listed has (1 + lmin)(1 - m) high/mid <= 1; one case in ten goes beyond.
  const most = (value * BPS) / (BPS + p.minIncentive);
  const priced = random.oneIn(10n)
    ? random.magnitude(LARGEST)
    : random.oneIn(8n)
      ? 0n
      : (most * random.between(1n, BPS)) / BPS;
  const unpriced = random.oneIn(3n) ? random.magnitude(random.oneIn(2n) ? LARGEST : value + 1n) : 0n;
  const limit = priced + unpriced;
  const kind = random.between(0n, 5n);
  const debt =
    kind === 0n
      ? limit + 1n
      : kind === 1n
        ? limit + 1n + random.magnitude(limit / 1_000n + 1n)
        : kind === 2n
          ? max(limit, value) + 1n + random.magnitude(value + 1n)
          : kind === 3n
            ? max(limit + 1n, value)
            : limit + 1n + random.magnitude(limit + value + 1n);
  const minimumDebt = random.oneIn(2n) ? 100n * WAD : random.between(1n, 100_000n) * WAD;
  return { e: { value, priced, limit, debt }, p, minimumDebt };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

describe("LiquidationMath against an independent model", () => {
  const random = Random.fresh();
  const cases: Case[] = [];
  const answers: Answer[] = [];
  let harness: LiquidationMathHarness;

  before(`draws ${CASES} exposures`, async function () {
    this.timeout(120_000);
    console.log(`      PLIMSOLL_SEED=${random.seed}`);
    const { ethers } = await network.create();
    harness = await ethers.deployContract("LiquidationMathHarness");
    for (let i = 0; i < CASES; ++i) cases.push(randomCase(random));
    for (let i = 0; i < CASES; i += PER_CALL) {
      // One call for many cases: a single overflow or division by zero among them would fail it.
      answers.push(...(await harness.slices(cases.slice(i, i + PER_CALL))));
    }
  });

  /** Runs a check on every case and says which one failed. */
  function each(check: (c: Case, a: Answer) => void): void {
    assert.equal(answers.length, CASES);
    cases.forEach((c, i) => {
      const answer = answers[i];
      if (answer === undefined) throw new RangeError(`no answer to case ${i}`);
      try {
        check(c, answer);
      } catch (error) {
        const what = JSON.stringify(c, (_, v: unknown) => (typeof v === "bigint" ? v.toString() : v));
        throw new Error(`case ${i} (seed ${random.seed}) ${what}: ${String(error)}`, { cause: error });
      }
    });
  }

  it("draws every kind of exposure", () => {
    const solvent = answers.filter((a) => !a.insolvent);
    assert.isAbove(answers.length - solvent.length, CASES / 20, "insolvent");
    assert.isAbove(solvent.length, CASES / 4, "solvent");
    assert.isAbove(solvent.filter((a) => a.s.fraction < WAD && a.s.fraction > 0n).length, CASES / 20, "partial");
    const closed = cases.filter((c, i) => !answers[i]?.insolvent && answers[i]?.s.repay === c.e.debt);
    assert.isAbove(closed.length, CASES / 50, "closed");
    assert.isAbove(cases.filter((c) => c.e.value === 0n).length, CASES / 50, "nothing of value");
    assert.isAbove(cases.filter((c) => c.e.priced === 0n).length, CASES / 50, "nothing priced towards M");
  });

  it("judges insolvency as defined", () => {
    each((c, a) => {
      const e = exact(c).e;
      assert.equal(a.insolvent, model.isInsolvent(e));
      assert.equal(a.s.insolvent, a.insolvent);
      // Everything priced: V < D and nothing else.
      if (c.e.priced === c.e.limit) assert.equal(a.insolvent, c.e.value < c.e.debt);
    });
  });

  it("rounds both caps down to 1e-18, for the account", () => {
    each((c, a) => {
      const { e, p } = exact(c);
      const byHealth = model.capByHealth(e);
      if (byHealth === undefined) assert.equal(a.capByHealth, 2n ** 256n - 1n);
      else assert.equal(a.capByHealth, max(byHealth.times(WAD).floor(), 0n));
      assert.equal(a.capByValue, model.capByValue(e, p).times(WAD).floor());
    });
  });

  it("keeps the incentive on the curve and under its caps", () => {
    each((c, a) => {
      const { e, p } = exact(c);
      const l = wad(a.s.incentive);
      assert.isAtMost(Number(a.s.incentive), Number(p.maxIncentive.times(WAD).floor()));
      // Health is rounded down to 1e-18, so the curve may read up to one such step too far, and is itself rounded down.
      const slope = p.maxIncentive.minus(p.minIncentive).over(Rational.ONE.minus(p.fullIncentiveHealth));
      const onCurve = model.curve(e.limit.over(e.debt), p);
      assert.isTrue(wad(a.curve).atMost(onCurve.plus(slope.over(WAD))), "above the curve");
      assert.isTrue(onCurve.minus(new Rational(1n, WAD)).below(wad(a.curve)), "below the curve");
      if (a.insolvent) {
        assert.equal(l.compare(p.minIncentive), 0n, "lmin where insolvent");
        return;
      }
      const lowest = [a.curve, a.capByHealth, a.capByValue].reduce((x, y) => (x < y ? x : y));
      assert.equal(a.s.incentive, lowest);
      assert.isTrue(l.plus(1n).times(e.priced).times(e.debt).atMost(e.value.times(e.limit)), "(1 + l) M_s D > V M");
      if (e.debt.atMost(e.value)) assert.isTrue(l.plus(1n).times(e.debt).atMost(e.value), "l > V/D - 1");
      else assert.isTrue(l.atMost(p.minIncentive), "l > lmin with V < D");
    });
  });

  it("takes the exact fraction, within the rounding of one wei of USD", () => {
    each((c, a) => {
      const { e, p, minimumDebt } = exact(c);
      const f = wad(a.s.fraction);
      const l = wad(a.s.incentive);
      const step = new Rational(1n, WAD);
      const expected = model.slice(e, p, minimumDebt, l);
      if (a.insolvent) {
        assert.equal(f.compare(1n), 0n);
        assert.equal(a.s.repay, expected.repay.ceil());
        return;
      }
      // f = wanted / gained: wanted is rounded down by less than a wei, gained by less than one for its product and one for
      // its two divisions.
      const wanted = p.targetHealth.times(e.debt).minus(e.limit);
      const gained = p.targetHealth.times(e.value).over(l.plus(1n)).minus(e.priced);
      const least = Rational.min(1n, gained.atMost(0n) ? 1n : Rational.max(wanted.minus(1n), 0n).over(gained));
      const most = gained.atMost(2n) ? Rational.ONE : Rational.min(1n, wanted.over(gained.minus(2n)));
      const price = e.value.over(l.plus(1n));
      // What is left by the smallest and the largest such slice decides whether the minimum debt may have come in.
      const leftLeast = e.debt.minus(most.times(price)).minus(1n);
      const leftMost = e.debt.minus(least.minus(step).times(price));
      const isTarget = least.minus(step).atMost(f) && f.atMost(most);
      const all = e.value.compare(0n) === 0n ? Rational.ONE : Rational.min(1n, e.debt.over(price));
      const isAll = all.minus(step).below(f) && f.atMost(all);
      if (minimumDebt.atMost(leftLeast))
        assert.isTrue(isTarget, `f ${String(f)} outside ${String(least)} .. ${String(most)}`);
      else if (leftMost.below(minimumDebt)) assert.isTrue(isAll, `f ${String(f)} is not all: ${String(all)}`);
      else assert.isTrue(isTarget || isAll, "neither the target nor all");
    });
  });

  it("charges at least f V / (1 + l), and no more than rounding above it", () => {
    each((c, a) => {
      if (a.insolvent) return;
      const price = new Rational(c.e.value).over(wad(a.s.incentive).plus(1n));
      const due = wad(a.s.fraction).times(price);
      assert.isTrue(due.atMost(a.s.repay), "too little");
      // One wei, plus what the fraction itself was rounded down by.
      assert.isTrue(new Rational(a.s.repay).below(due.plus(1n).plus(price.over(WAD))), "too much");
    });
  });

  it("never takes more than is owed", () => {
    each((c, a) => {
      assert.isTrue(a.s.repay <= c.e.debt);
      assert.isTrue(a.s.fraction <= WAD);
    });
  });

  it("never lowers the health of an account that is not insolvent", () => {
    each((c, a) => {
      if (a.insolvent) return;
      // M after the slice, times 1e18; the maintenance value is concave in the amount, so this is its lower bound.
      const limit = c.e.limit * WAD - a.s.fraction * c.e.priced;
      assert.isTrue(limit * c.e.debt >= c.e.limit * WAD * (c.e.debt - a.s.repay));
    });
  });

  it("stops at the target health", () => {
    each((c, a) => {
      const left = c.e.debt - a.s.repay;
      if (a.insolvent || left === 0n || a.s.fraction === WAD) return;
      const limit = new Rational(c.e.limit).minus(wad(a.s.fraction).times(c.e.priced));
      // Beyond H only by rounding: two wei of USD, and what one step of the fraction is worth.
      const room = new Rational(4n).plus(new Rational(c.e.value + c.e.priced).over(WAD).times(2n));
      const target = new Rational(c.p.targetHealth, BPS).times(left);
      assert.isTrue(limit.atMost(target.plus(room)), "beyond H");
      assert.isTrue(target.minus(room).atMost(limit), "short of H");
    });
  });

  it("leaves no debt below the minimum but 0, unless nothing priced is left", () => {
    each((c, a) => {
      const left = c.e.debt - a.s.repay;
      assert.isTrue(left === 0n || left >= c.minimumDebt || a.s.fraction === WAD);
      // Everything priced is taken only where it does not pay, or pays exactly.
      if (!a.insolvent && a.s.fraction === WAD && left !== 0n) {
        assert.isTrue(c.e.limit > c.e.priced, "all of a fully priced, solvent account is taken and debt is left");
      }
    });
  });

  it("makes no bad debt while V >= D", () => {
    let tight = 0;
    each((c, a) => {
      if (c.e.value < c.e.debt) return;
      if (c.e.value === c.e.debt) ++tight;
      assert.isFalse(a.insolvent && c.e.priced <= c.e.value, "insolvent");
      const left = c.e.debt - a.s.repay;
      if (!a.insolvent && a.s.fraction === WAD) assert.equal(left, 0n);
    });
    assert.isAbove(tight, 10, "cases with V = D");
  });

  it("a slice at the exact incentive differs only by the rounding of the incentive", () => {
    each((c, a) => {
      if (a.insolvent) return;
      const { e, p } = exact(c);
      const l = model.incentive(e, p);
      // Rounded down, except for the step that a rounded-down health adds on the curve.
      const slope = p.maxIncentive.minus(p.minIncentive).over(Rational.ONE.minus(p.fullIncentiveHealth));
      const difference = wad(a.s.incentive).minus(l).times(WAD);
      assert.isTrue(difference.atMost(slope), "incentive too high");
      assert.isTrue(new Rational(-1n).below(difference), "incentive too low");
    });
  });
});

describe("LiquidationMath at chosen exposures", () => {
  const p: Parameters = {
    targetHealth: 10_500n,
    minIncentive: 200n,
    maxIncentive: 1_000n,
    fullIncentiveHealth: 9_000n,
    absorbHealth: 9_700n,
    tipShare: 1_000n,
  };
  let harness: LiquidationMathHarness;
  before(async () => {
    const { ethers } = await network.create();
    harness = await ethers.deployContract("LiquidationMathHarness");
  });

  async function slice(value: bigint, priced: bigint, limit: bigint, debt: bigint) {
    return (await harness.slice({ e: { value, priced, limit, debt }, p, minimumDebt: 100n * WAD })).s;
  }

  it("brings 1,000 of debt against 1,200 of collateral back to health 1.05", async () => {
    // M = 0.8 * 1200 = 960, health 0.96: l = 2% + 8% * 0.4 = 5.2%; f = (1050 - 960) / (1.05 * 1200 / 1.052 - 960) = 90 / 237.7186...
    const s = await slice(1_200n * WAD, 960n * WAD, 960n * WAD, 1_000n * WAD);
    assert.equal(s.incentive, 52n * 10n ** 15n);
    const f = new Rational(90n).over(new Rational(1_260_000n, 1_052n).minus(960n));
    assert.isAtMost(Number(s.fraction - f.times(WAD).floor()), 1);
    assert.equal(s.repay, new Rational(s.fraction * 1_200n * WAD, WAD + s.incentive).ceil());
  });

  it("closes what would leave less than the minimum debt", async () => {
    const s = await slice(160n * WAD, 128n * WAD, 128n * WAD, 130n * WAD);
    assert.equal(s.repay, 130n * WAD);
    assert.isBelow(Number(s.fraction), 1e18);
  });

  it("takes everything of the insolvent, at lmin", async () => {
    const s = await slice(900n * WAD, 720n * WAD, 720n * WAD, 1_000n * WAD);
    assert.isTrue(s.insolvent);
    assert.equal(s.fraction, WAD);
    assert.equal(s.repay, new Rational(900n * WAD * 100n, 102n).ceil());
  });

  it("is insolvent with nothing priced towards M only when nothing else counts either", async () => {
    assert.isTrue((await slice(900n * WAD, 0n, 0n, 1_000n * WAD)).insolvent);
    assert.isFalse((await slice(900n * WAD, 0n, 1n, 1_000n * WAD)).insolvent);
    assert.isFalse((await slice(1_000n * WAD, 0n, 0n, 1_000n * WAD)).insolvent);
  });
});
