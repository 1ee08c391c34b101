import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { z } from "zod";

import { seeded } from "../../../../replay/path/random.js";
import { parameterSchema } from "../../../../risk/index.js";
import { folderOf, lineOf, playRisk } from "../../../support/cli.js";
import { expectClose } from "../../../support/close.js";
import { alternating, pricesCsv, SIGNS } from "../../../support/history.js";

const DEPLOYED = new URL("../../../../deploy/parameters/risk.json", import.meta.url);

const test = z.strictObject({ statistic: z.number().min(0), pValue: z.number().min(0).max(1) });
const judged = z.strictObject({
  name: z.string(),
  from: z.number(),
  to: z.number(),
  observations: z.number(),
  exceedances: z.number(),
  expected: z.number(),
  kupiec: test,
  independence: test,
  conditional: test,
  zone: z.enum(["green", "yellow", "red"]),
  passes: z.boolean(),
  reasons: z.array(z.string()),
});
const backtestSchema = z.strictObject({
  z: z.number(),
  calibrated: z.boolean(),
  tauDays: z.number(),
  guard: z.number(),
  floors: z.record(z.number()),
  confidence: z.number(),
  horizonDays: z.number(),
  split: z.string(),
  judged: z.array(judged),
});

describe("cli: risk, the model on history", function () {
  this.timeout(20_000);
  const files = folderOf(this);
  /** 400 days of 1% up and down; three crashes of 10% after day 200, which 2.5 volatilities do not cover. */
  const crashing = (signs: readonly number[]) => {
    const returns = alternating(400, 0.01, signs);
    for (const day of [240, 300, 360]) returns[day] = -0.1;
    return returns;
  };
  const pair = () => [
    `ETH=${files.write("eth.csv", pricesCsv(crashing(SIGNS.fast)))}`,
    `BTC=${files.write("btc.csv", pricesCsv(alternating(400, 0.01, SIGNS.slow)))}`,
  ];
  const split = ["--split", "2020-07-19"];

  it("backtest: counts what exceeded, and says why a row fails", async () => {
    const args = ["backtest", ...pair(), ...split, "--z", "2.5", "--floors", "none", "--guard", "0"];
    const value = backtestSchema.parse(JSON.parse((await playRisk(...args, "--json")).out));
    expect(value).to.deep.include({ z: 2.5, calibrated: false, tauDays: 16.16, guard: 0, split: "2020-07-19" });
    const [eth, btc, both] = value.judged;
    expect([eth!.name, btc!.name, both!.name]).to.deep.equal(["ETH", "BTC", "equal parts"]);
    // The last day has no day after it.
    expect(eth).to.include({ observations: 200, exceedances: 3, zone: "green", passes: true });
    expectClose(eth!.expected, 2, 1e-9);
    expect(btc).to.include({ exceedances: 0, passes: false });
    expect(btc!.reasons.join()).to.match(/^0 exceedances where 2.0 are expected: too few/);
    const table = (await playRisk(...args)).out;
    expect(table).to.match(/^VaR at 99.0% over 1 d, tau 16.16 d, z 2.500, judged from 2020-07-19\n/);
    expect(lineOf(table, "ETH ")).to.match(/^ETH \| 200 \| 3 \| 2\.0 \| 0\.5\d\d \| .* \| green \| passes$/);
    expect(lineOf(table, "BTC ")).to.match(/^BTC \| 200 \| 0 .* FAILS$/);
    expect(table).to.contain("BTC fails: 0 exceedances");
  });

  it("backtest: has the deployed floors and guard unless told otherwise, and judges a parameter file", async () => {
    const { global, assets } = parameterSchema.parse(JSON.parse(readFileSync(DEPLOYED, "utf8")));
    const play = async (...more: string[]) =>
      backtestSchema.parse(JSON.parse((await playRisk("backtest", ...pair(), ...split, ...more, "--json")).out));
    const deployed = await play("--parameters", fileURLToPath(DEPLOYED));
    expect(deployed).to.include({ z: global.varZ, guard: global.guard, tauDays: global.tauDays, calibrated: false });
    expect(deployed.floors).to.deep.equal({ ETH: assets.ETH!.volatilityFloor, BTC: assets.BTC!.volatilityFloor });
    const plain = await play("--z", "2.5");
    expect(plain.floors).to.deep.equal(deployed.floors);
    expect(plain.guard).to.equal(global.guard);
    // 2.5 times a floor of 3.3% is still below 10%; of 5% it is not.
    expect(plain.judged[0]!.exceedances).to.equal(3);
    const floored = await play("--z", "2.5", "--floors", "ETH=0.05");
    expect(floored.judged[0]!.exceedances).to.equal(0);
    expect(floored.floors).to.deep.equal({ ETH: 0.05 });
    const wrong = await playRisk("backtest", ...pair(), "--floors", "SOL=0.05");
    expect(wrong.err).to.contain('"SOL=0.05" is not an asset').and.to.contain("ETH=0.02,BTC=0.02");
  });

  it("backtest: learns z before the split, saying from how little", async () => {
    const random = seeded(21);
    const walk = Array.from({ length: 1_200 }, () => 0.03 * random.normal());
    const file = `A=${files.write("walk.csv", pricesCsv(walk))}`;
    const args = ["backtest", file, "--split", "2022-01-01", "--floors", "none"];
    const value = backtestSchema.parse(JSON.parse((await playRisk(...args, "--json")).out));
    expect(value.calibrated).to.equal(true);
    expectClose(value.z, 2.326, 0.4);
    expect((await playRisk(...args)).out).to.match(/z was learned from 701 periods .* worst 7 decide it, which is few/);
  });

  it("backtest: leaves out a hole, or spans it, as was asked for", async () => {
    const days = Array.from({ length: 400 }, (_, t) => (t === 300 ? 200 : 1));
    const returns = alternating(400, 0.01);
    returns[300] = -0.9;
    const file = files.write("hole.csv", pricesCsv(returns, days));
    const play = async (gaps: string) => playRisk("backtest", file, ...split, "--z", "2.5", "--gaps", gaps, "--json");
    const [allow, leave] = [await play("allow"), await play("split")].map(({ out }) =>
      backtestSchema.parse(JSON.parse(out)),
    );
    expect(allow!.judged[0]).to.include({ observations: 200, exceedances: 1 });
    expect(leave!.judged[0]).to.include({ observations: 199, exceedances: 0 });
    expect((await play("error")).err).to.contain("hole.csv:303: a gap");
  });

  it("calibrate: writes a file that reads back, with what it decided", async () => {
    const random = seeded(22);
    const specs = ["A", "B"].map((name) => {
      const walk = Array.from({ length: 500 }, () => 0.03 * random.normal());
      return `${name}=${files.write(`${name}.csv`, pricesCsv(walk))}`;
    });
    const out = files.path("p.json");
    const args = ["calibrate", ...specs, "--split", "2020-12-01", "--confidence", "0.95", "--out", out];
    const played = await playRisk(...args, "--json");
    expect(played.err).to.equal("");
    const schema = z.strictObject({
      out: z.literal(out),
      parameters: parameterSchema,
      judged: z.array(judged).length(3),
      haircuts: z.record(z.array(z.object({ horizonDays: z.number(), z: z.number(), periods: z.number() })).length(3)),
    });
    const value = schema.parse(JSON.parse(played.out));
    expect(parameterSchema.parse(JSON.parse(readFileSync(out, "utf8")))).to.deep.equal(value.parameters);
    const { global, assets } = value.parameters;
    // Both walks are normal: 95% is 1.645, the haircut's z is the larger of two estimates of it.
    expectClose(global.varZ, 1.645, 0.3);
    expectClose(global.z, 1.645, 0.4);
    expect(global.guard).to.equal(0.2);
    for (const each of Object.values(assets)) expect(each.volatilityFloor).to.be.within(0.015, 0.03);
    expect(value.haircuts.A!.map((each) => each.horizonDays)).to.deep.equal([1, 2, 4]);
    const table = (await playRisk(...args)).out;
    expect(lineOf(table, "VaR: z")).to.contain(`z ${global.varZ.toFixed(3)} from before 2020-12-01`);
    expect(/^A +1 d +\d\.\d\d +\d+\.\d%/m.exec(table)).to.not.equal(null);
    expect(table).to.contain(`Written: ${out}`);

    const twice = await playRisk("calibrate", specs[0]!, specs[0]!, "--out", out);
    expect(twice.err).to.equal(
      "plimsoll: two series are called A\n  Give each a name of its own: ETH=eth.csv BTC=btc.csv.\n",
    );
  });

  it("report: writes one file, and says what the command says", async () => {
    const out = files.path("r.html");
    const args = ["report", ...pair(), ...split, "--z", "2.5", "--floors", "none", "--guard", "0", "--out", out];
    const schema = z.strictObject({
      out: z.literal(out),
      bytes: z.number(),
      z: z.literal(2.5),
      judged: z.array(judged).length(3),
    });
    const value = schema.parse(JSON.parse((await playRisk(...args, "--json")).out));
    const html = readFileSync(out);
    expect(value.bytes).to.equal(html.length);
    for (const each of ["Volatility", "Haircut", "VaR and loss: equal parts", "Correlation"]) {
      expect(html.toString()).to.contain(`<h2>${each}</h2>`);
    }
    expect(html.toString()).to.contain("<p>BTC fails: 0 exceedances where 2.0 are expected: too few");
    expect(html.toString()).to.contain("<td>ETH</td><td>200</td><td>3</td>");
    const table = (await playRisk(...args)).out;
    expect(lineOf(table, "BTC ")).to.match(/FAILS$/);
    expect(lineOf(table, "Written")).to.contain(out);
  });

  it("says at once that --out cannot be written", async () => {
    const nowhere = files.path("nowhere/r.html");
    for (const command of ["report", "calibrate"]) {
      // Before the files are read: these are not there either.
      const { code, err } = await playRisk(command, "A=a.csv", "--out", nowhere);
      expect(code).to.equal(3);
      expect(err).to.match(/^plimsoll: there is no folder .*nowhere to write .*r\.html to\n {2}Create it/);
      expect((await playRisk(command, "A=a.csv", "--out", files.path("."))).err).to.contain("is a folder");
    }
  });

  it("names the file whose history is too short", async () => {
    const { err } = await playRisk("backtest", files.write("brief.csv", pricesCsv(alternating(10, 0.01))));
    expect(err).to.contain("brief.csv: 10 days of history are too few");
  });
});
