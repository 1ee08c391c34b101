/** What is listed on a local chain, and how. The prices are those of 12 March 2020, 00:00 UTC, where the scenario starts. */

import { FEED_RULES } from "../../replay/path/path.js";
import { calibratedAssets, RISK_FILE } from "./risk.js";

const WAD = 10n ** 18n;

export type TokenName = "weth" | "wbtc" | "wsteth" | "usdc";

export interface LocalAsset {
  readonly id: number;
  readonly token: TokenName;
  readonly symbol: string;
  readonly decimals: number;
  /** Decimals of the ledger unit. */
  readonly unitDecimals: number;
  /** Feed that prices it; the staked-ether token has the ether feed times its rate. */
  readonly feed: "eth" | "btc" | "usdc" | "stakedEther";
  /** How old an answer may be: the feed's heartbeat and half of it for a late round. {s} */
  readonly heartbeat: number;
  /** bps */
  readonly deviation: number;
  /** The oracle's own band. {USD/tok} 18 decimals */
  readonly minPrice: bigint;
  readonly maxPrice: bigint;
  /** The least haircuts; measured volatility raises them. bps */
  readonly initialHaircut: number;
  readonly maintenanceHaircut: number;
  /** The most that they are raised to; the outer limits if absent. bps */
  readonly mostInitialHaircut?: number;
  readonly mostMaintenanceHaircut?: number;
  /** {1e-4 a day} */
  readonly volatilityFloor: number;
  /** How long it may take to sell it off. {h} */
  readonly horizon: number;
  /** Daily variance of what is its own, and loadings on the assets listed before. 18 decimals */
  readonly seed: { readonly variance: bigint; readonly loadings: readonly bigint[] };
  /** {tok} */
  readonly depth: bigint;
  /** {tok} */
  readonly cap: bigint;
}

/** What history says of an asset: `plimsoll risk calibrate` measured it. */
function measured(symbol: string): Pick<LocalAsset, "volatilityFloor" | "horizon" | "seed"> {
  const found = calibratedAssets(RISK_FILE).get(symbol);
  if (found === undefined) throw new RangeError(`the parameter file has no ${symbol}`);
  const { volatilityFloor, horizon, seed } = found;
  return { volatilityFloor, horizon, seed };
}

const lateBy = (heartbeat: number): number => (heartbeat * 3) / 2;

export const LOCAL_ASSETS: readonly LocalAsset[] = [
  {
    id: 0,
    token: "weth",
    symbol: "WETH",
    decimals: 18,
    unitDecimals: 8,
    feed: "eth",
    heartbeat: lateBy(FEED_RULES.eth.heartbeat),
    deviation: FEED_RULES.eth.deviation,
    minPrice: WAD,
    maxPrice: 100_000n * WAD,
    initialHaircut: 2_500,
    maintenanceHaircut: 1_700,
    ...measured("ETH"),
    depth: 30_000n,
    cap: 15_000n,
  },
  {
    id: 1,
    token: "wbtc",
    symbol: "WBTC",
    decimals: 8,
    unitDecimals: 8,
    feed: "btc",
    heartbeat: lateBy(FEED_RULES.btc.heartbeat),
    deviation: FEED_RULES.btc.deviation,
    minPrice: 100n * WAD,
    maxPrice: 10_000_000n * WAD,
    initialHaircut: 2_500,
    maintenanceHaircut: 1_700,
    ...measured("BTC"),
    depth: 600n,
    cap: 300n,
  },
  {
    id: 2,
    token: "wsteth",
    symbol: "wstETH",
    decimals: 18,
    unitDecimals: 8,
    feed: "stakedEther",
    heartbeat: lateBy(FEED_RULES.eth.heartbeat),
    deviation: FEED_RULES.eth.deviation,
    minPrice: WAD,
    maxPrice: 200_000n * WAD,
    initialHaircut: 3_000,
    maintenanceHaircut: 2_100,
    // Ether, and a daily half per cent of its own.
    ...measured("ETH"),
    seed: { variance: 25_000_000_000_000n, loadings: [WAD] },
    depth: 10_000n,
    cap: 5_000n,
  },
  {
    id: 3,
    token: "usdc",
    symbol: "USDC",
    decimals: 6,
    unitDecimals: 6,
    feed: "usdc",
    heartbeat: lateBy(FEED_RULES.usdc.heartbeat),
    deviation: FEED_RULES.usdc.deviation,
    minPrice: WAD / 2n,
    maxPrice: 2n * WAD,
    initialHaircut: 1_000,
    maintenanceHaircut: 600,
    volatilityFloor: 10,
    horizon: 24,
    seed: { variance: 250_000_000_000n, loadings: [] },
    depth: 1_000_000_000n,
    cap: 100_000_000n,
  },
];

