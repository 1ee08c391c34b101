/** What events do not tell: asked of the contracts, a bounded number of questions for a block. */

import type { Provider } from "ethers";

import { assetsOf } from "../../keeper/reserve-contracts.js";
import {
  IBackstop__factory,
  IBalanceSheet__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IMarketRate__factory,
  IPriceOracle__factory,
  IRebalancer__factory,
  IReserve__factory,
  IRisk__factory,
} from "../../types/contracts/index.js";
import type { WireValues } from "../api/series.js";
import type { Contracts } from "./contracts.js";
import type { PointRow, Prices } from "./record.js";

/** A value as views told it at some block. */
export type Seen = Omit<PointRow, "place" | "time">;

/** Which block is meant. */
interface At {
  readonly blockTag: number;
}

const NOTHING_OWED = 2n ** 256n - 1n;
/** A whole share of the Backstop. {share} */
const WHOLE_SHARE = 10n ** 24n;

export class Views {
  readonly #provider: Provider;
  readonly #contracts: Contracts & { readonly lens?: string | undefined };
  #dollarAsset: Promise<bigint> | undefined;

  constructor(provider: Provider, contracts: Contracts & { readonly lens?: string | undefined }) {
    this.#provider = provider;
    this.#contracts = contracts;
  }

  /** Whether prices can be asked for. */
  get priced(): boolean {
    return this.#contracts.lens !== undefined;
  }

