import { expect } from "chai";

import {
  emptyModel,
  haircutTargets,
  listAsset,
  observe,
  valueAtRisk,
  volatilities,
  type ModelState,
} from "../../../risk/model/model.js";
import { readPrices, type PriceSeries } from "../../../risk/data/prices.js";
import { dataFile, needData } from "../../support/data.js";
import { book, moved } from "../../support/gas-world.js";
import { Random } from "../../support/random.js";
import { MODEL } from "../../support/risk.js";
import { deployRisk, type RiskAsset, type RiskWorld } from "../../support/risk-world.js";
import { at } from "../../support/world.js";

/** The contract's parameters for the reference, in its units. */
const PARAMETERS = {
  tauDays: Number(MODEL.tau) / 86_400,
  z: Number(MODEL.z) / 1e6,
  mu: Number(MODEL.maintenanceShare) / 1e4,
  k: Number(MODEL.sizeFactor) / 1e4,
  varZ: Number(MODEL.varZ) / 1e6,
  varHorizonDays: Number(MODEL.varHorizon) / 24,
  guard: Number(MODEL.guard) / 1e4,
};

const wad = (value: bigint): number => Number(value) / 1e18;

/** Both implementations side by side, fed the same prices. */
class Pair {
  private constructor(
    readonly world: RiskWorld,
    private readonly specs: readonly RiskAsset[],
    private state: ModelState,
    /** Differences seen so far, as fractions of what is allowed. */
    readonly worst = { covariance: 0, haircut: 0, valueAtRisk: 0, rounded: 0 },
  ) {}

  static async of(specs: readonly RiskAsset[]): Promise<Pair> {
    const world = await deployRisk(specs);
    // Listed after the model was built; the reference starts when the last one is.
    let state = emptyModel(Number((await world.risk.observation()).observedAt));
    for (const [i, spec] of specs.entries()) {
      const variance = Number(spec.variance ?? 25n * 10n ** 14n) / 1e18;
      const loadings = Array.from({ length: i }, (_, j) => Number(spec.loadings?.[j] ?? 0n) / 1e18);
      const listedAt = (await world.risk.lastLogPrice(i)).pricedAt;
      state = listAsset(state, { variance, loadings }, Number(spec.price) / 1e8, Number(listedAt));
    }
    return new Pair(world, specs, state);
  }

  get floors(): number[] {
    return this.specs.map(({ floor }) => Number(floor ?? 10n) / 1e4);
  }

  /** Observes in both at `now`. {USD/tok} 8 decimals; undefined: the feed is dead. */
  async observe(now: bigint, prices: readonly (bigint | undefined)[]): Promise<void> {
    await this.world.observeAt(now, prices);
    this.state = observe(
      this.state,
      PARAMETERS,
      Number(now),
      prices.map((price) => (price === undefined ? undefined : Number(price) / 1e8)),
    );
  }

  /** Holds everything that can be read against the reference: 1e-9 of vol_i vol_j, 1e-9 relative. */
  async compare(exposures: readonly number[]): Promise<void> {
    const { risk } = this.world;
    const vols = volatilities(this.state, this.floors);
    for (const [i, row] of this.state.covariance.entries()) {
      for (const [j, expected] of row.entries()) {
        if (j > i) continue;
        const allowed = 1e-9 * at(vols, i) * at(vols, j);
        this.near("covariance", wad(await risk.covariance(i, j)), expected, allowed, `covariance ${i}, ${j}`);
      }
      const parts = await risk.haircutParts(i);
      const spec = at(this.specs, i);
      const expected = haircutTargets(
        PARAMETERS,
        {
          volatilityFloor: at(this.floors, i),
          horizonDays: Number(spec.horizon ?? 6n) / 24,
          minInitial: 0,
          maxInitial: 1,
          minMaintenance: 0.01,
          maxMaintenance: 1,
        },
        at(vols, i),
        0,
        1,
      );
      this.near("haircut", wad(parts.volatility), at(vols, i), 1e-9 * at(vols, i), `volatility ${i}`);
      this.near("haircut", wad(parts.initial), expected.initial, 1e-9 * expected.initial, `initial ${i}`);
      this.near(
        "haircut",
        wad(parts.maintenance),
        expected.maintenance,
        1e-9 * expected.maintenance,
        `maintenance ${i}`,
      );
      // What ramps is whole bps, rounded up.
      const { initialHaircut, maintenanceHaircut } = await risk.targets(i);
      this.near("rounded", Number(initialHaircut) / 1e4, expected.initial + 0.5e-4, 0.500001e-4, `initial target ${i}`);
      this.near(
        "rounded",
        Number(maintenanceHaircut) / 1e4,
        expected.maintenance + 0.5e-4,
        0.500001e-4,
        `maintenance target ${i}`,
      );
    }
    const { total, components } = valueAtRisk(this.state, PARAMETERS, this.floors, exposures);
    const packed = exposures.map((e) => BigInt(Math.round(e * 1e6)) * 10n ** 12n);
    this.near("valueAtRisk", wad(await risk.valueAtRisk(packed)), total, 1e-9 * total, "value at risk");
    const parts = await risk.componentValueAtRisk(packed);
    for (const [i, part] of parts.entries()) {
      this.near("valueAtRisk", wad(part), at(components, i), 1e-9 * total, `component ${i}`);
    }
  }

