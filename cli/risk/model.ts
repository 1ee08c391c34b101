/** `plimsoll risk backtest`, `calibrate` and `report`: the on-chain model on history. */

import { writeFileSync } from "node:fs";

import type * as Toolkit from "../../risk/index.js";
import type { Judged } from "../../risk/index.js";
import { present } from "../../sdk/present.js";
import { answer, columns, type DataOptions, isoTime, loadSeries, percent } from "./common.js";

export interface ModelOptions extends DataOptions {
  readonly tau: number;
  readonly confidence: number;
  readonly split?: number;
  readonly also?: readonly string[];
}

const SPLIT_SHARE = 0.5;

async function load(specs: readonly string[], options: ModelOptions) {
  const risk = await import("../../risk/index.js");
  const series = specs.map((spec) => loadSeries(spec, options));
  const panel = risk.align(series);
  const middle = present(panel.times[Math.floor(panel.times.length * SPLIT_SHARE)]);
  const files = [...new Set(series.map((each) => each.file))];
  const also = (options.also ?? []).length === 0 ? [] : [alsoOf(risk, options.also ?? [], options)];
  return { risk, panel, files, also, split: options.split ?? middle };
}

/** Further history, named after its cadence: "ETH (1 d)". */
function alsoOf(risk: typeof Toolkit, specs: readonly string[], options: ModelOptions) {
  const series = specs.map((spec) => loadSeries(spec, options));
  const panel = risk.align(series);
  const step = (present(panel.times[1]) - present(panel.times[0])) / risk.DAY;
  return { label: ` (${Number(step.toFixed(3))} d)`, panel, files: [...new Set(series.map((each) => each.file))] };
}

function verdicts(judged: readonly Judged[]): string[] {
  const p = (x: number): string => x.toFixed(3);
  return columns([
    ["", "days", "exceeded", "expected", "Kupiec p", "independence p", "coverage p", "Basel", "at 5%"],
    ...judged.map((each) => [
      each.name,
      String(each.observations),
      String(each.exceedances),
      each.expected.toFixed(1),
      p(each.kupiec.pValue),
      p(each.independence.pValue),
      p(each.conditional.pValue),
      each.zone,
      each.passes ? "passes" : "FAILS",
    ]),
  ]);
}

const withoutHits = ({ hits: _, ...rest }: Judged) => rest;

export async function runBacktest(
  specs: readonly string[],
  options: ModelOptions & { z?: number; horizon: number },
): Promise<void> {
  const { risk, panel, also, split } = await load(specs, options);
  const { tau: tauDays, confidence, horizon: horizonDays, z } = options;
  const portfolios = [
    ...risk.portfoliosOf(panel),
    ...also.flatMap((each) => risk.portfoliosOf(each.panel, each.label)),
  ];
  const result = risk.calibrateVaR(portfolios, {
    tauDays,
    confidence,
    horizonDays,
    split,
    ...(z === undefined ? {} : { z }),
  });
  const value = { z: result.z, calibrated: z === undefined, tauDays, confidence, horizonDays, split: isoTime(split) };
  answer(options.json, { ...value, judged: result.judged.map(withoutHits) }, () => [
    `VaR at ${percent(confidence, 1)} over ${horizonDays} d, tau ${tauDays} d, z ${result.z.toFixed(3)}${z === undefined ? ` (from the ${result.trainingObservations} periods before ${isoTime(split)})` : ""}, judged from ${isoTime(split)}`,
    ...verdicts(result.judged),
  ]);
}

export async function calibrate(
  specs: readonly string[],
  options: ModelOptions & { out: string; horizon: number; guard: number; interval: number },
): Promise<void> {
  const { risk, panel, files, also, split } = await load(specs, options);
  const built = risk.buildParameters(panel, {
    tauDays: options.tau,
    confidence: options.confidence,
    horizonDays: options.horizon,
    split,
    files,
    also,
    guard: options.guard,
    intervalSeconds: options.interval,
  });
  risk.writeParameters(options.out, built.parameters);
  answer(options.json, { out: options.out, ...built, judged: built.judged.map(withoutHits) }, () => [
    `VaR: z ${built.parameters.global.varZ.toFixed(3)} from before ${isoTime(split)}, judged after it:`,
    ...verdicts(built.judged),
    "",
    `Haircuts: z ${built.parameters.global.z.toFixed(3)} holds ${percent(options.confidence, 1)} over ${options.horizon} d for every asset`,
    ...columns([
      ["", "horizon", "z", "mean haircut", "highest", "borrowing power", "breached"],
      ...Object.entries(built.haircuts).flatMap(([name, rows]) =>
        rows.map((row) => [
          name,
          `${row.horizonDays} d`,
          row.z.toFixed(2),
          percent(row.meanHaircut, 1),
          percent(row.maxHaircut, 1),
          percent(row.borrowingPower, 1),
          `${percent(row.breaches)} of ${row.periods}`,
        ]),
      ),
    ]),
    "",
    `Written: ${options.out}`,
  ]);
}

