/** From history and wishes to chapters that can be played. */

import { RiskError } from "../../risk/errors.js";
import { present } from "../../sdk/present.js";
import type { ChapterJob } from "../chapters/chapter.js";
import { type CandleSeries, merged } from "../history/candles.js";
import { isOut, type Outage, parseOutage } from "../history/outage.js";
import { type History, HistoryPaths } from "../history/path.js";
import { measuredBefore, termsAt } from "../history/terms.js";
import { apart, type Window } from "../history/window.js";
import { governed, type Policy } from "../policy/policy.js";

const DAY = 86_400;

export interface Wishes {
  readonly history: History;
  /** At least one. Where one has no beginning, the first candle that all markets have; where it has no end, where the first of them ends. */
  readonly windows: readonly Window[];
  /** The longest candle of the files if absent. {s} */
  readonly step?: number;
  readonly accounts: number;
  readonly seed: number;
  /** Of feeds. {s} */
  readonly lag: number;
  /** Days of a chapter. */
  readonly chapterDays: number;
  /** As `parseOutage` takes them. */
  readonly outages: readonly string[];
}

/** What does not depend on how haircuts are governed. */
export interface Plan {
  /** In order of time. */
  readonly windows: readonly Required<Window>[];
  readonly step: number;
  readonly history: History;
  readonly outages: readonly Outage[];
  /** What a reader has to know besides. */
  readonly notes: readonly string[];
  /** The chapters under a policy. */
  jobs(policy: Policy): ChapterJob[];
}

/** @throws {RiskError} {DataError} when the files do not make up what is wished for. */
export function planReplay(wishes: Wishes): Plan {
  const { accounts, seed, lag, chapterDays } = wishes;
  const step = wishes.step ?? Math.max(wishes.history.eth.step, wishes.history.btc.step);
  const history = { ...wishes.history, eth: merged(wishes.history.eth, step), btc: merged(wishes.history.btc, step) };
  const windows = apart(
    wishes.windows.map((window) => whole(history, step, window)),
    iso,
  );
  const outages = outagesOf(wishes.outages, windows, history.eth, step);

  const paths = new HistoryPaths(history);
  const spans = windows.flatMap((window) => cut(window, chapterDays * DAY));
  const unmeasured: number[] = [];
  const chapters = spans.map(({ from: start, to: end }) => {
    const covariance = measuredBefore(history.eth, history.btc, start);
    if (covariance === undefined) unmeasured.push(start);
    return {
      from: start,
      seed,
      accounts,
      terms: termsAt(history.eth, history.btc, start, covariance),
      path: paths.path({ from: start, to: end, seed, lag }),
      outages: outages.filter((outage) => outage.from < end && outage.to > start),
    };
  });
  // Whoever is not back by then tries nothing.
  const endless = spans.filter(({ from, to }) =>
    outages.some((outage) => outage.from < to && outage.to >= to && outage.to > from),
  );
  return {
    windows,
    step,
    history,
    outages,
    notes: notesOf(chapters.length, chapterDays, unmeasured, endless),
    jobs: (policy) =>
      chapters.map((job) => ({ ...job, terms: { ...job.terms, assets: governed(job.terms.assets, policy) } })),
  };
}

/** A window as far as the files reach. */
function whole({ eth, btc }: History, step: number, { from, to }: Window): Required<Window> {
  const first = ({ candles }: CandleSeries): number => present(candles[0], "first candle").time;
  const end = ({ candles }: CandleSeries): number => present(candles.at(-1)).time + step;
  const [start, stop] = [
    Math.max(first(eth), first(btc), floored(from ?? 0, step)),
    Math.min(end(eth), end(btc), floored(to ?? Infinity, step)),
  ];
  if (stop - start >= step) return { from: start, to: stop };
  throw new RiskError(
    `nothing is left to replay between ${iso(start)} and ${iso(stop)}`,
    "Choose a beginning and an end within the files; both must cover the span.",
  );
}

/** One after the other, none longer than `length`. {s} */
function cut({ from, to }: Required<Window>, length: number): Required<Window>[] {
  const chapters: Required<Window>[] = [];
  for (let start = from; start < to; start += length) chapters.push({ from: start, to: Math.min(to, start + length) });
  return chapters;
}

/** The worst stretch is one of each window; another must be in one of them. */
function outagesOf(
  texts: readonly string[],
  windows: readonly Required<Window>[],
  { candles }: CandleSeries,
  step: number,
): Outage[] {
  return texts.flatMap((text) => {
    const found = windows.map(({ from, to }) =>
      parseOutage(
        text,
        candles.filter(({ time }) => time >= from && time < to),
        step,
      ),
    );
    const inside = found.filter((outage, i) => meets(outage, present(windows[i])));
    // One that is given by its time is the same in each window.
    const distinct = inside.filter(({ from }, i) => inside.findIndex((each) => each.from === from) === i);
    if (distinct.length > 0) return distinct;
    throw new RiskError(
      `the outage from ${iso(present(found[0], "a window").from)} is outside of what is replayed`,
      `Choose one in ${windows.map(({ from, to }) => `${iso(from)}/${iso(to)}`).join(", ")}.`,
    );
  });
}

function meets(outage: Outage, { from, to }: Required<Window>): boolean {
  return isOut([outage], from) || (outage.from >= from && outage.from < to);
}

function floored(time: number, step: number): number {
  return Number.isFinite(time) ? Math.floor(time / step) * step : time;
}

function notesOf(
  chapters: number,
  days: number,
  unmeasured: readonly number[],
  endless: readonly Required<Window>[],
): string[] {
  const notes: string[] = [];
  if (chapters > 1) {
    notes.push(
      `The history is played in ${chapters.toString()} chapters of at most ${days.toString()} days. Each is a world of its own: the same balance sheet in dollars, new accounts, and the volatility ` +
        "and correlation that the risk model would have measured in the 120 days before. Sums are sums over chapters; extremes are those of all of them.",
    );
  }
  if (unmeasured.length > 0) {
    notes.push(
      `Too little history comes before ${unmeasured.map(iso).join(", ")}: that chapter starts with the volatility of the parameter file.`,
    );
  }
  for (const { from, to } of endless) {
    notes.push(
      `The keeper is not back before the end of what is played from ${iso(from)} to ${iso(to)}: whether accounts are left under water when it returns is not seen there.`,
    );
  }
  return notes;
}

export function iso(time: number): string {
  return new Date(time * 1_000).toISOString().replace(/:00.000Z$/, "Z");
}
