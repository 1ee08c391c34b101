/** Writes history, in the transactions of the index. */

import { z } from "zod";

import type { Database, Run } from "../../keeper/journal/database.js";
import type { SeriesName } from "../api/series.js";
import { big, small } from "../sql.js";
import type { Also, BlockRef, Companion } from "../types.js";
import type { Contracts } from "./contracts.js";
import { blockAt, END, placeOf } from "./place.js";
import { pairOf, type BlockRow, type EventRow, type PointRow, type Targets } from "./record.js";

/** Rows of one step. */
export interface Rows {
  /** The last of its blocks, with events or without. */
  readonly to: Pick<BlockRow, "number" | "time">;
  readonly blocks: readonly BlockRow[];
  readonly events: readonly EventRow[];
  readonly points: readonly PointRow[];
}

/** A stretch that no view looked at. (unix seconds) */
export interface Gap {
  readonly since: number | null;
  readonly until: number;
}

/** When a view told something last. */
export interface Looked extends BlockRef {
  readonly time: number;
}

const TABLES = ["history_events", "history_accounts"] as const;
const lookedRow = z.object({ place: small, hash: z.string(), time: small });
const targetsRow = z.object({
  point_values: z.object({
    assets: z.array(z.object({ asset: z.number(), initial: z.number(), maintenance: z.number() })),
  }),
});

export class HistoryStore implements Companion {
  readonly #database: Database;
  readonly #chain: string;

  constructor(database: Database, chain: string) {
    this.#database = database;
    this.#chain = chain;
  }

  // ---- following

  /** Whether what is kept is of these contracts. If not, everything has to be read again; from then on it is. */
  async isOf(contracts: Contracts): Promise<boolean> {
    const [row] = await this.#database.run("select contracts from history_state where chain = $1", [this.#chain]);
    return row?.contracts === nameOf(contracts);
  }

  async becomeOf(contracts: Contracts): Promise<void> {
    await this.#database.run(
      `insert into history_state (chain, contracts) values ($1, $2)
       on conflict (chain) do update set contracts = excluded.contracts`,
      [this.#chain, nameOf(contracts)],
    );
  }

