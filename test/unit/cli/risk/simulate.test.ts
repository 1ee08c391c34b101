import { expect } from "chai";
import { z } from "zod";

import { cascade, population } from "../../../../risk/index.js";
import { folderOf, lineOf, playRisk } from "../../../support/cli.js";
import { expectClose } from "../../../support/close.js";
import { alternating, pricesCsv, SIGNS } from "../../../support/history.js";

const cascadeSchema = z.strictObject({
  seed: z.number(),
  steps: z.array(
    z.strictObject({
      price: z.number(),
      liquidated: z.number(),
      sold: z.number(),
      repaid: z.number(),
      badDebt: z.number(),
    }),
  ),
  lowestPrice: z.number(),
  endPrice: z.number(),
  sold: z.number(),
  repaid: z.number(),
  badDebt: z.number(),
  accounts: z.number(),
  amplification: z.number(),
  stuck: z.number(),
});
const monteCarloSchema = z.strictObject({
  paths: z.number(),
  confidence: z.number(),
  var: z.number(),
  expectedShortfall: z.number(),
  varError: z.number(),
  seed: z.number(),
  seconds: z.number(),
  shrinkage: z.number().min(0).max(1),
  names: z.array(z.string()),
  normal: z.strictObject({
    total: z.number(),
    components: z.array(z.number()),
    standalone: z.array(z.number()),
    diversification: z.number(),
  }),
});

describe("cli: risk, what has not happened yet", function () {
  const files = folderOf(this);

  it("cascade: passes every option on to the simulation", async () => {
    const args = ["--price", "1000", "--depth", "4000", "--shock", "0.25", "--recovery", "0.3", "--accounts", "200"];
    args.push(
      "--collateral",
      "5000",
      "--initial",
      "0.3",
      "--maintenance",
      "0.2",
      "--incentive",
      "0.06",
      "--health",
      "1.2",
    );
    const played = await playRisk("cascade", ...args, "--seed", "5", "--json");
    const { seed, ...value } = cascadeSchema.parse(JSON.parse(played.out));
    expect(seed).to.equal(5);
    const expected = cascade(
      population(200, 5_000, { price: 1_000 }, 0.3, 5),
      { price: 1_000, depth: 4_000, shock: 0.25, recovery: 0.3 },
      { maintenanceHaircut: 0.2, incentive: 0.06, targetHealth: 1.2 },
    );
    expect(value).to.deep.equal(expected);
    expect(value.sold).to.be.above(0);
    const table = (await playRisk("cascade", ...args, "--seed", "5")).out;
    expect(table).to.match(/^A fall of 25% hits 200 accounts with 5000 tokens; depth 4000 \(seed 5\)\n/);
    expect(lineOf(table, "lowest price")).to.equal(`lowest price | ${expected.lowestPrice.toFixed(2)}`);
    expect(lineOf(table, "accounts liquidated")).to.equal(`accounts liquidated | ${expected.accounts}`);
    expect(lineOf(table, "sold")).to.equal(`sold | ${expected.sold.toFixed(1)} tokens`);
  });

  /** Two uncorrelated assets of 1% a day. */
  const pair = (days: number | number[] = 1, count = 400) => {
    const scale = (t: number) => Math.sqrt(typeof days === "number" ? days : days[t]!);
    return (["fast", "slow"] as const).map((name) => {
      const returns = alternating(count, 0.01, SIGNS[name]).map((each, t) => each * scale(t));
      return `${name}=${files.write(`${name}.csv`, pricesCsv(returns, days))}`;
    });
  };

  it("montecarlo: the VaR of two assets that is known in closed form", async function () {
    this.timeout(20_000);
    const args = ["--exposures", "1000, 2000", "--paths", "200000", "--cores", "1"];
    const value = monteCarloSchema.parse(JSON.parse((await playRisk("montecarlo", ...pair(), ...args, "--json")).out));
    expect(value).to.deep.include({ paths: 200_000, confidence: 0.99, seed: 2_020, names: ["fast", "slow"] });
    const known = 2.3263479 * 0.01 * Math.hypot(1_000, 2_000);
    expectClose(value.normal.total / known, 1, 0.001);
    expectClose(value.normal.components[1]! / value.normal.components[0]!, 4, 0.05);
    // Losses of log returns are a little smaller than the returns.
    expectClose(value.var / known, 0.99, 0.02);
    const table = (await playRisk("montecarlo", ...pair(), ...args)).out;
    expect(table).to.match(/^200000 paths over 1 d in \d+\.\d\d s, normal, seed 2020\n/);
    expect(lineOf(table, "VaR at 99.0%")).to.contain(`: ${value.var.toFixed(2)} (standard error `);
    expect(lineOf(table, "slow")).to.equal(`slow | ${value.normal.components[1]!.toFixed(2)}`);
  });

  it("montecarlo: measures by time where a file changes its cadence, and refuses it by default", async function () {
    this.timeout(20_000);
    const days = [...Array.from({ length: 3_000 }, () => 1 / 24), ...Array.from({ length: 5_000 }, () => 6 / 24)];
    const specs = pair(days, 8_000);
    const args = ["--exposures", "1000,2000", "--paths", "1000", "--horizon", "2", "--json"];
    const strict = await playRisk("montecarlo", ...specs, ...args);
    expect(strict.code).to.equal(3);
    expect(strict.err).to.match(/fast\.csv:3: a short step: 3600 s .* where 21600 s are usual\n.*--gaps allow/);
    const { normal } = monteCarloSchema.parse(
      JSON.parse((await playRisk("montecarlo", ...specs, ...args, "--gaps", "allow")).out),
    );
    expectClose(normal.total / (2.3263479 * 0.01 * Math.sqrt(2) * Math.hypot(1_000, 2_000)), 1, 0.001);
  });

  it("montecarlo: wants one number per asset", async () => {
    const specs = pair();
    for (const exposures of ["", ",", "1000", "1000,", "1000,abc", "1000,0x10", "1,2,3"]) {
      const { code, err } = await playRisk("montecarlo", ...specs, "--exposures", exposures);
      expect(code, exposures).to.equal(2);
      expect(err)
        .to.contain(`--exposures "${exposures}" does not fit 2 assets`)
        .and.to.contain("1000,1000 for fast, slow");
    }
  });
});
