/** Verdicts of backtests, as a table and in words. */

import { originOf, reasonsOf } from "../../risk/backtest/explain.js";
import type { Judged, VaRCalibration } from "../../risk/calibration/calibrate.js";
import { columns } from "./output.js";

const HEADER = ["", "days", "exceeded", "expected", "Kupiec p", "independence p", "coverage p", "Basel", "at 5%"];

/** Head and rows, in plain text. */
export function verdictTable(judged: readonly Judged[]): { header: string[]; rows: string[][] } {
  const p = (x: number): string => x.toFixed(3);
  const rows = judged.map((each) => [
    each.name,
    String(each.observations),
    String(each.exceedances),
    each.expected.toFixed(1),
    p(each.kupiec.pValue),
    p(each.independence.pValue),
    p(each.conditional.pValue),
    each.zone,
    each.passes ? "passes" : "FAILS",
  ]);
  return { header: HEADER, rows };
}

/** The table and what it says, for a terminal. */
export function verdictLines(judged: readonly Judged[]): string[] {
  const { header, rows } = verdictTable(judged);
  return [...columns([header, ...rows]), ...failures(judged)];
}

/** A sentence for each reason of each failure. */
export function failures(judged: readonly Judged[]): string[] {
  return judged.flatMap((each) => reasonsOf(each).map((reason) => `${each.name} fails: ${reason}.`));
}

/** Where z is from. */
export function originLine(result: VaRCalibration, given: boolean, confidence: number): string[] {
  return given ? [] : [originOf(result.trainingObservations, confidence)];
}

/** For JSON: the days themselves are many and say little; the reasons are what the table says. */
export function judgedOut(judged: readonly Judged[]): (Omit<Judged, "hits"> & { readonly reasons: string[] })[] {
  return judged.map((each) => {
    const { hits: _, ...rest } = each;
    return { ...rest, reasons: reasonsOf(each) };
  });
}
