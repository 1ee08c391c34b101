import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { eventAmount, eventTitle, spaced, valueText } from "../../../app/src/format/events.js";
import * as numbers from "../../../app/src/format/numbers.js";
import { healthVerdict } from "../../../app/src/format/standing.js";
import { typedAmount } from "../../../app/src/format/typed.js";
import { ago, duration } from "../../../app/src/format/time.js";
import { YEAR } from "../../../sdk/arithmetic/interest.js";
import { WAD } from "../../support/world.js";

describe("app/format", () => {
  it("never says more than there is", () => {
    expect(numbers.amount(999_999_999_999_999_999n)).to.equal("0.99");
    expect(numbers.health(WAD - 1n)).to.equal("0.99");
    expect(numbers.health(MaxUint256)).to.equal("∞");
    expect(numbers.tokens(123_456_789n, 8)).to.equal("1.234567");
  });

  it("keeps the digits of numbers that floats would lose", () => {
    expect(numbers.amount(123_456_789_012_345_678_901_234_567n, 18, 4)).to.equal("123,456,789.0123");
    expect(numbers.usd(-1_500n * WAD)).to.equal("-$1,500");
  });

  it("says shares, rates and prices", () => {
    expect(numbers.bps(1_234n)).to.equal("12.3%");
    expect(numbers.percent(WAD / 8n)).to.equal("12.5%");
    expect(numbers.price(WAD)).to.equal("$1.0000");
    expect(numbers.price(194n * WAD)).to.equal("$194.00");
    // A price that four digits would make nothing of.
    expect(numbers.price(12_340_000_000_000n)).to.equal("$0.00001234");
    expect(numbers.price(1n)).to.equal("$0.000000000000000001");
    expect(numbers.price(0n)).to.equal("$0.0000");
    // A health is a health, whoever says it.
    expect(numbers.healthOfBps(10_500n)).to.equal(numbers.health((105n * WAD) / 100n));
    // What somebody signs, to the satoshi.
    expect(numbers.exactly(1n, 8)).to.equal("0.00000001");
    expect(numbers.exactly(1_234n * WAD + 1n, 18)).to.equal("1,234.000000000000000001");
    expect(numbers.usdShort(2_941_233n * WAD)).to.equal("$2.94M");
    // 4% a year, compounded every second.
    const rate = BigInt(Math.round((Math.log(1.04) / YEAR) * 1e18));
    expect(numbers.yearly(rate).toFixed(6)).to.equal("0.040000");
  });

  it("says of what was typed what it is, or what to type instead", () => {
    expect(typedAmount("1,000.5", 6, "USDC")).to.deep.equal({ amount: 1_000_500_000n, problem: undefined });
    expect(typedAmount("  ", 6, "USDC")).to.deep.equal({ amount: undefined, problem: undefined });
    expect(typedAmount("1,5", 6, "USDC")).to.deep.equal({
      amount: undefined,
      problem: '"1,5" does not group by thousands. Write 1.5, not 1,5: a point before the fraction.',
    });
  });

  it("says how long, and how long ago", () => {
    expect(duration(59)).to.equal("59 s");
    expect(duration(7_800n)).to.equal("2 h 10 min");
    expect(duration(604_800)).to.equal("7 days");
    expect(ago(100, 102)).to.equal("just now");
    expect(ago(0n, 3_600)).to.equal("1 h ago");
    // The chain's clock may be ahead.
    expect(ago(200, 100)).to.equal("just now");
  });

  it("judges a health in a word", () => {
    const word = (percent: bigint) => healthVerdict((percent * WAD) / 100n).word;
    expect([99n, 100n, 109n, 110n, 129n, 130n].map(word)).to.deep.equal([
      "can be liquidated",
      "close to liquidation",
      "close to liquidation",
      "thin",
      "thin",
      "comfortable",
    ]);
    expect(healthVerdict(MaxUint256).level).to.equal("none");
  });

  it("says events in words, with amounts in their own units", () => {
    const place = { block: 1, time: 1, transaction: "0x", log: 0, contract: "engine" } as const;
    const assets = [{ number: 3n, symbol: "USDC", decimals: 6 }];
    const deposit = { ...place, event: "Deposit", values: { asset: "3", amount: "2500000", account: "0x1" } };
    expect(eventTitle(deposit)).to.equal("Deposited");
    expect(eventAmount(deposit, assets)).to.equal("2.5 USDC");
    const absorb = { ...place, event: "Absorb", values: { debtRemoved: (7n * WAD).toString(), slice: ["1"] } };
    expect(eventAmount(absorb, assets)).to.equal("7 plUSD");
    expect(eventAmount({ ...place, event: "AuthorizationSet", values: { authorized: true } }, assets)).to.equal("");
    expect(spaced("RiskModelSet")).to.equal("Risk model set");
    expect(valueText({ minimumDebt: "5", list: ["1", "2"], on: true })).to.equal("minimum debt 5, list 1, 2, on yes");
  });
});
