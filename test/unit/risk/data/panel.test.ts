import { expect } from "chai";

import { align, dailyPanelReturns, DataError, panelReturns, parsePrices, type Rules } from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";
import { alternating, pricesCsv } from "../../../support/history.js";

const HOUR = 1 / 24;

describe("risk: several files together", () => {
  /** Ten daily prices with a hole of 200 days before the seventh. */
  const holed = (gaps: Rules["gaps"], name = "a") =>
    parsePrices(
      pricesCsv(
        alternating(9, 0.01),
        Array.from({ length: 9 }, (_, t) => (t === 5 ? 200 : 1)),
      ),
      `${name}.csv`,
      { name, rules: { gaps } },
    );

  it("takes the return over a gap, or leaves it out, as was asked for", () => {
    const all = panelReturns(align([holed("allow")]));
    expect(all.values).to.have.length(9);
    expect(all.days.filter((each) => each === 200)).to.have.length(1);
    const parts = panelReturns(align([holed("split"), holed("allow", "b")]));
    expect(parts.values).to.have.length(8);
    expect(new Set(parts.days)).to.deep.equal(new Set([1]));
  });

  it("measures by time: steps of any length give the same variance a day", () => {
    const days = Array.from({ length: 40 }, (_, t) => (t < 20 ? HOUR : 6 * HOUR));
    // As a walk has it: a step six times as long moves sqrt(6) times as far.
    const returns = days.map((each, t) => 0.04 * Math.sqrt(each) * (t % 2 === 0 ? 1 : -1));
    const panel = align([parsePrices(pricesCsv(returns, days), "a.csv", { name: "a", rules: { gaps: "allow" } })]);
    for (const [r] of dailyPanelReturns(panel)) expectClose(Math.abs(r!), 0.04, 1e-9);
  });

  it("refuses steps that are uneven only where files meet, naming the file that lacks a time", () => {
    const full = parsePrices(pricesCsv(alternating(48, 0.01), HOUR), "full.csv", { name: "full" });
    // Without a step of its own that is uneven: half an hour late from some time on, and back.
    const steps = Array.from({ length: 47 }, (_, t) => (t === 9 || t === 29 ? 1.5 * HOUR : HOUR));
    const late = parsePrices(pricesCsv(alternating(47, 0.01), steps), "late.csv", { name: "late" });
    expect(() => align([full, late])).to.throw(DataError, /late\.csv: after 2020-01-01T09:00:00.000Z .*79200 s later/);
  });

  it("refuses two files of one name", () => {
    expect(() => align([holed("allow"), holed("allow")])).to.throw(/two series are called a/);
  });
});
