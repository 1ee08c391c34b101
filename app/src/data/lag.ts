/** Whether the indexer keeps up with the chain. */

import { useEffect, useState } from "preact/hooks";

import { Store, useStore } from "./store.js";
import type { World } from "./world.js";

/** The latest block that the indexer answered of. */
export const indexed = new Store<number | undefined>(undefined);

let heardAt = -Infinity;

/** An answer of the indexer, of this block, came now. */
export function heard(block: number): void {
  heardAt = Date.now();
  indexed.set(block);
}

/** So far behind is nothing: it follows a moment after the chain. {blocks} */
const NEAR = 2;
/** Nor is it while it has just not caught up. {ms} */
const PATIENCE = 10_000;
/** Of one that has not answered for so long nothing is known: it may be far ahead of its last answer. Pages ask it more often. {ms} */
const LATELY = 60_000;

/** Since when it has been behind at the same block: one that follows, however far behind, moves. */
export class LagWatch {
  #at: number | undefined;
  #since = 0;

  /**
   * @param answered When its last answer came.
   * @returns How many blocks it is behind, once it has stood still behind the chain for a while.
   */
  note(at: number | undefined, head: number, now: number, answered = now): number | undefined {
    if (now - answered > LATELY || at !== this.#at || at === undefined || head - at <= NEAR) {
      this.#at = at;
      this.#since = now;
      return undefined;
    }
    return now - this.#since >= PATIENCE ? head - at : undefined;
  }
}

const watch = new LagWatch();

export function useLag({ block }: Pick<World, "block">): number | undefined {
  const at = useStore(indexed);
  const [lag, setLag] = useState<number | undefined>(undefined);
  useEffect(() => {
    setLag(watch.note(at, Number(block.number), Date.now(), heardAt));
  }, [at, block]);
  return lag;
}
