/** How far reading the past is: a bar on a terminal, a line in the log now and then elsewhere. */

import cliProgress from "cli-progress";

import type { BlockRef } from "../../indexer/types.js";
import type { Log } from "../../keeper/log.js";

/** Fewer blocks than that are not worth a bar. */
const WORTH = 1_000;
/** Between two lines. {ms} */
const PAUSE = 10_000;

export interface Progress {
  step(at: BlockRef, head: BlockRef): void;
  /** The head is reached, or the process ends. */
  stop(): void;
}

/** @param stream Where to draw; standard error, so that standard output stays for the log. */
export function progressOf(log: Log, stream: NodeJS.WriteStream): Progress {
  let bar: cliProgress.SingleBar | undefined;
  let first: number | undefined;
  let saidAt = performance.now();
  return {
    step: (at, head) => {
      first ??= at.number;
      if (head.number - first < WORTH) return;
      if (stream.isTTY) {
        bar ??= begin(stream, first, head.number);
        bar.setTotal(head.number - first);
        bar.update(at.number - first, { block: at.number });
      } else if (performance.now() - saidAt >= PAUSE) {
        saidAt = performance.now();
        log.info({ block: at.number, head: head.number, behind: head.number - at.number }, "reading the past");
      }
    },
    stop: () => {
      bar?.stop();
      bar = first = undefined;
    },
  };
}

function begin(stream: NodeJS.WriteStream, first: number, head: number): cliProgress.SingleBar {
  const format = "{bar} {percentage}%  block {block}  ETA {eta_formatted}";
  const options = { format, stream, barsize: 32, hideCursor: true, fps: 8 };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  bar.start(head - first, 0, { block: first });
  return bar;
}
