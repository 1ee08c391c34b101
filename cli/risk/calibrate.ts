/** `plimsoll risk calibrate`: the parameter file that a deployment reads. */

import * as risk from "../../risk/index.js";
import { type HistoryOptions, loadHistory } from "./history.js";
import { answer, checkOut, columns, isoTime, percent, withProgress, writing } from "./output.js";
import { judgedOut, verdictLines } from "./verdicts.js";

export interface CalibrateOptions extends HistoryOptions {
  readonly out: string;
  readonly tau: number;
  readonly horizon: number;
  readonly guard: number;
  readonly interval: number;
}

export async function calibrate(specs: readonly string[], options: CalibrateOptions): Promise<void> {
  checkOut(options.out);
  const { panel, also, split } = loadHistory(specs, options);
  const built = await withProgress("rows", (onProgress) =>
    risk.buildParameters(panel, {
      tauDays: options.tau,
      confidence: options.confidence,
      horizonDays: options.horizon,
      split,
      files: panel.files,
      also,
      guard: options.guard,
      intervalSeconds: options.interval,
      onProgress,
    }),
  );
  writing(options.out, () => {
    risk.writeParameters(options.out, built.parameters);
  });
  answer(options.json, { out: options.out, ...built, judged: judgedOut(built.judged) }, () => [
    `VaR: z ${built.parameters.global.varZ.toFixed(3)} from before ${isoTime(split)}, judged after it without floors and guard, which only add to it:`,
    ...verdictLines(built.judged),
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
