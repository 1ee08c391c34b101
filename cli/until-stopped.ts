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

/** What `work` comes to; or, as soon as the signal aborts, its reason: a deployment that has begun cannot be stopped, and nobody waits for one that is not wanted. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let given: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    given = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) given();
    else signal.addEventListener("abort", given, { once: true });
  });
  // What becomes of it afterwards concerns nobody.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    if (given !== undefined) signal.removeEventListener("abort", given);
  }
}
