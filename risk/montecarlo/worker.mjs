/** A worker of the pool. It loads the TypeScript core itself: a thread does not inherit the loader of the program. */

import { move } from "piscina";
import { register } from "tsx/esm/api";

register();
const { simulateChunk } = await import("./core.ts");

/** @param {{ simulation: import("./core.ts").Simulation, chunk: number, paths: number }} task */
export default function run({ simulation, chunk, paths }) {
  return move(simulateChunk(simulation, chunk, paths));
}
