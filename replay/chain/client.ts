/** Clients that chains for replays can stand on: Hardhat's node, in this process, or anvil, in one of its own. The same comes of the same on both. */
export const CLIENTS = ["hardhat", "anvil"] as const;
export type Client = (typeof CLIENTS)[number];
