/**
 * The figures that somebody acts upon: where each stands on the pages, and what it has to be. That is asked of the contracts and worked out here;
 * nothing of what the pages themselves reckon with (`sdk/`, `app/src`) takes part.
 */

import { formatUnits, MaxUint256, type Provider } from "ethers";

import type { AddressBook } from "../../sdk/addresses.js";
import {
  IBackstop__factory,
  IBalanceSheet__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
  IPriceOracle__factory,
  IRebalancer__factory,
  IReserve__factory,
  IRisk__factory,
} from "../../types/contracts/index.js";
import { type Expectations, type Shown } from "./shown.js";

const DOLLAR_ASSET = 16;
const MOST_ASSETS = 16;
const YEAR = 365 * 86_400;
const BPS = 10_000;
const BALANCE = (1n << 248n) - 1n;

/** A decimal number of units. */
const units = (value: bigint, decimals: bigint | number = 18): number => Number(formatUnits(value, decimals));
const share = (value: bigint): number => Number(value) / BPS;

/** As people say it: full minutes, hours or days. {s} */
function duration(seconds: bigint): string {
  const s = Number(seconds);
  if (s < 3_600) return `${s / 60} min`;
  return s < 2 * 86_400 ? `${s / 3_600} h` : `${s / 86_400} days`;
}

/** What was done to an account. */
export interface Deed {
  readonly account: string;
  /** The block that it happened in. */
  readonly block: number;
}

export interface FiguresOf {
  readonly provider: Provider;
  readonly book: AddressBook;
  /** Whose account is looked at. */
  readonly account: string;
  /** Who else has borrowed. */
  readonly borrowers: readonly string[];
  /** Who has plUSD enough for any liquidation. */
  readonly payer: string;
  /** The newest liquidation. */
  readonly liquidated: Deed;
}

type Figures = (shown: Shown) => Promise<Expectations>;

