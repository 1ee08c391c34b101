import { expect } from "chai";
import { z } from "zod";

import { folderOf, lineOf, playRisk } from "../../../support/cli.js";
import { expectClose } from "../../../support/close.js";
import { alternating, pricesCsv } from "../../../support/history.js";

const DAY = 86_400;
const moments = { n: z.number(), mean: z.number(), sd: z.number(), skewness: z.number(), excessKurtosis: z.number() };
const returnsSchema = z.strictObject({
  ...moments,
  variance: z.number(),
  name: z.string(),
  file: z.string(),
  kind: z.enum(["log", "simple"]),
  notes: z.strictObject({
    missing: z.number(),
    invalid: z.number(),
    duplicates: z.number(),
    gaps: z.number(),
    short: z.number(),
  }),
  worst: z.number(),
  best: z.number(),
  returns: z.strictObject({
    name: z.string(),
    kind: z.string(),
    times: z.array(z.number()),
    values: z.array(z.number()),
    days: z.array(z.number()),
  }),
});
const volatilitySchema = z.strictObject({
  name: z.string(),
  simple: z.number(),
  ewma: z.number(),
  ewmaHighest: z.number(),
  rolling: z.number(),
  tauDays: z.number(),
  windowDays: z.number(),
});
const varSchema = z.strictObject({
  name: z.string(),
  confidence: z.number(),
  seed: z.number(),
  observations: z.number(),
  methods: z.array(z.strictObject({ method: z.string(), var: z.number(), es: z.number() })).length(5),
  warnings: z.array(z.string()),
});

