/** `plimsoll risk report`: one HTML file. */

import * as risk from "../../risk/index.js";
import { figuresOf } from "../../risk/report/figures.js";
import { renderReport } from "../../risk/report/report.js";
import { present } from "../../sdk/present.js";
import { type HistoryOptions, loadHistory, type SettingsOptions, settingsOf } from "./history.js";
import { answer, checkOut, isoTime, percent, withProgress, writeText } from "./output.js";
import { failures, judgedOut, originLine, verdictLines, verdictTable } from "./verdicts.js";

export interface ReportOptions extends HistoryOptions, SettingsOptions {
  readonly out: string;
  readonly haircutZ?: number;
}

export async function report(specs: readonly string[], options: ReportOptions): Promise<void> {
  checkOut(options.out);
  const history = loadHistory(specs, options);
  const { panel, also, split } = history;
  const { z, tauDays, guard, floors, notes, ...settings } = settingsOf(options, history);
  const { confidence } = options;
  const haircutZ = options.haircutZ ?? settings.haircutZ;
  const portfolios = risk.portfoliosOf(panel);
  const further = also.flatMap((each) => risk.portfoliosOf(each.panel, each.label));
  const calibration = await withProgress("rows", (onProgress) =>
    risk.calibrateVaR([...portfolios, ...further], {
      tauDays,
      guard,
      floors,
      confidence,
      horizonDays: 1,
      split,
      onProgress,
      ...(z === undefined ? {} : { z }),
    }),
  );
  const periods = risk.runModel(panel, tauDays, 1);
  const shape = { guard, floors: risk.floorsOf(panel, floors) };
  const figures = figuresOf({ portfolios, periods, shape, z: calibration.z, haircutZ, confidence });
  const words = [...originLine(calibration, z !== undefined, confidence), ...notes];
  const verdict = failures(calibration.judged);
  const html = renderReport({
    title: `Risk of ${panel.names.join(", ")}`,
    summary: [
      `From ${panel.files.join(", ")}: ${isoTime(present(panel.times[0]))} to ${isoTime(present(panel.times.at(-1)))}.`,
      `The one-day VaR at ${percent(confidence, 1)} is ${calibration.z.toFixed(3)} times the volatility; the table judges only the days from ${isoTime(split)}. ${words.join(" ")}`,
      "Kupiec asks whether losses exceeded the VaR as often as promised, independence whether bad days come in clusters. A p-value above 0.05 means that the history gives no reason to reject the model.",
    ],
    table: verdictTable(calibration.judged),
    verdict: verdict.length > 0 ? verdict : ["Every row passes."],
    figures,
  });
  writeText(options.out, html);
  const value = {
    out: options.out,
    bytes: Buffer.byteLength(html),
    z: calibration.z,
    judged: judgedOut(calibration.judged),
  };
  answer(options.json, value, () => [
    ...words,
    ...verdictLines(calibration.judged),
    `Written: ${options.out} (opens in any browser, offline)`,
  ]);
}