  private near(kind: keyof Pair["worst"], actual: number, expected: number, allowed: number, what: string): void {
    // A wei more, for what should be 0.
    const off = Math.abs(actual - expected) / (allowed + 1e-18);
    this.worst[kind] = Math.max(this.worst[kind], off);
    expect(off <= 1, `${what}: ${actual} instead of ${expected}`).to.equal(true);
  }
}

describe("RiskModel against the reference in risk/model", () => {
  for (let round = 0; round < 6; ++round) {
    it(`on a random path of a random book, feeds failing now and then (${round + 1})`, async () => {
      const random = Random.fresh();
      console.log(`      PLIMSOLL_SEED=${random.seed}`);
      const count = 2 + random.below(6);
      const specs: RiskAsset[] = Array.from({ length: count }, (_, i) => ({
        price: 10n ** BigInt(4 + random.below(10)) + BigInt(random.below(1e6)),
        floor: BigInt(5 + random.below(100)),
        horizon: BigInt(1 + random.below(48)),
        variance: BigInt(Math.round(10 ** (12 + 4 * random.unit()))),
        loadings: Array.from({ length: i }, () => BigInt(Math.round((random.unit() - 0.3) * 1e18))),
      }));
      const pair = await Pair.of(specs);
      const prices = specs.map(({ price }) => Number(price));
      let now = await pair.world.now();
      for (let step = 0; step < 40; ++step) {
        now += 3_600n + BigInt(random.below(step % 8 === 7 ? 500_000 : 20_000));
        const seen = prices.map((price, i) => {
          const jump = random.below(20) === 0 ? 1.2 : 0.04;
          prices[i] = Math.max(1e3, price * Math.exp((random.unit() - 0.5) * jump));
          // Never at the first step: an asset that was listed since the last observation counts as if it had always been there.
          return step > 0 && random.below(6) === 0 ? undefined : BigInt(Math.round(at(prices, i)));
        });
        await pair.observe(now, seen);
        if (step % 4 === 3) await pair.compare(specs.map(() => (random.below(4) === 0 ? 0 : 1e7 * random.unit())));
      }
      expect(pair.worst.covariance).to.be.greaterThan(0);
    });
  }
});

/** {unix s}, {USD/tok} */
interface Observation {
  time: number;
  prices: (number | undefined)[];
}

interface History {
  name: string;
  files: readonly string[];
  read: () => Observation[];
}

const LENIENT = { duplicates: "last", order: "sort", gaps: "allow" } as const;

/** Candles of the first file from `from` on, and what the others say at the same time. */
function candles(files: readonly string[], from: string, count: number): Observation[] {
  const [first, ...others] = files.map((file) => readPrices(dataFile(file), { rules: LENIENT })) as [
    PriceSeries,
    ...PriceSeries[],
  ];
  const known = others.map(({ times, prices }) => new Map(times.map((time, i) => [time, at(prices, i)])));
  return first.times
    .map((time, i) => ({ time, prices: [at(first.prices, i), ...known.map((each) => each.get(time))] }))
    .filter(({ time }) => time >= Date.parse(from) / 1_000)
    .slice(0, count);
}

