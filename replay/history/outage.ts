/** When keepers are away. */

import { present } from "../../sdk/present.js";
import { parseTime } from "../../risk/data/values.js";
import { RiskError } from "../../risk/errors.js";
import type { Candle } from "./candles.js";

/** Both in unix seconds, the end excluded. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** `90s`, `10m`, `1h`, `2d` in seconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+)(s|m|min|h|d)$/.exec(text);
  const seconds = Number(match?.[1]) * (UNITS[match?.[2] ?? ""] ?? NaN);
  return seconds > 0 ? seconds : undefined;
}

/**
 * The stretch of the given length at whose end ether has fallen furthest from where it began: who comes back then finds the market where it is worst.
 * @param step Of the candles. {s}
 */
export function worstStretch(candles: readonly Candle[], step: number, length: number): Outage {
  const count = Math.max(1, Math.round(length / step));
  let [worst, start] = [Infinity, present(candles[0], "first candle").time];
  for (let i = 0; i + count <= candles.length; i++) {
    const [{ time, open }, { close }] = [present(candles[i]), present(candles[i + count - 1])];
    if (close / open < worst) [worst, start] = [close / open, time];
  }
  return { from: start, to: start + length };
}

/**
 * `worst:6h` is the worst stretch of that length; `2020-03-12T10:00:00Z/6h` begins at a time.
 * @param candles Of ether, in the span that is replayed.
 * @throws {RiskError}
 */
export function parseOutage(text: string, candles: readonly Candle[], step: number): Outage {
  const [, worst, begin, duration] = /^(?:(worst):|(.+)\/)([^/:]+)$/.exec(text) ?? [];
  const length = parseDuration(duration ?? "");
  const from = begin === undefined ? undefined : parseTime(begin);
  if (length !== undefined && worst !== undefined) return worstStretch(candles, step, length);
  if (length !== undefined && from !== undefined) return { from, to: from + length };
  throw new RiskError(
    `"${text}" is not an outage`,
    "Write worst:6h for the six worst hours, or a beginning and a length: 2020-03-12T10:00:00Z/6h.",
  );
}

export function isOut(outages: readonly Outage[], time: number): boolean {
  return outages.some(({ from, to }) => time >= from && time < to);
}