/** Page by page. */
export function figures({
  provider,
  book,
  account,
  borrowers,
  payer,
  liquidated,
}: FiguresOf): Readonly<Record<string, Figures>> {
  const { contracts } = book;
  const engine = ICreditEngine__factory.connect(contracts.engine, provider);
  const lens = ICreditLens__factory.connect(contracts.lens, provider);
  const sheet = IBalanceSheet__factory.connect(contracts.sheet, provider);
  const reserve = IReserve__factory.connect(contracts.reserve, provider);
  const rebalancer = IRebalancer__factory.connect(contracts.rebalancer, provider);
  const backstop = IBackstop__factory.connect(contracts.backstop, provider);
  const dollar = IPlimsollDollar__factory.connect(contracts.dollar, provider);
  const risk = IRisk__factory.connect(contracts.risk, provider);
  const oracle = IPriceOracle__factory.connect(contracts.oracle, provider);

  const yearly = async (): Promise<number> => Math.expm1(units((await engine.interest()).rate) * YEAR);
  /** What a liquidation took: the account before and after its block. */
  const takenBy = async ({ account: who, block }: Deed): Promise<{ debt: number; cost: number }> => {
    const [[before], [after]] = [
      await lens.healths([who], { blockTag: block - 1 }),
      await lens.healths([who], { blockTag: block }),
    ];
    const debt = units(before!.debt) - units(after!.debt);
    return { debt, cost: units(before!.collateralValue) - units(after!.collateralValue) - debt };
  };

  // ---- pages

  const overview: Figures = async ({ figures: f, tables, levels, text }) => {
    const s = await sheet.statement();
    const [capital, required] = [units(s.capital), units(s.required)];
    const mid = units((await oracle.price(DOLLAR_ASSET)).mid);
    const items = tables["Balance sheet"] ?? {};
    const item = (name: string): string | undefined =>
      Object.entries(items).find(([row]) => row.startsWith(name))?.[1].USD;
    const ratio = capital > 0 ? required / capital : 0;
    return [
      ["Freeboard", f["Freeboard (headroom)"], Math.max(0, capital - required)],
      ["equity", f["Of the capital, equity"], units(s.equity)],
      ["Backstop", f["Of the capital, Backstop"], units((await backstop.pools()).active)],
      ["required for the reserve", f["Required for the reserve"], Math.max(units(s.valueAtRisk), units(s.jump))],
      ["required for loans", f["Required for loans"], units(s.loanPart)],
      ["the line's required", levels.required, required],
      ["the line's capital", levels.capital, capital],
      ["the load", /Load.*?(?=\.)/.exec(text)?.[0], ratio > 1 ? "Loaded past the line: nothing is issued" : ratio],
      ["Backing", f.Backing, units(s.backing)],
      ["plUSD outstanding", f["plUSD outstanding"], units(await dollar.totalSupply())],
      ["price of plUSD", f["plUSD price"], mid],
      ["Borrowing costs", f["Borrowing costs"], await yearly()],
      ["Reserve", f.Reserve, units(s.reserve)],
      ["Can be borrowed now", f["Can be borrowed now"], units(await sheet.available(contracts.engine, MaxUint256))],
      ["sheet: reserve", item("Reserve"), units(s.reserve)],
      ["sheet: loans", item("Loans"), units(await engine.totalDebt())],
      ["sheet: supply", item("plUSD outstanding"), units(s.supply)],
      ["sheet: equity", item("Equity"), units(s.reserve + s.loans - s.supply)],
      ["sheet: capital", item("Capital"), capital],
      ["sheet: required", item("Required"), required],
    ];
  };

  const reservePage: Figures = async ({ figures: f, tables }) => {
    const s = await sheet.statement();
    const assets = await lens.assets();
    const { now_, targets, bands } = await rebalancer.weights();
    const outside = now_.filter((now, i) => now > targets[i]! + bands[i]! || now + bands[i]! < targets[i]!).length;
    const composition = tables["Composition of the reserve"] ?? {};
    let invested = 0;
    const rows: Expectations[] = [];
    for (const { asset, symbol, decimals, scale, low } of assets) {
      const i = Number(asset);
      const p = await reserve.position(asset);
      const tokens = (ledger: bigint): number => units(ledger * scale, decimals);
      invested += tokens(p.vaulted) * units(low);
      const { stable } = (await reserve.assetTerms(asset)).terms;
      const issuable = units(await sheet.available(contracts.reserve, asset));
      const row = composition[symbol];
      rows.push([
        [`${symbol}: weight`, row?.Now, share(now_[i]!)],
        [`${symbol}: target`, row?.Target, [share(targets[i]!), share(bands[i]!)]],
        [`${symbol}: worth`, row?.Worth, tokens(p.cash + p.credit + p.vaulted) * units(low)],
        [`${symbol}: at hand`, row?.["At hand"], tokens(p.cash + p.credit)],
        [`${symbol}: in a vault`, row?.["In a vault"], tokens(p.vaulted)],
        [`${symbol}: issue against it`, row?.["Issue against it"], stable ? issuable : "–"],
      ]);
    }
    const symbolOf = (number: bigint) => assets.find((a) => a.asset === number)!;
    for (const { sold, bought, left } of await rebalancer.auctions()) {
      const [out, inn] = [symbolOf(sold), symbolOf(bought)];
      const given = units(left * out.scale, out.decimals);
      const [name = "", row] =
        Object.entries(tables["Open auctions"] ?? {}).find(([key]) => key.endsWith(` ${out.symbol}`)) ?? [];
      // All of it may be more than can be filled; the price is one for all.
      const { maximum } = await rebalancer.quoteFill(sold, bought, left);
      const { paid } = await rebalancer.quoteFill(sold, bought, maximum);
      const received = units(paid * inn.scale, inn.decimals) * units(inn.mid);
      rows.push([
        ["auction: sold", name, given],
        ["auction: for", row?.For, inn.symbol],
        ["auction: worth", row?.Worth, given * units(out.mid)],
        [
          "auction: price",
          row?.["Price, of the oracle's"],
          received / (units(maximum * out.scale, out.decimals) * units(out.mid)),
        ],
      ]);
    }
    return [
      ["Reserve", f.Reserve, units(s.reserve)],
      ["in vaults", f["Earning in vaults"], invested],
      ["outside its band", f["Outside its band"], outside],
      ["risky targets", f["Risky targets in force"], share((await rebalancer.derisking()).scale)],
      ["realised", f["Realised so far"], units(await reserve.income())],
      ["loss budget", f["Auctions may still lose"], units(await rebalancer.lossBudget())],
      ...rows.flat(),
    ];
  };

  const riskPage: Figures = async ({ figures: f, tables }) => {
    const s = await sheet.statement();
    const assets = await lens.assets();
    const exposures = Array.from({ length: MOST_ASSETS }, () => 0n);
    for (const line of s.lines) exposures[Number(line.asset)] = line.value;
    const components = await risk.componentValueAtRisk(exposures);
    const rows: Expectations[] = [];
    for (const a of assets) {
      const parts = await risk.haircutParts(a.asset);
      const { initial, maintenance } = await risk.haircuts(a.asset);
      const own = tables["Value at risk by asset"]?.[a.symbol];
      const cuts = tables.Haircuts?.[a.symbol];
      rows.push([
        [`${a.symbol}: volatility`, own?.["Daily volatility"], units(parts.volatility)],
        [`${a.symbol}: adds`, own?.Adds, units(components[Number(a.asset)]!)],
        [`${a.symbol}: from volatility`, cuts?.["From volatility"], units(parts.volatilityPart)],
        [`${a.symbol}: from size`, cuts?.["From size"], units(parts.sizePart)],
        [`${a.symbol}: aim, loans`, cuts?.["Aim, loans"], units(parts.initial)],
        [`${a.symbol}: aim, liquidation`, cuts?.["Aim, liquidation"], units(parts.maintenance)],
        [`${a.symbol}: in force, loans`, cuts?.["In force, loans"], share(initial)],
        [`${a.symbol}: in force, liquidation`, cuts?.["In force, liquidation"], share(maintenance)],
        [`${a.symbol}: depth`, cuts?.["Market depth"], units(a.borrowDepth, a.decimals)],
      ]);
      for (const b of assets) {
        const shown = tables.Correlations?.[a.symbol]?.[b.symbol];
        rows.push([[`${a.symbol} with ${b.symbol}`, shown, units(await risk.correlation(a.asset, b.asset))]]);
      }
    }
    return [
      ["value at risk", f["Value at risk of the reserve"], units(s.valueAtRisk)],
      ["jump", f["Largest jump"], units(s.jump)],
      ["loan part", f["Loan part"], units(s.loanPart)],
      ["required", f.Required, units(s.required)],
      ...rows.flat(),
    ];
  };

  /** All there is to judge an account by: the limit for given prices, and the prices at which it fails. */
  async function judged(who: string) {
    const [h] = await lens.healths([who]);
    const [, holdings] = await engine.position(who);
    const assets = await lens.assets();
    const held = holdings.map((packed) => {
      const a = assets.find(({ asset }) => asset === packed >> 248n)!;
      const { asset, symbol, decimals, mid, high, maintenanceDepth, maintenanceHaircut } = a;
      const amount = units((packed & BALANCE) * a.scale, decimals);
      return { asset, symbol, decimals, mid, high, maintenanceDepth, maintenanceHaircut, amount };
    });
    const debt = units(h!.debt);
    /** Part of today's prices by asset. */
    const limit = (moved: ReadonlyMap<bigint, number>): number =>
      held.reduce((sum, a) => {
        const depth = units(a.maintenanceDepth, a.decimals);
        const price = units(a.high) * (moved.get(a.asset) ?? 1);
        return sum + ((price * a.amount * depth) / (depth + a.amount)) * (1 - share(a.maintenanceHaircut));
      }, 0);
    /** The part of their prices that is left when the account fails; undefined if it does not. */
    const fatal = (numbers: readonly bigint[]): number | undefined => {
      const at = (part: number): number => limit(new Map(numbers.map((n) => [n, part])));
      if (at(0) >= debt) return undefined;
      let [low, high] = [0, 100];
      for (let i = 0; i < 100; i++) {
        const middle = (low + high) / 2;
        if (at(middle) < debt) low = middle;
        else high = middle;
      }
      return high;
    };
    return { h: h!, held, assets, fatal };
  }

  const borrowPage: Figures = async ({ figures: f, tables, text }) => {
    const { h, held, assets, fatal } = await judged(account);
    const volatile: bigint[] = [];
    for (const { asset } of held) if (!(await reserve.assetTerms(asset)).terms.stable) volatile.push(asset);
    const left = fatal(volatile);
    const note = /fell by ([\d.]+%) at once/.exec(text)?.[1];
    const rate = await yearly();
    const { minimumDebt } = await engine.debtLimits();
    return [
      ["Health", f.Health, units(h.health)],
      ["Collateral", f.Collateral, units(h.collateralValue)],
      ["You owe", f["You owe"], units(h.debt)],
      ["the rate", /plUSD, ([\d.]+%) a year/.exec(text)?.[1], rate],
      ["You may owe up to", f["You may owe up to"], units(h.borrowLimit)],
      ["Liquidated above", f["Liquidated above"], units(h.maintenanceLimit)],
      ["the least debt", /may owe is (\$[\d,]+)/.exec(text)?.[1], units(minimumDebt)],
      // In whole per cents, the first that is too much.
      ["the fatal fall", note, left === undefined ? "" : Math.ceil((1 - left) * 100) / 100],
      ...held.flatMap((a): Expectations => {
        const row = tables["Collateral of the account"]?.[a.symbol];
        const part = fatal([a.asset]);
        return [
          [`${a.symbol}: deposited`, row?.Deposited, a.amount],
          [`${a.symbol}: worth`, row?.Worth, a.amount * units(a.mid)],
          [`${a.symbol}: price`, row?.Price, units(a.mid)],
          [
            `${a.symbol}: liquidation`,
            row?.["Liquidation at"],
            part === undefined ? "–" : [units(a.mid) * part, part - 1],
          ],
        ];
      }),
      ...assets.flatMap((a): Expectations => {
        const row = Object.entries(tables["Collateral assets"] ?? {}).find(
          ([name]) => name.split(" ")[0] === a.symbol,
        )?.[1];
        return [
          [`market, ${a.symbol}: price`, row?.Price, units(a.mid)],
          [`market, ${a.symbol}: haircut, loans`, row?.["Haircut, loans"], share(a.initialHaircut)],
          [`market, ${a.symbol}: haircut, liquidation`, row?.["Haircut, liquidation"], share(a.maintenanceHaircut)],
          [`market, ${a.symbol}: deposited`, row?.["Deposited by all"], units(a.value)],
          [`market, ${a.symbol}: room`, row?.["Room for"], units(a.cap - a.deposited, a.decimals)],
        ];
      }),
    ];
  };

  const earn: Figures = async ({ figures: f }) => {
    const s = await sheet.statement();
    const { active, streaming, cooling } = await backstop.pools();
    const { covered, priced } = await sheet.exitTerms();
    const worth = await backstop.convertToAssets(await backstop.balanceOf(account));
    return [
      ["Staked", f.Staked, units(active)],
      ["on its way out", f["On its way out"], units(cooling)],
      ["streams in", f["Streams in now"], units(streaming)],
      ["part of the capital", f["Part of the capital"], units(active) / units(s.capital)],
      ["Leaving", f.Leaving, covered && priced ? "open" : "closed"],
      ["Staked, worth", f["Staked, worth"], units(worth)],
      ["In your wallet", f["In your wallet"], units(await dollar.balanceOf(account))],
    ];
  };

  const liquidations: Figures = async ({ figures: f, tables, text }) => {
    const p = await engine.liquidationParameters();
    const assets = await lens.assets();
    const weak = (await lens.healths([...borrowers, account])).filter((h) => h.debt > 0n);
    const newest = await takenBy(liquidated);
    const all = { debt: 0, cost: 0 };
    for (const { args, blockNumber } of await engine.queryFilter(engine.filters.Liquidate())) {
      const { debt, cost } = await takenBy({ account: args.account, block: blockNumber });
      all.debt += debt;
      all.cost += cost;
    }
    const past = Object.values(tables["Liquidations and absorptions"] ?? {}).find(({ What }) => What === "liquidated");
    const summary = /: (\$[\d,]+) of debt went, at a cost to borrowers of (\$[\d,]+) \(([\d.]+%)/.exec(text);
    const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`;
    const rows: Expectations[] = [];
    for (const h of weak) {
      const row = tables["Accounts near the line"]?.[short(h.account)];
      rows.push([
        [`${h.account}: health`, row?.Health, units(h.health)],
        [`${h.account}: debt`, row?.Debt, units(h.debt)],
        [`${h.account}: collateral`, row?.Collateral, units(h.collateralValue)],
        [`${h.account}: cost`, row?.["It would cost"], h.health >= 10n ** 18n ? "–" : await costOf(h.account)],
      ]);
    }
    return [
      ["target health", f["Brought back to a health of"], share(p.targetHealth)],
      ["discount", f["Discount for whoever does it"], [share(p.minIncentive), share(p.maxIncentive)]],
      ["absorbed below", f["Absorbed by the reserve below"], share(p.absorbHealth)],
      ["Collateral in the book", f["Collateral in the book"], units(assets.reduce((sum, a) => sum + a.value, 0n))],
      [
        "can be liquidated",
        /(\d+ of \d+) accounts can be/.exec(text)?.[1],
        [weak.filter((h) => h.health < 10n ** 18n).length],
      ],
      ["past: account", past?.Account, short(liquidated.account)],
      ["past: debt", past?.Debt, newest.debt],
      ["past: cost", past?.Cost, newest.cost],
      ["past: of the debt", past?.["Of the debt"], newest.cost / newest.debt],
      ["past, all: debt", summary?.[1], all.debt],
      ["past, all: cost", summary?.[2], all.cost],
      ["past, all: of the debt", summary?.[3], all.cost / all.debt],
      ...rows.flat(),
    ];
  };

  /** What a liquidation now would cost an account: what it would lose of collateral beyond the debt that goes. Tried, and undone. */
  async function costOf(who: string): Promise<number> {
    const [repaid] = await engine.liquidate.staticCall([{ account: who, maxRepay: MaxUint256 }], "0x", { from: payer });
    const { minIncentive, maxIncentive, fullIncentiveHealth } = await engine.liquidationParameters();
    const [h] = await lens.healths([who]);
    const health = units(h!.health);
    const full = share(fullIncentiveHealth);
    const steep = Math.min(1, Math.max(0, (1 - health) / (1 - full)));
    const incentive = share(minIncentive) + (share(maxIncentive) - share(minIncentive)) * steep;
    const cap = units(h!.collateralValue) / units(h!.debt) - 1;
    return units(repaid!) * Math.min(incentive, cap);
  }

  const governance: Figures = async ({ tables }) => {
    const { minimumDebt, debtCeiling } = await engine.debtLimits();
    const p = await engine.liquidationParameters();
    const { maxAge } = await sheet.parameters();
    const { delay } = await backstop.exitTerms();
    const { auction_ } = await rebalancer.terms();
    const value = (name: string): string | undefined => tables["Parameters in force"]?.[name]?.Value;
    return [
      ["least debt", value("Least debt of an account"), units(minimumDebt)],
      ["all debts", value("All debts together at most"), units(debtCeiling)],
      ["target health", value("Health that a liquidation restores"), share(p.targetHealth)],
      ["discount", value("Discount at a liquidation"), [share(p.minIncentive), share(p.maxIncentive)]],
      ["absorbed below", value("Absorbed below a health of"), share(p.absorbHealth)],
      ["age of a statement", value("A statement counts for"), duration(maxAge)],
      ["delay", value("Delay to leave the Backstop"), duration(delay)],
      ["premium", value("Auctions start above the oracle by"), share(auction_.premium)],
      ["slippage", value("Auctions end below the oracle by"), share(auction_.maxSlippage)],
      ["auctions", value("Auctions run for"), duration(auction_.duration)],
      ["fee in kind", value("Fee of redemption in kind"), share(await reserve.inKindFee())],
      ["flash mint", value("Largest flash mint"), units(await dollar.maxFlashLoan(contracts.dollar))],
      ...Object.values(contracts).map(
        (address) =>
          [
            `contract ${address}`,
            Object.values(tables.Contracts ?? {}).find((row) => row.Address === address)?.Address,
            address,
          ] as const,
      ),
    ];
  };

  return {
    overview,
    reserve: reservePage,
    risk: riskPage,
    borrow: borrowPage,
    earn,
    liquidations,
    governance,
  };
}

/** What was foreseen for an account, against how it stands: the column of a preview of its actions. */
export async function foreseen(
  { provider, book, account }: Pick<FiguresOf, "provider" | "book" | "account">,
  preview: Readonly<Record<string, Readonly<Record<string, string>>>>,
  column: "Now" | "Then",
): Promise<Expectations> {
  const [h] = await ICreditLens__factory.connect(book.contracts.lens, provider).healths([account]);
  const { health, collateralValue, debt, borrowLimit, maintenanceLimit } = h!;
  const of = (row: string): string | undefined => preview[row]?.[column];
  return [
    ["Health", of("Health"), health === MaxUint256 ? "∞" : units(health)],
    ["Collateral", of("Collateral"), units(collateralValue)],
    ["Debt", of("Debt"), units(debt)],
    ["Borrow limit", of("Borrow limit"), units(borrowLimit)],
    ["Still to be borrowed", of("Still to be borrowed"), Math.max(0, units(borrowLimit - debt))],
    ["Liquidated above a debt of", of("Liquidated above a debt of"), units(maintenanceLimit)],
  ];
}