export async function report(
  specs: readonly string[],
  options: ModelOptions & { out: string; z?: number; haircutZ: number },
): Promise<void> {
  const { risk, panel, files, also, split } = await load(specs, options);
  const { renderReport } = await import("../../risk/report/report.js");
  const { tau: tauDays, confidence } = options;
  const portfolios = risk.portfoliosOf(panel);
  const further = also.flatMap((each) => risk.portfoliosOf(each.panel, each.label));
  const calibration = risk.calibrateVaR([...portfolios, ...further], {
    tauDays,
    confidence,
    horizonDays: 1,
    split,
    ...(options.z === undefined ? {} : { z: options.z }),
  });
  const periods = risk.runModel(panel, tauDays, 1);
  const sd = (i: number) =>
    periods.map(({ time, state }): [number, number] => [
      time * 1_000,
      100 * Math.sqrt(present(state.covariance[i]?.[i])),
    ]);
  const pairs = panel.names.flatMap((a, i) =>
    panel.names.slice(i + 1).map((b, j) => ({ name: `${a} and ${b}`, i, j: i + 1 + j })),
  );
  const figures = [
    {
      title: "Volatility",
      words: "How much each price moves on a typical day, as the contract measures it. Recent days count most.",
      unit: "% a day",
      lines: panel.names.map((name, i) => ({ name, points: sd(i) })),
    },
    {
      title: "Haircut",
      words: `What is taken off the value of collateral when somebody borrows: ${options.haircutZ} times a day's volatility, before size and limits.`,
      unit: "%",
      lines: panel.names.map((name, i) => ({
        name,
        points: sd(i).map(([t, v]): [number, number] => [t, Math.min(100, options.haircutZ * v)]),
      })),
    },
    ...portfolios.map(({ name, weights }) => {
      const losses = risk.standardizedLosses(periods, weights, 1);
      const at = (x: number, time: number): [number, number] => [time * 1_000, 100 * x];
      const limit = (volatility: number): number => calibration.z * volatility;
      return {
        title: `VaR and loss: ${name}`,
        words: `The loss that should be exceeded on ${percent(1 - confidence, 1)} of days, the losses that came (gains are negative), and the days on which they were larger.`,
        unit: "% of value",
        lines: [
          { name: "VaR", points: losses.map(({ volatility, time }) => at(limit(volatility), time)) },
          { name: "loss", points: losses.map(({ loss, time }) => at(loss, time)) },
          {
            name: "exceeded",
            marks: true,
            points: losses.filter((each) => each.loss > limit(each.volatility)).map(({ loss, time }) => at(loss, time)),
          },
        ],
      };
    }),
    ...(pairs.length === 0
      ? []
      : [
          {
            title: "Correlation",
            words: "1: the assets move together and holding both protects from nothing; 0: they ignore each other.",
            unit: "",
            lines: pairs.map(({ name, i, j }) => ({
              name,
              points: periods.map(({ time, state }): [number, number] => [
                time * 1_000,
                present(risk.correlationOf(state.covariance)[i]?.[j]),
              ]),
            })),
          },
        ]),
  ];
  const html = renderReport({
    title: `Risk of ${panel.names.join(", ")}`,
    summary: [
      `From ${files.join(", ")}: ${isoTime(present(panel.times[0]))} to ${isoTime(present(panel.times.at(-1)))}.`,
      `The one-day VaR at ${percent(confidence, 1)} is ${calibration.z.toFixed(3)} times the volatility. That number ${options.z === undefined ? `was taken from before ${isoTime(split)}` : "was given"}; the table judges only the days from ${isoTime(split)}.`,
      "Kupiec asks whether losses exceeded the VaR as often as promised, independence whether bad days come in clusters. A p-value above 0.05 means that the history gives no reason to reject the model.",
    ],
    table: {
      header: ["", "days", "exceeded", "expected", "Kupiec p", "independence p", "coverage p", "verdict"],
      rows: calibration.judged.map((each) => [
        each.name,
        String(each.observations),
        String(each.exceedances),
        each.expected.toFixed(1),
        each.kupiec.pValue.toFixed(3),
        each.independence.pValue.toFixed(3),
        each.conditional.pValue.toFixed(3),
        each.passes ? "passes" : "fails",
      ]),
    },
    figures,
  });
  writeFileSync(options.out, html);
  answer(options.json, { out: options.out, bytes: html.length, judged: calibration.judged.map(withoutHits) }, () => [
    ...verdicts(calibration.judged),
    `Written: ${options.out} (opens in any browser, offline)`,
  ]);
}
