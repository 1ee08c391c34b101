/** Which parts of a history are replayed. */

import { parseTime } from "../../risk/data/values.js";
import { RiskError } from "../../risk/errors.js";

/** Both in unix seconds, the end excluded; as far as the files reach where one is absent. */
export interface Window {
  readonly from?: number;
  readonly to?: number;
}

/** `2020-03-01/2020-04-01`; undefined where it is no such thing. */
export function parseWindow(text: string): Required<Window> | undefined {
  const [begin = "", end = "", ...rest] = text.split("/");
  const [from, to] = [parseTime(begin), parseTime(end)];
  return rest.length > 0 || from === undefined || to === undefined || to <= from ? undefined : { from, to };
}

/** In order of time. @throws {RiskError} where two have something in common: it would be counted twice. */
export function apart<T extends Required<Window>>(windows: readonly T[], named: (time: number) => string): T[] {
  const ordered = windows.toSorted((a, b) => a.from - b.from);
  ordered.forEach(({ from }, i) => {
    const before = ordered[i - 1];
    if (before === undefined || before.to <= from) return;
    throw new RiskError(
      `two windows overlap: one ends at ${named(before.to)}, another begins at ${named(from)}`,
      "Give windows that have nothing in common, or one from the beginning of the first to the end of the last.",
    );
  });
  return ordered;
}
