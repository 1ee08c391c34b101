/** What is listed on a local chain, and how. The prices are those of 12 March 2020, 00:00 UTC, where the scenario starts. */

import { FEED_RULES } from "../../replay/path/path.js";
import { lateBy, USDC_TERMS, WBTC_TERMS, WETH_TERMS, WSTETH_TERMS, type Holding, type ListedAsset } from "./assets.js";

const ETHER = 10n ** 18n;

export type TokenName = "weth" | "wbtc" | "wsteth" | "usdc";

export interface LocalAsset extends ListedAsset {
  readonly token: TokenName;
  /** Feed that prices it; the staked-ether token has the ether feed times its rate. */
  readonly feed: "eth" | "btc" | "usdc" | "stakedEther";
}

const watched = (name: keyof typeof FEED_RULES): Pick<LocalAsset, "heartbeat" | "deviation"> => ({
  heartbeat: lateBy(FEED_RULES[name].heartbeat),
  deviation: FEED_RULES[name].deviation,
});

export const LOCAL_ASSETS: readonly LocalAsset[] = [
  { id: 0, token: "weth", symbol: "WETH", feed: "eth", ...watched("eth"), ...WETH_TERMS },
  { id: 1, token: "wbtc", symbol: "WBTC", feed: "btc", ...watched("btc"), ...WBTC_TERMS },
  { id: 2, token: "wsteth", symbol: "wstETH", feed: "stakedEther", ...watched("eth"), ...WSTETH_TERMS },
  { id: 3, token: "usdc", symbol: "USDC", feed: "usdc", ...watched("usdc"), ...USDC_TERMS },
];

/** First answers of the feeds. 8 decimals */
export const LOCAL_ANSWERS = { eth: 194_60000000n, btc: 7_935_00000000n, usdc: 1_00000000n } as const;

/** What the ratio of the staked-ether token may grow by. bps a year */
export const LOCAL_GROWTH_CAP = 1_000;

/** What the faucet has of PLIM, and what it gives: enough to propose with. {PLIM} */
export const LOCAL_PLIM = { stock: 10_000_000n * ETHER, share: 500_000n * ETHER } as const;

/** Half in dollars, half spread: worth some 2.9 million USD at the first answers. */
export const LOCAL_RESERVE: Readonly<Record<TokenName, Holding>> = {
  weth: {
    seed: 3_000n * ETHER,
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
    seed: 74n * 10n ** 8n,
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
    seed: 1_400n * ETHER,
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
    seed: 1_460_000n * 10n ** 6n,
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
  readonly reserve: Readonly<Record<TokenName, Holding>>;
}

/** As it is on 12 March 2020. */
export const LOCAL_TERMS: LocalTerms = { answers: LOCAL_ANSWERS, assets: LOCAL_ASSETS, reserve: LOCAL_RESERVE };

export { DOLLAR_FEED } from "./market.js";

/** How much of the reserve's dollars the lending market may hold, and how fast its share price is believed. {tok}, bps, {1e-6 a day} */
export const LOCAL_VAULT = {
  absoluteCap: 600_000n,
  relativeCap: 5_000,
  growthPerDay: 500,
  minSupply: 100_000n,
} as const;
