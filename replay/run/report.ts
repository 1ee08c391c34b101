/** The report of a replay: one HTML file, made like those of the risk toolkit. */

import { type Figure, renderReport, type ReportContent, type Section } from "../../risk/report/report.js";

import type { ChapterResult } from "../chapters/chapter.js";
import type { Breach, Sample } from "../chronicle/chronicle.js";
import type { Comparison, Played } from "./compare.js";
import type { Day } from "./days.js";
import { iso, type Plan } from "./plan.js";
import { breachesOf, exceedances, samplesOf, type Totals } from "./totals.js";

const MS = 1_000;
const PERCENT = 100;
/** Assets by number, as samples have their weights. */
const SYMBOLS = ["ether", "bitcoin", "staked ether", "USDC"];

export interface Findings {
  readonly plan: Plan;
  readonly results: readonly ChapterResult[];
  readonly totals: Totals;
  readonly worst: readonly Day[];
  readonly comparison?: Comparison;
  /** What makes the same report again. */
  readonly command: string;
  readonly accounts: number;
  readonly seed: number;
  readonly policy: string;
  /** Names of the files that were read, with the beginnings of their digests. */
  readonly files: readonly string[];
}

export function renderReplay(findings: Findings): string {
  return renderReport(contentOf(findings));
}

function contentOf(findings: Findings): ReportContent {
  const { plan, results, totals, worst, comparison, command, accounts, seed, policy, files } = findings;
  const breaches = breachesOf(results);
  return {
    title: `Replay of ${spansOf(plan)}`,
    summary: [
      `${accounts.toString()} accounts, haircuts ${policy}, seed ${seed.toString()}. Every price, loan, liquidation and auction went through the deployed contracts and the keeper that operators run.`,
      `Made from ${files.join(", ")} by: ${command}`,
      ...plan.outages.map(({ from, to }) => `Keepers were out from ${iso(from)} to ${iso(to)}.`),
      ...plan.notes,
    ],
    caption: "Totals",
    table: { header: ["", "figure", "what it is"], rows: totalsRows(totals, results) },
    verdict: verdictOf(breaches, results),
    further: [
      {
        title: "The worst days",
        words:
          "The days on which ether fell furthest from its highest to a later price, and what they did to the book.",
        table: { header: DAY_HEADER, rows: worst.map(dayRow) },
      },
      ...(comparison === undefined ? [] : [comparisonOf(comparison)]),
    ],
    figures: figuresOf(samplesOf(results)),
  };
}

function verdictOf(breaches: readonly Breach[], results: readonly ChapterResult[]): string[] {
  const { exceeded, days } = exceedances(results);
  const looks = results.reduce((sum, { audits }) => sum + audits, 0);
  return [
    ...(breaches.length === 0
      ? [`Every invariant held at every step; the books were added up account by account ${looks.toString()} times.`]
      : breaches.map(({ time, what }) => `BROKEN at ${iso(time)}: ${what}`)),
    `On ${exceeded.toString()} of ${days.toString()} days the reserve lost more than the value at risk of their beginning; at 99% ${(days / PERCENT).toFixed(1)} are to be expected.`,
  ];
}

