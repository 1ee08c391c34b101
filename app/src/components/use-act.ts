/** Doing something with the wallet from a form. */

import { Store, useStore } from "../data/store.js";
import { begin } from "../data/activity.js";
import { deployment, refresh, type World } from "../data/world.js";
import { perform } from "../wallet/perform.js";
import { session } from "../wallet/session.js";
import type { Sentences } from "../../../sdk/errors/index.js";
import type { Call, Requirement, Signatures } from "../../../sdk/actions/types.js";

export interface Deed {
  readonly title: string;
  readonly requirements: readonly Requirement[];
  readonly tx: (signatures: Signatures) => Call;
}

/** Whether something is being done, on whatever page it was begun: what follows would rest on a state that is about to change. */
export const doing = new Store(false);

/**
 * One at a time, of all pages: its progress is told in the page, and what is shown is read again afterwards.
 * @param sentences For errors that are not the protocol's own: of votes.
 * @returns `act` calls `onDone` when it is done, before anything is read again: what somebody types meanwhile stays.
 */
export function useAct(
  { book, protocol }: Pick<World, "book" | "protocol">,
  sentences: Sentences = {},
): {
  readonly busy: boolean;
  readonly act: (deed: Deed, onDone: () => void) => Promise<void>;
} {
  const busy = useStore(doing);
  const current = useStore(session);
  const place = useStore(deployment);
  const act = async ({ title, requirements, tx }: Deed, onDone: () => void): Promise<void> => {
    if (current === undefined || place === undefined || doing.value) return;
    doing.set(true);
    const stop = new AbortController();
    const tell = begin(title, () => {
      stop.abort();
    });
    try {
      const done = await perform({
        session: current,
        node: place.node,
        book,
        names: { assets: protocol.assets, book, sentences },
        requirements,
        tx,
        tell,
        signal: stop.signal,
      });
      if (done) onDone();
      await refresh();
    } finally {
      doing.set(false);
    }
  };
  return { busy, act };
}
