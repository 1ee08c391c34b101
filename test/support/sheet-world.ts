import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { network } from "hardhat";

import type { OneSlotFeed, TestToken } from "../../types/contracts/index.js";
import { deployRiskModel } from "./risk.js";
import { PACES } from "./risk-world.js";
import { at, LIQUIDATION, MAX_UINT256, TRANSACTION_GAS, WAD } from "./world.js";

/** Maintenance haircuts high enough for the engine to list the asset. bps */
const BOUNDS = { minInitial: 500, maxInitial: 10_000, minMaintenance: 500, maxMaintenance: 10_000 };

/** Ledger units in a whole token, of every asset here. {ledger/tok} */
export const UNIT = 10n ** 8n;

/** Parameters of the balance sheet that tests start from: an hour; ell 10%; z_L 3 over a day; c_min 2%; 24% a day; rho 120%; N 2 hours. */
export const SHEET_TERMS = {
  maxAge: 3_600n,
  liquidShare: 1_000n,
  loanZ: 3_000_000n,
  loanHorizon: 24n,
  loanFloor: 200n,
  shareFall: 2_400n,
  surplusFactor: 12_000n,
  deficitDelay: 7_200n,
};

/** Auctions: from 1% above to 1% below within 30 minutes, lots of a tenth of depth, at least 1,000 USD, 20 bps a day. */
export const AUCTION_TERMS = {
  premium: 100n,
  maxSlippage: 100n,
  duration: 1_800n,
  depthShare: 1_000n,
  minLot: 1_000n,
  dailyLoss: 20n,
};

/** De-risking: at least 10%, 20% a day, upward past 5%. */
export const DERISK_TERMS = { minScale: 1_000n, pace: 2_000n, margin: 500n };

/** An asset of a {@link deploySheet} world; 18 decimals as a token, 8 in the ledger. */
export interface SheetAsset {
  /** {USD/tok} 8 decimals */
  price: bigint;
  stable?: boolean;
  /** Daily, of its own. 18 decimals */
  variance: bigint;
  /** On the assets before it. 18 decimals */
  loadings?: bigint[];
  /** {tok} */
  depth?: bigint;
}

/** Eight assets: six that move, two stables. */
export const EIGHT: readonly SheetAsset[] = [
  { price: 2_000n * UNIT, variance: 25n * 10n ** 14n },
  { price: 40_000n * UNIT, variance: 9n * 10n ** 14n, loadings: [6n * 10n ** 17n] },
  { price: 1n * UNIT, stable: true, variance: 10n ** 12n, depth: 10n ** 8n },
  { price: 1n * UNIT, stable: true, variance: 10n ** 12n, depth: 10n ** 8n },
  { price: 2_300n * UNIT, variance: 10n ** 14n, loadings: [10n ** 18n] },
  { price: 2_200n * UNIT, variance: 10n ** 14n, loadings: [95n * 10n ** 16n] },
  { price: 15n * UNIT, variance: 36n * 10n ** 14n, loadings: [5n * 10n ** 17n, 3n * 10n ** 17n] },
  { price: 100n * UNIT, variance: 10n ** 13n },
];

/**
 * Real oracle on one-slot feeds, risk model, plUSD, lending engine, balance sheet and Rebalancer around a reserve and a Backstop that do as they are
 * told. The first signer governs.
 */
export async function deploySheet(specs: readonly SheetAsset[] = EIGHT) {
  const connection = await network.create({ override: { gas: TRANSACTION_GAS } });
  const { ethers, networkHelpers } = connection;
  const [governor, bidder] = (await ethers.getSigners()) as [HardhatEthersSigner, HardhatEthersSigner];
  const manager = await (await ethers.deployContract("AccessManager", [governor.address])).getAddress();
  const oracle = await ethers.deployContract("PriceOracle", [manager, ethers.ZeroAddress, 0, 43_200]);
  const risk = await deployRiskModel(ethers, manager, await oracle.getAddress(), PACES);
  const dollar = await ethers.deployContract("PlimsollDollar", [manager]);
  const reserve = await ethers.deployContract("ReserveDouble", [dollar]);
  const pools = await ethers.deployContract("PoolsDouble", [dollar]);
  const rateSource = await ethers.deployContract("ConstantRate", [0n]);
  const gate = await ethers.deployContract("FixedCeilingGate", [manager, dollar]);
  const extension = await ethers.deployContract("CreditExtension", [manager, dollar]);
  const implementation = await ethers.deployContract("CreditEngine", [
    {
      authority: manager,
      dollar,
      riskModel: risk,
      issuanceGate: gate,
      absorber: reserve,
      rateSource,
      minimumDebt: 100n * WAD,
      debtCeiling: 10n ** 9n * WAD,
      depthFraction: 5_000,
      liquidation: LIQUIDATION,
    },
    extension,
  ]);
  const engine = await ethers.getContractAt("ICreditEngine", await implementation.getAddress());
  const sheet = await ethers.deployContract("BalanceSheet", [manager, engine, dollar, SHEET_TERMS]);
  await sheet.setModules(reserve, pools, risk);
  await engine.setIssuanceGate(sheet);
  const rebalancer = await ethers.deployContract("Rebalancer", [manager, reserve, AUCTION_TERMS, DERISK_TERMS]);
  await rebalancer.setModules(risk, sheet);
  await reserve.setModules(sheet, engine, rebalancer);
  await pools.setModules(sheet, reserve);
  await dollar.setFacilitator(engine, 10n ** 9n * WAD);
  await dollar.setFacilitator(reserve, 10n ** 9n * WAD);

  const feeds: OneSlotFeed[] = [];
  const tokens: TestToken[] = [];
  let stables = 0;
  for (const [asset, spec] of specs.entries()) {
    const feed = await ethers.deployContract("OneSlotFeed", [spec.price]);
    await oracle.listFeed(asset, {
      feed,
      heartbeat: 691_200,
      deviation: 50,
      minPrice: 10n ** 9n,
      maxPrice: 10n ** 28n,
    });
    const depth = (spec.depth ?? 10n ** 6n) * UNIT;
    const parameters = { unitDecimals: 8, bounds: BOUNDS, clamps: BOUNDS, volatilityFloor: 10n, horizon: 24n, depth };
    await risk.listAsset(asset, parameters, { variance: spec.variance, loadings: spec.loadings ?? [] });
    const token = await ethers.deployContract("TestToken", ["TOK", 18]);
    await engine.listAsset(asset, token, 10n ** 17n);
    await reserve.setToken(asset, token, 10n ** 10n);
    await token.connect(bidder).approve(reserve, MAX_UINT256);
    await token.approve(engine, MAX_UINT256);
    await sheet.setJump(asset, spec.stable === true ? 1_200 : 2_500);
    if (spec.stable === true) stables |= 1 << asset;
    feeds.push(feed);
    tokens.push(token);
  }
  await reserve.setMasks(2 ** specs.length - 1, stables);

  /** Gives the reserve an amount of an asset, books and token. {ledger} */
  async function hold(asset: number, amount: bigint): Promise<void> {
    await at(tokens, asset).mint(reserve, amount * 10n ** 10n);
    await reserve.setCash(asset, amount);
  }

  return {
    connection,
    ethers,
    networkHelpers,
    governor,
    bidder,
    manager,
    oracle,
    risk,
    dollar,
    reserve,
    pools,
    engine,
    sheet,
    rebalancer,
    feeds,
    tokens,
    hold,
  };
}

/** What {@link deploySheet} returns. */
export type SheetWorld = Awaited<ReturnType<typeof deploySheet>>;