function totalsRows(totals: Totals, results: readonly ChapterResult[]): string[][] {
  const deeds = (name: string): number => results.reduce((sum, each) => sum + (each.deeds[name] ?? 0), 0);
  const sum = (of: (each: ChapterResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  return [
    ["steps", whole(totals.steps), "moments at which a feed updated"],
    ["ether prices", whole(totals.priceUpdates), "updates of the ether feed"],
    ["liquidated", whole(totals.liquidated), "accounts, sold through pools"],
    ["absorbed", whole(totals.absorbed), "accounts, taken over by the reserve"],
    ["bad debt", `${totals.badDebt} plUSD`, "losses booked and debts written off"],
    ["least backing", ratio(totals.minBacking), "reserve and loans over plUSD"],
    ["least capital", ratio(totals.minCapitalRatio), "capital over what is required"],
    ["VaR exceeded in a row", `${totals.maxVarBreachRun.toString()} days`, "at the longest"],
    ["rebalancing", bps(totals.rebalanceCostBps), "lost to bidders, of what was sold; negative: earned"],
    ["cost to borrowers", bps(totals.borrowerCostBps), "taken beyond the debt that was ended, of that debt"],
    ["borrowing power", percent(totals.avgBorrowingPower), "of volatile collateral, mean over the hours"],
    ["auctions", whole(sum(({ rebalancing }) => rebalancing.opened)), "opened"],
    ["observations", whole(sum(({ keeper }) => keeper.observations)), "of prices by the risk model"],
    [
      "top-ups, repayments",
      `${whole(deeds("toppedUp"))}, ${whole(deeds("repaid"))}`,
      "by borrowers whose loans got tight",
    ],
    [
      "new loans",
      `${whole(deeds("borrowedMore"))}, ${whole(deeds("cameBack"))}`,
      "borrowed more; came back after losing a loan",
    ],
    ["issued, redeemed", `${whole(deeds("issued"))}, ${whole(deeds("redeemed"))} plUSD`, "by traders of the peg"],
  ];
}

const DAY_HEADER = ["day", "fall", "close", "accounts", "debt ended", "cost", "losses", "capital", "gas", "haircut"];

function dayRow(day: Day): string[] {
  return [
    iso(day.time).slice(0, 10),
    percent(-day.fall),
    percent(day.change),
    whole(day.accounts),
    `${whole(Math.round(day.debt))} plUSD`,
    percent(day.cost),
    `${whole(Math.round(day.losses))} plUSD`,
    ratio(day.leastCapitalRatio),
    `${whole(Math.round(day.mostGas))} gwei`,
    percent(day.haircut),
  ];
}

// ---- the comparison

export const COMPARISON_HEADER = [
  "",
  "borrowing power",
  "lent (mean)",
  "liquidated",
  "absorbed",
  "borrowers' cost",
  "bad debt",
  "lost a year",
  "parameters",
];

/** One row for each policy. */
export function comparisonRows({ measured, established, equalPower, equalLosses }: Comparison): string[][] {
  return [measured, established, equalPower, equalLosses].map((each) => [
    each.name,
    percent(each.totals.avgBorrowingPower),
    `${whole(Math.round(each.lent))} plUSD`,
    whole(each.totals.liquidated),
    whole(each.totals.absorbed),
    bps(each.totals.borrowerCostBps),
    `${each.totals.badDebt} plUSD`,
    bps(each.lossRate),
    parametersOf(each),
  ]);
}

/** Loan-to-value and liquidation threshold of all but the dollar, where they are fixed. */
function parametersOf({ policy }: Played): string {
  if (policy.kind === "measured") return "measured";
  return Object.entries(policy.assets)
    .flatMap(([symbol, fixed]) =>
      symbol === "USDC" || fixed === undefined
        ? []
        : [`${symbol} ${percent(fixed.loanToValue)}/${percent(fixed.liquidationThreshold)}`],
    )
    .join(", ");
}

function comparisonOf(comparison: Comparison): Section {
  const { measured, equalPower, equalLosses } = comparison;
  const less = (a: number, b: number): string => (a < b ? "less" : a > b ? "more" : "as much");
  return {
    title: "Measured against fixed",
    words:
      `At equal average borrowing power measured haircuts lost ${less(measured.lossRate, equalPower.lossRate)}: ${bps(measured.lossRate)} against ${bps(equalPower.lossRate)} a year of what was lent. ` +
      `At (nearly) equal losses, ${bps(measured.lossRate)} against ${bps(equalLosses.lossRate)}, fixed parameters granted ${less(equalLosses.totals.avgBorrowingPower, measured.totals.avgBorrowingPower)} borrowing power: ` +
      `${percent(equalLosses.totals.avgBorrowingPower)} against ${percent(measured.totals.avgBorrowingPower)}. The fixed ones were chosen with hindsight, which no protocol has.`,
    table: { header: COMPARISON_HEADER, rows: comparisonRows(comparison) },
  };
}

// ---- pictures

function figuresOf(samples: readonly Sample[]): Figure[] {
  const line = (name: string, of: (sample: Sample) => number): Figure["lines"][number] => ({
    name,
    points: samples.map((sample): [number, number] => [sample.time * MS, of(sample)]),
  });
  const at = (values: readonly number[], i: number): number => PERCENT * (values[i] ?? 0);
  return [
    { title: "Ether", words: "What the market paid.", unit: "USD", lines: [line("ether", ({ eth }) => eth)] },
    { title: "Bitcoin", words: "What the market paid.", unit: "USD", lines: [line("bitcoin", ({ btc }) => btc)] },
    {
      title: "plUSD",
      words: "What the market paid for plUSD, issuers and redeemers included.",
      unit: "USD",
      lines: [line("plUSD", ({ dollar }) => dollar)],
    },
    {
      title: "Haircuts",
      words: "What is taken off collateral for new loans (initial), and for deciding on liquidation (maintenance).",
      unit: "%",
      lines: [
        line("ether, initial", ({ initial }) => at(initial, 0)),
        line("ether, maintenance", ({ maintenance }) => at(maintenance, 0)),
        line("bitcoin, initial", ({ initial }) => at(initial, 1)),
        line("bitcoin, maintenance", ({ maintenance }) => at(maintenance, 1)),
      ],
    },
    {
      title: "Capital",
      words: "What could be lost before anybody who holds plUSD loses, and what the risk model requires of it.",
      unit: "USD",
      lines: [line("capital", ({ capital }) => capital), line("required", ({ required }) => required)],
    },
    {
      title: "Backing",
      words: "Reserve and loans over plUSD that is not staked; below 1 plUSD is not worth a dollar.",
      unit: "",
      lines: [line("backing", ({ backing }) => backing)],
    },
    {
      title: "Composition",
      words: "Parts of the reserve.",
      unit: "%",
      lines: SYMBOLS.map((name, i) => line(name, ({ weights }) => at(weights, i))),
    },
    {
      title: "plUSD and loans",
      words: "plUSD outstanding, and what of it borrowers owe.",
      unit: "plUSD",
      lines: [line("outstanding", ({ supply }) => supply), line("loans", ({ debt }) => debt)],
    },
    {
      title: "Liquidations",
      words:
        "Debt ended by liquidation and absorption, and what was taken for it, since the beginning of each chapter.",
      unit: "USD",
      lines: [line("debt ended", (s) => s.handledDebt), line("collateral taken", (s) => s.handledCollateral)],
    },
    {
      title: "Auctions",
      words: "What the reserve sold to get back to its targets, since the beginning of each chapter.",
      unit: "USD",
      lines: [line("sold", ({ traded }) => traded), line("lost to bidders", ({ rebalanceLost }) => rebalanceLost)],
    },
    {
      title: "Losses",
      words: "Losses booked and debts written off, since the beginning of each chapter.",
      unit: "plUSD",
      lines: [line("losses", ({ losses }) => losses)],
    },
  ];
}

// ---- words for numbers

export function spansOf({ windows }: Plan): string {
  return windows.map(({ from, to }) => `${iso(from)} to ${iso(to)}`).join(", ");
}

export function percent(x: number): string {
  return `${(x * PERCENT).toFixed(1)}%`;
}

export function bps(x: number): string {
  return `${x.toFixed(1)} bps`;
}

export function whole(x: number): string {
  return x.toLocaleString("en-US");
}

export function ratio(x: number | null): string {
  return x === null || !Number.isFinite(x) ? "-" : x.toFixed(3);
}
