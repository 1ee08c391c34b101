/** `plimsoll replay`: plays history, says what happened, writes the report. Needs the contracts' bindings. */

import { availableParallelism } from "node:os";

import { anvilVersion, NoAnvil } from "../../keeper/rehearsal/anvil.js";
import { AnvilFailed } from "../../replay/chain/anvil-node.js";
import type { Client } from "../../replay/chain/client.js";
import { ChapterLost, playAll } from "../../replay/chapters/pool.js";
import { ChapterStore, digestOfCode } from "../../replay/chapters/store.js";
import type { ChapterResult } from "../../replay/chapters/chapter.js";
import { MEASURED, nameOf, type Policy, readPolicy } from "../../replay/policy/policy.js";
import { compare, type Comparison, played } from "../../replay/run/compare.js";
import { worstDays } from "../../replay/run/days.js";
import { iso, planReplay, type Plan } from "../../replay/run/plan.js";
import {
  bps,
  COMPARISON_HEADER,
  comparisonRows,
  percent,
  ratio,
  renderReplay,
  spansOf,
  whole,
} from "../../replay/run/report.js";
import { breachesOf, exceedances, type Totals, totalsOf } from "../../replay/run/totals.js";
import type { Breach } from "../../replay/chronicle/chronicle.js";
import { CliError, EnvironmentError, Interrupted } from "../errors.js";
import { checkOut, columns, say, writeText } from "../risk/output.js";
import { untilStopped } from "../until-stopped.js";
import { commandOf, readInputs, type ReplayOptions, windowsOf } from "./options.js";
import { replayView } from "./progress.js";

const WORST = 15;
/** Of what did not hold, so many are told. */
const TOLD = 10;

export async function replay(options: ReplayOptions): Promise<void> {
  const started = performance.now();
  if (options.report !== undefined) checkOut(options.report);
  const policy = options.policy === undefined ? MEASURED : readPolicy(options.policy);
  const { history, files } = readInputs(options);
  const { accounts, seed, lag = 0 } = options;
  const plan = planReplay({
    history,
    accounts,
    seed,
    lag,
    chapterDays: options.chapter,
    outages: options.keeperOutage ?? [],
    windows: windowsOf(options),
    ...(options.step === undefined ? {} : { step: options.step }),
  });
  let found: { results: readonly ChapterResult[]; comparison?: Comparison } | undefined;
  await untilStopped(async (signal) => {
    found = await playUnder(plan, policy, options, signal);
  });
  if (found === undefined) throw new CliError("the replay came to no end");
  const { results, comparison } = found;
  const worst = worstDays(plan.history.eth.candles, results, WORST);
  const durationMs = Math.round(performance.now() - started);
  const totals = totalsOf(results, durationMs);
  if (options.report !== undefined) {
    writeText(
      options.report,
      renderReplay({
        plan,
        results,
        totals,
        worst,
        command: commandOf(options),
        accounts,
        seed,
        policy: nameOf(policy),
        files,
        ...(comparison === undefined ? {} : { comparison }),
      }),
    );
  }
  for (const line of summary(plan, totals, results, comparison)) say(line);
  if (options.report !== undefined) say(`  Written: ${options.report} (opens in any browser, offline)`);
  if (options.json === true) {
    if (comparison !== undefined) say(JSON.stringify({ comparison: comparisonOut(comparison) }));
    say(JSON.stringify(totals));
  }
  requireSound(breachesOf(results));
}

