/** What can be asked, checked at the door: a wrong question is told what is wrong with it. */

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import { BadQuestion } from "../../keeper/operation/server.js";
import { CONTRACTS } from "../api/records.js";
import { ITEMS, MAX_ITEMS, MAX_POINTS, MAX_ROWS, POINTS } from "../api/wire.js";
import type { Cursor, Paging } from "./archive.js";

/** Later than anything. (unix seconds) */
const FOREVER = 10 ** 11;

const second = z
  .string()
  .regex(/^\d{1,12}$/, "a time in unix seconds is needed")
  .transform(Number)
  .refine((time) => time <= FOREVER, "a time in unix seconds is needed");

function count(most: number): z.ZodType<number, z.ZodTypeDef, string> {
  const rule = `a whole number from 1 to ${most} is needed`;
  return z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((given) => given >= 1 && given <= most, rule);
}

const cursor = z
  .string()
  .regex(/^\d{1,16}\.[0-9a-f]{8}$/, "what `next` of a page said is needed")
  .transform((text): Cursor => {
    const [place = "", mark = ""] = text.split(".");
    return { place: Number(place), mark };
  });

export function encodeCursor({ place, mark }: Cursor): string {
  return `${place.toString()}.${mark}`;
}

const account = z
  .string()
  .refine(isAddress, "an address is needed: 0x and 40 digits")
  .transform((text) => getAddress(text));

const range = { from: second.optional(), to: second.optional(), points: count(MAX_POINTS).default(POINTS.toString()) };

export const rangeQuestion = z
  .object(range)
  .strict()
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    message: "from has to be before to",
    path: ["from"],
  });

/** @param csv Tables may be longer, and are complete if nobody says otherwise. */
function paging(csv: boolean): {
  after: z.ZodOptional<typeof cursor>;
  limit: z.ZodType<number, z.ZodTypeDef, string | undefined>;
  order: z.ZodDefault<z.ZodEnum<["newest", "oldest"]>>;
} {
  const limit = csv ? count(MAX_ROWS).default(MAX_ROWS.toString()) : count(MAX_ITEMS).default(ITEMS.toString());
  return { after: cursor.optional(), limit, order: z.enum(["newest", "oldest"]).default("newest") };
}

type Asked = z.ZodType<
  { after?: Cursor | undefined; limit: number; order: "newest" | "oldest" },
  z.ZodTypeDef,
  unknown
>;

export function listQuestion(csv: boolean): Asked {
  return z.object(paging(csv)).strict();
}

export function liquidationsQuestion(
  csv: boolean,
): z.ZodType<z.output<Asked> & { account?: string | undefined }, z.ZodTypeDef, unknown> {
  return z.object({ ...paging(csv), account: account.optional() }).strict();
}

export function eventsQuestion(
  csv: boolean,
): z.ZodType<z.output<Asked> & { contract?: string | undefined; event?: string | undefined }, z.ZodTypeDef, unknown> {
  const event = z.string().regex(/^[A-Za-z]{1,64}$/, "the name of an event is needed");
  return z.object({ ...paging(csv), contract: z.enum(CONTRACTS).optional(), event: event.optional() }).strict();
}

export function pagingOf({ after, limit, order }: z.output<Asked>): Paging {
  return { after, limit, newestFirst: order === "newest" };
}

/** @throws {BadQuestion} */
export function accountOf(text: string): string {
  return check(account, text, "the account");
}

/** @throws {BadQuestion} */
export function ask<T>(question: z.ZodType<T, z.ZodTypeDef, unknown>, query: URLSearchParams): T {
  const given: Record<string, string> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(given, name)) throw new BadQuestion(`${name} is given twice`);
    given[name] = value;
  }
  return check(question, given);
}

function check<T>(schema: z.ZodType<T, z.ZodTypeDef, unknown>, value: unknown, what?: string): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue?.code === "unrecognized_keys")
    throw new BadQuestion(`there is no ${issue.keys.join(", no ")} to give here`);
  const name = what ?? issue?.path.join(".") ?? "";
  throw new BadQuestion(`${name}: ${issue?.message ?? "it cannot be understood"}`);
}
