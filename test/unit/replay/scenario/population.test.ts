import { expect } from "chai";

import { LOCAL_ANSWERS, LOCAL_ASSETS } from "../../../../deploy/parameters/local.js";
import { STAKING_RATIO } from "../../../../replay/path/path.js";
import { seeded } from "../../../../replay/path/random.js";
import {
  type Borrower,
  type CollateralKind,
  drawBorrowers,
  TooManyBorrowers,
} from "../../../../replay/scenario/population.js";
import { collateralKinds } from "../../../../replay/scenario/world.js";

const MINIMUM_DEBT = 100;
const DEFAULT_COUNT = 250;
const MOST = 5_000;

describe("replay/scenario: who borrows", () => {
  const kinds = collateralKinds({ answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n });
  const draw = (seed: number, count: number, of: readonly CollateralKind[] = kinds): Borrower[] =>
    drawBorrowers(seeded(seed).fork("borrowers"), of, count);

  /** What all of them hold of a collateral. {tok} */
  function held(borrowers: readonly Borrower[], kind: CollateralKind): number {
    return borrowers.reduce((sum, b) => sum + (b.collateral.get(kind.symbol) ?? 0), 0) / kind.price;
  }

  function expectToFit(borrowers: readonly Borrower[], what: string): void {
    for (const asset of LOCAL_ASSETS) {
      const kind = kinds.find(({ symbol }) => symbol === asset.symbol)!;
      // The cap, and half of the depth: what the engine compares a deposit with.
      const most = Math.min(Number(asset.cap), Number(asset.depth) / 2);
      expect(held(borrowers, kind), `${what}: ${asset.symbol}`).to.be.below(most);
    }
    for (const { debt, collateral } of borrowers) {
      expect(debt, what).to.be.above(MINIMUM_DEBT);
      const limit = kinds.reduce((sum, k) => sum + (collateral.get(k.symbol) ?? 0) * k.borrowable, 0);
      expect(debt / limit, what).to.be.within(0.29, 0.96);
    }
  }

  it("fits the deposit caps for any seed", () => {
    for (let seed = 0; seed < 200; seed++) expectToFit(draw(seed, DEFAULT_COUNT), `seed ${seed}`);
  });

  it("fits the deposit caps for any number of accounts that the demo allows", () => {
    for (const count of [1, 2, 300, 500, 1_000, 2_500, MOST]) {
      for (const seed of [2_020, 1, 2, 3]) {
        const borrowers = draw(seed, count);
        expect(new Set(borrowers.map((b) => b.account)).size).to.equal(count);
        expectToFit(borrowers, `${count} accounts, seed ${seed}`);
      }
    }
  });

  it("stays mixed when it has to shrink: large debts remain", () => {
    const debts = draw(2_020, MOST).map((b) => b.debt);
    expect(Math.max(...debts)).to.be.above(20 * Math.min(...debts));
  });

  it("is what was drawn wherever there is room", () => {
    const roomy = kinds.map((kind) => ({ ...kind, room: Infinity }));
    const debts = (borrowers: readonly Borrower[]): number[] => borrowers.map((b) => b.debt);
    expect(debts(draw(2_020, DEFAULT_COUNT))).to.deep.equal(debts(draw(2_020, DEFAULT_COUNT, roomy)));
    expect(draw(2_020, DEFAULT_COUNT)).to.not.deep.equal(draw(7, DEFAULT_COUNT));
  });

  it("says by name when there is room for nobody", () => {
    const full = kinds.map((kind) => ({ ...kind, room: 1 }));
    expect(() => draw(1, 10, full)).to.throw(TooManyBorrowers);
  });
});
