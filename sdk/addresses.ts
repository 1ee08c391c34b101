/** Where a deployment's contracts are. */

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

const address = z.string().refine(isAddress, "not an address").transform(getAddress);

export const addressBookSchema = z.object({
  chainId: z.number().int().positive(),
  /** A node of the chain, where the deployment knows one. */
  rpcUrl: z.string().url().optional(),
  /** Block of the engine's deployment: events begin there. */
  firstBlock: z.number().int().nonnegative(),
  contracts: z.object({
    manager: address,
    dollar: address,
    oracle: address,
    risk: address,
    engine: address,
    lens: address,
    sheet: address,
    reserve: address,
    rebalancer: address,
    backstop: address,
    rate: address,
    /** What ERC-7893 tools read. */
    proof: address,
  }),
  /** Collateral tokens by symbol. */
  tokens: z.record(address),
  /** Where idle reserve assets earn, by the asset's symbol. */
  vaults: z.record(address).default({}),
  /** Feeds by what they price; test networks only. */
  feeds: z.record(address).default({}),
  uniswap: z.object({ factory: address, positions: address, router: address, quoter: address }).optional(),
  faucet: address.optional(),
  /** The keeper's own: FlashLiquidator and AuctionFiller. */
  liquidator: address.optional(),
  filler: address.optional(),
});

export type AddressBook = z.output<typeof addressBookSchema>;
