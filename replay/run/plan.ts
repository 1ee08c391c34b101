/** From history and wishes to chapters that can be played. */

import { RiskError } from "../../risk/errors.js";
import { present } from "../../sdk/present.js";
import type { ChapterJob } from "../chapters/chapter.js";
import { type CandleSeries, merged } from "../history/candles.js";
import { isOut, type Outage, parseOutage } from "../history/outage.js";
import { type History, HistoryPaths } from "../history/path.js";
import { measuredBefore, termsAt } from "../history/terms.js";
import { governed, type Policy } from "../policy/policy.js";

const DAY = 86_400;

export interface Wishes {
  readonly history: History;
  /** The first candle that all markets have if absent. (unix seconds) */
  readonly from?: number;
  /** Where the first of them ends if absent. (unix seconds) */
  readonly to?: number;
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
  readonly from: number;
  readonly to: number;
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
  const [from, to] = spanOf(history, step, wishes);
  const inSpan = history.eth.candles.filter(({ time }) => time >= from && time < to);
  const outages = wishes.outages.map((text) => parseOutage(text, inSpan, step));
  for (const outage of outages) checkOutage(outage, from, to);

  const paths = new HistoryPaths(history);
  const starts: number[] = [];
  for (let start = from; start < to; start += chapterDays * DAY) starts.push(start);
  const unmeasured: number[] = [];
  const chapters = starts.map((start) => {
    const end = Math.min(to, start + chapterDays * DAY);
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
  return {
    from,
    to,
    step,
    history,
    outages,
    notes: notesOf(starts.length, chapterDays, unmeasured),
    jobs: (policy) =>
      chapters.map((job) => ({ ...job, terms: { ...job.terms, assets: governed(job.terms.assets, policy) } })),
  };
}

function spanOf({ eth, btc }: History, step: number, { from, to }: Wishes): [number, number] {
  const first = ({ candles }: CandleSeries): number => present(candles[0], "first candle").time;
  const end = ({ candles }: CandleSeries): number => present(candles.at(-1)).time + step;
  const [start, stop] = [
    Math.max(first(eth), first(btc), floored(from ?? 0, step)),
    Math.min(end(eth), end(btc), floored(to ?? Infinity, step)),
  ];
  if (stop - start >= step) return [start, stop];
  throw new RiskError(
    `nothing is left to replay between ${iso(start)} and ${iso(stop)}`,
    "Choose --from and --to within the files; both must cover the span.",
  );
}

function checkOutage(outage: Outage, from: number, to: number): void {
  if (isOut([outage], from) || (outage.from >= from && outage.from < to)) return;
  throw new RiskError(
    `the outage from ${iso(outage.from)} is outside of what is replayed`,
    `Choose one between ${iso(from)} and ${iso(to)}.`,
  );
}

function floored(time: number, step: number): number {
  return Number.isFinite(time) ? Math.floor(time / step) * step : time;
}

function notesOf(chapters: number, days: number, unmeasured: readonly number[]): string[] {
  const notes: string[] = [];
  if (chapters > 1) {
    notes.push(
      `The history is played in ${chapters.toString()} chapters of ${days.toString()} days. Each is a world of its own: the same balance sheet in dollars, new accounts, and the volatility ` +
        "and correlation that the risk model would have measured in the 120 days before. Sums are sums over chapters; extremes are those of all of them.",
    );
  }
  if (unmeasured.length > 0) {
    notes.push(
      `Too little history comes before ${unmeasured.map(iso).join(", ")}: that chapter starts with the volatility of the parameter file.`,
    );
  }
  return notes;
}

export function iso(time: number): string {
  return new Date(time * 1_000).toISOString().replace(/:00.000Z$/, "Z");
}
