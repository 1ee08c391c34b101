import { expect } from "chai";

import { seeded } from "../../../../replay/path/random.js";
import {
  cholesky,
  isPositiveDefinite,
  isPositiveSemiDefinite,
  ledoitWolf,
  NotPositiveDefinite,
  sampleCovariance,
} from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";

describe("risk: covariance", () => {
  it("tells definite, semi-definite and indefinite matrices apart", () => {
    const [good, edge, bad] = [
      [
        [2, 1],
        [1, 2],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [
        [1, 2],
        [2, 1],
      ],
    ];
    expect([isPositiveDefinite(good), isPositiveSemiDefinite(good)]).to.deep.equal([true, true]);
    expect([isPositiveDefinite(edge), isPositiveSemiDefinite(edge)]).to.deep.equal([false, true]);
    expect([isPositiveDefinite(bad), isPositiveSemiDefinite(bad)]).to.deep.equal([false, false]);
    expect(
      isPositiveSemiDefinite([
        [1, 0],
        [0.5, 1],
      ]),
    ).to.equal(false);
    expect(() => cholesky(bad)).to.throw(NotPositiveDefinite);
  });

  it("shrinks few observations until they are definite, keeping the trace, and many hardly at all (seed 3)", () => {
    const random = seeded(3);
    const draw = (n: number) =>
      Array.from({ length: n }, () => Array.from({ length: 8 }, (_, i) => (1 + i) * random.normal()));
    const few = draw(5);
    expect(isPositiveDefinite(sampleCovariance(few))).to.equal(false);
    const shrunk = ledoitWolf(few);
    expect(isPositiveDefinite(shrunk.covariance)).to.equal(true);
    const trace = (m: number[][]) => m.reduce((sum, row, i) => sum + row[i]!, 0);
    expectClose(trace(shrunk.covariance), trace(sampleCovariance(few, "population")), 1e-9);
    expect(shrunk.intensity).to.be.within(0.05, 1);
    expect(ledoitWolf(draw(5_000)).intensity).to.be.below(0.02);
  });

  it("shrinks by exactly what Ledoit and Wolf (2004) define, computed here element by element (seed 11)", () => {
    const random = seeded(11);
    for (const [n, p] of [
      [6, 9],
      [40, 5],
      [200, 3],
    ] as const) {
      const common = Array.from({ length: n }, () => random.normal());
      const x = common.map((each) => Array.from({ length: p }, (_, i) => 0.4 * each + (0.5 + i) * random.normal()));
      const { intensity, covariance } = ledoitWolf(x);
      const expected = definition(x);
      expectClose(intensity / expected.intensity, 1, 1e-10, `${n} x ${p}`);
      covariance.forEach((row, i) => {
        row.forEach((each, j) => {
          expectClose(each, expected.covariance[i]![j]!, 1e-12 * p * p, `${n} x ${p}: ${i}, ${j}`);
        });
      });
      expect(intensity).to.be.within(1e-4, 1);
    }
  });
});

/**
 * Their section 3.2: S* = b2/d2 m I + a2/d2 S, with the norm ||A||^2 = tr(A A') / p, m = <S, I>, d2 = ||S - m I||^2,
 * b2 = min(d2, 1/n^2 sum_k ||x_k x_k' - S||^2), a2 = d2 - b2; the x_k less their mean.
 */
function definition(returns: readonly (readonly number[])[]) {
  const [n, p] = [returns.length, returns[0]!.length];
  const mean = new Array<number>(p).fill(0);
  for (const row of returns) for (let i = 0; i < p; i++) mean[i]! += row[i]! / n;
  const x = returns.map((row) => row.map((each, i) => each - mean[i]!));
  const s = mean.map(() => new Array<number>(p).fill(0));
  for (const row of x) for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) s[i]![j]! += (row[i]! * row[j]!) / n;
  let m = 0;
  for (let i = 0; i < p; i++) m += s[i]![i]! / p;
  let d2 = 0;
  for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) d2 += (s[i]![j]! - (i === j ? m : 0)) ** 2 / p;
  let bBar = 0;
  for (const row of x) {
    for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) bBar += (row[i]! * row[j]! - s[i]![j]!) ** 2 / p / n / n;
  }
  const b2 = Math.min(bBar, d2);
  const covariance = s.map((row, i) => row.map((each, j) => (b2 / d2) * (i === j ? m : 0) + ((d2 - b2) / d2) * each));
  return { intensity: b2 / d2, covariance };
}
