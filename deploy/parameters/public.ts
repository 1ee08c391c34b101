/** What is listed on a public network, and how: the terms of every network with that network's feeds and tokens. */

import { parseUnits, ZeroAddress } from "ethers";

import { present } from "../../sdk/present.js";
import { InvalidNetwork, type PublicNetwork } from "../networks/network.js";
import {
  lateBy,
  LINK_TERMS,
  USDC_TERMS,
  WBTC_TERMS,
  WETH_TERMS,
  type AssetTerms,
  type Holding,
  type ListedAsset,
} from "./assets.js";

/** In the order of their numbers: a seed of the covariance may refer to the assets before. */
export const PUBLIC_TERMS: Readonly<Record<string, AssetTerms>> = {
  WETH: WETH_TERMS,
  WBTC: WBTC_TERMS,
  LINK: LINK_TERMS,
  USDC: USDC_TERMS,
};

/** The stable that plUSD is issued and traded for. */
export const PUBLIC_STABLE = "USDC";

/**
 * Nobody arbitrages on a test network, so bands are wide: auctions begin only when the reserve is mostly in what it should hardly hold.
 */
const HOLDINGS: Readonly<Record<string, Omit<Holding, "seed">>> = {
  WETH: {
    stable: false,
    liquidFloor: 0n,
    liquidCeiling: 15_000n,
    baseFee: 0,
    maxFee: 0,
    target: 500,
    band: 1_500,
    jump: 4_000,
  },
  WBTC: {
    stable: false,
    liquidFloor: 0n,
    liquidCeiling: 300n,
    baseFee: 0,
    maxFee: 0,
    target: 4_500,
    band: 6_000,
    jump: 4_000,
  },
  LINK: {
    stable: false,
    liquidFloor: 0n,
    liquidCeiling: 50_000n,
    baseFee: 0,
    maxFee: 0,
    target: 500,
    band: 1_500,
    jump: 5_000,
  },
  USDC: {
    stable: true,
    liquidFloor: 0n,
    // Little is left below it, and is dear to redeem; there is no vault to put more into.
    liquidCeiling: 1_000n,
    baseFee: 5,
    maxFee: 50,
    target: 4_500,
    band: 6_000,
    jump: 1_200,
  },
};

/** Of the supply, in stables, before anybody may borrow: faucets give away little. bps */
const LIQUID_SHARE = 100;

/** The assets of a network, in the order of their numbers. */
export function publicAssets(network: PublicNetwork): ListedAsset[] {
  const unknown = Object.keys(network.tokens).filter((symbol) => PUBLIC_TERMS[symbol] === undefined);
  const missing = Object.keys(PUBLIC_TERMS).filter((symbol) => network.tokens[symbol] === undefined);
  if (unknown.length + missing.length > 0) {
    throw new InvalidNetwork(network.name, [
      ...unknown.map((symbol) => `tokens.${symbol}: there are no terms for it`),
      ...missing.map((symbol) => `tokens.${symbol}: it is missing`),
    ]);
  }
  return Object.entries(PUBLIC_TERMS).map(([symbol, terms], id) => {
    const { feed } = present(network.tokens[symbol], symbol);
    const { heartbeat, deviation } = present(network.feeds[feed], feed);
    return { id, symbol, token: symbol, feed, heartbeat: lateBy(heartbeat), deviation, ...terms };
  });
}

/** What the reserve begins with. */
export function publicHoldings(network: PublicNetwork): Record<string, Holding> {
  return Object.fromEntries(
    Object.entries(HOLDINGS).map(([symbol, holding]) => {
      const seed = parseUnits(
        present(network.tokens[symbol], symbol).seed,
        present(PUBLIC_TERMS[symbol], symbol).decimals,
      );
      return [symbol, { ...holding, seed }];
    }),
  );
}

/** Parameters of the core that the network decides. */
export function coreParameters({ sequencer }: PublicNetwork): { liquidShare: number; sequencerFeed: string } {
  return { liquidShare: LIQUID_SHARE, sequencerFeed: sequencer ?? ZeroAddress };
}
