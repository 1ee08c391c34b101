/** Reads history: what pages answer. Each answer is of one moment, and says of which block. */

import { z } from "zod";

import type { Database, Run } from "../../keeper/journal/database.js";
import type { Auction, Liquidation, RecordedEvent } from "../api/records.js";
import type { SeriesName } from "../api/series.js";
import type { Block } from "../api/wire.js";
import { big, small } from "../sql.js";
import type { Category } from "./contracts.js";
import { blockAt, logAt } from "./place.js";

/** What a schema reads, as it travels: amounts as text. */
type Wire<T> = T extends bigint
  ? string
  : T extends readonly (infer U)[]
    ? Wire<U>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type WireEvent = Wire<RecordedEvent>;
export type WireLiquidation = Wire<Liquidation>;
export type WireAuction = Wire<Auction>;

/** Where a page begins: behind an event, which is known by a part of its block's hash too. */
export interface Cursor {
  readonly place: number;
  readonly mark: string;
}

export interface Paging {
  readonly after: Cursor | undefined;
  readonly limit: number;
  readonly newestFirst: boolean;
}

/** Which events are meant. */
export interface Selection {
  readonly category?: Category;
  readonly contract?: string | undefined;
  readonly name?: string | undefined;
  readonly account?: string | undefined;
}

export interface Listed<T> {
  readonly block: Block | null;
  readonly items: readonly T[];
  /** Behind the last of them; where the page began if there is none. */
  readonly next: Cursor | undefined;
  readonly complete: boolean;
}

/** (unix seconds) */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

export interface WirePoint {
  readonly time: number;
  readonly block: number;
  readonly source: string;
  readonly values: unknown;
}

export interface Gap {
  readonly from: number | null;
  readonly to: number;
}

export interface Sum {
  readonly count: number;
  readonly amount: string;
  readonly fees: string;
}

/** The block behind a cursor was replaced: what was read before it may not have been. */
export class CursorVoid extends Error {
  override readonly name = "CursorVoid";
}

const MARK = 8;
const json = z.preprocess((value) => (typeof value === "string" ? (JSON.parse(value) as unknown) : value), z.unknown());
const eventRow = z.object({
  place: small,
  time: small,
  hash: z.string(),
  transaction: z.string(),
  contract: z.string(),
  name: z.string(),
  pair: z.string().nullable(),
  event_values: json,
  detail: json,
});
type Found = z.output<typeof eventRow>;
const blockRow = z.object({ number: small, hash: z.string() });
const timeRow = z.object({ time: small });
const pointRow = z.object({ time: small, place: small, source: z.string(), point_values: json });
const sumRow = z.object({ bucket: small, kind: z.string(), count: small, amount: big, fees: big });
const fillRow = z.object({
  opened: small,
  fills: small,
  filled: big,
  paid: big,
  given: big,
  received: big,
  closed: small.nullable(),
  rest: big.nullable(),
  replaced: small.nullable(),
});

const COLUMNS = "e.place, e.time, b.hash, e.transaction, e.contract, e.name, e.pair, e.event_values, e.detail";
const IN_BLOCK = `join history_blocks b on b.chain = e.chain and b.number = e.place >> 20`;

export class Archive {
  readonly #database: Database;
  readonly #chain: string;

  constructor(database: Database, chain: string) {
    this.#database = database;
    this.#chain = chain;
  }

