import { expect } from "chai";

import { backtest, originOf, reasonsOf } from "../../../../risk/index.js";

/** A backtest of `n` days at 99% with exceedances on the given ones. */
function judged(n: number, days: readonly number[]) {
  const losses = Array.from({ length: n }, (_, t) => (days.includes(t) ? 2 : 0));
  return backtest(
    losses,
    losses.map(() => 1),
    0.01,
  );
}

describe("risk: verdicts in words", () => {
  it("tells too few from too many from clusters, and says nothing of what passes", () => {
    const every = (step: number, count: number) => Array.from({ length: count }, (_, i) => 10 + i * step);
    expect(reasonsOf(judged(1_000, every(100, 9)))).to.deep.equal([]);
    expect(reasonsOf(judged(1_000, every(300, 3))).join()).to.match(/^3 exceedances where 10.0 .* too few.*cautious/);
    expect(reasonsOf(judged(1_000, every(40, 20))).join()).to.match(/^20 exceedances where 10.0 .* too many/);
    const clustered = [100, 101, 102, 103, 500, 501, 800, 900, 950, 990];
    expect(reasonsOf(judged(1_000, clustered)).join()).to.match(/^4 of 10 exceedances .* clusters$/);
  });

  it("says how much a learned z rests on", () => {
    expect(originOf(3_000, 0.99)).to.match(/worst 30 decide it\.$/);
    expect(originOf(762, 0.99)).to.match(/worst 8 decide it, which is few\. .*--also/);
  });
});
