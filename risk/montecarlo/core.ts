/** Losses of a portfolio over simulated paths, on one core. */

import { need } from "../errors.js";
import { cholesky } from "../statistics/covariance.js";
import { NormalStream } from "./normal.js";

export interface Simulation {
  /** Value held of each asset. */
  readonly exposures: readonly number[];
  /** Of log returns over the horizon. */
  readonly covariance: readonly (readonly number[])[];
  readonly paths: number;
  readonly seed: number;
  /** Degrees of freedom of Student's t, scaled to the same covariance; normal when left out. */
  readonly degrees?: number;
}

/** Paths of one chunk; chunk c uses stream c, so that results do not depend on how many cores share the work. */
export const CHUNK = 125_000;
/** Paths whose normal numbers are drawn at once: they stay in the cache. */
const BLOCK = 256;

export function chunksOf(paths: number): number[] {
  return Array.from({ length: Math.ceil(paths / CHUNK) }, (_, c) => Math.min(CHUNK, paths - c * CHUNK));
}

/** @throws {ArgumentError} or {NotPositiveDefinite} */
export function checkSimulation(simulation: Simulation): void {
  const { exposures, covariance, paths, seed, degrees } = simulation;
  need(exposures.length > 0 && exposures.length === covariance.length, "one exposure per row of the covariance");
  need(Number.isInteger(paths) && paths > 0 && paths <= 100_000_000, `paths are 1 to 100 million, not ${paths}`);
  need(Number.isInteger(seed), `a seed is an integer, not ${seed}`);
  need(degrees === undefined || degrees > 2, `degrees of freedom above 2 are needed, not ${degrees ?? 0}`);
  cholesky(covariance);
}

/** Losses (positive) of one chunk: `-sum E_i (exp(r_i) - 1)`. */
export function simulateChunk(simulation: Simulation, chunk: number, paths: number): Float64Array<ArrayBuffer> {
  const n = simulation.exposures.length;
  const exposures = Float64Array.from(simulation.exposures);
  // The lower triangle, row after row: one running index in the inner loop.
  const triangle = Float64Array.from(cholesky(simulation.covariance).flatMap((row, i) => row.slice(0, i + 1)));
  const total = simulation.exposures.reduce((sum, each) => sum + each, 0);
  const stream = new NormalStream(simulation.seed, 2 * chunk);
  const mixing = new NormalStream(simulation.seed, 2 * chunk + 1);
  const z = new Float64Array(BLOCK * n);
  const losses = new Float64Array(paths);
  const { degrees } = simulation;
  for (let start = 0; start < paths; start += BLOCK) {
    stream.fill(z);
    const end = Math.min(BLOCK, paths - start);
    for (let p = 0; p < end; p++) {
      const scale = degrees === undefined ? 1 : Math.sqrt((degrees - 2) / chiSquare(mixing, degrees));
      const base = p * n;
      let value = 0;
      let at = 0;
      for (let i = 0; i < n; i++) {
        let r = 0;
        for (let j = 0; j <= i; j++) r += (triangle[at++] ?? 0) * (z[base + j] ?? 0);
        value += (exposures[i] ?? 0) * Math.exp(r * scale);
      }
      losses[start + p] = total - value;
    }
  }
  return losses;
}

const one = new Float64Array(1);

/** Chi-square by the gamma generator of Marsaglia and Tsang (2000); its shape is above 1 for more than 2 degrees. */
function chiSquare(stream: NormalStream, degrees: number): number {
  const d = degrees / 2 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    stream.fill(one);
    const x = one[0] ?? 0;
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(stream.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return 2 * d * v;
  }
}
