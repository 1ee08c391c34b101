/** How assets are listed and held, whatever network they are on; what depends on the network (feeds, tokens, how much there is) is added by its own file. */

import { calibratedAssets, RISK_FILE } from "./risk.js";

const WAD = 10n ** 18n;

/** What the contracts are told of an asset when it is listed. */
export interface AssetTerms {
  readonly decimals: number;
  /** Decimals of the ledger unit. */
  readonly unitDecimals: number;
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

/** An asset with its number, its token and what prices it. */
export interface ListedAsset extends AssetTerms {
  readonly id: number;
  /** Name of its token in the deployment. */
  readonly token: string;
  readonly symbol: string;
  /** Name of its feed in the deployment. */
  readonly feed: string;
  /** How old an answer may be: the feed's heartbeat and half of it for a late round. {s} */
  readonly heartbeat: number;
  /** bps */
  readonly deviation: number;
}

/** What the reserve holds of an asset at the start, and how. */
export interface Holding {
  /** In the token's own units. */
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

/** Immutable outer limits of every asset's haircuts. bps */
export const HAIRCUT_BOUNDS = {
  minInitial: 500,
  maxInitial: 10_000,
  minMaintenance: 400,
  maxMaintenance: 9_000,
} as const;

/** What history says of an asset: `plimsoll risk calibrate` measured it. */
function measured(symbol: string): Pick<AssetTerms, "volatilityFloor" | "horizon" | "seed"> {
  const found = calibratedAssets(RISK_FILE).get(symbol);
  if (found === undefined) throw new RangeError(`the parameter file has no ${symbol}`);
  const { volatilityFloor, horizon, seed } = found;
  return { volatilityFloor, horizon, seed };
}

/** Late by half a heartbeat is not dead yet. {s} */
export const lateBy = (heartbeat: number): number => (heartbeat * 3) / 2;

export const WETH_TERMS: AssetTerms = {
  decimals: 18,
  unitDecimals: 8,
  minPrice: WAD,
  maxPrice: 100_000n * WAD,
  initialHaircut: 2_500,
  maintenanceHaircut: 1_700,
  ...measured("ETH"),
  depth: 30_000n,
  cap: 15_000n,
};

export const WBTC_TERMS: AssetTerms = {
  decimals: 8,
  unitDecimals: 8,
  minPrice: 100n * WAD,
  maxPrice: 10_000_000n * WAD,
  initialHaircut: 2_500,
  maintenanceHaircut: 1_700,
  ...measured("BTC"),
  depth: 600n,
  cap: 300n,
};

/** Ether's terms, and a daily half per cent of its own. */
export const WSTETH_TERMS: AssetTerms = {
  decimals: 18,
  unitDecimals: 8,
  minPrice: WAD,
  maxPrice: 200_000n * WAD,
  initialHaircut: 3_000,
  maintenanceHaircut: 2_100,
  ...measured("ETH"),
  seed: { variance: 25_000_000_000_000n, loadings: [WAD] },
  depth: 10_000n,
  cap: 5_000n,
};

/** No history of it comes with the project: ether's moves, and a daily 4% of its own; a floor of 5%. To be calibrated before real money depends on it. */
export const LINK_TERMS: AssetTerms = {
  decimals: 18,
  unitDecimals: 8,
  minPrice: WAD / 10n,
  maxPrice: 10_000n * WAD,
  initialHaircut: 3_500,
  maintenanceHaircut: 2_500,
  volatilityFloor: 500,
  horizon: 24,
  seed: { variance: 1_600_000_000_000_000n, loadings: [WAD] },
  depth: 100_000n,
  cap: 50_000n,
};

export const USDC_TERMS: AssetTerms = {
  decimals: 6,
  unitDecimals: 6,
  minPrice: WAD / 2n,
  maxPrice: 2n * WAD,
  initialHaircut: 1_000,
  maintenanceHaircut: 600,
  volatilityFloor: 10,
  horizon: 24,
  seed: { variance: 250_000_000_000n, loadings: [] },
  depth: 1_000_000_000n,
  cap: 100_000_000n,
};
