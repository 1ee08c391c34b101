import { expect } from "chai";

import { expectClose } from "../../support/close.js";
import { freshWorld } from "../../support/fresh.js";
import { Random } from "../../support/random.js";
import { deploySheet, EIGHT, SHEET_TERMS, UNIT, type SheetWorld } from "../../support/sheet-world.js";
import { at, WAD } from "../../support/world.js";

const BPS = 10_000n;
/** What a feed may be off by. bps */
const DEVIATION = 50n;
const BOOKS = 12;
/** Parameters of the risk model, as `MODEL`: 2.5 standard deviations of a day, a quarter without diversification; floor 0.1% a day. */
const [VAR_Z, GUARD, FLOOR] = [2.5, 0.25, 0.001];

const up = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** One asset of a random book. */
interface Holding {
  /** {USD/tok} 8 decimals; 0: dead */
  answer: bigint;
  /** {ledger} */
  cash: bigint;
  vaulted: bigint;
  collateral: bigint;
  jump: bigint;
}

/** All that a statement is made of, as it was put there and not as the sheet read it. */
interface Book {
  holdings: Holding[];
  loans: bigint;
  supply: bigint;
  active: bigint;
  streaming: bigint;
  cooling: bigint;
  /** Daily covariances. */
  covariance: number[][];
  /** bps */
  initial: bigint[];
  maintenance: bigint[];
}

/** The statement written a second time, from DESIGN: floating point where there are roots. */
function reference(book: Book) {
  let [reserve, mid, liquid, afterHaircut, jump] = [0n, 0n, 0n, 0n, 0n];
  const exposures: number[] = [];
  for (const [i, h] of book.holdings.entries()) {
    const price = h.answer * 10n ** 10n;
    const low = (price * (BPS - DEVIATION)) / BPS;
    const high = up(price * (BPS + DEVIATION), BPS);
    const amount = h.cash + h.vaulted;
    const value = (amount * low) / UNIT;
    reserve += value;
    mid += (amount * ((low + high) / 2n)) / UNIT;
    afterHaircut += (value * (BPS - at(book.initial, i))) / BPS;
    if (at(EIGHT, i).stable === true) liquid += (h.cash * low) / UNIT;
    jump = max(jump, up(value * h.jump, BPS));
    exposures.push(Number(value) / 1e18);
  }
  const volatility = book.covariance.map((row, i) => Math.sqrt(Math.max(at(row, i), FLOOR ** 2)));
  let variance = 0;
  let sum = 0;
  for (const [i, exposure] of exposures.entries()) {
    sum += exposure * at(volatility, i);
    for (const [j, other] of exposures.entries()) {
      const entry = i === j ? at(volatility, i) ** 2 : at(at(book.covariance, i), j);
      variance += exposure * other * entry;
    }
  }
  const valueAtRisk = VAR_Z * ((1 - GUARD) * Math.sqrt(Math.max(variance, 0)) + GUARD * sum);

  const values = book.holdings.map((h) => Number(h.collateral * h.answer));
  const all = values.reduce((a, b) => a + b, 0);
  const loanUnits = volatility.map((v, i) => {
    const move = (Number(SHEET_TERMS.loanZ) / 1e6) * v * Math.sqrt(Number(SHEET_TERMS.loanHorizon) / 24);
    return Math.max(Number(SHEET_TERMS.loanFloor) / 1e4, move - Number(at(book.maintenance, i)) / 1e4);
  });
  const loanUnit = values.reduce((total, value, i) => total + (value / all) * at(loanUnits, i), 0);

  const equity = reserve + book.loans - book.supply;
  const owed = book.supply - book.active - book.streaming - book.cooling;
  return {
    reserve,
    equity,
    midEquity: mid + book.loans - book.supply,
    capital: equity + book.active + book.streaming,
    jump,
    valueAtRisk,
    loanUnit,
    backing: ((reserve + book.loans) * WAD) / owed,
    coverage: ((afterHaircut + book.loans) * WAD) / book.supply,
    borrowable: max(0n, (liquid * BPS) / SHEET_TERMS.liquidShare - book.supply),
    unitRequirements: volatility.map((v, i) => Math.max(VAR_Z * v, Number(at(book.holdings, i).jump) / 1e4)),
  };
}

