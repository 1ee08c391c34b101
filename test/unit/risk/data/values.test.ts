import { expect } from "chai";

import { parseNumber, parseTime } from "../../../../risk/index.js";

describe("risk: times and numbers in files", () => {
  it("knows the calendar, with and without a time of day", () => {
    expect(parseTime("2020-02-29T00:00:00Z")).to.equal(1582934400);
    expect(parseTime("2020-02-29T01:00:00+02:00")).to.equal(1582930800);
    for (const text of [
      "2020-02-30",
      "2020-02-30T00:00:00Z",
      "2021-02-29 10:00",
      "2020-13-01",
      "2020-04-31T10:00:00+01:00",
    ]) {
      expect(parseTime(text), text).to.equal(undefined);
    }
  });

  it("takes decimal numbers, and nothing else that JavaScript would take", () => {
    const good: [string, number][] = [
      ["1", 1],
      ["-2.5", -2.5],
      [".5", 0.5],
      ["3.", 3],
      ["+1e-3", 0.001],
    ];
    for (const [text, value] of good) expect(parseNumber(text), text).to.equal(value);
    for (const text of ["", " ", "0x64", "0b1", "Infinity", "NaN", "1_000", "1,000", "1e", "."]) {
      expect(parseNumber(text), text).to.equal(undefined);
    }
  });
});
