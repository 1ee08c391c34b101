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

const amount = z.string().regex(/^\d{1,78}$/);
const asset = z.number().int().min(0).max(15);
const address = z.string().refine(isAddress).transform(getAddress);
const big = amount.transform(BigInt);

const pageSchema = z.object({
  chain: z.string(),
  engine: address,
  epoch: z.string(),
  block: z.object({ number: z.number().int().nonnegative(), hash: z.string().regex(/^0x[0-9a-f]{64}$/) }).nullable(),
  scales: z.array(z.tuple([asset, big])),
  positions: z.array(z.tuple([address, big, z.array(z.tuple([asset, big]))])),
  next: z.string(),
  complete: z.boolean(),
});

export type WirePage = z.input<typeof pageSchema>;

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
    positions: positions.map(([account, debtShares, held]): [string, Position] => [
      account,
      { debtShares, holdings: held.map(([number, units]) => ({ asset: BigInt(number), amount: units })) },
    ]),
  };
}

export function encodeCursor({ revision, account }: Cursor): string {
  return `${revision.toString()}.${account}`;
}

/** Undefined where it is none. */
export function decodeCursor(text: string): Cursor | undefined {
  const [, revision, account] = /^(\d{1,18})\.((?:0x[0-9a-fA-F]{40})?)$/.exec(text) ?? [];
  return revision === undefined || account === undefined ? undefined : { revision: BigInt(revision), account };
}
