import { expect } from "chai";

import { backtest, type Held } from "../../../app/src/data/backtest.js";
import { WAD } from "../../support/world.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const usd = (dollars: number): bigint => BigInt(Math.round(dollars * 1e6)) * 10n ** 12n;

/** One asset, at a price. */
function held(time: number, amount: number, price: number, asset = 0): Held {
  return { time, assets: [{ asset, amount: BigInt(amount), value: usd(amount * price) }] };
}
const said = [{ time: 0, valueAtRisk: 100 }];

describe("app/data: did the value at risk hold", () => {
  it("counts what the holdings of the beginning lost, not what came and went", () => {
    // Half is sold at the old price, and then the price falls by a tenth.
    const points = [held(0, 1_000, 1), held(12 * HOUR, 500, 1), held(DAY, 500, 0.95)];
    const { windows, exceeded } = backtest(points, said, [], DAY);
    expect(windows).to.deep.equal([{ from: 0, to: DAY, loss: 50, valueAtRisk: 100 }]);
    expect(exceeded).to.equal(0);
    // Nothing was lost where all of a fall of the total went out.
    const out = backtest([held(0, 1_000, 1), held(DAY, 10, 1)], said, [], DAY);
    expect(out.windows.map((w) => w.loss)).to.deep.equal([0]);
  });

  it("counts windows that follow each other, and those above what was said at their beginning", () => {
    const prices = [1, 0.95, 0.8, 0.82, 0.6];
    const points = prices.map((p, i) => held(i * DAY, 1_000, p));
    const promises = [...said, { time: 2 * DAY, valueAtRisk: 10 }, { time: 3 * DAY, valueAtRisk: 300 }];
    const { windows, exceeded, rolling } = backtest(points, promises, [], DAY);
    expect(windows.map((w) => [Math.round(w.loss), w.valueAtRisk])).to.deep.equal([
      [50, 100],
      [150, 100],
      [-20, 10],
      [220, 300],
    ]);
    expect(exceeded).to.equal(1);
    expect(rolling.map((w) => w && Math.round(w.loss))).to.deep.equal([0, 50, 150, -20, 220]);
  });

  it("never takes a window for longer or shorter than the horizon", () => {
    const points = [
      held(0, 1_000, 1),
      held(6 * HOUR, 1_000, 0.99),
      held(3 * DAY, 1_000, 0.5),
      held(4 * DAY, 1_000, 0.5),
    ];
    const { windows, leftOut } = backtest(points, said, [], DAY);
    expect(windows.map((w) => [w.from, w.to])).to.deep.equal([[3 * DAY, 4 * DAY]]);
    expect(leftOut).to.equal(1);
    expect(backtest(points.slice(0, 2), said, [], DAY)).to.include({ exceeded: 0, leftOut: 0 });
    expect(backtest([], said, [], DAY)).to.deep.equal({ rolling: [], windows: [], exceeded: 0, leftOut: 0 });
  });

  it("prices what was sold altogether as the oracle does, and leaves out what nobody prices", () => {
    const points: Held[] = [held(0, 1_000, 1), { time: DAY, assets: [] }];
    const priced = [
      { time: 0, prices: new Map([[0, 2n * WAD]]) },
      { time: DAY, prices: new Map([[0, WAD]]) },
    ];
    expect(backtest(points, said, priced, DAY).windows.map((w) => w.loss)).to.deep.equal([500]);
    expect(backtest(points, said, [], DAY)).to.include({ leftOut: 1 });
    // No price is not a price of nothing.
    expect(backtest([held(0, 1_000, 1), held(DAY, 1_000, 0)], said, [], DAY)).to.include({ leftOut: 1, exceeded: 0 });
    expect(backtest([held(0, 1_000, 0), held(DAY, 1_000, 1)], said, [], DAY)).to.include({ leftOut: 1 });
  });
});
