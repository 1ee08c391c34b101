import { expect } from "chai";

import {
  componentVaR,
  conditionalCoverage,
  correlationOf,
  ewmaCovariance,
  ewmaStep,
  historicalES,
  historicalVaR,
  independence,
  kupiec,
  mean,
  modifiedES,
  modifiedVaR,
  moments,
  normalES,
  normalVaR,
  quantile,
  readTable,
  sampleCovariance,
  spreadAdjustedVaR,
  trafficLight,
} from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";
import { dataFile, needData, vectors } from "../../../support/data.js";

interface Vectors {
  performanceanalytics_edhec_full: { names: string[]; published_4dp_truncated: Record<string, number[]> };
  performanceanalytics_baseline: { weights: number[]; p: number; expected: Record<string, number> };
  quantlib_stats: { data: number[]; mean: number; "variance_n-1": number; sd: number } & Record<string, number>;
  empyrical_var: { r: number[]; cut: number; var: number }[];
  kupiec: { N: number; x: number; p: number; LR: number; pval: number }[];
  christoffersen: Record<"N00" | "N01" | "N10" | "N11" | "LRind" | "p_ind" | "LRcc" | "p_cc", number>;
  basel_cumprob_250_1pct: number[];
  hull_ewma: Record<"lambda" | "sigma" | "u" | "var" | "vol", number>;
  hull_ewma_cov: Record<string, number>[];
  hull_two_asset_var: { z: number; h: number; A: [number, number]; B: [number, number]; rho: number } & Record<
    "VaR_A" | "VaR_B" | "VaR_P" | "diversification",
    number
  >;
  lvar: { V: number; z: number; sigma: number; spread: number; VaR?: number; LVaR: number }[];
}

/** Equal to as many digits as were published; `digits` counts decimals. */
function expectDigits(actual: number, published: number, digits: number, what: string) {
  const ulp = 10 ** -digits;
  expect(Math.abs(actual - published), `${what}: ${actual} against ${published}`).to.be.below(0.5001 * ulp);
}

/** Decimals of a number as JSON holds it. */
function decimals(x: number): number {
  const [digits = "", exponent = "0"] = String(x).split("e");
  return (digits.split(".")[1]?.length ?? 0) - Number(exponent);
}

