/** A process that plays the chapter that it is sent, and ends with whoever sent it. */

import { AnvilFailed } from "../chain/anvil-node.js";
import { withoutStackTraces } from "../chain/direct.js";
import type { ChapterProgress } from "./chapter.js";
import type { FromPlayer, ToPlayer } from "./messages.js";
import { playChapter } from "./play.js";

/** Between two reports of progress. {ms} */
const TELL_EVERY = 500;

function tell(message: FromPlayer): void {
  // Whoever would read it may have gone meanwhile, and this process goes with him.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

async function play({ job, client }: ToPlayer): Promise<void> {
  let told = 0;
  try {
    const onProgress = (progress: ChapterProgress): void => {
      const now = performance.now();
      if (now - told < TELL_EVERY) return;
      told = now;
      tell({ kind: "progress", progress });
    };
    const result = await playChapter(job, { client, onProgress });
    tell({ kind: "done", result });
  } catch (error) {
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: "failed", message, stack, isLost: error instanceof AnvilFailed });
  }
}

withoutStackTraces();
process.on("message", (message: ToPlayer) => void play(message));
process.on("disconnect", () => process.exit());
// Ctrl-C reaches all processes of a terminal; the one that started this one says when to end.
process.on("SIGINT", () => undefined);
if (!process.connected) process.exit();
tell({ kind: "ready" });
