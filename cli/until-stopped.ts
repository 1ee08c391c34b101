/** Work that goes on until somebody ends it. */

import { whenOrphaned } from "./runtime.mjs";

/**
 * Does it with a signal that aborts, with the name of the process's signal as its reason, on SIGINT, SIGTERM, and when the shell that npm started it with is gone.
 * Each counts once: who asks twice does not want to wait.
 */
export async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const end = (signal: NodeJS.Signals): void => {
    stop.abort(signal);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  const unwatch = whenOrphaned(() => {
    end("SIGTERM");
  });
  try {
    await work(stop.signal);
  } finally {
    unwatch();
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}
