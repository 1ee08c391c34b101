/**
 * Did the value at risk hold? What the reserve's holdings lost over its horizon, against what was said beforehand. The holdings are those of the
 * beginning, valued at the prices of the beginning and of the end: what comes and goes meanwhile is no gain and no loss, and is what a value at risk
 * says nothing about.
 */

/** What was held at a time. */
export interface Held {
  /** {unix seconds} */
  readonly time: number;
  readonly assets: readonly {
    readonly asset: number;
    /** {ledger} */
    readonly amount: bigint;
    /** At mid; 0 while nobody tells the price. {USD} */
    readonly value: bigint;
  }[];
}

/** Mid prices of collateral at a time: for what the reserve sold meanwhile. {USD/tok}, by asset number; 0 while nobody tells. */
export interface Priced {
  readonly time: number;
  readonly prices: ReadonlyMap<number, bigint>;
}

export interface Said {
  readonly time: number;
  /** {USD} */
  readonly valueAtRisk: number;
}

export interface Window {
  readonly from: number;
  readonly to: number;
  /** Negative: a gain. {USD} */
  readonly loss: number;
  /** As it was said at its beginning. {USD} */
  readonly valueAtRisk: number;
}

export interface Backtest {
  /** For each time, the window that ends there: as long as the horizon, or from the beginning where there is no more yet. */
  readonly rolling: readonly (Window | undefined)[];
  /** Full ones, one after the other: none has a part in two. */
  readonly windows: readonly Window[];
  /** Of those, with a loss above the value at risk. */
  readonly exceeded: number;
  /** Full ones of which something had no price, or that nobody looked at for too long. */
  readonly leftOut: number;
}

/** A window that ends this much later than the horizon would is none of that horizon. */
const TOLERANCE = 1.25;
/** Exact enough for money that is drawn. */
const SCALE = 10n ** 12n;
const USD = 1e6;

/** @param horizon {s} */
export function backtest(
  held: readonly Held[],
  said: readonly Said[],
  priced: readonly Priced[],
  horizon: number,
): Backtest {
  const between = (from: Held, to: Held): Window | undefined => {
    const promise = latest(said, from.time);
    const loss = lossOf(from, to, latest(priced, from.time), latest(priced, to.time));
    if (promise === undefined || loss === undefined) return undefined;
    return { from: from.time, to: to.time, loss, valueAtRisk: promise.valueAtRisk };
  };
  const rolling = held.map((to) => {
    const from = latest(held, to.time - horizon) ?? held[0];
    return from === undefined || to.time - from.time > horizon * TOLERANCE ? undefined : between(from, to);
  });
  const windows: Window[] = [];
  let leftOut = 0;
  let [from] = held;
  for (const to of held) {
    if (from === undefined || to.time - from.time < horizon) continue;
    const window = to.time - from.time > horizon * TOLERANCE ? undefined : between(from, to);
    if (window === undefined) leftOut++;
    else windows.push(window);
    from = to;
  }
  return { rolling, windows, exceeded: windows.filter((w) => w.loss > w.valueAtRisk).length, leftOut };
}

/** What held at a time: the last that was told. @param points Ascending. */
function latest<T extends { readonly time: number }>(points: readonly T[], time: number): T | undefined {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.time ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return points[low - 1];
}

/** {USD}; undefined where a price is missing. */
function lossOf(from: Held, to: Held, before: Priced | undefined, after: Priced | undefined): number | undefined {
  let loss = 0n;
  for (const { asset, amount, value } of from.assets) {
    if (amount === 0n) continue;
    const now = to.assets.find((a) => a.asset === asset);
    const [then, later] = [before?.prices.get(asset) ?? 0n, after?.prices.get(asset) ?? 0n];
    if (value === 0n) return undefined;
    if (now !== undefined && now.amount > 0n) {
      if (now.value === 0n) return undefined;
      loss += value - (now.value * amount) / now.amount;
    } else {
      if (then === 0n || later === 0n) return undefined;
      loss += value - (value * later) / then;
    }
  }
  return Number(loss / SCALE) / USD;
}
