/** What an owner is told of: health that falls below a line, and what was taken from him. Each once, until it is new again. */

import type { Liquidation } from "../../../indexer/api/records.js";
import { WAD } from "../../../sdk/arithmetic/integer.js";
import { WARN_BELOW } from "../format/standing.js";

export type Danger = "low" | "failing";

/** Health has to be so far above a line before it is told of anew. */
const CALM = (WAD * 5n) / 100n;
const RANK = { none: 0, low: 1, failing: 2 } as const;

/** Tells when health crosses a line downwards: 1.10, and again 1. */
export class HealthAlerts {
  readonly #told = new Map<string, keyof typeof RANK>();

  /** @returns What its owner has to be told now. */
  next(account: string, health: bigint): Danger | undefined {
    const now = health < WAD ? "failing" : health < WARN_BELOW ? "low" : "none";
    const told = this.#told.get(account) ?? "none";
    if (RANK[now] > RANK[told]) {
      this.#told.set(account, now);
      return now === "none" ? undefined : now;
    }
    if (health > WARN_BELOW + CALM) this.#told.set(account, "none");
    else if (told === "failing" && health > WAD + CALM) this.#told.set(account, "low");
    return undefined;
  }
}

/** By what one liquidation is known again. */
export function markOf({ transaction, log }: Pick<Liquidation, "transaction" | "log">): string {
  return `${transaction}:${log.toString()}`;
}

/**
 * Those that came after the one that was seen last.
 * @param items Newest first.
 * @param seen Empty: there was none yet. One that is not among them belongs to a chain that is no more, or to long ago.
 */
export function unseen<T extends Pick<Liquidation, "transaction" | "log">>(
  items: readonly T[],
  seen: string,
): readonly T[] {
  const at = items.findIndex((l) => markOf(l) === seen);
  return at === -1 ? items : items.slice(0, at);
}
