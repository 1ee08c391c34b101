/**
 * The indexer's steps, by one connection for all tabs of a browser: over HTTP/1.1 it gives a server six in all, and each tab that kept one for itself
 * would leave the seventh blank. Whichever tab has the lock listens and passes on what it hears; when it closes, another one takes its place.
 */

import type { Step } from "../../../indexer/api/wire.js";

const NAME = "plimsoll.steps";

/** What of a browser it takes. */
export interface Tabs {
  /** Calls back when the name is free, and keeps it until what comes back is done. */
  lock(name: string, held: () => Promise<void>): void;
  channel(name: string): Channel;
}

export interface Channel {
  listen(heard: (message: unknown) => void): void;
  say(message: unknown): void;
}

interface Follower {
  follow(told: (step: Step) => void): () => void;
}

/** Undefined in a browser, or on an origin, that has no locks. */
function tabsOf(browser: Navigator): Tabs | undefined {
  const { locks } = browser as { locks?: LockManager };
  if (locks === undefined || !("BroadcastChannel" in window)) return undefined;
  return {
    lock: (name, held) => {
      locks.request(name, held).catch(() => undefined);
    },
    channel: (name) => {
      const channel = new BroadcastChannel(name);
      return {
        listen: (heard) => {
          channel.onmessage = ({ data }: { readonly data: unknown }) => {
            heard(data);
          };
        },
        say: (message) => {
          channel.postMessage(message);
        },
      };
    },
  };
}

/** Tells of each step. Without locks it tells of none: the chain is looked at by the clock then. */
export function shareSteps(source: Follower, told: (step: Step) => void, tabs = tabsOf(navigator)): void {
  if (tabs === undefined) return;
  const channel = tabs.channel(NAME);
  channel.listen((message) => {
    told(message as Step);
  });
  tabs.lock(NAME, async () => {
    source.follow((step) => {
      told(step);
      channel.say(step);
    });
    // For as long as the page is open.
    await new Promise(() => undefined);
  });
}