async function playUnder(
  plan: Plan,
  policy: Policy,
  options: ReplayOptions,
  ended: AbortSignal,
): Promise<{ results: readonly ChapterResult[]; comparison?: Comparison }> {
  const view = replayView(process.stderr);
  const stop = new AbortController();
  ended.addEventListener("abort", () => {
    stop.abort(new Interrupted(ended.reason === "SIGINT" ? "SIGINT" : "SIGTERM", "the replay"));
  });
  const version = versionOf(options.client);
  const store =
    options.results === undefined ? undefined : new ChapterStore(options.results, `${digestOfCode()} ${version}`);
  const play = async (each: Policy, name = nameOf(each)): Promise<readonly ChapterResult[]> => {
    const jobs = plan.jobs(each);
    view.begin(
      name,
      jobs.map(({ path }) => path.steps.length),
    );
    return await playAll(jobs, {
      cores: options.cores ?? availableParallelism(),
      signal: stop.signal,
      onProgress: (index, progress) => {
        view.show(index, progress);
      },
      onDone: (index, known) => {
        view.done(index, known);
      },
      ...(store === undefined ? {} : { store }),
      ...(options.client === undefined ? {} : { client: options.client }),
    });
  };
  try {
    const results = await play(policy);
    if (options.compare !== true) return { results };
    return { results, comparison: await compare(played(policy, results), play) };
  } catch (error) {
    if (!(error instanceof ChapterLost || error instanceof AnvilFailed)) throw error;
    throw new EnvironmentError(error.message, "Run the same again; with --results it goes on with what is missing.");
  } finally {
    view.stop();
  }
}

/** What chapters are played on. @throws {EnvironmentError} where it is not on this machine. */
function versionOf(client: Client = "hardhat"): string {
  if (client === "hardhat") return client;
  try {
    return anvilVersion();
  } catch (error) {
    if (!(error instanceof NoAnvil)) throw error;
    throw new EnvironmentError(error.message, "Or leave --client anvil away: the same comes of it, more slowly.");
  }
}

/** @throws {CliError} saying what did not hold, and when. */
export function requireSound(breaches: readonly Breach[]): void {
  if (breaches.length === 0) return;
  const told = breaches.slice(0, TOLD).map(({ time, what }) => `${iso(time)}: ${what}`);
  const more = breaches.length > TOLD ? `, and ${(breaches.length - TOLD).toString()} more` : "";
  throw new CliError(`this did not hold: ${told.join("; ")}${more}`);
}

/** In words. */
function summary(
  plan: Plan,
  totals: Totals,
  results: readonly ChapterResult[],
  comparison: Comparison | undefined,
): string[] {
  const { exceeded, days } = exceedances(results);
  const breaches = breachesOf(results);
  return [
    "",
    `${spansOf(plan)}: ${whole(totals.priceUpdates)} ether prices in ${whole(totals.steps)} steps`,
    ...plan.outages.map(({ from, to }) => `  Keepers were out from ${iso(from)} to ${iso(to)}.`),
    "",
    `  ${whole(totals.liquidated)} accounts liquidated, ${whole(totals.absorbed)} absorbed; cost to the borrowers ${bps(totals.borrowerCostBps)} of the debt that was ended.`,
    `  Lost: ${totals.badDebt === "0.0" ? "nothing" : `${totals.badDebt} plUSD`}. Backing at least ${ratio(totals.minBacking)}, capital at least ${ratio(totals.minCapitalRatio)} of what is required.`,
    `  Rebalancing ${totals.rebalanceCostBps > 0 ? "cost" : "earned"} ${bps(Math.abs(totals.rebalanceCostBps))} of what was sold.`,
    `  The reserve lost more than its value at risk on ${exceeded.toString()} of ${days.toString()} days, ${totals.maxVarBreachRun.toString()} in a row at most.`,
    `  A dollar of volatile collateral was good for a loan of ${percent(totals.avgBorrowingPower)} of it on average.`,
    ...plan.notes.map((note) => `  ${note}`),
    "",
    ...(comparison === undefined
      ? []
      : [...columns([[...COMPARISON_HEADER], ...comparisonRows(comparison)]).map((line) => `  ${line}`), ""]),
    ...(breaches.length === 0
      ? ["  ok     every invariant held at every step"]
      : breaches.slice(0, TOLD).map(({ time, what }) => `  BROKEN ${iso(time)}: ${what}`)),
  ];
}

function comparisonOut({ measured, established, equalPower, equalLosses }: Comparison): object[] {
  return [measured, established, equalPower, equalLosses].map(({ name, policy, totals, lossRate, lent }) => {
    const { durationMs: _, ...figures } = totals;
    return { name, policy, lossRateBps: lossRate, lent: Math.round(lent), ...figures };
  });
}
