/** Brownian bridges through way-points: what a price may have done between the moments at which it is known. */

import { present } from "../../sdk/present.js";

/** A moment at which the value is known. `time` in seconds since the start; `value` > 0. */
export interface Knot {
  readonly time: number;
  readonly value: number;
}

export interface BridgeOptions {
  /** Seconds between two points of the path. Every knot's time is a multiple of it. */
  readonly step: number;
  /** Volatility of the logarithm, per square root of an hour, in force from `time` (seconds) on. */
  readonly volatility: (time: number) => number;
  /** A standard normal number for each point; called once per step, in order. */
  readonly normal: (index: number) => number;
  /** The path is reflected at these values: the extremes are published facts as well. */
  readonly floor: number;
  readonly ceiling: number;
}

function reflect(x: number, low: number, high: number): number {
  let y = x;
  // One fold is the rule; the loop is for a step that is larger than the whole corridor.
  for (let i = 0; i < 64 && (y < low || y > high); i++) {
    y = y < low ? 2 * low - y : 2 * high - y;
  }
  return Math.min(high, Math.max(low, y));
}

/**
 * Fills the path between `knots` with a Brownian bridge on the logarithm. The path goes through every knot exactly.
 *
 * @returns One value per step, from the first knot's time to the last one's, both included.
 */
export function bridge(knots: readonly Knot[], options: BridgeOptions): Float64Array {
  const { step, volatility, normal } = options;
  const first = knots[0];
  if (first === undefined || knots.length < 2) throw new RangeError("a bridge needs two knots");
  for (const [i, knot] of knots.entries()) {
    const previous = knots[i - 1];
    if (previous !== undefined && knot.time <= previous.time)
      throw new RangeError(`knot ${i} does not follow the one before`);
    if ((knot.time - first.time) % step !== 0) throw new RangeError(`knot ${i} is not on the grid of ${step} s`);
    if (knot.value < options.floor || knot.value > options.ceiling) throw new RangeError(`knot ${i} is out of bounds`);
  }

  const low = Math.log(options.floor);
  const high = Math.log(options.ceiling);
  const last = present(knots[knots.length - 1]);
  const path = new Float64Array((last.time - first.time) / step + 1);
  path[0] = first.value;

  let index = 0;
  for (let k = 1; k < knots.length; k++) {
    const from = present(knots[k - 1]);
    const to = present(knots[k]);
    const steps = (to.time - from.time) / step;
    // Variance of each step, and of all that remain until the knot.
    const variances = Array.from({ length: steps }, (_, i) => (volatility(from.time + i * step) ** 2 * step) / 3600);
    let remaining = variances.reduce((sum, v) => sum + v, 0);
    const target = Math.log(to.value);
    let x = Math.log(from.value);
    for (let i = 0; i < steps; i++) {
      const v = present(variances[i]);
      const z = normal(index);
      index += 1;
      if (i === steps - 1) {
        path[index] = to.value;
      } else {
        const share = v / remaining;
        x = reflect(x + (target - x) * share + Math.sqrt(v * (1 - share)) * z, low, high);
        remaining -= v;
        path[index] = Math.exp(x);
      }
    }
  }
  return path;
}

/** Straight lines through `knots`; constant outside of them. */
export function interpolate(knots: readonly Knot[], time: number): number {
  const after = knots.findIndex((knot) => knot.time > time);
  if (after === 0) return present(knots[0]).value;
  if (after === -1) {
    const last = knots[knots.length - 1];
    if (last === undefined) throw new RangeError("nothing to interpolate");
    return last.value;
  }
  const a = present(knots[after - 1]);
  const b = present(knots[after]);
  return a.value + ((b.value - a.value) * (time - a.time)) / (b.time - a.time);
}
