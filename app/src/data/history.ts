/** What the indexer tells of the past. Pages say so where it does not answer. */

import { useEffect, useState } from "preact/hooks";

import type { HistoryClient } from "../../../indexer/api/client.js";
import { heard } from "./lag.js";
import { useStore } from "./store.js";
import { deployment, followed } from "./world.js";

export type Told<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly why: string }
  | { readonly state: "there"; readonly value: T };

/** Between two questions of one kind, whatever the indexer follows. {ms} */
const EVERY = 4_000;
/** So long without a step, and the indexer is asked all the same: it may have stopped, and has to be seen to. {ms} */
const LONGEST = 20_000;

/**
 * Asks the indexer, and again as it follows.
 * @param about What the question depends on: a new one is asked when it changes. Undefined: there is nothing to ask.
 * @param every So long at least between an answer and the next question. {ms}
 */
export function useHistory<T extends object>(
  question: (client: HistoryClient) => Promise<T>,
  about: string | undefined,
  every = EVERY,
): Told<T> {
  const found = useStore(deployment);
  const [told, setTold] = useState<{ readonly about: string; readonly told: Told<T> } | undefined>(undefined);

  useEffect(() => {
    if (found === undefined || about === undefined) return;
    const stop = new AbortController();
    const tell = (next: Told<T>): void => {
      if (!stop.signal.aborted) setTold({ about, told: next });
    };
    const ask = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const seen = followed.value;
        let wait = every;
        try {
          const value = await question(found.history);
          const { block } = value as { readonly block?: { readonly number: number } | null };
          if (block !== undefined && block !== null) heard(block.number);
          tell({ state: "there", value });
        } catch (error) {
          wait = EVERY;
          tell({ state: "failed", why: error instanceof Error ? error.message : String(error) });
        }
        // Nobody sees it: that can wait.
        await pause(document.hidden ? 3 * wait : wait, stop.signal);
        await newsSince(seen, stop.signal);
      }
    };
    void ask();
    return () => {
      stop.abort();
    };
    // The question is written anew with every drawing; `about` says when it means something else.
  }, [found, about]);

  // What was told of something else is no answer.
  return told?.about === about ? (told?.told ?? { state: "loading" }) : { state: "loading" };
}

export async function pause(wait: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((done) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      done();
    };
    const timer = setTimeout(over, wait);
    signal.addEventListener("abort", over);
  });
}

/** Until the indexer has followed further, or has not for long; at once where it does not tell. */
async function newsSince(seen: number | undefined, signal: AbortSignal): Promise<void> {
  if (seen === undefined || followed.value !== seen) return;
  await new Promise<void>((done) => {
    const over = (): void => {
      end();
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      done();
    };
    const end = followed.watch(over);
    const timer = setTimeout(over, LONGEST);
    signal.addEventListener("abort", over);
  });
}

/** Where the answer is as a table to keep. */
export function useCsv(path: string, query: Readonly<Record<string, string | number>> = {}): string | undefined {
  return useStore(deployment)?.history.csv(path, query);
}
