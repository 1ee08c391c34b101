import { expect } from "chai";

import type { Candle, CandleSeries } from "../../../../replay/history/candles.js";
import { parseWindow, type Window } from "../../../../replay/history/window.js";
import { MEASURED } from "../../../../replay/policy/policy.js";
import { type Plan, planReplay } from "../../../../replay/run/plan.js";
import { RiskError } from "../../../../risk/errors.js";

const [HOUR, DAY] = [3_600, 86_400];
/** 1 January 2020 */
const START = 1_577_836_800;
const DAYS = 20;

/** Calm, but for an hour in which the price falls by a quarter and comes back. */
function market(name: string, price: number, crashes: readonly number[] = []): CandleSeries {
  const candles = Array.from({ length: DAYS * 24 }, (_, i): Candle => {
    const close = crashes.includes(i) ? price * 0.75 : price;
    return { time: START + i * HOUR, open: price, high: price, low: close, close };
  });
  return {
    name,
    file: `${name}.csv`,
    step: HOUR,
    candles,
    notes: { missing: 0, invalid: 0, duplicates: 0, gaps: 0, short: 0 },
  };
}

/** Ether falls in the hours 100 and 300. */
const history = { eth: market("eth", 200, [100, 300]), btc: market("btc", 8_000) };

function plan(windows: readonly Window[], outages: readonly string[] = [], chapterDays = 90): Plan {
  return planReplay({ history, windows, accounts: 5, seed: 1, lag: 0, chapterDays, outages });
}

function days(first: number, last: number): Required<Window> {
  return { from: START + first * DAY, to: START + last * DAY };
}

describe("replay/run: what is played", () => {
  it("is all that both markets have, where nothing else is said", () => {
    expect(plan([{}]).windows).to.deep.equal([days(0, DAYS)]);
    expect(plan([{ from: START + 5 * DAY }]).windows).to.deep.equal([days(5, DAYS)]);
    expect(plan([{ to: START + 5 * DAY + 60 }]).windows, "whole candles").to.deep.equal([days(0, 5)]);
  });

  it("is cut into chapters, window by window, none longer than asked", () => {
    const jobs = plan([days(10, 15), days(1, 3)], [], 4).jobs(MEASURED);
    const spans = jobs.map(({ from, path }) => [(from - START) / DAY, path.duration / DAY]);
    expect(spans).to.deep.equal([
      [1, 2],
      [10, 4],
      [14, 1],
    ]);
  });

  it("plays a window as it would be played alone", () => {
    const [alone] = plan([days(10, 15)]).jobs(MEASURED);
    expect(plan([days(1, 3), days(10, 15)]).jobs(MEASURED)[1]).to.deep.equal(alone);
  });

  it("has keepers out for the worst hours of each window, or once where a time is named", () => {
    const two = [days(0, 8), days(9, 15)];
    const worst = plan(two, ["worst:1h"]);
    expect(worst.outages.map(({ from }) => (from - START) / HOUR)).to.deep.equal([100, 300]);
    expect(worst.jobs(MEASURED).map((job) => job.outages.length)).to.deep.equal([1, 1]);

    const named = plan(two, ["2020-01-10T12:00:00Z/2h"]);
    expect(named.outages).to.deep.equal([{ from: START + 9.5 * DAY, to: START + 9.5 * DAY + 2 * HOUR }]);
    expect(named.jobs(MEASURED).map((job) => job.outages.length)).to.deep.equal([0, 1]);
  });

  it("says where keepers do not come back before the end", () => {
    const isTold = (note: string): boolean => note.startsWith("The keeper is not back before the end");
    const notes = (outage: string): readonly string[] => plan([days(0, 8), days(9, 15)], [outage]).notes.filter(isTold);
    expect(notes("2020-01-08T22:00:00Z/1h")).to.deep.equal([]);
    for (const length of ["2h", "3h"]) {
      const [note, ...others] = notes(`2020-01-08T22:00:00Z/${length}`);
      expect(note).to.contain("from 2020-01-01T00:00Z to 2020-01-09T00:00Z");
      expect(others).to.deep.equal([]);
    }
  });

  it("refuses what cannot be, and says what can", () => {
    expect(() => plan([days(0, 5), days(4, 8)])).to.throw(RiskError, "two windows overlap");
    expect(() => plan([days(30, 40)])).to.throw(RiskError, "nothing is left to replay");
    expect(() => plan([days(0, 5), days(10, 12)], ["2020-01-08/2h"])).to.throw(
      RiskError,
      "the outage from 2020-01-08T00:00Z is outside of what is replayed",
    );
  });

  it("reads windows as they are written", () => {
    expect(parseWindow("2020-01-01/2020-01-03T12:00")).to.deep.equal({ from: START, to: START + 2.5 * DAY });
    for (const text of [
      "2020-01-01",
      "2020-01-03/2020-01-01",
      "2020-01-01/2020-01-01",
      "a/b",
      "2020-01-01/2020-01-02/x",
    ]) {
      expect(parseWindow(text), text).to.equal(undefined);
    }
  });
});
