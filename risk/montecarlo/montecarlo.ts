/** Monte-Carlo VaR: on this core, or on all of them. Both give the same numbers. */

import { availableParallelism } from "node:os";

import { Piscina } from "piscina";

import { present } from "../../sdk/present.js";
import { need } from "../errors.js";
import type { OnProgress } from "../progress.js";
import { quantileSorted } from "../statistics/moments.js";
import { checkSimulation, chunksOf, simulateChunk, type Simulation } from "./core.js";

export interface TailRisk {
  readonly paths: number;
  readonly confidence: number;
  /** Loss not exceeded with the confidence. */
  readonly var: number;
  /** Mean loss beyond it. */
  readonly expectedShortfall: number;
  /** Standard error of the VaR from the spacing of the losses around it. */
  readonly varError: number;
}

/** Losses of all paths, on this core. */
export function simulateLosses(simulation: Simulation, onProgress?: OnProgress): Float64Array<ArrayBuffer> {
  checkSimulation(simulation);
  const losses = new Float64Array(simulation.paths);
  let done = 0;
  chunksOf(simulation.paths).forEach((paths, chunk) => {
    losses.set(simulateChunk(simulation, chunk, paths), done);
    done += paths;
    onProgress?.(done, simulation.paths);
  });
  return losses;
}

/** Sorts `losses` in place. */
export function tailRisk(losses: Float64Array, confidence: number): TailRisk {
  need(confidence > 0.5 && confidence < 1, `a confidence is above 0.5 and below 1, not ${confidence}`);
  const sorted = losses.sort();
  const n = sorted.length;
  const value = quantileSorted(sorted, confidence);
  const first = Math.min(n - 1, Math.ceil((n - 1) * confidence));
  let sum = 0;
  for (let i = first; i < n; i++) sum += sorted[i] ?? 0;
  // One standard deviation of the rank of the quantile, up and down.
  const spread = Math.sqrt((confidence * (1 - confidence)) / n);
  const high = quantileSorted(sorted, Math.min(1, confidence + spread));
  const low = quantileSorted(sorted, confidence - spread);
  return { paths: n, confidence, var: value, expectedShortfall: sum / (n - first), varError: (high - low) / 2 };
}

export function monteCarlo(simulation: Simulation, confidence: number, onProgress?: OnProgress): TailRisk {
  return tailRisk(simulateLosses(simulation, onProgress), confidence);
}

/** The same on several cores. */
export async function monteCarloParallel(
  simulation: Simulation,
  confidence: number,
  options: { readonly cores?: number; readonly onProgress?: OnProgress } = {},
): Promise<TailRisk> {
  checkSimulation(simulation);
  const chunks = chunksOf(simulation.paths);
  const starts = chunks.map((_, c) => chunks.slice(0, c).reduce((sum, each) => sum + each, 0));
  const pool = new Piscina<{ simulation: Simulation; chunk: number; paths: number }, Float64Array<ArrayBuffer>>({
    filename: new URL("./worker.mjs", import.meta.url).href,
    maxThreads: Math.max(1, Math.min(options.cores ?? availableParallelism(), chunks.length)),
    execArgv: [],
  });
  try {
    const losses = new Float64Array(simulation.paths);
    let done = 0;
    await Promise.all(
      chunks.map(async (paths, chunk) => {
        losses.set(await pool.run({ simulation, chunk, paths }), present(starts[chunk]));
        done += paths;
        options.onProgress?.(done, simulation.paths);
      }),
    );
    return tailRisk(losses, confidence);
  } finally {
    await pool.destroy();
  }
}
