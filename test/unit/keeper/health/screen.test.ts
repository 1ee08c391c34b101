import { expect } from "chai";

import { HealthScreen, RELATIVE_ERROR, type Market } from "../../../../keeper/health/screen.js";
import { BPS, debtOf, maintenanceLimit, type Position, type Quote } from "../../../../sdk/credit/valuation.js";
import { Random } from "../../../support/random.js";

const INDEX = 10n ** 18n;

/** Any size up to `bits` bits, small ones as likely as large ones. */
function sized(random: Random, bits: bigint): bigint {
  return random.between(0n, 1n << random.between(0n, bits));
}

/** Anything that the contracts' ranges allow. */
function anyQuote(random: Random): Quote {
  return {
    high: sized(random, 99n),
    maintenanceHaircut: random.between(0n, BPS),
    maintenanceDepth: sized(random, 74n),
    unit: 10n ** random.between(0n, 18n),
  };
}

function anyPosition(random: Random, assets: bigint): Position {
  const holdings = [];
  for (let asset = 0n; asset < assets; asset++) {
    if (random.between(0n, 2n) !== 0n) holdings.push({ asset, amount: sized(random, 57n) });
  }
  return { debtShares: 1n + sized(random, 63n), holdings };
}

function anyMarket(random: Random, assets: bigint): Market {
  const quotes = new Map<bigint, Quote>();
  for (let asset = 0n; asset < assets; asset++) quotes.set(asset, anyQuote(random));
  return { quotes, index: INDEX + sized(random, 80n) };
}

/** Without floating point. */
function fails(position: Position, { quotes, index }: Market, health: bigint): boolean {
  return debtOf(position.debtShares, index) * health > maintenanceLimit(position.holdings, quotes) * BPS;
}

describe("HealthScreen", () => {
  const random = Random.fresh();

  it(`finds exactly who fails, whatever prices, depths and balances (seed ${random.seed})`, () => {
    for (let round = 0; round < 300; round++) {
      const assets = random.between(1n, 16n);
      const market = anyMarket(random, assets);
      const health = random.between(1n, 20_000n);
      const screen = new HealthScreen();
      const expected = new Set<string>();
      for (let i = 0; i < 50; i++) {
        const position = anyPosition(random, assets);
        screen.set(i.toString(), position);
        if (fails(position, market, health)) expected.add(i.toString());
      }
      expect(new Set(screen.screen(market, health).failing)).to.deep.equal(expected);
    }
  });

  it("is exact at the edge: one share more and it fails, one less and it does not", () => {
    let close = 0;
    for (let round = 0; round < 400; round++) {
      const assets = random.between(1n, 16n);
      const market = anyMarket(random, assets);
      const { holdings } = anyPosition(random, assets);
      // The most shares that M carries: floor(M 1e8 / index).
      const most = (maintenanceLimit(holdings, market.quotes) * 10n ** 8n) / market.index;
      if (most === 0n || most >= 1n << 64n) continue;
      const screen = new HealthScreen();
      screen.set("at the limit", { debtShares: most, holdings });
      screen.set("beyond it", { debtShares: most + 1n, holdings });
      const { failing, exact } = screen.screen(market);
      expect(failing).to.deep.equal(["beyond it"]);
      // A share is worth about 1e-8 of a debt or less: from some size on floating point cannot tell.
      if (most > BigInt(Math.ceil(2 / RELATIVE_ERROR))) {
        close += 1;
        expect(exact).to.equal(2);
      }
    }
    expect(close, "cases that only exact arithmetic can tell").to.be.greaterThan(20);
  });

  it("leaves nearly everything to floating point", () => {
    const market = anyMarket(new Random(1n), 8n);
    const screen = new HealthScreen();
    const seeded = new Random(2n);
    for (let i = 0; i < 5_000; i++) screen.set(i.toString(), anyPosition(seeded, 8n));
    expect(screen.screen(market).exact).to.be.lessThan(5);
  });

  it("forgets who has paid, and keeps the rows of the others", () => {
    const market: Market = {
      quotes: new Map([
        [0n, { ...anyQuote(random), high: 10n ** 18n, unit: 1n, maintenanceHaircut: 0n, maintenanceDepth: 1n << 74n }],
      ]),
      index: INDEX,
    };
    const screen = new HealthScreen();
    const sound: Position = { debtShares: 1n, holdings: [{ asset: 0n, amount: 10n ** 15n }] };
    const failing: Position = { debtShares: 10n ** 15n, holdings: [{ asset: 0n, amount: 1n }] };
    screen.set("a", failing);
    screen.set("b", sound);
    screen.set("c", failing);
    screen.set("a", { debtShares: 0n, holdings: failing.holdings });
    screen.set("never seen", { debtShares: 0n, holdings: [] });
    expect(screen.size).to.equal(2);
    expect(screen.position("a")).to.equal(undefined);
    expect(screen.position("c")).to.equal(failing);
    expect(screen.screen(market).failing).to.deep.equal(["c"]);
    screen.set("c", sound);
    expect(screen.screen(market).failing).to.deep.equal([]);
    screen.set("b", { debtShares: 10n ** 15n, holdings: [] });
    expect(screen.screen(market).failing).to.deep.equal(["b"]);
  });

  it("grows beyond what it began with", () => {
    const plain = {
      ...anyQuote(random),
      high: 10n ** 18n,
      unit: 10n ** 8n,
      maintenanceHaircut: 2_000n,
      maintenanceDepth: 1n << 60n,
    };
    const market = { quotes: new Map([0n, 1n, 2n].map((asset) => [asset, plain])), index: INDEX };
    const screen = new HealthScreen();
    const seeded = new Random(4n);
    const expected: string[] = [];
    for (let i = 0; i < 3_000; i++) {
      const { holdings } = anyPosition(seeded, 3n);
      const limit = maintenanceLimit(holdings, market.quotes) / 10n ** 10n;
      // Around its limit, by 10% both ways.
      const position = { debtShares: 1n + (limit * seeded.between(90n, 110n)) / 100n, holdings };
      screen.set(i.toString(), position);
      if (fails(position, market, BPS)) expected.push(i.toString());
    }
    expect(expected.length).to.be.within(1, 2_999);
    expect(screen.screen(market).failing).to.deep.equal(expected);
  });

  it("counts an asset without a quote as nothing, and refuses one without a number", () => {
    const screen = new HealthScreen();
    screen.set("a", { debtShares: 1n, holdings: [{ asset: 5n, amount: 10n ** 15n }] });
    expect(screen.screen({ quotes: new Map(), index: INDEX }).failing).to.deep.equal(["a"]);
    expect(() => {
      screen.set("b", { debtShares: 1n, holdings: [{ asset: 16n, amount: 1n }] });
    }).to.throw(RangeError, "16");
    expect(screen.size).to.equal(1);
  });
});
