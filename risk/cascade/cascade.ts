/**
 * Liquidations that feed on themselves: seized collateral is sold into a pool of depth X, the price falls, and more accounts become
 * liquidatable. Selling q yields `P q X/(X+q)` and leaves the price at `P (X/(X+q))^2`: a constant product whose reserve of the
 * asset is X.
 */

import { seeded } from "../../replay/path/random.js";
import { present } from "../../sdk/present.js";
import { need } from "../errors.js";

export interface CascadeAccount {
  /** {tok} */
  readonly collateral: number;
  /** {USD} */
  readonly debt: number;
}

export interface CascadeMarket {
  /** Before the shock. {USD/tok} */
  readonly price: number;
  /** X before the first sale. {tok} */
  readonly depth: number;
  /** The fall that starts it, 0 to 1. */
  readonly shock: number;
  /** Share of the pressure of earlier sales that is gone by the next step, 0 to 1: buyers from elsewhere. */
  readonly recovery: number;
}

export interface CascadeRules {
  /** m */
  readonly maintenanceHaircut: number;
  /** l */
  readonly incentive: number;
  /** H: health after a liquidation. */
  readonly targetHealth: number;
}

export interface CascadeStep {
  /** At the end of the step. {USD/tok} */
  readonly price: number;
  readonly liquidated: number;
  /** {tok} */
  readonly sold: number;
  /** {USD} */
  readonly repaid: number;
  /** Debt left without collateral. {USD} */
  readonly badDebt: number;
}

export interface CascadeResult {
  readonly steps: readonly CascadeStep[];
  readonly lowestPrice: number;
  readonly endPrice: number;
  readonly sold: number;
  readonly repaid: number;
  readonly badDebt: number;
  /** Accounts that were liquidated at least once. */
  readonly accounts: number;
  /** Whole fall over the shock; 1 when nobody is liquidated. */
  readonly amplification: number;
  /** Liquidatable accounts that nobody would touch, because selling yields less than repaying costs. */
  readonly stuck: number;
}

/** What selling q into depth x at price p yields, and leaves. */
export function sell(p: number, q: number, x: number): { readonly proceeds: number; readonly price: number } {
  return { proceeds: (p * q * x) / (x + q), price: p * (x / (x + q)) ** 2 };
}

const STEPS = 10_000;

export function cascade(
  accounts: readonly CascadeAccount[],
  market: CascadeMarket,
  rules: CascadeRules,
  onStep?: (step: number) => void,
): CascadeResult {
  const { maintenanceHaircut: m, incentive: l, targetHealth: h } = rules;
  need(market.price > 0 && market.depth > 0, "price and depth are above zero");
  need(market.shock >= 0 && market.shock < 1, `a shock is a fraction from 0 to 1, not ${market.shock}`);
  need(market.recovery >= 0 && market.recovery <= 1, `a recovery is a fraction from 0 to 1, not ${market.recovery}`);
  need(
    m >= 0 && m < 1 && l >= 0 && (1 + l) * (1 - m) < 1,
    "liquidating must not make an account worse: (1+l)(1-m) < 1",
  );
  need(h >= 1, `a target health is at least 1, not ${h}`);

  const book = accounts.map((each) => ({ ...each, touched: false }));
  const outside = market.price * (1 - market.shock);
  /** Sold into the pool and not yet bought back. {tok} */
  let pressure = 0;
  const priceNow = (): number => outside * (market.depth / (market.depth + pressure)) ** 2;
  const steps: CascadeStep[] = [];
  let lowestPrice = outside;
  let stuck = 0;

  for (let step = 0; step < STEPS; step++) {
    // The feed is read once per step: all who are below at that price are liquidated at it.
    const quoted = priceNow();
    const waiting = book.filter((each) => each.debt > 0 && each.collateral * quoted * (1 - m) < each.debt);
    let [liquidated, sold, repaid, badDebt] = [0, 0, 0, 0];
    stuck = 0;
    for (const account of waiting) {
      const value = account.collateral * quoted;
      const limit = value * (1 - m);
      const insolvent = value < account.debt * (1 + l);
      const f = insolvent ? 1 : Math.min(1, (h * account.debt - limit) / ((h * value) / (1 + l) - limit));
      const pays = Math.min(account.debt, (f * value) / (1 + l));
      const quantity = f * account.collateral;
      const sale = sell(priceNow(), quantity, market.depth + pressure);
      if (sale.proceeds < pays) {
        stuck++;
        continue;
      }
      pressure += quantity;
      account.collateral -= quantity;
      account.debt -= pays;
      account.touched = true;
      liquidated++;
      sold += quantity;
      repaid += pays;
      if (insolvent) {
        badDebt += account.debt;
        account.debt = 0;
        account.collateral = 0;
      }
    }
    const price = priceNow();
    lowestPrice = Math.min(lowestPrice, price);
    steps.push({ price, liquidated, sold, repaid, badDebt });
    onStep?.(step + 1);
    const before = pressure;
    pressure *= 1 - market.recovery;
    // Over when nobody is left, or when waiting changes nothing any more.
    if (liquidated === 0 && (waiting.length === 0 || before - pressure <= 1e-9 * market.depth)) break;
  }
  const total = (pick: (step: CascadeStep) => number): number => steps.reduce((sum, each) => sum + pick(each), 0);
  return {
    steps,
    lowestPrice,
    endPrice: present(steps.at(-1)).price,
    sold: total((each) => each.sold),
    repaid: total((each) => each.repaid),
    badDebt: total((each) => each.badDebt),
    accounts: book.filter((each) => each.touched).length,
    amplification: market.shock === 0 ? 1 : (1 - lowestPrice / market.price) / market.shock,
    stuck,
  };
}

/** Accounts with log-normal collateral that use between a third and all of what they may borrow, worth `collateral` tokens together. */
export function population(
  count: number,
  collateral: number,
  market: Pick<CascadeMarket, "price">,
  initialHaircut: number,
  seed: number,
): CascadeAccount[] {
  need(Number.isInteger(count) && count > 0, `a number of accounts is needed, not ${count}`);
  const random = seeded(seed);
  const sizes = Array.from({ length: count }, () => Math.exp(1.5 * random.normal()));
  const scale = collateral / sizes.reduce((sum, each) => sum + each, 0);
  return sizes.map((size) => ({
    collateral: size * scale,
    debt: size * scale * market.price * (1 - initialHaircut) * random.between(1 / 3, 1),
  }));
}
