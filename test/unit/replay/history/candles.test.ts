import { expect } from "chai";

import { candleAt, type CandleSelection, candlesOf, indexAt, merged } from "../../../../replay/history/candles.js";
import { parseTable } from "../../../../risk/data/csv.js";
import { DataError } from "../../../../risk/errors.js";

const HOUR = 3_600;
const START = Date.UTC(2020, 2, 12) / 1_000;

const read = (text: string, selection: CandleSelection = {}) => candlesOf(parseTable(text, "eth.csv"), selection);

const HEADER = "timestamp,close,open,high,low";
const WHOLE = `${HEADER}
2020-03-12T00:00:00Z,190,194,195,188
2020-03-12T01:00:00Z,192,190,193,189
2020-03-12T02:00:00Z,170,192,192,165
2020-03-12T03:00:00Z,180,170,181,168
`;

describe("replay/history: candles", () => {
  it("reads all four prices, whatever the order of the columns", () => {
    const { candles, step, notes } = read(WHOLE);
    expect(step).to.equal(HOUR);
    expect(candles).to.have.length(4);
    expect(candles[2]).to.deep.equal({ time: START + 2 * HOUR, open: 192, high: 192, low: 165, close: 170 });
    expect(notes).to.deep.equal({ missing: 0, invalid: 0, duplicates: 0, gaps: 0, short: 0 });
  });

  it("takes another time zone for what it is", () => {
    const zoned = read("timestamp,close\n2020-03-12T05:30:00+05:30,1\n2020-03-12T01:00:00Z,2\n");
    expect(zoned.candles.map(({ time }) => time)).to.deep.equal([START, START + HOUR]);
  });

  it("stands for one moment where only a close is known", () => {
    const [first] = read("date,close\n2020-03-12,190\n2020-03-13,120\n").candles;
    expect(first).to.deep.equal({ time: START, open: 190, high: 190, low: 190, close: 190 });
  });

  it("refuses a gap by its line, and lets prices stand still where the rule says so", () => {
    const text = `${WHOLE.replace(/^2020-03-12T02.*\n/m, "")}2020-03-12T04:00:00Z,180,180,181,168\n`;
    expect(() => read(text)).to.throw(DataError, "eth.csv:4: a gap");
    const { candles, notes } = read(text, { rules: { gaps: "allow" } });
    expect(notes.gaps).to.equal(1);
    expect(candleAt(candles, START + 2 * HOUR + 60)).to.include({ close: 192 });
  });

  it("refuses a candle whose low is above its close, and leaves it out where the rule says so", () => {
    const text = WHOLE.replace(",165", ",171");
    expect(() => read(text)).to.throw(DataError, "2020-03-12T02:00:00.000Z has a low above");
    const { candles, notes } = read(text, { rules: { invalid: "drop" } });
    expect(candles.map(({ close }) => close)).to.deep.equal([190, 192, 180]);
    expect(notes.invalid).to.equal(1);
  });

  it("leaves a whole row out where one of its prices is missing", () => {
    const text = WHOLE.replace(",193,", ",,");
    expect(() => read(text)).to.throw(DataError, "eth.csv:3: the price is missing");
    expect(read(text, { rules: { missing: "drop" } }).candles.map(({ close }) => close)).to.deep.equal([190, 170, 180]);
  });

  it("makes longer candles of short ones, and no short ones of long ones", () => {
    const { candles, step } = merged(read(WHOLE), 2 * HOUR);
    expect(step).to.equal(2 * HOUR);
    expect(candles).to.deep.equal([
      { time: START, open: 194, high: 195, low: 188, close: 192 },
      { time: START + 2 * HOUR, open: 192, high: 192, low: 165, close: 180 },
    ]);
    expect(() => merged(read(WHOLE), HOUR / 2)).to.throw(DataError, "do not make up steps of 1800 s");
    expect(() => merged(read(WHOLE), 5_400)).to.throw(DataError, "do not make up steps of 5400 s");
  });

  it("finds the candle of a moment", () => {
    const { candles } = read(WHOLE);
    expect(indexAt(candles, START - 1)).to.equal(-1);
    expect(indexAt(candles, START)).to.equal(0);
    expect(indexAt(candles, START + 2 * HOUR - 1)).to.equal(1);
    expect(indexAt(candles, START + 99 * HOUR)).to.equal(3);
  });
});