  /** All questions of one answer, about one moment. */
  async #reading<T>(work: (run: Run, block: Block | null) => Promise<T>): Promise<T> {
    return await this.#database.transaction(async (run) => {
      await run("set transaction isolation level repeatable read");
      const [row] = await run("select number, hash from index_blocks where chain = $1 order by number desc limit 1", [
        this.#chain,
      ]);
      if (row === undefined) return await work(run, null);
      const { number, hash } = blockRow.parse(row);
      return await work(run, { number, hash, time: await this.#timeOf(run, number) });
    });
  }

  /** Of a block; of the last one before it of which anything is kept, where blocks after it were given up. */
  async #timeOf(run: Run, number: number): Promise<number> {
    const [row] = await run(
      `select coalesce(
         (select time from history_state where chain = $1 and number = $2::bigint),
         (select time from history_blocks where chain = $1 and number <= $2::bigint order by number desc limit 1),
         0) as time`,
      [this.#chain, number],
    );
    return timeRow.parse(row).time;
  }

  // ---- lists

  async events(selection: Selection, paging: Paging): Promise<Listed<WireEvent>> {
    return await this.#reading(async (run, block) => {
      const found = await this.#find(run, selection, paging);
      return { block, ...found, items: found.rows.map(eventOf) };
    });
  }

  async liquidations(account: string | undefined, paging: Paging): Promise<Listed<WireLiquidation>> {
    return await this.#reading(async (run, block) => {
      const found = await this.#find(run, { category: "liquidation", account }, paging, "victim");
      return { block, ...found, items: found.rows.map(liquidationOf) };
    });
  }

  async auctions(paging: Paging): Promise<Listed<WireAuction>> {
    return await this.#reading(async (run, block) => {
      const found = await this.#find(run, { category: "auction", name: "AuctionOpened" }, paging);
      const outcomes = await this.#outcomes(run, found.rows);
      return { block, ...found, items: found.rows.map((row) => auctionOf(row, outcomes.get(row.place))) };
    });
  }

  async #find(
    run: Run,
    { category, contract, name, account }: Selection,
    { after, limit, newestFirst }: Paging,
    as: "anybody" | "victim" = "anybody",
  ): Promise<{ rows: Found[]; next: Cursor | undefined; complete: boolean }> {
    if (after !== undefined) await this.#verify(run, after);
    const parameters: unknown[] = [this.#chain];
    const given = (value: unknown): string => `$${parameters.push(value).toString()}`;
    const conditions = ["e.chain = $1"];
    let concerned = "";
    if (account !== undefined) {
      concerned = "join history_accounts a on a.chain = e.chain and a.place = e.place";
      conditions.push(`a.account = ${given(account)}`);
      if (as === "victim") conditions.push("e.event_values ->> 'account' = a.account");
    }
    if (category !== undefined) conditions.push(`e.category = ${given(category)}`);
    if (contract !== undefined) conditions.push(`e.contract = ${given(contract)}`);
    if (name !== undefined) conditions.push(`e.name = ${given(name)}`);
    if (after !== undefined) conditions.push(`e.place ${newestFirst ? "<" : ">"} ${given(after.place)}::bigint`);
    const rows = await run(
      `select ${COLUMNS} from history_events e ${IN_BLOCK} ${concerned}
       where ${conditions.join(" and ")}
       order by e.place ${newestFirst ? "desc" : "asc"} limit ${given(limit + 1)}`,
      parameters,
    );
    const found = rows.slice(0, limit).map((row) => eventRow.parse(row));
    const last = found.at(-1);
    const next = last === undefined ? after : { place: last.place, mark: markOf(last.hash) };
    return { rows: found, next, complete: rows.length <= limit };
  }

  async #verify(run: Run, { place, mark }: Cursor): Promise<void> {
    const [row] = await run("select hash from history_blocks where chain = $1 and number = $2", [
      this.#chain,
      blockAt(place),
    ]);
    if (typeof row?.hash === "string" && markOf(row.hash) === mark) return;
    throw new CursorVoid("the block that `after` names was replaced by another one: read again from the beginning");
  }

  /** What became of auctions: of each pair one at a time is open, so what comes after an opening is its own until the next. */
  async #outcomes(run: Run, openings: readonly Found[]): Promise<Map<number, z.output<typeof fillRow>>> {
    const given = JSON.stringify(openings.map(({ place, pair }) => ({ opened: place, pair })));
    const number = (name: string): string => `coalesce(sum((e.event_values ->> '${name}')::numeric), 0)`;
    const rows = await run(
      `select o.opened, coalesce(f.fills, 0) as fills, coalesce(f.filled, 0) as filled, coalesce(f.paid, 0) as paid,
         coalesce(f.given, 0) as given, coalesce(f.received, 0) as received, c.time as closed, c.rest, n.time as replaced
       from jsonb_to_recordset($2::jsonb) as o (opened bigint, pair text)
       left join lateral (
         select e.place, e.time from history_events e
         where e.chain = $1 and e.pair = o.pair and e.place > o.opened and e.name = 'AuctionOpened' order by e.place limit 1
       ) n on true
       left join lateral (
         select e.time, (e.event_values ->> 'left')::numeric as rest from history_events e
         where e.chain = $1 and e.pair = o.pair and e.place > o.opened and e.place < coalesce(n.place, 9007199254740991)
           and e.name = 'AuctionClosed' order by e.place limit 1
       ) c on true
       left join lateral (
         select count(*) as fills, ${number("amount")} as filled, ${number("paid")} as paid,
           ${number("valueGiven")} as given, ${number("valueReceived")} as received
         from history_events e
         where e.chain = $1 and e.pair = o.pair and e.place > o.opened and e.place < coalesce(n.place, 9007199254740991)
           and e.name = 'AuctionFilled'
       ) f on true`,
      [this.#chain, given],
    );
    return new Map(rows.map((row) => fillRow.parse(row)).map((outcome) => [outcome.opened, outcome]));
  }

  // ---- series

  /**
   * The point in force at `from`, and those up to `to`: all of them, or if they are too many, the last one and the lowest of equal stretches.
   * @returns No more than `points`, ascending.
   */
  async series(name: SeriesName, span: Span): Promise<{ block: Block | null; gaps: Gap[]; points: WirePoint[] }> {
    return await this.#reading(async (run, block) => {
      const { from, to, points } = span;
      // Two of each stretch at most, and the first one.
      const stretches = Math.max(1, Math.floor((points - 1) / 2));
      const rows = await run(
        `with inside as (
           select place, time, source, score, point_values,
             ((time - $3::bigint) * $5::bigint) / ($4::bigint - $3::bigint + 1) as stretch
           from history_points where chain = $1 and series = $2 and time > $3::bigint and time <= $4::bigint
         ), ends as (
           select distinct on (stretch) place from inside order by stretch, place desc
         ), lows as (
           select distinct on (stretch) place from inside where score is not null order by stretch, score, place
         ), before as (
           select place, time, source, point_values from history_points
           where chain = $1 and series = $2 and time <= $3::bigint order by time desc, place desc limit 1
         )
         select place, time, source, point_values from before
         union all
         select place, time, source, point_values from inside
         where (select count(*) from inside) < $6::bigint
           or place in (select place from ends union select place from lows)
         order by place`,
        [this.#chain, name, from, to, stretches, points],
      );
      const found = rows.map((row) => pointRow.parse(row)).slice(-points);
      return {
        block,
        gaps: await this.#gaps(run, span),
        points: found.map(({ time, place, source, point_values: values }) => ({
          time,
          block: blockAt(place),
          source,
          values,
        })),
      };
    });
  }

  async #gaps(run: Run, { from, to }: Span): Promise<Gap[]> {
    const rows = await run(
      `select since, until from history_gaps
       where chain = $1 and until > $2::bigint and coalesce(since, 0) < $3::bigint order by place`,
      [this.#chain, from, to],
    );
    const row = z.object({ since: small.nullable(), until: small });
    const gaps = rows.map((found) => row.parse(found)).map(({ since, until }) => ({ from: since, to: until }));
    // As long as nobody has looked, all of it is one.
    const [looked] = await run("select 1 from history_points where chain = $1 and source = 'view' limit 1", [
      this.#chain,
    ]);
    return looked === undefined ? [{ from: null, to }] : gaps;
  }

  /** Sums over equal stretches, the empty ones included. */
  async volumes({
    from,
    to,
    points,
  }: Span): Promise<{ block: Block | null; sums: ReadonlyMap<number, Record<string, Sum>> }> {
    return await this.#reading(async (run, block) => {
      const rows = await run(
        `select ((time - $2::bigint) * $4::bigint) / ($3::bigint - $2::bigint + 1) as bucket,
           contract || '.' || name as kind, count(*) as count, sum(amount) as amount, coalesce(sum(fee), 0) as fees
         from history_events
         where chain = $1 and amount is not null and time >= $2::bigint and time <= $3::bigint
         group by 1, 2 order by 1, 2`,
        [this.#chain, from, to, points],
      );
      const sums = new Map<number, Record<string, Sum>>();
      for (const row of rows) {
        const { bucket, kind, count, amount, fees } = sumRow.parse(row);
        const sum = { count, amount: amount.toString(), fees: fees.toString() };
        sums.set(bucket, { ...sums.get(bucket), [kind]: sum });
      }
      return { block, sums };
    });
  }

  /** From the first to the last second of which anything is kept; undefined where nothing is. */
  async extent(): Promise<{ readonly from: number; readonly to: number } | undefined> {
    const [row] = await this.#database.run(
      `select (select time from history_blocks where chain = $1 order by number limit 1) as first, greatest(
         (select time from history_blocks where chain = $1 order by number desc limit 1),
         (select time from history_points where chain = $1 and source = 'view' order by place desc limit 1)) as last`,
      [this.#chain],
    );
    const found = z.object({ first: small.nullable(), last: small.nullable() }).parse(row);
    return found.first === null || found.last === null ? undefined : { from: found.first, to: found.last };
  }
}