/** Puts a random book into a world. */
async function randomBook(world: SheetWorld, random: Random): Promise<Book> {
  const { sheet, reserve, pools, engine, risk, dollar, feeds, tokens, governor, networkHelpers } = world;
  const holdings: Holding[] = [];
  for (const [asset, spec] of EIGHT.entries()) {
    const answer = random.between(1n, 8n) === 1n ? 0n : (spec.price * random.between(80n, 125n)) / 100n;
    // Between nothing and some 400,000 USD of each.
    const most = (400_000n * UNIT * UNIT) / spec.price;
    const cash = random.between(1n, 5n) === 1n ? 0n : random.between(0n, most);
    const vaulted = random.between(1n, 3n) === 1n ? random.between(0n, most / 4n) : 0n;
    // Every asset is somebody's collateral, all of them priced, so that shares are known to the last.
    const collateral = random.between(UNIT, (2_000_000n * UNIT * UNIT) / spec.price);
    const jump = random.between(500n, 4_000n);
    holdings.push({ answer, cash, vaulted, collateral, jump });
    await at(tokens, asset).mint(governor.address, collateral * 10n ** 10n);
    await engine.deposit(asset, collateral * 10n ** 10n, governor.address);
    await reserve.setCash(asset, cash);
    await reserve.setVaulted(asset, vaulted);
    await sheet.setJump(asset, jump);
  }
  // Seed capital for what follows, taken away again.
  await reserve.setCash(2, 10n ** 8n * UNIT);
  await sheet.lookAtCollateral();
  await networkHelpers.time.increase(7_200);
  await sheet.lookAtCollateral();
  await sheet.refresh();
  await engine.borrow(random.between(1_000n, 900_000n) * WAD, governor.address, governor.address);
  await reserve.issue(2, 0n, random.between(1_000n, 900_000n) * WAD, governor.address);
  await reserve.setCash(2, at(holdings, 2).cash);
  const supply = await dollar.totalSupply();
  const [active, streaming, cooling] = [1, 2, 3].map(() => random.between(0n, supply / 5n)) as [bigint, bigint, bigint];
  await pools.setPools(active, streaming, cooling);
  for (const [asset, { answer }] of holdings.entries()) await at(feeds, asset).set(answer);

  const covariance: number[][] = [];
  const [initial, maintenance]: [bigint[], bigint[]] = [[], []];
  for (let i = 0; i < EIGHT.length; i++) {
    const row: number[] = [];
    for (let j = 0; j < EIGHT.length; j++) row.push(Number(await risk.covariance(i, j)) / 1e18);
    covariance.push(row);
    const haircuts = await risk.haircuts(i);
    initial.push(haircuts.initial);
    maintenance.push(haircuts.maintenance);
  }
  const loans = await engine.totalDebt();
  return { holdings, loans, supply, active, streaming, cooling, covariance, initial, maintenance };
}

/** As numbers of whole units. */
const units = (value: bigint): number => Number(value) / 1e18;

describe("BalanceSheet: statement against a reference", () => {
  const world = freshWorld(() => deploySheet());
  const random = Random.fresh();

  for (let n = 1; n <= BOOKS; n++) {
    it(`says what DESIGN says of random book ${n.toString()} (PLIMSOLL_SEED=${random.seed.toString()})`, async () => {
      const { sheet } = world();
      const book = await randomBook(world(), random);
      // Shares and loans were looked at while everything had its first price.
      const priced = {
        ...book,
        holdings: book.holdings.map((h, i) => ({ ...h, answer: at(EIGHT, i).price })),
      };
      const { loanUnit } = reference(priced);
      const expected = reference(book);
      const s = await sheet.statement();
      const stored = await sheet.stored();

      expect(s.reserve).to.equal(expected.reserve);
      expect(s.loans).to.equal(book.loans);
      expect(s.supply).to.equal(book.supply);
      expect(s.equity).to.equal(expected.equity);
      expect(s.midEquity).to.equal(expected.midEquity);
      expect(s.backstop).to.equal(book.active + book.streaming);
      expect(s.cooling).to.equal(book.cooling);
      expect(s.capital).to.equal(expected.capital);
      expect(s.jump).to.equal(expected.jump);
      expect(s.backing).to.equal(expected.backing);
      expect(s.coverage).to.equal(expected.coverage);
      expect(s.borrowable).to.equal(expected.borrowable);
      const dead = book.holdings.some((h) => h.answer === 0n && h.cash + h.vaulted > 0n);
      expect(s.fullyPriced).to.equal(!dead);

      // Rounded up: never less than the exact figure, as far as floating point can tell.
      expectClose(units(s.valueAtRisk), expected.valueAtRisk, 1e-7 * expected.valueAtRisk + 1e-9, "value at risk");
      // Each share is rounded up to a bp, and the whole to another: eight assets of at most 100%.
      const unit = Number(stored.loanUnit) / 1e4;
      expectClose(unit, loanUnit + 4.5e-4, 4.5e-4 + 1e-9, "loan unit");
      expect(s.loanPart).to.equal(up(book.loans * stored.loanUnit, BPS));
      expect(s.required).to.equal(max(s.valueAtRisk, s.jump) + s.loanPart);
      expect(s.headroom).to.equal(max(0n, s.capital - s.required));

      const held = book.holdings.flatMap((h, i) => (h.cash + h.vaulted > 0n ? [i] : []));
      expect(s.lines.map((line) => Number(line.asset))).to.deep.equal(held);
      expect(s.lines.reduce((sum, line) => sum + line.value, 0n)).to.equal(s.reserve);
      for (const line of s.lines) {
        const i = Number(line.asset);
        const h = at(book.holdings, i);
        expect(line.amount).to.equal(h.cash + h.vaulted);
        expect(line.haircut).to.equal(at(book.initial, i));
        expect(line.status).to.equal(h.answer === 0n ? 0n : 2n);
        const requirement = Number(line.unitRequirement) / 1e4;
        expectClose(requirement, at(expected.unitRequirements, i) + 5e-5, 5e-5 + 1e-9, "unit requirement");
      }
    });

    it(`asks no more of the whole of random book ${n.toString()} than of its parts`, async () => {
      const { sheet, risk } = world();
      const book = await randomBook(world(), random);
      const exposures = book.holdings.map((h) => ((h.cash + h.vaulted) * h.answer * 10n ** 10n) / UNIT);
      const whole = await risk.valueAtRisk(exposures);
      let parts = 0n;
      for (const [i, exposure] of exposures.entries()) {
        parts += await risk.valueAtRisk(exposures.map((_, j) => (i === j ? exposure : 0n)));
      }
      expect(whole <= parts + 16n, `${whole.toString()} <= ${parts.toString()}`).to.equal(true);
      expect((await sheet.marketRequirement(exposures)) >= whole).to.equal(true);
    });
  }
});
