/** Price histories made up for tests of the risk toolkit. */

/** {s} */
const DAY = 86_400;
/** 2020-01-01. {s} */
export const START = 1_577_836_800;

/** CSV of prices that move by the given log returns, the first at `START`. @param days Length of each step. */
export function pricesCsv(returns: readonly number[], days: number | readonly number[] = 1): string {
  let [time, log] = [START, Math.log(100)];
  const rows = [`${time},100`];
  returns.forEach((r, t) => {
    time += Math.round(DAY * (typeof days === "number" ? days : days[t]!));
    log += r;
    rows.push(`${time},${Math.exp(log)}`);
  });
  return ["timestamp,close", ...rows, ""].join("\n");
}

/** The signs of a pattern over and over: returns of a constant size, uncorrelated between the two patterns. */
export const SIGNS = { fast: [1, -1], slow: [1, 1, -1, -1] } as const;

export function alternating(count: number, size: number, signs: readonly number[] = SIGNS.fast): number[] {
  return Array.from({ length: count }, (_, t) => size * signs[t % signs.length]!);
}
