import { expect } from "chai";

import type { Candle } from "../../../../replay/history/candles.js";
import { isOut, parseDuration, parseOutage } from "../../../../replay/history/outage.js";
import { RiskError } from "../../../../risk/errors.js";

const HOUR = 3_600;
const START = 1_583_971_200;
const candle = (i: number, open: number, low: number): Candle => ({
  time: START + i * HOUR,
  open,
  high: open,
  low,
  close: low,
});
/** The deepest hour is the last; the deepest two begin with the third. What a candle closes at is its low, but for one that came back. */
const candles = [
  { ...candle(0, 100, 50), close: 98 },
  candle(1, 98, 97),
  candle(2, 97, 80),
  candle(3, 80, 70),
  candle(4, 90, 72),
];

describe("replay/history: keepers that are away", () => {
  it("finds the stretch at whose end ether has fallen furthest", () => {
    expect(parseOutage("worst:2h", candles, HOUR)).to.deep.equal({ from: START + 2 * HOUR, to: START + 4 * HOUR });
    expect(parseOutage("worst:1h", candles, HOUR).from).to.equal(START + 4 * HOUR);
  });

  it("takes a beginning and a length", () => {
    const outage = parseOutage("2020-03-12T10:00:00Z/90m", candles, HOUR);
    expect(outage).to.deep.equal({ from: START + 10 * HOUR, to: START + 11.5 * HOUR });
    expect(isOut([outage], outage.from - 1)).to.equal(false);
    expect(isOut([outage], outage.from)).to.equal(true);
    expect(isOut([outage], outage.to)).to.equal(false);
  });

  it("says how to write one", () => {
    for (const text of ["worst", "worst:6", "yesterday/6h", "2020-03-12/0h", "6h"]) {
      expect(() => parseOutage(text, candles, HOUR), text).to.throw(RiskError, `"${text}" is not an outage`);
    }
    expect(parseDuration("2d")).to.equal(172_800);
    expect(parseDuration("1.5h")).to.equal(undefined);
  });
});