  /** Writes a step's rows. */
  write({ to, blocks, events, points }: Rows): Also {
    return async (run) => {
      await run("update history_state set number = $2, time = $3 where chain = $1", [this.#chain, to.number, to.time]);
      await this.#insert(run, "history_blocks", BLOCKS, blocks);
      await this.#insert(run, "history_events", EVENTS, events.map(eventOf));
      const concerned = events.flatMap(({ accounts, place }) => accounts.map((account) => ({ account, place })));
      await this.#insert(run, "history_accounts", ACCOUNTS, concerned);
      await this.#insert(run, "history_points", POINTS, points.map(pointOf("event")));
    };
  }

  async #insert(run: Run, table: string, columns: string, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const names = columns.split(", ").map((column) => column.split(" ")[0]);
    await run(
      `insert into ${table} (chain, ${names.join(", ")})
       select $1, ${names.map((name) => `given.${name ?? ""}`).join(", ")} from jsonb_to_recordset($2::jsonb) as given (${columns})`,
      [this.#chain, JSON.stringify(rows)],
    );
  }

  async rollBack(run: Run, { number }: BlockRef): Promise<void> {
    const first = placeOf(number + 1, 0);
    for (const table of [...TABLES, "history_points", "history_gaps"]) {
      await run(`delete from ${table} where chain = $1 and place >= $2`, [this.#chain, first]);
    }
    await run("delete from history_blocks where chain = $1 and number > $2", [this.#chain, number]);
  }

  /** Events are read again. What views told stays, as it cannot be asked again: {@link forgetViews} what is of replaced blocks. */
  async reset(run: Run): Promise<void> {
    for (const table of [...TABLES, "history_blocks"]) {
      await run(`delete from ${table} where chain = $1`, [this.#chain]);
    }
    await run("delete from history_points where chain = $1 and source = 'event'", [this.#chain]);
  }

  /** Haircuts aimed at as of the last event that says them. */
  async targets(): Promise<Targets> {
    const [row] = await this.#database.run(
      "select point_values from history_points where chain = $1 and series = 'targets' order by place desc limit 1",
      [this.#chain],
    );
    return row === undefined ? [] : targetsRow.parse(row).point_values.assets;
  }

  /** Token units per ledger unit, by asset number. */
  async scales(): Promise<Map<number, bigint>> {
    const rows = await this.#database.run("select asset, scale from index_assets where chain = $1", [this.#chain]);
    const found = rows.map((row) => z.object({ asset: small, scale: big }).parse(row));
    return new Map(found.map(({ asset, scale }) => [asset, scale]));
  }

  // ---- views

  /** What views said at a block. */
  views(
    { number, hash, time }: Looked,
    points: readonly Omit<PointRow, "place" | "time">[],
    gap: Gap | undefined,
  ): Also {
    const place = placeOf(number, END);
    const rows = points.map((point) => ({ ...pointOf("view")({ ...point, place, time }), hash }));
    return async (run) => {
      await this.#insert(run, "history_points", POINTS, rows);
      if (gap !== undefined) await this.#insert(run, "history_gaps", GAPS, [{ place, ...gap }]);
    };
  }

  /** The last time that views were asked for a series, or for any. */
  async looked(series?: SeriesName): Promise<Looked | undefined> {
    const one = series === undefined ? "" : "and series = $2";
    const [row] = await this.#database.run(
      `select place, hash, time from history_points where chain = $1 and source = 'view' ${one} order by place desc limit 1`,
      [this.#chain, ...(series === undefined ? [] : [series])],
    );
    return row === undefined ? undefined : lookedOf(row);
  }

  /** Blocks that views told of: the one in the middle of those from `first` to `last`, all of which are such blocks. */
  async lookedBetween(first: number, last: number): Promise<Looked[]> {
    const rows = await this.#database.run(
      `select distinct on (place) place, hash, time from history_points
       where chain = $1 and source = 'view' and place >= $2 and place <= $3 order by place`,
      [this.#chain, placeOf(first, 0), placeOf(last, END)],
    );
    return rows.map(lookedOf);
  }

  /** Forgets what views told of blocks after one. */
  forgetViews(number: number): Also {
    return async (run) => {
      const first = placeOf(number + 1, 0);
      await run("delete from history_points where chain = $1 and place >= $2 and source = 'view'", [
        this.#chain,
        first,
      ]);
      await run("delete from history_gaps where chain = $1 and place >= $2", [this.#chain, first]);
    };
  }

  /** Has the database find out how its tables are filled, which an embedded one does not do by itself: it finds things by that. */
  async analyze(): Promise<void> {
    await this.#database.run("analyze history_blocks, history_events, history_accounts, history_points");
  }

  /** Keeps of the points before a time only the last of each so many seconds, and the lowest. */
  thin(before: number, every: number): Also {
    return async (run) => {
      await run(
        `delete from history_points p using (
           select series, place,
             row_number() over (partition by series, time / $3::bigint order by place desc) as from_end,
             row_number() over (partition by series, time / $3::bigint order by score nulls last, place) as from_low
           from history_points where chain = $1 and time < $2::bigint
         ) ranked
         where p.chain = $1 and p.series = ranked.series and p.place = ranked.place
           and from_end > 1 and (from_low > 1 or p.score is null)`,
        [this.#chain, before, every],
      );
    };
  }
}

// ---- rows

const BLOCKS = "number bigint, hash text, time bigint";
const EVENTS =
  "place bigint, time bigint, transaction text, contract text, name text, category text, pair text, " +
  "amount numeric(78,0), fee numeric(78,0), event_values jsonb, detail jsonb";
const ACCOUNTS = "account text, place bigint";
const POINTS =
  "series text, place bigint, time bigint, source text, hash text, score numeric(78,0), point_values jsonb";
const GAPS = "place bigint, since bigint, until bigint";

function eventOf(row: EventRow): object {
  const { place, time, transaction, contract, name, category, values, detail } = row;
  const [amount, fee] = [row.amount?.toString(), row.fee?.toString()];
  return {
    place,
    time,
    transaction,
    contract,
    name,
    category,
    pair: pairOf(row),
    amount,
    fee,
    event_values: values,
    detail,
  };
}

function pointOf(source: "event" | "view"): (point: PointRow) => object {
  return ({ series, place, time, score, values }) => {
    return { series, place, time, source, score: score?.toString(), point_values: values };
  };
}

function lookedOf(row: unknown): Looked {
  const { place, hash, time } = lookedRow.parse(row);
  return { number: blockAt(place), hash, time };
}

function nameOf(contracts: Contracts): string {
  return JSON.stringify(Object.entries(contracts).sort());
}
