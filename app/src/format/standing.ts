/** How a position stands, in words: never by colour alone. */

import { MaxUint256 } from "ethers";
import { WAD } from "../../../sdk/arithmetic/integer.js";

export type Level = "good" | "warn" | "bad" | "none";

/** Below this an owner is warned: a fall of prices by a tenth is an hour's work on a bad day. */
export const WARN_BELOW = (WAD * 110n) / 100n;
const SAFE_FROM = (WAD * 130n) / 100n;

export interface Verdict {
  readonly level: Level;
  readonly word: string;
}

export function healthVerdict(health: bigint): Verdict {
  if (health === MaxUint256) return { level: "none", word: "no debt" };
  if (health < WAD) return { level: "bad", word: "can be liquidated" };
  if (health < WARN_BELOW) return { level: "bad", word: "close to liquidation" };
  if (health < SAFE_FROM) return { level: "warn", word: "thin" };
  return { level: "good", word: "comfortable" };
}

/** @param certain Whether everything in the account has a live price: else nothing is called comfortable, whatever its health. */
export function accountVerdict(health: bigint, certain: boolean): Verdict {
  const verdict = healthVerdict(health);
  return certain || verdict.level !== "good" ? verdict : { level: "warn", word: "rests on an old price" };
}

export function backingVerdict(backing: bigint): Verdict {
  if (backing >= WAD) return { level: "good", word: "fully backed" };
  return { level: "bad", word: "less than fully backed" };
}
