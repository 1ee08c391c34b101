/** What a keeper is told: where things are, and what it is willing to do. */

import { getAddress, isAddress } from "ethers";
import { z } from "zod";
import { WAD } from "../sdk/arithmetic/integer.js";

/** EIP-7825: the most gas that one transaction may carry. */
export const MAX_TRANSACTION_GAS = 16_777_216n;

const address = z.string().refine(isAddress, "not an address").transform(getAddress);
const wad = z.bigint().nonnegative();

const assetNumber = z.number().int().min(0).max(15);
const path = z.string().startsWith("0x");
const seconds = z.number().int().positive();
const interval = z.number().int().nonnegative();

/** What stands for plUSD where an asset is asked for. */
export const DOLLAR = "dollar";

/** A reserve to be looked after. */
export const reserveConfigSchema = z.object({
  sheet: address,
  reserve: address,
  rebalancer: address,
  backstop: address,
  /** The keeper's own AuctionFiller; without one it opens and closes auctions and leaves filling to others. */
  filler: address.optional(),
  /** How what auctions sell is sold for what they want on Uniswap v3. */
  routes: z.array(z.object({ sold: assetNumber, bought: z.union([assetNumber, z.literal(DOLLAR)]), path })).default([]),
  /** What all jobs together may lose within a day; the ones that solvency needs have more. {plUSD} */
  gasBudget: wad.default(50n * WAD),
  /** A fill may cost this much gas beyond what it brings when its auction is about to end. {plUSD} */
  auctionSubsidy: wad.default(5n * WAD),
  /** An auction is about to end when less than this is left of it. {s} */
  auctionEnding: seconds.default(120),
  /** A statement is taken when it would move headroom by this part of what is stored, and by this much. bps, {plUSD} */
  headroomShare: z.number().int().min(1).max(10_000).default(500),
  headroomChange: wad.default(1_000n * WAD),
  /** Least time between two statements for that reason. {s} */
  refreshInterval: seconds.default(300),
  /** Less than this is not worth collecting, or taking out of a vault. {USD} */
  dust: wad.default(100n * WAD),
  /** Less than this is not worth distributing. {plUSD} */
  minDistribution: wad.default(100n * WAD),
  /** A claim on the Backstop of less than this is left to its owner, or a crowd of them would use up the keeper's gas. {plUSD} */
  minExit: wad.default(1_000n * WAD),
  /** After that long jobs are asked again whether they are due: deficits, auctions, and what keeps things in order. {s} */
  recheck: z
    .object({ deficits: interval.default(300), auctions: interval.default(30), rest: interval.default(600) })
    .default({}),
  /** Least times between two moves of the de-risking scale, bookings of a vault, updates of the rate. {s} */
  adjustInterval: seconds.default(3_600),
  bookInterval: seconds.default(86_400),
  rateInterval: seconds.default(14_400),
});

export const keeperConfigSchema = z.object({
  engine: address,
  lens: address,
  oracle: address,
  risk: address,
  /** The keeper's own FlashLiquidator. */
  liquidator: address,
  /** Block to read events from: the engine's deployment. */
  firstBlock: z.number().int().nonnegative().default(0),
  /** How each asset is sold for plUSD on Uniswap v3, by asset number. */
  routes: z.array(z.object({ asset: assetNumber, path })),
  /** The asset that gas is paid in, for its price. */
  gasAsset: assetNumber.default(0),
  /** Gas of one transaction at most. */
  maxGas: z.bigint().positive().max(MAX_TRANSACTION_GAS).default(MAX_TRANSACTION_GAS),
  /** Tip to block producers. {wei} per gas */
  priorityFee: z.bigint().nonnegative().default(1_000_000_000n),
  /** A liquidation must leave at least this after gas. {plUSD} 18 decimals */
  minProfit: wad.default(WAD / 2n),
  /** Of what a liquidation or a fill is expected to leave after gas, this part may be lost until it is included; what would lose more reverts. bps */
  slippage: z.number().int().min(0).max(10_000).default(2_500),
  /** An absorption may cost this much per account beyond its tip: what it is worth to the operator that no failing position stays. {plUSD} */
  absorbSubsidy: wad.default(2n * WAD),
  /** Below this health absorption no longer waits for cheaper gas. bps */
  urgentHealth: z.number().int().min(0).max(10_000).default(9_300),
  /** Seconds after which what is known of accounts is compared with the engine's sums again. */
  auditInterval: z.number().int().positive().default(3_600),
  /** Accounts in one confirming call. */
  chunk: z.number().int().positive().default(1_000),
  /** Blocks that a transaction may wait to be included before it is outbid, or taken back if nobody wants it any more. */
  patience: z.number().int().positive().default(12),
  /** Blocks, its own included, after which a transaction is taken to stay. */
  confirmations: z.number().int().positive().default(1),
  /** By how much one transaction outbids another. % */
  bumpPercent: z.number().min(12.5).max(100).default(12.5),
  /** No transaction ever offers more. {wei} per gas */
  feeCeiling: z.bigint().positive().default(3_000_000_000_000n),
  /** What jobs that solvency needs may lose within a day before they take from the budget that they share with all others. {plUSD} */
  solvencyBudget: wad.default(1_000n * WAD),
  /** What a whole coin of gas is taken to be worth while its price was never known; rather too much. {plUSD} */
  gasAssetPrice: wad.default(10_000n * WAD),
  /** Seconds between two recordings of the oracle's last good prices. */
  recordInterval: z.number().int().positive().default(1_800),
  /** The reserve to look after, if any. */
  reserve: reserveConfigSchema.optional(),
});

export type ReserveConfig = z.output<typeof reserveConfigSchema>;
export type ReserveOptions = z.input<typeof reserveConfigSchema>;
export type KeeperConfig = z.output<typeof keeperConfigSchema>;
export type KeeperOptions = z.input<typeof keeperConfigSchema>;
