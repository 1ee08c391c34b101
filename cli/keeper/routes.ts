/** How what a keeper takes is sold: as its operator says, or along the pools that there are, which are looked up again now and then. */

import type { Provider } from "ethers";

import { DOLLAR, type KeeperConfig, type KeeperOptions } from "../../keeper/config.js";
import type { Addresses, OperatorConfig } from "../../keeper/config/operator.js";
import { packRoute, PoolMap, type Tokens } from "../../keeper/config/routes.js";
import { reasonOf, type Log } from "../../keeper/log.js";
import { assetsOf } from "../../keeper/reserve-contracts.js";
import { ICreditEngine__factory } from "../../types/contracts/index.js";

/** It is asked whether an asset was listed, and looked for pools, after so long. {s} */
const LISTED_INTERVAL = 600;
const POOLS_INTERVAL = 3_600;

/** Where routes are looked for. */
export interface Market {
  readonly addresses: Addresses;
  readonly tokens: Tokens;
  /** Uniswap's. */
  readonly factory: string | undefined;
  readonly engine: string;
}

type AuctionRoutes = NonNullable<NonNullable<KeeperOptions["reserve"]>["routes"]>;

export interface Routes {
  readonly routes: KeeperOptions["routes"];
  readonly auctionRoutes: AuctionRoutes;
}

/** The routes that are given, and where none are, those that the pools make. */
export async function routesOf(
  config: OperatorConfig,
  { addresses, tokens, factory, engine: at }: Market,
  provider: Provider,
): Promise<Routes> {
  const routes = config.routes.map(({ asset, path }, i) => ({
    asset,
    path: packRoute(path, tokens, `routes.${i.toString()}.path`),
  }));
  const auctionRoutes: AuctionRoutes = config.auctionRoutes.map(({ sold, bought, path }, i) => ({
    sold,
    bought,
    path: packRoute(path, tokens, `auctionRoutes.${i.toString()}.path`),
  }));
  const { dollar } = addresses;
  if (factory === undefined || dollar === undefined || (routes.length > 0 && auctionRoutes.length > 0)) {
    return { routes, auctionRoutes };
  }
  const engine = ICreditEngine__factory.connect(at, provider);
  const assets: { asset: number; token: string }[] = [];
  for (const asset of assetsOf(await engine.listedMask())) {
    assets.push({ asset: Number(asset), token: (await engine.assetInfo(asset)).token });
  }
  const pools = await PoolMap.read(provider, factory, [...assets.map(({ token }) => token), dollar]);
  const path = (from: string, to: string): { path: string }[] => {
    const found = pools.route(from, to);
    return found === undefined ? [] : [{ path: found }];
  };
  const found = assets.flatMap(({ asset, token }) => path(token, dollar).map((way) => ({ asset, ...way })));
  const plusd: AuctionRoutes[number]["bought"] = DOLLAR;
  const bids: AuctionRoutes = assets.flatMap(({ asset: sold, token }) => [
    ...path(token, dollar).map((way) => ({ sold, bought: plusd, ...way })),
    ...assets.flatMap((other) => path(token, other.token).map((way) => ({ sold, bought: other.asset, ...way }))),
  ]);
  return {
    routes: routes.length > 0 ? routes : found,
    auctionRoutes: auctionRoutes.length > 0 ? auctionRoutes : bids,
  };
}

/** Keeps a keeper's routes up to date: assets are listed, pools are opened, and others become the deeper ones. */
export class RouteWatch {
  readonly #config: OperatorConfig;
  readonly #market: Market;
  readonly #provider: Provider;
  readonly #log: Log;
  /** (unix seconds) */
  #listedAt = -Infinity;
  #poolsAt = -Infinity;
  #mask = 0n;
  /** Assets that it was said of that nothing sells them. */
  #told = new Set<bigint>();

  constructor(config: OperatorConfig, market: Market, provider: Provider, log: Log) {
    this.#config = config;
    this.#market = market;
    this.#provider = provider;
    this.#log = log;
  }

  /**
   * Looks at them where that is due, and puts those that are found in the place of those in `keeper`, whose jobs read them at each look. What fails leaves them as they are.
   * @param now (unix seconds)
   */
  async look(keeper: Pick<KeeperConfig, "routes" | "reserve">, now: number): Promise<void> {
    if (now - this.#listedAt < LISTED_INTERVAL) return;
    this.#listedAt = now;
    try {
      await this.#look(keeper, now);
    } catch (error) {
      this.#log.warn({ reason: reasonOf(error) }, "routes could not be looked up; those that were known stay");
    }
  }

  async #look(keeper: Pick<KeeperConfig, "routes" | "reserve">, now: number): Promise<void> {
    const engine = ICreditEngine__factory.connect(this.#market.engine, this.#provider);
    const mask = await engine.listedMask();
    if (mask === this.#mask && now - this.#poolsAt < POOLS_INTERVAL) return;
    const { routes, auctionRoutes } = await routesOf(this.#config, this.#market, this.#provider);
    this.#replace("liquidations", keeper.routes, routes);
    if (keeper.reserve !== undefined) this.#replace("auctions", keeper.reserve.routes, auctionRoutes);
    const routed = new Set(keeper.routes.map(({ asset }) => BigInt(asset)));
    for (const asset of assetsOf(mask)) {
      const isMissing = !routed.has(asset) && (await engine.assetInfo(asset)).total > 0n;
      if (isMissing && !this.#told.has(asset)) {
        this.#log.warn(
          { asset },
          "no route sells this asset for plUSD: accounts that hold it are not liquidated, or not fully",
        );
      }
      if (isMissing) this.#told.add(asset);
      else this.#told.delete(asset);
    }
    this.#mask = mask;
    this.#poolsAt = now;
  }

  #replace<T>(use: string, known: T[], found: readonly T[]): void {
    const before = new Set(known.map((route) => JSON.stringify(route)));
    const isSame = before.size === found.length && found.every((route) => before.has(JSON.stringify(route)));
    if (isSame) return;
    known.splice(0, known.length, ...found);
    this.#log.info({ use, routes: found.length }, "routes have changed");
  }
}
