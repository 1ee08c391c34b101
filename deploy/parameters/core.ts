/** What the protocol is deployed with on every network, where more than the deployment needs to know it. */

/** The part of an asset's market depth that may be deposited of it at most. bps */
export const DEPTH_FRACTION = 5_000;
