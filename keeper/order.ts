/** Order and size of bigints. */

export { max, min } from "../sdk/arithmetic/integer.js";

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