// ---- rows

function markOf(hash: string): string {
  return hash.slice(2, 2 + MARK);
}

function placeFields(row: Found): { block: number; time: number; transaction: string; log: number } {
  return { block: blockAt(row.place), time: row.time, transaction: row.transaction, log: logAt(row.place) };
}

function eventOf(row: Found): WireEvent {
  const { contract, name, event_values: values } = row;
  return { ...placeFields(row), contract, event: name, values } as WireEvent;
}

const KINDS: Readonly<Record<string, readonly [WireLiquidation["kind"], debt: string, caller: string | undefined]>> = {
  Liquidate: ["liquidated", "repaid", "liquidator"],
  Absorb: ["absorbed", "debtRemoved", "caller"],
  WriteOff: ["written off", "debt", undefined],
};
const detailRow = z.object({
  seized: z.array(z.object({ asset: z.number(), tokens: z.string(), price: z.string().nullable() })),
  value: z.string().nullable(),
});

function liquidationOf(row: Found): WireLiquidation {
  const values = z.record(z.unknown()).parse(row.event_values);
  const [kind, owed, by] = KINDS[row.name] ?? ["written off", "debt", undefined];
  const { seized, value } = detailRow.parse(row.detail);
  const debt = String(values[owed]);
  return {
    ...placeFields(row),
    kind,
    account: String(values.account),
    caller: by === undefined ? null : String(values[by]),
    debt,
    seized,
    value,
    cost: value === null ? null : (BigInt(value) - BigInt(debt)).toString(),
  };
}

/** Asset numbers end there; what is beyond is plUSD. */
const ASSETS = 16n;

function auctionOf(row: Found, outcome: z.output<typeof fillRow> | undefined): WireAuction {
  const { sold, bought, lot, scale } = z
    .object({ sold: z.string(), bought: z.string(), lot: z.string(), scale: z.string() })
    .parse(row.event_values);
  return {
    ...placeFields(row),
    sold: Number(sold),
    bought: BigInt(bought) < ASSETS ? Number(bought) : null,
    lot,
    scale,
    filled: (outcome?.filled ?? 0n).toString(),
    paid: (outcome?.paid ?? 0n).toString(),
    given: (outcome?.given ?? 0n).toString(),
    received: (outcome?.received ?? 0n).toString(),
    fills: outcome?.fills ?? 0,
    endedAt: outcome?.closed ?? outcome?.replaced ?? null,
    left: outcome?.rest?.toString() ?? null,
  };
}
