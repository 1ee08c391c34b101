import { expect } from "chai";

import { seeded } from "../../../../replay/path/random.js";
import {
  ewmaVariance,
  ewmaVarianceByTime,
  greatest,
  lambdaOf,
  least,
  rollingVolatility,
  volatility,
} from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";

describe("risk: volatility (seed 5)", () => {
  const random = seeded(5);
  const returns = Array.from({ length: 1_000 }, () => 0.03 * random.normal());

  it("rolls: every window has its own standard deviation", () => {
    for (const window of [2, 3, 30, 37, 999, 1_000]) {
      const rolling = rollingVolatility(returns, window);
      expect(rolling).to.have.length(returns.length - window + 1);
      rolling.forEach((each, i) => {
        expectClose(each / volatility(returns.slice(i, i + window)), 1, 1e-12, `window ${window} from ${i}`);
      });
    }
    for (const window of [1, 1_001, 2.5]) expect(() => rollingVolatility(returns, window)).to.throw(/does not fit/);
  });

  it("forgets a crash that has left the window, to the last digits", () => {
    const calm = returns.map((each) => each / 1e4);
    const crashed = calm.map((each, t) => (t === 100 ? -1e6 : each));
    const [with_, without] = [rollingVolatility(crashed, 30), rollingVolatility(calm, 30)];
    for (let i = 101; i < without.length; i++) expectClose(with_[i]! / without[i]!, 1, 1e-12, `from ${i}`);
    expect(with_[100]).to.be.above(1e5);
  });

  it("takes long histories: 200,000 returns in windows of 43,200", function () {
    this.timeout(5_000);
    const minutes = Array.from({ length: 200_000 }, (_, t) => returns[t % 1_000]!);
    expect(rollingVolatility(minutes, 43_200)).to.have.length(156_801);
    expect([least(minutes), greatest(minutes)]).to.deep.equal([least(returns), greatest(returns)]);
  });

  it("weighs by time: two halves of a step count as the step", () => {
    const even = ewmaVarianceByTime(
      returns,
      returns.map(() => 1),
      16.16,
      1e-3,
    );
    ewmaVariance(returns, lambdaOf(16.16), 1e-3).forEach((each, t) => {
      expectClose(even[t]! / each, 1, 1e-12);
    });
    const [whole, halves] = [
      ewmaVarianceByTime([0.02], [1], 8, 1e-3),
      ewmaVarianceByTime([0.02, 0.02], [0.5, 0.5], 8, 1e-3),
    ];
    expectClose(halves[2]! / whole[1]!, 1, 1e-12);
  });
});
