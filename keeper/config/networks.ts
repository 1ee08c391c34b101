/** Names of chains. What is deployed on them is in their address books. */

export interface KnownNetwork {
  readonly chainId: number;
  /** Where a node usually answers; only for chains that run on the operator's own machine. */
  readonly rpc?: string;
}

export const NETWORKS: Readonly<Record<string, KnownNetwork>> = {
  localhost: { chainId: 31_337, rpc: "http://127.0.0.1:8545" },
  mainnet: { chainId: 1 },
  sepolia: { chainId: 11_155_111 },
  "base-sepolia": { chainId: 84_532 },
  "arbitrum-sepolia": { chainId: 421_614 },
};
