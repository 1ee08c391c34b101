import { expect } from "chai";

import { seeded } from "../../../../replay/path/random.js";
import {
  correlationOf,
  emptyModel,
  haircutTargets,
  isPositiveSemiDefinite,
  listAsset,
  type ModelState,
  observe,
  seedsFrom,
  valueAtRisk,
  volatilities,
} from "../../../../risk/index.js";
import { expectClose } from "../../../support/close.js";

const DAY = 86_400;
const tau = { tauDays: 16.16 };

function pair(): ModelState {
  let state = listAsset(emptyModel(0), { variance: 0.0016, loadings: [] }, 100, 0);
  state = listAsset(state, { variance: 0.0009, loadings: [0.5] }, 10, 0);
  return state;
}

describe("risk: the model in doubles", () => {
  it("seeds by loadings, and loadings reproduce a covariance matrix", () => {
    expect(pair().covariance[0]).to.deep.equal([0.0016, 0.0008]);
    expectClose(pair().covariance[1]![1]!, 0.0013, 1e-18);
    const wanted = [
      [4, 1, 0.5],
      [1, 3, -0.7],
      [0.5, -0.7, 2],
    ];
    const built = seedsFrom(wanted).reduce((s, seed) => listAsset(s, seed, 1, 0), emptyModel(0));
    wanted.flat().forEach((each, i) => {
      expectClose(built.covariance.flat()[i]!, each, 1e-12);
    });
  });

  it("is RiskMetrics' 0.94 a day at tau 16.16", () => {
    const after = observe(pair(), tau, DAY, [110, 10]);
    const a = 1 - Math.exp(-1 / 16.16);
    expectClose(a, 0.06, 1e-4);
    expectClose(after.covariance[0]![0]!, (1 - a) * 0.0016 + a * Math.log(1.1) ** 2, 1e-15);
    expectClose(after.covariance[0]![1]!, (1 - a) * 0.0008, 1e-15);
  });

  it("does not forget an unpriced asset's variance, and weighs the return that it comes back with as one long step", () => {
    const a = 1 - Math.exp(-1 / 16.16);
    const away = observe(pair(), tau, DAY, [101, undefined]);
    expectClose(away.covariance[1]![1]!, 0.0013, 1e-18);
    expectClose(away.covariance[0]![1]!, (1 - a) * 0.0008, 1e-15);
    const back = observe(away, tau, 2 * DAY, [101, 12]);
    const added = ((1 - Math.exp(-2 / 16.16)) * Math.log(1.2) ** 2) / 2;
    expectClose(back.covariance[1]![1]!, (1 - a) * 0.0013 + added, 1e-15);
    const never = observe(listAsset(emptyModel(0), { variance: 0.01, loadings: [] }, undefined, 0), tau, DAY, [5]);
    expectClose(never.covariance[0]![0]!, (1 - a) * 0.01, 1e-15);
  });

  it("caps a return, and refuses time that stands still", () => {
    const a = -Math.expm1(-1 / 24 / 16.16);
    const crash = observe(pair(), tau, DAY / 24, [100 / Math.exp(5), 10]);
    expectClose(crash.covariance[0]![0]!, (1 - a) * 0.0016 + a * 90, 1e-12);
    expect(() => observe(pair(), tau, 0, [1, 1])).to.throw(/time/);
    expect(() => observe(pair(), tau, DAY, [0, 1])).to.throw(/above zero/);
  });

  it("stays positive semi-definite over random paths with absences", () => {
    const seed = 20_200_312;
    const random = seeded(seed);
    for (let run = 0; run < 20; run++) {
      let state = emptyModel(0);
      const n = 2 + random.below(6);
      for (let i = 0; i < n; i++) {
        const loadings = Array.from({ length: i }, () => random.between(-1, 1));
        state = listAsset(state, { variance: random.between(0, 0.01), loadings }, 1, 0);
      }
      const logs = Array.from({ length: n }, () => 0);
      let now = 0;
      for (let step = 0; step < 60; step++) {
        now += 3_600 * (1 + random.below(48));
        const common = random.normal() * 0.05;
        logs.forEach((x, i) => {
          logs[i] = x + common + random.normal() * 0.02;
        });
        state = observe(
          state,
          tau,
          now,
          logs.map((x) => (random.below(5) === 0 ? undefined : Math.exp(x))),
        );
        expect(isPositiveSemiDefinite(state.covariance), `seed ${seed}, run ${run}, step ${step}`).to.equal(true);
      }
      for (const each of correlationOf(state.covariance).flat()) expect(Math.abs(each)).to.be.at.most(1 + 1e-12);
    }
  });

  it("sets haircuts with their parts, floors and clamps", () => {
    const asset = {
      volatilityFloor: 0.05,
      horizonDays: 4,
      minInitial: 0.1,
      maxInitial: 0.9,
      minMaintenance: 0.08,
      maxMaintenance: 0.5,
    };
    expect(volatilities(pair(), [0.05, 0])[0]).to.equal(0.05);
    const h = haircutTargets({ z: 3, mu: 0.6, k: 0.5 }, asset, 0.05, 100, 300);
    expectClose(h.volatilityPart, 0.3, 1e-15);
    expectClose(h.liquidityPart, 0.125, 1e-15);
    expectClose(h.initial, 0.425, 1e-15);
    expectClose(h.maintenance, 0.18, 1e-15);
    const calm = haircutTargets({ z: 3, mu: 0.6, k: 0.5 }, asset, 0.001, 0, 0);
    expect([calm.initial, calm.maintenance]).to.deep.equal([0.1, 0.08]);
    const wild = haircutTargets({ z: 3, mu: 0.6, k: 0.5 }, asset, 1, 0, 0);
    expect([wild.initial, wild.maintenance]).to.deep.equal([0.9, 0.5]);
  });

  it("guards the VaR against correlation, and splits it into components", () => {
    const p = { varZ: 3, varHorizonDays: 4, guard: 0.25 };
    const v = valueAtRisk(pair(), p, [0, 0], [1_000, 500]);
    const variance = 1_000 ** 2 * 0.0016 + 2 * 1_000 * 500 * 0.0008 + 500 ** 2 * 0.0013;
    const expected = 0.75 * 6 * Math.sqrt(variance) + 0.25 * 6 * (1_000 * 0.04 + 500 * Math.sqrt(0.0013));
    expectClose(v.total, expected, 1e-9);
    expectClose(v.components[0]! + v.components[1]!, v.total, 1e-9);
    expect(valueAtRisk(pair(), p, [0, 0], [0, 0]).total).to.equal(0);
    // With the guard at 1 nothing diversifies.
    expectClose(valueAtRisk(pair(), { ...p, guard: 1 }, [0, 0], [1_000, 0]).total, 240, 1e-9);
  });
});
