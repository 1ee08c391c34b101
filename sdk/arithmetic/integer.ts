/** Whole-number arithmetic as the contracts do it: every division says which way it rounds. */

/** One, with 18 decimals. */
export const WAD = 10n ** 18n;
/** One, with 27 decimals. */
export const RAY = 10n ** 27n;
/** `type(uint256).max`: "all of it" wherever the contracts take an amount. */
export const MAX_UINT256 = (1n << 256n) - 1n;

/** The smaller one. */
export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The larger one. */
export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** `a / b`, rounded up; both not negative. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return a === 0n ? 0n : (a - 1n) / b + 1n;
}

/** `a - b`, or nothing where that would be negative. */
export function saturatingSub(a: bigint, b: bigint): bigint {
  return a > b ? a - b : 0n;
}