  /** Prices and units at the end of a block: one question. */
  async prices(block: number): Promise<Prices> {
    const { lens } = this.#contracts;
    if (lens === undefined) return new Map();
    const assets = await ICreditLens__factory.connect(lens, this.#provider).assets({ blockTag: block });
    return new Map(assets.map(({ asset, mid, scale, decimals }) => [Number(asset), { mid, scale, decimals }]));
  }

  /** Everything but what changes with observations alone. Some ten questions, and one for each asset of the reserve. */
  async look(block: number): Promise<Seen[]> {
    const at = { blockTag: block };
    const seen = await Promise.all([
      this.#statement(at),
      this.#rate(at),
      this.#dollar(at),
      this.#collateral(at),
      this.#backstop(at),
    ]);
    return seen.flat();
  }

  async #statement(at: At): Promise<Seen[]> {
    const { sheet, reserve, rebalancer } = this.#contracts;
    if (sheet === undefined) return [];
    const s = await IBalanceSheet__factory.connect(sheet, this.#provider).statement(at);
    const values: WireValues<"statement"> = {
      reserve: s.reserve.toString(),
      loans: s.loans.toString(),
      supply: s.supply.toString(),
      equity: s.equity.toString(),
      backstop: s.backstop.toString(),
      capital: s.capital.toString(),
      valueAtRisk: s.valueAtRisk.toString(),
      required: s.required.toString(),
      headroom: s.headroom.toString(),
      cooling: s.cooling.toString(),
      midEquity: s.midEquity.toString(),
      jump: s.jump.toString(),
      loanPart: s.loanPart.toString(),
      ...(s.backing === NOTHING_OWED ? {} : { backing: s.backing.toString() }),
      ...(s.coverage === NOTHING_OWED ? {} : { coverage: s.coverage.toString() }),
      borrowable: s.borrowable.toString(),
      fullyPriced: s.fullyPriced,
    };
    const statement: Seen = { series: "statement", score: s.capital - s.required, values };
    if (reserve === undefined || rebalancer === undefined) return [statement];
    const held = new Map(s.lines.map((line) => [Number(line.asset), line]));
    const auctions = IRebalancer__factory.connect(rebalancer, this.#provider);
    const owner = IReserve__factory.connect(reserve, this.#provider);
    const [{ now_, targets, bands }, offTarget] = await Promise.all([auctions.weights(at), auctions.offTarget(at)]);
    const wanted = targets.flatMap((target, asset) => (target > 0n || held.has(asset) ? [asset] : []));
    const assets = await Promise.all(
      wanted.map(async (asset) => {
        const { cash, credit, vaulted } = await owner.position(asset, at);
        const line = held.get(asset);
        return {
          asset,
          cash: cash.toString(),
          credit: credit.toString(),
          vaulted: vaulted.toString(),
          value: (line?.value ?? 0n).toString(),
          midValue: (line?.midValue ?? 0n).toString(),
          weight: Number(now_[asset]),
          target: Number(targets[asset]),
          band: Number(bands[asset]),
        };
      }),
    );
    const composition: WireValues<"reserve"> = { offTarget: Number(offTarget), assets };
    return [statement, { series: "reserve", score: undefined, values: composition }];
  }

  async #rate(at: At): Promise<Seen[]> {
    const engine = ICreditEngine__factory.connect(this.#contracts.engine, this.#provider);
    const [index, { rate }] = await Promise.all([engine.index(at), engine.interest(at)]);
    const values: WireValues<"rate"> = { rate: rate.toString(), index: index.toString() };
    return [{ series: "rate", score: undefined, values }];
  }

  async #dollar(at: At): Promise<Seen[]> {
    const { rate, oracle } = this.#contracts;
    if (rate === undefined || oracle === undefined) return [];
    this.#dollarAsset ??= IMarketRate__factory.connect(rate, this.#provider).DOLLAR_ASSET();
    const asset = await this.#dollarAsset.catch(() => undefined);
    if (asset === undefined) return [];
    try {
      const { low, mid, high } = await IPriceOracle__factory.connect(oracle, this.#provider).price(asset, at);
      if (mid === 0n) return [];
      const values: WireValues<"dollar"> = { low: low.toString(), mid: mid.toString(), high: high.toString() };
      return [{ series: "dollar", score: mid, values }];
    } catch (error) {
      // It has no feed yet.
      if (isRevert(error)) return [];
      throw error;
    }
  }

  async #collateral(at: At): Promise<Seen[]> {
    const { lens } = this.#contracts;
    if (lens === undefined) return [];
    const listed = await ICreditLens__factory.connect(lens, this.#provider).assets(at);
    const assets = listed.map((a) => ({
      asset: Number(a.asset),
      low: a.low.toString(),
      mid: a.mid.toString(),
      high: a.high.toString(),
      status: Number(a.status),
      initialHaircut: Number(a.initialHaircut),
      maintenanceHaircut: Number(a.maintenanceHaircut),
      borrowDepth: a.borrowDepth.toString(),
      maintenanceDepth: a.maintenanceDepth.toString(),
      deposited: a.deposited.toString(),
      cap: a.cap.toString(),
      value: a.value.toString(),
      pauses: Number(a.pauses),
      delisted: a.delisted,
    }));
    const values: WireValues<"collateral"> = { assets };
    return [{ series: "collateral", score: undefined, values }];
  }

  async #backstop(at: At): Promise<Seen[]> {
    const { backstop } = this.#contracts;
    if (backstop === undefined) return [];
    const pool = IBackstop__factory.connect(backstop, this.#provider);
    const [{ active, streaming, cooling }, shares, price, epoch] = await Promise.all([
      pool.pools(at),
      pool.totalSupply(at),
      pool.convertToAssets(WHOLE_SHARE, at),
      pool.epoch(at),
    ]);
    const values: WireValues<"backstop"> = {
      active: active.toString(),
      streaming: streaming.toString(),
      cooling: cooling.toString(),
      shares: shares.toString(),
      sharePrice: price.toString(),
      epoch: Number(epoch),
    };
    return [{ series: "backstop", score: price, values }];
  }

  /** What an observation found: two questions an asset, and one a pair of assets. */
  async risk(block: number): Promise<Seen[]> {
    const at = { blockTag: block };
    const { risk: address, sheet } = this.#contracts;
    if (address === undefined || sheet === undefined) return [];
    const model = IRisk__factory.connect(address, this.#provider);
    const [mask, { valueAtRisk, lines }] = await Promise.all([
      model.listedMask(at),
      IBalanceSheet__factory.connect(sheet, this.#provider).statement(at),
    ]);
    const numbers = assetsOf(mask).map(Number);
    const exposures = Array.from({ length: 16 }, () => 0n);
    for (const { asset, value } of lines) exposures[Number(asset)] = value;
    const pairs = numbers.flatMap((a) => numbers.filter((b) => b > a).map((b) => [a, b] as const));
    const [components, assets, correlations] = await Promise.all([
      model.componentValueAtRisk(exposures, at),
      Promise.all(numbers.map(async (n) => [n, await model.haircutParts(n, at), await model.haircuts(n, at)] as const)),
      Promise.all(pairs.map(async ([a, b]) => [a, b, (await model.correlation(a, b, at)).toString()] as const)),
    ]);
    const values: WireValues<"risk"> = {
      valueAtRisk: valueAtRisk.toString(),
      assets: assets.map(([asset, parts, haircuts]) => ({
        asset,
        volatility: parts.volatility.toString(),
        volatilityPart: parts.volatilityPart.toString(),
        sizePart: parts.sizePart.toString(),
        component: (components[asset] ?? 0n).toString(),
        initialHaircut: Number(haircuts.initial),
        maintenanceHaircut: Number(haircuts.maintenance),
      })),
      correlations: correlations.map(([a, b, value]) => [a, b, value]),
    };
    return [{ series: "risk", score: undefined, values }];
  }
}

function isRevert(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === "CALL_EXCEPTION";
}
