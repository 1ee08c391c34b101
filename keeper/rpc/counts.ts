/** How many transactions a sender has, out of what several nodes say: one that lies cannot set it. */

import { z } from "zod";

const count = z
  .string()
  .regex(/^0x[0-9a-f]{1,13}$/i)
  .transform(Number)
  .refine(Number.isSafeInteger);

/** What a node counts; undefined where that is no number. */
export function countOf(result: unknown): number | undefined {
  const parsed = count.safeParse(result);
  return parsed.success ? parsed.data : undefined;
}

/**
 * The one in the middle; of an even number of them the lower one of the two. As long as most are right it is between what two that are right say. Of two it is
 * the lower one: a number that is too low is one that the journal knows to be taken, one that is too high leaves a gap that nothing closes.
 */
export function middleOf(counts: readonly number[]): number | undefined {
  return [...counts].sort((a, b) => a - b)[Math.floor((counts.length - 1) / 2)];
}
