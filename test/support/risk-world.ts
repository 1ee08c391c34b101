import { network } from "hardhat";

import type { MockV3Aggregator } from "../../types/contracts/index.js";
import { deployRiskModel, FLOOR, HORIZON, MODEL, type Bounds } from "./risk.js";
import { at, TRANSACTION_GAS, WAD } from "./world.js";

/** Limits that leave the model free. bps */
export const WIDE: Bounds = { minInitial: 0, maxInitial: 10_000, minMaintenance: 100, maxMaintenance: 10_000 };

/** An asset of a {@link deployRisk} world. */
export interface RiskAsset {
  /** {USD/tok} 8 decimals */
  price: bigint;
  clamps?: Bounds;
  /** {1e-4 a day} */
  floor?: bigint;
  /** {h} */
  horizon?: bigint;
  /** {ledger}, of 8 decimals */
  depth?: bigint;
  /** Daily variance of its own. 18 decimals */
  variance?: bigint;
  /** On the assets before it. 18 decimals */
  loadings?: bigint[];
}

/** Paces of the ramps. bps a day, bps */
export const PACES = { maintenanceRise: 200n, initialFall: 100n, depthFall: 1_000n, minGap: 300n };

/** A chain with oracle and risk model alone, every asset priced by Chainlink's own mock. The first signer governs. */
export async function deployRisk(specs: readonly RiskAsset[], model: { [K in keyof typeof MODEL]: bigint } = MODEL) {
  const connection = await network.create({ override: { gas: TRANSACTION_GAS } });
  const { ethers, networkHelpers } = connection;
  const [governor] = await ethers.getSigners();
  const manager = await ethers.deployContract("AccessManager", [at([governor], 0)?.address]);
  const oracle = await ethers.deployContract("PriceOracle", [manager, ethers.ZeroAddress, 0, 86_400]);
  const risk = await deployRiskModel(ethers, await manager.getAddress(), await oracle.getAddress(), PACES, model);
  const feeds: MockV3Aggregator[] = [];
  for (const [asset, spec] of specs.entries()) {
    const feed = await ethers.deployContract("MockV3Aggregator", [8, spec.price]);
    await oracle.listFeed(asset, {
      feed: await feed.getAddress(),
      // Longer than any step between observations.
      heartbeat: 691_200,
      deviation: 50,
      minPrice: 10n ** 9n,
      maxPrice: 10n ** 28n,
    });
    await risk.listAsset(
      asset,
      {
        unitDecimals: 8,
        bounds: WIDE,
        clamps: spec.clamps ?? WIDE,
        volatilityFloor: spec.floor ?? FLOOR,
        horizon: spec.horizon ?? HORIZON,
        depth: spec.depth ?? 10n ** 14n,
      },
      { variance: spec.variance ?? 25n * 10n ** 14n, loadings: spec.loadings ?? [] },
    );
    feeds.push(feed);
  }

  /** Sets every feed's answer, 0 where it is dead, then observes at `time`. {unix s}, {USD/tok} 8 decimals */
  async function observeAt(time: bigint, prices: readonly (bigint | undefined)[]) {
    for (const [asset, price] of prices.entries()) await at(feeds, asset).updateAnswer(price ?? 0n);
    await networkHelpers.time.setNextBlockTimestamp(time);
    return risk.observe();
  }

  /** The last block's time. (unix seconds) */
  async function now(): Promise<bigint> {
    return BigInt(await networkHelpers.time.latest());
  }

  return { connection, ethers, networkHelpers, manager, oracle, risk, feeds, observeAt, now };
}

/** What {@link deployRisk} returns. */
export type RiskWorld = Awaited<ReturnType<typeof deployRisk>>;

/** {USD} */
export const usd = (amount: bigint): bigint => amount * WAD;
