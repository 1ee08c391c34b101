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
});
