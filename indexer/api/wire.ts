/** What all answers are made of. No Node here: pages in a browser read them with the same words. */

import { z } from "zod";

/** The most points of a series in one answer; and how many, if nobody says. */
export const MAX_POINTS = 2_000;
export const POINTS = 500;
/** The most items in one page of JSON, in one of CSV, and how many there are, if nobody says. */
export const MAX_ITEMS = 500;
export const MAX_ROWS = 20_000;
export const ITEMS = 100;

/** A whole number as decimal text, for numbers that are larger than JSON's. */
export const amount = z
  .string()
  .regex(/^-?\d{1,78}$/)
  .transform((text) => BigInt(text));
export const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
/** (unix seconds) */
export const time = z.number().int().nonnegative();
export const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
export const asset = z.number().int().min(0).max(15);

/** A block that was followed. */
export const blockSchema = z.object({ number: z.number().int().nonnegative(), hash, time });
export type Block = z.output<typeof blockSchema>;

/** What went wrong, in a sentence. */
export const problemSchema = z.object({ error: z.string() });

/** A page of a list. `next` is what `after` of the next page is; with `complete` there is none, yet. */
export function pageOf<T extends z.ZodTypeAny>(
  item: T,
): z.ZodObject<{
  block: z.ZodNullable<typeof blockSchema>;
  items: z.ZodArray<T>;
  next: z.ZodNullable<z.ZodString>;
  complete: z.ZodBoolean;
}> {
  return z.object({
    /** As of which everything is. */
    block: blockSchema.nullable(),
    items: z.array(item),
    next: z.string().nullable(),
    complete: z.boolean(),
  });
}

/** A page as it was read. */
export interface Page<T> {
  readonly block: Block | null;
  readonly items: readonly T[];
  readonly next: string | null;
  readonly complete: boolean;
}

/** What `/stream` tells, once for each step of following: a block near the head, some hundreds further back. */
export const stepSchema = z.object({
  block: blockSchema,
  /** The node's head, when that was read. */
  head: z.number().int().nonnegative(),
  /** Blocks up to there that were replaced by others just before; all of them where everything is read again. */
  replaced: z.number().int().nonnegative().or(z.literal("all")).optional(),
});
export type Step = z.output<typeof stepSchema>;