/** What the feeds answered at every full hour. */
function rounds(files: readonly string[], count: number): Observation[] {
  const series = files.map((file) => readPrices(dataFile(file), { rules: LENIENT }));
  const start = Math.ceil(Math.max(...series.map(({ times }) => at(times, 0))) / 3_600);
  const next = series.map(() => 0);
  return Array.from({ length: count }, (_, k) => {
    const time = (start + k) * 3_600;
    const prices = series.map((each, i) => {
      while ((each.times[at(next, i) + 1] ?? Infinity) <= time) next[i] = at(next, i) + 1;
      return at(each.prices, at(next, i));
    });
    return { time, prices };
  });
}

const HOURLY = ["hourly/eth_usd_1h.csv", "hourly/btc_usd_1h.csv"];
const DAILY = ["daily/eth_usd_daily.csv", "daily/btc_usd_daily.csv"];
const CHAINLINK = ["chainlink/chainlink_eth_usd_rounds.csv", "chainlink/chainlink_btc_usd_rounds.csv"];

const HISTORIES: readonly History[] = [
  { name: "March 2020, hourly", files: HOURLY, read: () => candles(HOURLY, "2020-03-01T00:00:00Z", 500) },
  { name: "May 2021, hourly", files: HOURLY, read: () => candles(HOURLY, "2021-05-10T00:00:00Z", 400) },
  { name: "2016 to 2019, daily", files: DAILY, read: () => candles(DAILY, "2016-01-01T00:00:00Z", 1_000) },
  { name: "Chainlink's rounds, hourly", files: CHAINLINK, read: () => rounds(CHAINLINK, 600) },
];

for (const { name, files, read } of HISTORIES) {
  describe(`RiskModel against the reference: ${name}`, function () {
    needData(this, ...files);

    it("ether and bitcoin: covariance, haircuts and value at risk within 1e-9", async () => {
      const history = read();
      const scaled = (price: number | undefined) => (price === undefined ? undefined : BigInt(Math.round(price * 1e8)));
      const first = at(history, 0).prices.map((price) => scaled(price) ?? 1n);
      const pair = await Pair.of([
        { price: at(first, 0), variance: 2_500_000_000_000_000n },
        { price: at(first, 1), variance: 400_000_000_000_000n, loadings: [700_000_000_000_000_000n] },
      ]);
      // The chain's clock cannot go back: the same history, later.
      const shift = (await pair.world.now()) + 3_600n - BigInt(at(history, 1).time);
      for (const [k, { time, prices }] of history.entries()) {
        if (k === 0) continue;
        await pair.observe(BigInt(time) + shift, prices.map(scaled));
        if (k % 50 === 0 || k === history.length - 1) await pair.compare([1e7, 5e6]);
      }
      const used = Object.entries(pair.worst).map(([kind, off]) => `${kind} ${(off * 100).toFixed(2)}%`);
      console.log(`      ${history.length} observations; largest differences, of what is allowed: ${used.join(", ")}`);
    });
  });
}

describe("RiskModel: gas", () => {
  for (const [count, most] of [
    [8, 270_000n],
    [16, 630_000n],
  ] as const) {
    it(`observe() of ${count} assets with Chainlink's mock feeds takes at most ${most}`, async () => {
      const world = await deployRisk(book(count));
      let time = (await world.now()) + 3_600n;
      for (let round = 0; round < 4; ++round) {
        const receipt = await (await world.observeAt(time, moved(book(count), round))).wait();
        expect((receipt?.gasUsed ?? most + 1n) <= most, `${receipt?.gasUsed} gas`).to.equal(true);
        time += 3_600n;
      }
    });
  }

  it("valueAtRisk of 8 assets takes at most 32,000", async () => {
    const world = await deployRisk(book(8));
    const [signer] = await world.ethers.getSigners();
    const exposures = Array.from({ length: 8 }, (_, i) => BigInt(1_000_000 + i) * 10n ** 18n);
    const data = world.risk.interface.encodeFunctionData("valueAtRisk", [exposures]);
    const sent = await signer?.sendTransaction({ to: await world.risk.getAddress(), data });
    const used = (await sent?.wait())?.gasUsed ?? 0n;
    // What a calling contract pays: not the transaction itself, nor its data.
    const bytes = world.ethers.getBytes(data);
    const intrinsic = 21_000n + bytes.reduce((sum, byte) => sum + (byte === 0 ? 4n : 16n), 0n);
    expect(used - intrinsic <= 32_000n, `${used - intrinsic} gas`).to.equal(true);
  });
});
