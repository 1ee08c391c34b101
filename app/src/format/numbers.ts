/** Numbers as people read them. Exact ones are formatted from their decimal text, never through a float. */

import { formatUnits, MaxUint256 } from "ethers";

export { yearly } from "../../../sdk/arithmetic/interest.js";

const WAD_DECIMALS = 18;
const BPS_DECIMALS = 4;
const LANGUAGE = "en";

type Options = Intl.NumberFormatOptions;
const formats = new Map<string, Intl.NumberFormat>();

function format(options: Options): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) formats.set(key, (found = new Intl.NumberFormat(LANGUAGE, options)));
  return found;
}

function exact(value: bigint, decimals: number, options: Options): string {
  return format(options).format(formatUnits(value, decimals) as Intl.StringNumericLiteral);
}

/** `2,941,233.07`: rounded down in size, so that nobody is told that there is more than there is. */
export function amount(value: bigint, decimals = WAD_DECIMALS, digits = 2): string {
  return exact(value, decimals, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    roundingMode: "trunc",
  });
}

/** Of a token: as many digits as matter, at most six. */
export function tokens(value: bigint, decimals: number): string {
  return exact(value, decimals, { maximumFractionDigits: Math.min(decimals, 6), roundingMode: "trunc" });
}

/** Every digit: of what somebody signs nothing is left out. */
export function exactly(value: bigint, decimals: number): string {
  return exact(value, decimals, { maximumFractionDigits: decimals });
}

/** `$2,941,233` */
export function usd(value: bigint, digits = 0): string {
  return exact(value, WAD_DECIMALS, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `$2.94M` */
export function usdShort(value: bigint | number): string {
  const options: Options = { style: "currency", currency: "USD", notation: "compact", maximumSignificantDigits: 3 };
  return typeof value === "bigint" ? exact(value, WAD_DECIMALS, options) : format(options).format(value);
}

/** A price: four digits behind the point where it is small, and where that is not enough, four that matter. */
export function price(value: bigint): string {
  if (value > 0n && value < 10n ** BigInt(WAD_DECIMALS - 2)) {
    return exact(value, WAD_DECIMALS, { style: "currency", currency: "USD", maximumSignificantDigits: 4 });
  }
  const small = value < 10n * 10n ** BigInt(WAD_DECIMALS);
  return usd(value, small ? 4 : 2);
}

/** `12.5%` of a share with 18 decimals. */
export function percent(share: bigint, digits = 1): string {
  return exact(share, WAD_DECIMALS, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `12.5%` of bps. */
export function bps(value: bigint | number, digits = 1): string {
  return exact(BigInt(value), BPS_DECIMALS, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `12.5%` of a plain fraction. */
export function share(fraction: number, digits = 1): string {
  return format({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(fraction);
}

export function plain(value: number, digits = 2): string {
  return format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A number for charts, where the last digits do not show. */
export function toNumber(value: bigint, decimals = WAD_DECIMALS): number {
  return Number(formatUnits(value, decimals));
}

/** `1.42`, rounded down: a health of 0.9999 is not 1. `∞` without debt. */
export function health(value: bigint): string {
  return value === MaxUint256 ? "∞" : amount(value, WAD_DECIMALS, 2);
}

/** A health that governance sets, the same way as that of an account. bps */
export function healthOfBps(value: bigint): string {
  return amount(value, BPS_DECIMALS, 2);
}

/** `0x1234…abcd` */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
