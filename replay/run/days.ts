/** The worst days of a replay. */

import { present } from "../../sdk/present.js";
import type { ChapterResult } from "../chapters/chapter.js";
import type { Sample } from "../chronicle/chronicle.js";
import type { Candle } from "../history/candles.js";
import { between } from "./totals.js";

const DAY = 86_400;

/** What a day did. Parts of 1, USD. */
export interface Day {
  /** Of its beginning. (unix seconds) */
  readonly time: number;
  /** Of ether: from open to close, and from the day's highest price to a lower one after it. */
  readonly change: number;
  readonly fall: number;
  readonly accounts: number;
  readonly debt: number;
  /** What borrowers lost, as a part of the debt that was ended. */
  readonly cost: number;
  readonly losses: number;
  readonly leastCapitalRatio: number;
  /** {gwei} */
  readonly mostGas: number;
  /** Ether's haircut for new loans, at its highest. */
  readonly haircut: number;
}

/**
 * The days on which ether fell furthest.
 * @param candles Of ether.
 */
export function worstDays(candles: readonly Candle[], results: readonly ChapterResult[], count: number): Day[] {
  const moves = movesOf(candles);
  const found: Day[] = [];
  for (const { samples } of results) {
    const days = new Map<number, Sample[]>();
    samples.forEach((sample, i) => {
      const day = Math.floor(sample.time / DAY) * DAY;
      const list = days.get(day) ?? [];
      // What happened since the last look at the day before belongs to the day.
      if (list.length === 0 && i > 0) list.push(present(samples[i - 1]));
      list.push(sample);
      days.set(day, list);
    });
    for (const [time, list] of days) {
      const move = moves.get(time);
      if (move !== undefined) found.push(dayOf(time, move, list));
    }
  }
  return found.sort((a, b) => b.fall - a.fall || a.time - b.time).slice(0, count);
}

interface Move {
  readonly change: number;
  readonly fall: number;
}

function movesOf(candles: readonly Candle[]): Map<number, Move> {
  const days = new Map<number, { open: number; close: number; high: number; fall: number }>();
  for (const { time, open, high, low, close } of candles) {
    const day = Math.floor(time / DAY) * DAY;
    const so = days.get(day) ?? { open, close, high: 0, fall: 0 };
    const highest = Math.max(so.high, high);
    days.set(day, { open: so.open, close, high: highest, fall: Math.max(so.fall, 1 - low / highest) });
  }
  return new Map([...days].map(([time, { open, close, fall }]) => [time, { change: close / open - 1, fall }]));
}

function dayOf(time: number, move: Move, samples: readonly Sample[]): Day {
  const { debt, collateral, losses, accounts } = between(present(samples[0]), present(samples.at(-1)));
  const ratios = samples.filter(({ required }) => required > 0).map(({ capital, required }) => capital / required);
  return {
    time,
    ...move,
    accounts,
    debt,
    cost: debt === 0 ? 0 : (collateral - debt) / debt,
    losses,
    leastCapitalRatio: Math.min(...ratios),
    mostGas: Math.max(...samples.map(({ gas }) => gas)),
    haircut: Math.max(...samples.map(({ initial }) => initial[0] ?? 0)),
  };
}
