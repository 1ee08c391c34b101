/** `plimsoll risk backtest`: the on-chain model's VaR against what happened. */

import * as risk from "../../risk/index.js";
import { type HistoryOptions, loadHistory, type SettingsOptions, settingsOf } from "./history.js";
import { answer, isoTime, percent, withProgress } from "./output.js";
import { judgedOut, originLine, verdictLines } from "./verdicts.js";

export interface BacktestOptions extends HistoryOptions, SettingsOptions {
  readonly horizon: number;
}

export async function runBacktest(specs: readonly string[], options: BacktestOptions): Promise<void> {
  const history = loadHistory(specs, options);
  const { panel, also, split } = history;
  const { notes, haircutZ: _, ...settings } = settingsOf(options, history);
  const { confidence, horizon: horizonDays } = options;
  const portfolios = [
    ...risk.portfoliosOf(panel),
    ...also.flatMap((each) => risk.portfoliosOf(each.panel, each.label)),
  ];
  const { z, tauDays, guard, floors } = settings;
  const result = await withProgress("rows", (onProgress) =>
    risk.calibrateVaR(portfolios, {
      tauDays,
      guard,
      floors,
      confidence,
      horizonDays,
      split,
      onProgress,
      ...(z === undefined ? {} : { z }),
    }),
  );
  const value = { z: result.z, calibrated: z === undefined, tauDays, guard, floors, confidence, horizonDays };
  answer(options.json, { ...value, split: isoTime(split), judged: judgedOut(result.judged) }, () => [
    `VaR at ${percent(confidence, 1)} over ${horizonDays} d, tau ${tauDays} d, z ${result.z.toFixed(3)}, judged from ${isoTime(split)}`,
    ...originLine(result, z !== undefined, confidence),
    ...notes,
    ...verdictLines(result.judged),
  ]);
}
