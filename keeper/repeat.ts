/** The life of whoever looks again and again. */

import { setTimeout as sleep } from "node:timers/promises";

/** Does it, waits, and does it again until `signal` aborts; what is being done then is finished. `work` sees to its own errors. */
export async function repeat(work: () => Promise<void>, intervalMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work();
    // Rejects only when the signal cuts the wait short, which the loop sees itself.
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}