describe("cli: risk on one file", function () {
  const files = folderOf(this);
  const simple = [
    "date,close",
    "2020-01-01,100",
    "2020-01-02,110",
    "2020-01-03,99",
    "2020-01-04,99",
    "2020-01-05,118.8",
  ];

  it("returns: the figures and their table", async () => {
    const file = files.write("a.csv", simple.join("\n"));
    const { code, out } = await playRisk("returns", `A=${file}`, "--kind", "simple", "--json");
    expect(code).to.equal(0);
    const value = returnsSchema.parse(JSON.parse(out));
    expect(value).to.deep.include({ name: "A", file: "a.csv", kind: "simple", n: 4 });
    [0.1, -0.1, 0, 0.2].forEach((each, t) => {
      expectClose(value.returns.values[t]!, each, 1e-12);
    });
    expect(value.returns.days).to.deep.equal([1, 1, 1, 1]);
    expectClose(value.mean, 0.05, 1e-12);
    expectClose(value.variance, 0.05 / 3, 1e-12);
    expectClose(value.worst, -0.1, 1e-12);
    expectClose(value.best, 0.2, 1e-12);

    const table = (await playRisk("returns", `A=${file}`, "--kind", "simple")).out;
    expect(table).to.match(/^A: 4 simple returns of 1 d, 2020-01-01 to 2020-01-05\n/);
    expect(lineOf(table, "mean")).to.equal("mean | 5.0000%");
    expect(lineOf(table, "standard deviation")).to.equal("standard deviation | 12.91%");
    expect(lineOf(table, "worst")).to.equal("worst | -10.00% (2020-01-03)");
    expect(lineOf(table, "best")).to.equal("best | 20.00%");
    expect(lineOf(table, "Left out")).to.match(/0 missing, 0 invalid, 0 duplicate rows; 0 gaps\.$/);
  });

  it("returns: takes 200,000 rows", async function () {
    this.timeout(20_000);
    const file = files.write("minutes.csv", pricesCsv(alternating(200_000, 0.001), 1 / 1_440));
    const { code, out, err } = await playRisk("returns", file);
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
    expect(out).to.contain("200000 log returns of 1 min");
    const volatility = await playRisk("volatility", file, "--json");
    expectClose(volatilitySchema.parse(JSON.parse(volatility.out)).rolling, 0.001 * Math.sqrt(1_440), 1e-5);
  });

  it("volatility: a day's, whatever the steps", async () => {
    // 2% a day: by the day, by the hour, and in a file that changes from one to the other.
    const hourly = Array.from({ length: 960 }, () => 1 / 24);
    const mixed = [...hourly, ...Array.from({ length: 60 }, () => 1)];
    const walk = (days: number[]) => days.map((each, t) => 0.02 * Math.sqrt(each) * (t % 2 === 0 ? 1 : -1));
    for (const days of [mixed.slice(-50), hourly, mixed]) {
      const file = files.write("v.csv", pricesCsv(walk(days), days));
      const { out } = await playRisk("volatility", `V=${file}`, "--gaps", "allow", "--json");
      const value = volatilitySchema.parse(JSON.parse(out));
      expect(value).to.include({ name: "V", tauDays: 16.16, windowDays: 30 });
      for (const figure of [value.ewma, value.ewmaHighest]) expectClose(figure, 0.02, 1e-6);
      for (const figure of [value.simple, value.rolling]) expectClose(figure, 0.02, 0.0004);
      const table = (await playRisk("volatility", file, "--gaps", "allow")).out;
      expect(lineOf(table, "EWMA, highest")).to.equal("EWMA, highest | 2.00%");
      expect(lineOf(table, "whole history")).to.match(/ 2\.0\d%$/);
    }
  });

  it("var: five methods, on the figures that can be known", async () => {
    // Returns -1%, -2%, ... -100 of them once each: the 95% quantile of type 7 is known.
    const returns = Array.from({ length: 100 }, (_, t) => Math.log(1 + (t - 60) / 1_000));
    const file = files.write("q.csv", pricesCsv(returns));
    const args = ["var", `Q=${file}`, "--confidence", "0.95", "--paths", "50000"];
    const value = varSchema.parse(JSON.parse((await playRisk(...args, "--json")).out));
    expect(value).to.include({ name: "Q", confidence: 0.95, seed: 2_020, observations: 100 });
    const of = (method: string) => value.methods.find((each) => each.method.startsWith(method))!;
    expectClose(of("historical").var, 0.06 - 0.05 * 0.099, 1e-9);
    // The five returns below it: -6% to -5.6%.
    expectClose(of("historical").es, 0.058, 1e-9);
    // Uniform from -6% to 3.9%: mean -1.05%, population deviation sqrt((100^2 - 1) / 12) steps of 0.1%.
    const sd = Math.sqrt(9_999 / 12) / 1_000;
    expectClose(of("normal").var, 0.0105 + 1.6448536 * sd, 1e-7);
    expectClose(of("Monte Carlo, normal").var, 1 - Math.exp(-1.6448536 * sd), 0.001);
    expect(of("Monte Carlo, Student").es).to.be.above(of("Monte Carlo, normal").es);
    const table = (await playRisk(...args)).out;
    expect(lineOf(table, "method")).to.equal("method | VaR | expected shortfall");
    expect(lineOf(table, "historical")).to.equal("historical | 5.51% | 5.80%");
    expect(value.warnings).to.deep.equal([]);
    const few = await playRisk("var", files.write("few.csv", simple.join("\n")), "--paths", "1000");
    expect(few.out).to.contain("Fewer returns than one in the tail");
  });

  it("names the file that is too short for a figure", async () => {
    const short = files.write("short.csv", simple.slice(0, 4).join("\n"));
    for (const command of ["returns", "var", "volatility"]) {
      const { code, err } = await playRisk(command, short);
      expect(code).to.equal(3);
      expect(err).to.contain("short.csv: has 2 returns, at least 4 are needed");
    }
    const weeks = files.write("weeks.csv", pricesCsv(alternating(20, 0.01)));
    expect((await playRisk("volatility", weeks)).err).to.match(/weeks\.csv: has 20 days, .* window of 30\n.*--window/);
  });

  it("refuses the VaR of one step where steps are of two lengths", async () => {
    const days = Array.from({ length: 60 }, (_, t) => (t < 20 ? 1 / 24 : 1));
    const file = files.write("two.csv", pricesCsv(alternating(60, 0.01), days));
    expect((await playRisk("var", file)).err).to.contain(
      `two.csv:3: a short step: 3600 s since the price before, where ${DAY} s`,
    );
    expect((await playRisk("var", file, "--gaps", "allow")).err).to.contain("steps of several lengths");
  });
});