/** Immutable outer limits of every local asset's haircuts. bps */
export const LOCAL_BOUNDS = {
  minInitial: 500,
  maxInitial: 10_000,
  minMaintenance: 400,
  maxMaintenance: 9_000,
} as const;

/** First answers of the feeds. 8 decimals */
export const LOCAL_ANSWERS = { eth: 194_60000000n, btc: 7_935_00000000n, usdc: 1_00000000n } as const;

/** What the ratio of the staked-ether token may grow by. bps a year */
export const LOCAL_GROWTH_CAP = 1_000;

/** What the reserve holds of an asset at the start, and how. */
export interface LocalHolding {
  /** {tok} */
  readonly seed: bigint;
  readonly stable: boolean;
  /** Cash below the floor is refilled from vaults, cash above the ceiling goes there. {tok} */
  readonly liquidFloor: bigint;
  readonly liquidCeiling: bigint;
  /** Of issue and redemption. bps */
  readonly baseFee: number;
  readonly maxFee: number;
  /** Part of the reserve it is to be, and by how much it may be off. bps */
  readonly target: number;
  readonly band: number;
  /** What it can lose before anybody can sell it. bps */
  readonly jump: number;
}

/** Half in dollars, half spread: worth some 2.9 million USD at the first answers. */
export const LOCAL_RESERVE: Readonly<Record<TokenName, LocalHolding>> = {
  weth: {
    seed: 3_000n,
    stable: false,
    liquidFloor: 0n,
    liquidCeiling: 15_000n,
    baseFee: 0,
    maxFee: 0,
    target: 2_000,
    band: 200,
    jump: 4_000,
  },
  wbtc: {
    seed: 74n,
    stable: false,
    liquidFloor: 0n,
    liquidCeiling: 300n,
    baseFee: 0,
    maxFee: 0,
    target: 2_000,
    band: 200,
    jump: 4_000,
  },
  wsteth: {
    seed: 1_400n,
    stable: false,
    liquidFloor: 0n,
    liquidCeiling: 5_000n,
    baseFee: 0,
    maxFee: 0,
    target: 1_000,
    band: 200,
    jump: 4_500,
  },
  usdc: {
    seed: 1_460_000n,
    stable: true,
    liquidFloor: 800_000n,
    liquidCeiling: 1_200_000n,
    baseFee: 5,
    maxFee: 50,
    target: 5_000,
    band: 300,
    jump: 1_200,
  },
};

/** What a local chain starts with. */
export interface LocalTerms {
  /** 8 decimals */
  readonly answers: Readonly<Record<"eth" | "btc" | "usdc", bigint>>;
  readonly assets: readonly LocalAsset[];
  readonly reserve: Readonly<Record<TokenName, LocalHolding>>;
}

/** As it is on 12 March 2020. */
export const LOCAL_TERMS: LocalTerms = { answers: LOCAL_ANSWERS, assets: LOCAL_ASSETS, reserve: LOCAL_RESERVE };

/** How plUSD's own price is read: the mean of its pool with USDC over so long, if so much liquidity was in range. s */
export const DOLLAR_FEED = { fee: 100, window: 1_800, minLiquidity: 10n ** 15n } as const;

/** How much of the reserve's dollars the lending market may hold, and how fast its share price is believed. {tok}, bps, {1e-6 a day} */
export const LOCAL_VAULT = {
  absoluteCap: 600_000n,
  relativeCap: 5_000,
  growthPerDay: 500,
  minSupply: 100_000n,
} as const;
