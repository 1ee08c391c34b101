/** How positions go from an indexer to whoever asks: pages of JSON, amounts as decimal text. */

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import type { Position } from "../sdk/credit/valuation.js";
import type { Cursor, Page } from "./sql.js";

/** Of which chain and engine an index is: two that say the same are of the same. */
export interface Identity {
  /** Id and first block, as local chains share their ids. */
  readonly chain: string;
  readonly engine: string;
}

/** Positions in one page at most. */
export const PAGE = 10_000;

const AMOUNT = /^\d{1,78}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const ASSETS = 16;
const asset = z
  .number()
  .int()
  .min(0)
  .max(ASSETS - 1);
const big = z.string().regex(AMOUNT).transform(BigInt);

const pageSchema = z.object({
  chain: z.string(),
  engine: z.string().refine(isAddress).transform(getAddress),
  epoch: z.string(),
  block: z.object({ number: z.number().int().nonnegative(), hash: z.string().regex(/^0x[0-9a-f]{64}$/) }).nullable(),
  scales: z.array(z.tuple([asset, big])),
  positions: z.array(z.unknown()),
  next: z.string(),
  complete: z.boolean(),
});

/** Account, debt shares, assets with amounts. */
type WirePosition = readonly [account: string, shares: string, holdings: readonly (readonly [number, string])[]];

export interface WirePage extends Omit<z.input<typeof pageSchema>, "positions"> {
  readonly positions: readonly WirePosition[];
}

/** A page as it was read. */
export interface ReadPage extends Identity, Omit<Page, "next"> {
  readonly next: string;
}

export function encodePage(identity: Identity, page: Page): WirePage {
  const { epoch, block, scales, positions, next, complete } = page;
  return {
    ...identity,
    epoch,
    block: block ?? null,
    scales: [...scales].map(([number, scale]) => [number, scale.toString()]),
    positions: positions.map(([account, { debtShares, holdings }]) => [
      account,
      debtShares.toString(),
      holdings.map((held) => [Number(held.asset), held.amount.toString()]),
    ]),
    next: encodeCursor(next),
    complete,
  };
}

/** @throws where it is no such page. */
export function decodePage(value: unknown): ReadPage {
  const { block, scales, positions, ...rest } = pageSchema.parse(value);
  return {
    ...rest,
    block: block ?? undefined,
    scales: new Map(scales),
    positions: positions.map(decodePosition),
  };
}

/** By hand: there may be a hundred thousand of them, and a keeper waits. */
function decodePosition(value: unknown): [string, Position] {
  if (!isPosition(value)) throw new SyntaxError("it is no position");
  const [account, shares, held] = value;
  const holdings = held.map(([number, units]) => ({ asset: BigInt(number), amount: BigInt(units) }));
  return [account, { debtShares: BigInt(shares), holdings }];
}

function isPosition(value: unknown): value is WirePosition {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [account, shares, held] = value as unknown[];
  return isText(account, ADDRESS) && isText(shares, AMOUNT) && Array.isArray(held) && held.every(isHolding);
}

function isHolding(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [number, units] = value as unknown[];
  return Number.isInteger(number) && Number(number) >= 0 && Number(number) < ASSETS && isText(units, AMOUNT);
}

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

export function encodeCursor({ revision, account }: Cursor): string {
  return `${revision.toString()}.${account}`;
}

/** Undefined where it is none. */
export function decodeCursor(text: string): Cursor | undefined {
  const [, revision, account] = /^(\d{1,18})\.((?:0x[0-9a-fA-F]{40})?)$/.exec(text) ?? [];
  return revision === undefined || account === undefined ? undefined : { revision: BigInt(revision), account };
}
