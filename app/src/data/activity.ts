/** Messages of what this page is doing or has done with the wallet. */

import type { Progress } from "../wallet/perform.js";
import { Store } from "./store.js";

/** One thing that was begun: each keeps a message of its own, so that none takes the place of another. */
export interface Entry extends Progress {
  readonly id: number;
  readonly title: string;
  /** Ends waiting for the wallet, or following what was sent; undefined where there is nothing to wait for. */
  readonly stop?: (() => void) | undefined;
}

/** The latest first. */
export const activity = new Store<readonly Entry[]>([]);

/** Messages that have ended and are kept until somebody closes them. */
const KEPT = 5;
let last = 0;

/** Begins a message. @returns What tells how it goes on. */
export function begin(title: string, stop?: () => void): (progress: Progress) => void {
  const id = ++last;
  return (progress) => {
    const others = activity.value.filter((e) => e.id !== id);
    const known = others.length < activity.value.length;
    // Whoever closed a message is told again when it ends.
    const own = { id, title, ...progress, stop: progress.state === "working" ? stop : undefined };
    const next = known ? activity.value.map((e) => (e.id === id ? own : e)) : [own, ...others];
    const ended = next.filter((e) => e.state !== "working");
    const old = new Set(ended.slice(KEPT).map((e) => e.id));
    activity.set(next.filter((e) => !old.has(e.id)));
  };
}

export function close(id: number): void {
  activity.set(activity.value.filter((e) => e.id !== id));
}
