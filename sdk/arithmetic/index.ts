/** The protocol's arithmetic, to the wei as the contracts have it; keepers decide by the same functions. */

export * from "../credit/holdings.js";
export * from "../credit/liquidation.js";
export * from "../credit/slice.js";
export * from "../credit/standing.js";
export * from "../credit/valuation.js";
export * from "./auction.js";
export * from "./backstop.js";
export * from "./fees.js";
export * from "./gate.js";
export * from "./integer.js";
export * from "./interest.js";
