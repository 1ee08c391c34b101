/** What would become of an account if prices moved. */

import { standingOf, type Standing } from "../../../sdk/credit/standing.js";
import type { Position } from "../../../sdk/credit/valuation.js";
import { termsOf, type Protocol } from "../../../sdk/reads/protocol.js";

const PERCENT = 100n;

/** The standing with some prices moved. @param moves By asset number. % */
export function standingAt(position: Position, protocol: Protocol, moves: ReadonlyMap<bigint, number>): Standing {
  const assets = protocol.assets.map((a) => {
    const factor = PERCENT + BigInt(moves.get(a.number) ?? 0);
    return {
      ...a,
      low: (a.low * factor) / PERCENT,
      mid: (a.mid * factor) / PERCENT,
      high: (a.high * factor) / PERCENT,
    };
  });
  return standingOf(position, termsOf({ ...protocol, assets }));
}

/** The least fall of the given assets together at which the account can be liquidated; undefined if none does. % */
export function fatalFall(position: Position, protocol: Protocol, numbers: readonly bigint[]): number | undefined {
  for (let fall = 0; fall <= 100; fall++) {
    if (standingAt(position, protocol, new Map(numbers.map((n) => [n, -fall]))).liquidatable) return fall;
  }
  return undefined;
}
