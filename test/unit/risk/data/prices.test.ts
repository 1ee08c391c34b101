import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import {
  align,
  DataError,
  parsePrices,
  parseTime,
  readPrices,
  returnsOf,
  type Selection,
} from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";
import { alternating, pricesCsv } from "../../../support/history.js";

const day = (n: number) => `2020-01-0${n}`;
const csv = (...rows: string[]) => ["date,close", ...rows, ""].join("\n");

function failure(text: string, selection?: Selection): DataError {
  try {
    parsePrices(text, "a.csv", selection);
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("risk: prices from CSV", () => {
  it("reads times, prices and the usual step", () => {
    const series = parsePrices(csv(`${day(1)},100`, `${day(2)},110`, `${day(3)},99`), "a.csv");
    expect(series.times).to.deep.equal([1577836800, 1577923200, 1578009600]);
    expect(series.prices).to.deep.equal([100, 110, 99]);
    expect(series.step).to.equal(86_400);
    const simple = returnsOf(series, "simple").values;
    expectClose(simple[0]!, 0.1, 1e-12);
    expectClose(simple[1]!, -0.1, 1e-12);
    expectClose(returnsOf(series).values[0]!, Math.log(1.1), 1e-12);
  });

  it("names file and line of every fault, and how to opt into a rule", () => {
    const cases: [string, number, RegExp, Selection?][] = [
      [csv(`${day(1)},100`, `${day(2)},`, `${day(3)},99`), 3, /missing=drop/],
      [csv(`${day(1)},100`, `${day(2)},0`, `${day(3)},99`), 3, /invalid=drop/],
      [csv(`${day(1)},100`, `${day(2)},-4`, `${day(3)},99`), 3, /invalid=drop/],
      [csv(`${day(1)},100`, `${day(2)},abc`, `${day(3)},99`), 3, /invalid=drop/],
      [csv(`${day(1)},100`, `${day(1)},101`, `${day(3)},99`), 3, /duplicates=first/],
      [csv(`${day(1)},100`, `${day(3)},101`, `${day(2)},99`), 4, /order=sort/],
      [csv(`${day(1)},1`, `${day(2)},1`, `${day(3)},1`, `${day(4)},1`, `${day(6)},1`), 6, /gaps=allow/],
      [csv(`${day(1)},100`, `2020-02-31,101`), 3, /ISO 8601/],
      [csv(`${day(1)},100`, `2020-02-30T00:00:00Z,101`), 3, /calendar/],
      [csv(`${day(1)},100`, `${day(2)},0x64`, `${day(3)},99`), 3, /invalid=drop/],
      [csv(`${day(1)},100`, day(2)), 3, /as many cells/],
      [csv(`${day(1)},100`, `${day(2)},1"0`), 3, /quotation mark/],
      [csv(`${day(1)},100`, `"${day(2)},101`), 3, /Close it/],
      [csv(`${day(1)},100`, `${day(2)},101`), 1, /date, close/, { column: "price" }],
    ];
    for (const [text, line, fix, selection] of cases) {
      const error = failure(text, selection);
      expect(error.line, error.message).to.equal(line);
      expect(error.message).to.match(new RegExp(`^a.csv:${line}: `));
      expect(error.fix, error.message).to.match(fix);
    }
  });

  it("follows the rules that were opted into, and counts what they left out", () => {
    const text = csv(
      `${day(1)},1`,
      `${day(3)},3`,
      `${day(2)},2`,
      `${day(3)},30`,
      `${day(4)},`,
      `${day(5)},0`,
      `${day(6)},6`,
    );
    const rules = { missing: "drop", invalid: "drop", order: "sort", duplicates: "last", gaps: "allow" } as const;
    const series = parsePrices(text, "a.csv", { rules });
    expect(series.prices).to.deep.equal([1, 2, 30, 6]);
    expect(series.notes).to.deep.equal({ missing: 1, invalid: 1, duplicates: 1, gaps: 1, short: 0 });
    expect(parsePrices(text, "a.csv", { rules: { ...rules, duplicates: "first" } }).prices).to.deep.equal([1, 2, 3, 6]);
    const split = parsePrices(text, "a.csv", { rules: { ...rules, gaps: "split" } });
    expect(returnsOf(series).values).to.have.length(3);
    expect(returnsOf(split).values).to.have.length(2);
    expect(returnsOf(series).days[2]).to.equal(3);
  });

  it("refuses two cadences in one file, whichever is the usual one, unless returns are to be measured by time", () => {
    const hours = (count: number) => Array.from({ length: count }, () => 1 / 24);
    const quarters = (count: number) => Array.from({ length: count }, () => 6 / 24);
    const text = (days: number[]) => pricesCsv(alternating(days.length, 0.01), days);
    const mostlyLong = text([...hours(30), ...quarters(50)]);
    const error = failure(mostlyLong);
    expect(error.message).to.equal("a.csv:3: a short step: 3600 s since the price before, where 21600 s are usual");
    expect(error.fix).to.match(/each cadence by itself.*gaps=allow/);
    expect(failure(mostlyLong, { rules: { gaps: "split" } }).line).to.equal(3);
    expect(failure(text([...hours(50), ...quarters(30)])).message).to.equal(
      "a.csv:53: a gap: 21600 s since the price before, where 3600 s are usual",
    );
    const series = parsePrices(mostlyLong, "a.csv", { rules: { gaps: "allow" } });
    expect(series.notes).to.include({ gaps: 0, short: 30 });
    const [first, last] = [returnsOf(series).days[0]!, returnsOf(series).days.at(-1)!];
    expectClose(last / first, 6, 1e-9);
  });

  it("says of a binary file that it is none, and repeats nothing of it", () => {
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-"));
    try {
      for (const bytes of [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 34, 10]), Buffer.from([0xff, 0xfe, 10, 0xe9])]) {
        writeFileSync(join(folder, "a.csv"), bytes);
        expect(() => readPrices(join(folder, "a.csv"))).to.throw(DataError, /^a\.csv: is not a text file$/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    const bell = failure(csv(`${day(1)},1`, `${day(2)},\u001b[31m${"x".repeat(100)}`));
    expect(bell.message).to.match(/^a.csv:3: "\?\[31mx{35}\.\.\." is not/);
  });

  it("understands times of day, zones and seconds, and reads what names no zone as UTC", () => {
    expect(parseTime("2020-03-12T10:00:00Z")).to.equal(1584007200);
    expect(parseTime("2020-03-12 10:00:00")).to.equal(1584007200);
    expect(parseTime("2020-03-12T11:00:00+01:00")).to.equal(1584007200);
    expect(parseTime("1584007200")).to.equal(1584007200);
    expect(parseTime("12.3.2020")).to.equal(undefined);
  });

  it("says that a file is not there, and aligns only what overlaps", () => {
    expect(() => readPrices("nowhere/a.csv")).to.throw(DataError, /cannot be read \(ENOENT\)/);
    const a = parsePrices(csv(`${day(1)},1`, `${day(2)},2`, `${day(3)},3`), "a.csv", { name: "a" });
    const b = parsePrices(csv(`${day(2)},20`, `${day(3)},30`, `${day(4)},40`), "b.csv", { name: "b" });
    expect(align([a, b]).prices).to.deep.equal([
      [2, 20],
      [3, 30],
    ]);
  });
});
