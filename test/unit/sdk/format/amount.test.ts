import { expect } from "chai";

import { AmountError, parseDecimal } from "../../../../sdk/format/amount.js";

function problem(text: string, decimals = 6): AmountError {
  try {
    parseDecimal(text, decimals);
  } catch (error) {
    if (error instanceof AmountError) return error;
    throw error;
  }
  throw new Error(`"${text}" was taken for an amount`);
}

describe("sdk/format: amounts as people type them", () => {
  it("reads digits, a point, and thousands that are grouped", () => {
    const read = (text: string) => parseDecimal(text, 6);
    expect(read("1,000.5")).to.equal(1_000_500_000n);
    expect(read(" 12 000 ")).to.equal(12_000_000_000n);
    expect(read("1,234,567")).to.equal(1_234_567_000_000n);
    expect(read("1_000")).to.equal(1_000_000_000n);
    expect(read(".25")).to.equal(250_000n);
    expect(read("3.")).to.equal(3_000_000n);
    expect(read("007")).to.equal(7_000_000n);
    expect(read("0")).to.equal(0n);
    expect(parseDecimal("12", 0)).to.equal(12n);
  });

  it("never leaves out a separator that does not group: what was meant is ten times less", () => {
    for (const text of [
      "1,5",
      "1 5",
      "1_5",
      "0,500",
      "1,00",
      "1,0000",
      "1,000,5",
      "1,000 000",
      ",5",
      "5,",
      "1.5,0",
      "1,234.5,6",
    ]) {
      expect(problem(text).problem, text).to.equal("Grouping");
    }
    expect(problem("1,5").fix).to.equal("Write 1.5, not 1,5: a point before the fraction.");
    expect(problem("1 5").fix).to.match(/Write 1000\.5 or 1,000\.5/);
  });

  it("refuses what is no number, and digits that the token does not have", () => {
    for (const text of ["", ".", ",", "-1", "1e3", "0x10", "1.2.3", "much", "٣"]) {
      expect(problem(text).problem, text).to.equal("NotANumber");
    }
    expect(problem("0.1234567").problem).to.equal("TooManyDigits");
    expect(problem("1.5", 0).message).to.equal("1.5 has 1 digits after the point; the token has 0");
    expect(problem("much")).to.include({ text: "much", message: '"much" is no amount' });
  });
});