describe("risk: published figures", function () {
  needData(this, "risk_vectors.json", "edhec293.csv");
  const v = vectors() as Vectors;
  let columns: number[][];

  before(() => {
    const table = readTable(dataFile("edhec293.csv"));
    columns = table.header.slice(1).map((_, i) => table.rows.map((row) => Number(row.cells[i + 1])));
    expect(table.header.slice(1)).to.deep.equal(v.performanceanalytics_edhec_full.names);
  });

  const methods: [string, (x: readonly number[], confidence: number) => number][] = [
    ["VaR95_hist", historicalVaR],
    ["VaR95_gauss", normalVaR],
    ["VaR95_mod", modifiedVaR],
    ["ES95_hist", historicalES],
    ["ES95_gauss", normalES],
    ["ES95_mod", modifiedES],
  ];
  for (const [name, method] of methods) {
    it(`PerformanceAnalytics, edhec, 13 series: ${name}`, () => {
      const published = v.performanceanalytics_edhec_full.published_4dp_truncated[name]!;
      const cut = columns.map((x) => Math.trunc(method(x, 0.95) * 1e4 + Math.sign(method(x, 0.95)) * 1e-9) / 1e4);
      expect(cut).to.deep.equal(published);
    });
  }

  it("PerformanceAnalytics, its own regression figures", () => {
    const { weights, p, expected } = v.performanceanalytics_baseline;
    const three = columns.slice(0, 3).map((x) => x.slice(0, 100));
    const [first] = three;
    expectDigits(normalVaR(first!, p), expected.VaR_gauss_col1!, 6, "VaR_gauss");
    expectDigits(modifiedVaR(first!, p), expected.VaR_mod_col1!, 6, "VaR_mod");
    expectDigits(historicalVaR(first!, p), expected.VaR_hist_col1!, 6, "VaR_hist");
    expectDigits(normalES(first!, p), expected.ES_gauss_col1!, 6, "ES_gauss");
    expectDigits(historicalES(first!, p), expected.ES_hist_col1!, 6, "ES_hist");
    const rows = first!.map((_, t) => three.map((x) => x[t]!));
    // Its portfolio method takes the covariance with n - 1, unlike its moments of one series.
    const covariance = sampleCovariance(rows, "sample");
    const component = componentVaR(weights, covariance, 1.6448536269514722, 1, three.map(mean));
    expectDigits(component.total, expected.portfolio_gauss_component_VaR!, 6, "component VaR");
    expect(component.components.reduce((a, b) => a + b)).to.be.within(component.total - 1e-15, component.total + 1e-15);
  });

  it("QuantLib: moments with n - 1", () => {
    const q = v.quantlib_stats;
    const m = moments(q.data, "sample");
    expectDigits(m.mean, q.mean, 10, "mean");
    expectDigits(m.variance, q["variance_n-1"], 11, "variance");
    expectDigits(m.sd, q.sd, 10, "sd");
    // The last digit published is cut off, not rounded.
    expectClose(m.skewness, q.skew_unbiased!, 1e-12);
    expectClose(m.excessKurtosis, q.exkurt_unbiased!, 1e-12);
  });

  it("empyrical: quantiles", () => {
    for (const { r, cut, var: expected } of v.empyrical_var) expectDigits(quantile(r, cut), expected, 10, "quantile");
  });

  it("Kupiec, Christoffersen and Basel", () => {
    for (const { N, x, p, LR, pval } of v.kupiec) {
      const test = kupiec(N, x, p);
      expectDigits(test.statistic, LR, decimals(LR), "LR");
      expectDigits(test.pValue, pval, decimals(pval), "p");
    }
    const c = v.christoffersen;
    const ind = independence({ n00: c.N00, n01: c.N01, n10: c.N10, n11: c.N11 });
    expectDigits(ind.statistic, c.LRind, 5, "LRind");
    expectDigits(ind.pValue, c.p_ind, 5, "p_ind");
    const cc = conditionalCoverage(kupiec(1043, 57, 0.05), ind);
    expectDigits(cc.statistic, c.LRcc, 5, "LRcc");
    expectDigits(cc.pValue, c.p_cc, 5, "p_cc");
    v.basel_cumprob_250_1pct.forEach((percent, k) => {
      expectDigits(100 * trafficLight(250, k, 0.01).cumulative, percent, 2, `Basel ${k}`);
    });
    const zones = [4, 5, 9, 10].map((k) => trafficLight(250, k, 0.01).zone);
    expect(zones).to.deep.equal(["green", "yellow", "yellow", "red"]);
  });

  it("Hull: EWMA, correlation, two-asset VaR; spread-adjusted VaR", () => {
    const e = v.hull_ewma;
    expectDigits(ewmaStep(e.sigma ** 2, e.u ** 2, e.lambda), e.var, 10, "variance");
    expectDigits(Math.sqrt(ewmaStep(e.sigma ** 2, e.u ** 2, e.lambda)), e.vol, 4, "volatility");
    for (const each of v.hull_ewma_cov) {
      const x = each.volA ?? each.volX!;
      const y = each.volB ?? each.volY!;
      const cov = each.corr! * x * y;
      if (each.cov0 !== undefined) expectDigits(cov, each.cov0, 10, "cov0");
      const r = [each.rA ?? each.rX!, each.rB ?? each.rY!];
      const after = ewmaCovariance([r], each.lambda!, [
        [x * x, cov],
        [cov, y * y],
      ]);
      if (each.cov1 !== undefined) expectDigits(after[0]![1]!, each.cov1, 7, "cov1");
      if (each.varX !== undefined) expectDigits(after[0]![0]!, each.varX, decimals(each.varX), "varX");
      if (each.varY !== undefined) expectDigits(after[1]![1]!, each.varY, decimals(each.varY), "varY");
      if (each.corr1 !== undefined) expectDigits(correlationOf(after)[0]![1]!, each.corr1, 4, "corr1");
    }
    const h = v.hull_two_asset_var;
    const [[a, sa], [b, sb]] = [h.A, h.B];
    const off = h.rho * sa * sb;
    const two = componentVaR(
      [a, b],
      [
        [sa * sa, off],
        [off, sb * sb],
      ],
      h.z,
      h.h,
    );
    expectDigits(two.standalone[0]!, h.VaR_A, 0, "VaR_A");
    expectDigits(two.standalone[1]!, h.VaR_B, 0, "VaR_B");
    expectDigits(two.total, h.VaR_P, 0, "VaR_P");
    // Published as the difference of the rounded figures.
    const [alone1, alone2] = two.standalone.map(Math.round);
    expect(alone1! + alone2! - Math.round(two.total)).to.equal(h.diversification);
    expectClose(two.diversification, h.diversification, 1);
    for (const { V, z, sigma, spread, VaR, LVaR } of v.lvar) {
      const l = spreadAdjustedVaR(V, sigma, spread, z);
      if (VaR !== undefined) expectDigits(l.var, VaR, 0, "VaR");
      expectDigits(l.total, LVaR, decimals(LVaR), "LVaR");
    }
  });
});
