/** What a keeper is told: where things are, and what it is willing to do. */

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

const WAD = 10n ** 18n;

/** EIP-7825: the most gas that one transaction may carry. */
export const MAX_TRANSACTION_GAS = 16_777_216n;

const address = z.string().refine(isAddress, "not an address").transform(getAddress);
const wad = z.bigint().nonnegative();

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
  routes: z.array(z.object({ asset: z.number().int().min(0).max(15), path: z.string().startsWith("0x") })),
  /** The asset that gas is paid in, for its price. */
  gasAsset: z.number().int().min(0).max(15).default(0),
  /** Gas of one transaction at most. */
  maxGas: z.bigint().positive().max(MAX_TRANSACTION_GAS).default(MAX_TRANSACTION_GAS),
  /** Tip to block producers. {wei} per gas */
  priorityFee: z.bigint().nonnegative().default(1_000_000_000n),
  /** A liquidation must leave at least this after gas. {plUSD} 18 decimals */
  minProfit: wad.default(WAD / 2n),
  /** An absorption may cost this much per account beyond its tip: what it is worth to the operator that no failing position stays. {plUSD} */
  absorbSubsidy: wad.default(2n * WAD),
  /** Below this health absorption no longer waits for cheaper gas. bps */
  urgentHealth: z.number().int().min(0).max(10_000).default(9_300),
  /** Accounts above this health are looked at only now and then, and as soon as prices have fallen by half the distance. bps */
  watchHealth: z.number().int().min(10_100).max(20_000).default(11_500),
  /** Seconds after which every account is looked at again, whatever prices did. */
  sweepInterval: z.number().int().positive().default(3_600),
  /** Accounts per view call. */
  chunk: z.number().int().positive().default(500),
  /** Blocks that a transaction may wait to be included before it is taken back. */
  patience: z.number().int().positive().default(12),
  /** Seconds between two recordings of the oracle's last good prices. */
  recordInterval: z.number().int().positive().default(1_800),
});

export type KeeperConfig = z.output<typeof keeperConfigSchema>;
export type KeeperOptions = z.input<typeof keeperConfigSchema>;
