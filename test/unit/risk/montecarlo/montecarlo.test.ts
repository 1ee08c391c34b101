import { expect } from "chai";

import {
  monteCarlo,
  monteCarloParallel,
  moments,
  normalProbability,
  normalQuantile,
  NormalStream,
  NotPositiveDefinite,
  scaledTQuantile,
} from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";

const SEED = 20_260_101;

describe(`risk: Monte Carlo (seed ${SEED})`, () => {
  it("draws standard normal numbers, to the far tail", () => {
    const x = new Float64Array(2_000_000);
    new NormalStream(SEED).fill(x);
    const m = moments([...x.subarray(0, 1_000_000)], "population");
    // Five standard errors.
    expectClose(m.mean, 0, 0.005);
    expectClose(m.variance, 1, 5 * Math.sqrt(2e-6));
    expectClose(m.skewness, 0, 5 * Math.sqrt(6e-6));
    expectClose(m.excessKurtosis, 0, 5 * Math.sqrt(24e-6));
    const sorted = x.sort();
    // Kolmogorov's distance; 1.95 / sqrt(n) is exceeded once in a thousand.
    let distance = 0;
    sorted.forEach((each, i) => {
      if (i % 97 === 0) distance = Math.max(distance, Math.abs(normalProbability(each) - (i + 0.5) / x.length));
    });
    expect(distance).to.be.below(1.95 / Math.sqrt(x.length));
    for (const cut of [3.2, 3.442, 3.6, 4]) {
      const expected = x.length * normalProbability(-cut);
      const above = sorted.filter((each) => each > cut).length;
      const below = sorted.filter((each) => each < -cut).length;
      expectClose(above, expected, 5 * Math.sqrt(expected), `above ${cut}`);
      expectClose(below, expected, 5 * Math.sqrt(expected), `below ${-cut}`);
    }
  });

  it("does not repeat itself from number to number or from stream to stream", () => {
    const n = 200_000;
    const [a, b] = [new Float64Array(n), new Float64Array(n)];
    new NormalStream(SEED, 0).fill(a);
    new NormalStream(SEED, 1).fill(b);
    for (const lag of [1, 2, 3, 4, 8]) {
      let product = 0;
      for (let i = lag; i < n; i++) product += a[i]! * a[i - lag]!;
      expectClose(product / n, 0, 5 / Math.sqrt(n), `lag ${lag}`);
    }
    expectClose(a.reduce((sum, each, i) => sum + each * b[i]!, 0) / n, 0, 5 / Math.sqrt(n), "streams");
  });

  const sd = 0.03;
  const alone = { exposures: [100], covariance: [[sd * sd]], paths: 400_000, seed: SEED };

  it("finds the VaR that is known in closed form, for the normal and for Student's t", () => {
    const normal = monteCarlo(alone, 0.99);
    expectClose(normal.var, 100 * (1 - Math.exp(normalQuantile(0.01) * sd)), 5 * normal.varError, "normal");
    expect(normal.expectedShortfall).to.be.above(normal.var);
    const student = monteCarlo({ ...alone, degrees: 4 }, 0.99);
    expectClose(student.var, 100 * (1 - Math.exp(scaledTQuantile(0.01, 4) * sd)), 5 * student.varError, "t");
    expect(student.varError).to.be.below(0.1);
    expect(student.expectedShortfall).to.be.above(normal.expectedShortfall);
  });

  it("correlates as told", () => {
    const rho = 0.7;
    const c = sd * sd;
    const hedged = monteCarlo(
      {
        ...alone,
        exposures: [100, -100],
        covariance: [
          [c, rho * c],
          [rho * c, c],
        ],
      },
      0.99,
    );
    expectClose(hedged.var, 100 * sd * Math.sqrt(2 - 2 * rho) * normalQuantile(0.99), 0.02 * hedged.var);
  });

  it("is repeatable, also on several cores, and tells its progress", async () => {
    const seen: number[] = [];
    const parallel = await monteCarloParallel(alone, 0.99, { cores: 2, onProgress: (done) => seen.push(done) });
    expect(parallel).to.deep.equal(monteCarlo(alone, 0.99));
    expect(seen.at(-1)).to.equal(alone.paths);
    expect(monteCarlo({ ...alone, seed: SEED + 1 }, 0.99).var).to.not.equal(parallel.var);
  });

  it("refuses a covariance that is none, and sizes that make no sense", () => {
    const bad = {
      ...alone,
      exposures: [1, 1],
      covariance: [
        [1, 2],
        [2, 1],
      ],
    };
    expect(() => monteCarlo(bad, 0.99)).to.throw(NotPositiveDefinite, /positive definite/);
    expect(() => monteCarlo({ ...alone, paths: 0 }, 0.99)).to.throw(/paths/);
    expect(() => monteCarlo({ ...alone, degrees: 2 }, 0.99)).to.throw(/degrees/);
  });
});
