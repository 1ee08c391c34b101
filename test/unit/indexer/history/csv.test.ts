import { expect } from "chai";

import { dateOf, tableOf, toCsv } from "../../../../indexer/history/csv.js";

describe("indexer/history/csv", () => {
  it("has a column for each field that is anywhere, and dates", () => {
    const table = tableOf(
      [
        { time: 1_584_000_000, values: { amount: "5", nested: { a: true } } },
        { time: 1_584_000_001, values: { assets: [{ asset: 3, value: "7" }], list: ["x", "y"] } },
      ],
      ["date", "time"],
    );
    expect(toCsv(table)).to.equal(
      [
        "date,time,amount,nested.a,assets.3.asset,assets.3.value,list.0,list.1",
        "2020-03-12T08:00:00Z,1584000000,5,true,,,,",
        "2020-03-12T08:00:01Z,1584000001,,,3,7,x,y",
        "",
      ].join("\r\n"),
    );
    expect(dateOf(0)).to.equal("1970-01-01T00:00:00Z");
  });

  it("quotes what needs it, and lets nothing be taken for a formula", () => {
    const rows = [['a "b"', "x,y", "two\nlines", "=1+1", "@a", "-12", "-a", "+1", null]];
    expect(toCsv({ columns: ["a"], rows })).to.equal(`a\r\n"a ""b""","x,y","two\nlines",'=1+1,'@a,-12,'-a,'+1,\r\n`);
  });
});
