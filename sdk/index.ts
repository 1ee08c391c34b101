/**
 * The typed way to Plimsoll, for Node and the browser. The parts are also to be had by themselves: `@plimsoll/sdk/reads`, `/actions`, `/errors`,
 * `/arithmetic`, `/addresses`, `/abis`.
 */

export * from "./actions/index.js";
export * from "./addresses.js";
export * from "./errors/index.js";
export * from "./reads/index.js";
export { AmountError, parseDecimal, type AmountProblem } from "./format/amount.js";
export { withHeadroom } from "./gas.js";
