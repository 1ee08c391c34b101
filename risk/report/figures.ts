/** The pictures of the report, with the words that explain them. */

import { present } from "../../sdk/present.js";
import type { Portfolio } from "../calibration/calibrate.js";
import { type Period, standardizedLosses, type VaRShape } from "../calibration/run.js";
import { volatilities } from "../model/model.js";
import { correlationOf } from "../statistics/covariance.js";
import type { Figure } from "./report.js";

export interface FigureInput {
  /** Of one panel. */
  readonly portfolios: readonly Portfolio[];
  readonly periods: readonly Period[];
  readonly shape: Required<VaRShape>;
  readonly z: number;
  readonly haircutZ: number;
  readonly confidence: number;
}

type Points = readonly (readonly [number, number])[];

const MS = 1_000;
const PERCENT = 100;

export function figuresOf(input: FigureInput): Figure[] {
  const { portfolios, periods, shape, haircutZ } = input;
  const names = portfolios[0]?.panel.names ?? [];
  const floored = periods.map(({ state }) => volatilities(state, shape.floors));
  const line = (value: (t: number) => number): Points => periods.map(({ time }, t) => [time * MS, value(t)]);
  const volatility = (t: number, i: number): number => PERCENT * present(floored[t]?.[i]);
  return [
    {
      title: "Volatility",
      words: "How much each price moves on a typical day, as the contract measures it. Recent days count most.",
      unit: "% a day",
      lines: names.map((name, i) => ({ name, points: line((t) => volatility(t, i)) })),
    },
    {
      title: "Haircut",
      words: `What is taken off the value of collateral when somebody borrows: ${haircutZ.toFixed(2)} times a day's volatility, before size and limits.`,
      unit: "%",
      lines: names.map((name, i) => ({ name, points: line((t) => Math.min(PERCENT, haircutZ * volatility(t, i))) })),
    },
    ...portfolios.map((portfolio) => lossFigure(portfolio, input)),
    ...correlationFigure(names, periods),
  ];
}

function lossFigure({ name, weights }: Portfolio, { periods, shape, z, confidence }: FigureInput): Figure {
  const losses = standardizedLosses(periods, weights, shape);
  const at = (x: number, time: number): [number, number] => [time * MS, PERCENT * x];
  const tail = (PERCENT * (1 - confidence)).toFixed(1);
  return {
    title: `VaR and loss: ${name}`,
    words: `The loss that should be exceeded on ${tail}% of days, the losses that came (gains are negative), and the days on which they were larger. It shows the whole history, also what z was learned from.`,
    unit: "% of value",
    lines: [
      { name: "VaR", points: losses.map(({ volatility, time }) => at(z * volatility, time)) },
      { name: "loss", points: losses.map(({ loss, time }) => at(loss, time)) },
      {
        name: "exceeded",
        marks: true,
        points: losses.filter((each) => each.loss > z * each.volatility).map(({ loss, time }) => at(loss, time)),
      },
    ],
  };
}

function correlationFigure(names: readonly string[], periods: readonly Period[]): Figure[] {
  const matrices = periods.map(({ time, state }) => ({ time, correlation: correlationOf(state.covariance) }));
  const lines = names.flatMap((a, i) =>
    names.slice(i + 1).map((b, k) => ({
      name: `${a} and ${b}`,
      points: matrices.map(({ time, correlation }): [number, number] => [
        time * MS,
        present(correlation[i]?.[i + 1 + k]),
      ]),
    })),
  );
  if (lines.length === 0) return [];
  const words = "1: the assets move together and holding both protects from nothing; 0: they ignore each other.";
  return [{ title: "Correlation", words, unit: "", lines }];
}
