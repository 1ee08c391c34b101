/** Server-Sent Events: whoever listens is told of each step of following. */

import type { ServerResponse } from "node:http";

import type { Step } from "../api/wire.js";

/** Listeners at one time. */
const MOST = 200;
/** Between two signs of life, so that nobody between takes the connection for dead. {ms} */
const PULSE = 15_000;
/** After so long without an answer browsers ask again. {ms} */
const RETRY = 2_000;

export class Stream {
  readonly #listeners = new Set<ServerResponse>();
  #pulse: NodeJS.Timeout | undefined;
  #last: Step | undefined;

  /** Whether there is room for one more. */
  get open(): boolean {
    return this.#listeners.size < MOST;
  }

  /** From here on it is told, first of the step that was last. */
  add(response: ServerResponse): void {
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
      "x-accel-buffering": "no",
    });
    response.write(`retry: ${RETRY}\n\n`);
    if (this.#last !== undefined) response.write(messageOf(this.#last));
    this.#listeners.add(response);
    response.on("close", () => {
      this.#listeners.delete(response);
    });
    this.#pulse ??= setInterval(() => {
      this.#write(": still here\n\n");
    }, PULSE).unref();
  }

  tell(step: Step): void {
    this.#last = step;
    this.#write(messageOf(step));
  }

  close(): void {
    clearInterval(this.#pulse);
    this.#pulse = undefined;
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  #write(text: string): void {
    for (const listener of this.#listeners) {
      // Who does not read for long is let go, and asks again when awake.
      if (listener.writableNeedDrain) listener.destroy();
      else listener.write(text);
    }
  }
}

function messageOf(step: Step): string {
  const { number, hash } = step.block;
  return `id: ${number.toString()}-${hash.slice(2, 10)}\nevent: step\ndata: ${JSON.stringify(step)}\n\n`;
}
