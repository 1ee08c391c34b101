/** Positions in a database: what a step changes is written as a whole or not at all, so that a process may be killed at any time. */

import { randomUUID } from "node:crypto";

import { z } from "zod";

import type { Database, Row, Run } from "../keeper/journal/database.js";
import { migrate } from "../keeper/journal/schema.js";
import type { Position } from "../sdk/credit/valuation.js";
import type { Totals } from "./audit.js";
import { EMPTY } from "./fold.js";
import { INDEX_STEPS, INDEX_TABLES } from "./schema.js";
import { DEPTH, type Also, type BlockRef, type Companion, type Positions, type PositionStore } from "./types.js";

/** Another process writes the same index. */
export class IndexTaken extends Error {
  override readonly name = "IndexTaken";
}

/** Where a reader is: it has been told everything up to there. */
export interface Cursor {
  readonly revision: bigint;
  readonly account: string;
}

export interface StoreOptions {
  /** Blocks that it can be taken back by. */
  readonly depth?: number | undefined;
  readonly companion?: Companion | undefined;
}

export const START: Cursor = { revision: 0n, account: "" };

/** Positions that changed after a cursor, oldest change first. */
export interface Page {
  readonly epoch: string;
  /** What the positions are of once all pages are read. */
  readonly block: BlockRef | undefined;
  readonly positions: readonly (readonly [account: string, position: Position])[];
  readonly scales: ReadonlyMap<number, bigint>;
  readonly next: Cursor;
  /** Whether there is nothing after it. */
  readonly complete: boolean;
}

export const big = z.union([z.string(), z.number(), z.bigint()]).transform((value) => BigInt(value));
export const small = z.union([z.string(), z.number(), z.bigint()]).transform(Number);
const pairs = z.array(z.tuple([z.number(), z.string()]));
const holdings = z.preprocess((value) => (typeof value === "string" ? (JSON.parse(value) as unknown) : value), pairs);
const positionRow = z.object({ account: z.string(), debt_shares: big, holdings });
const cursorRow = z.object({ revision: big, account: z.string() });
const blockRow = z.object({ number: small, hash: z.string() });
const assetRow = z.object({ asset: small, scale: big });
const stateRow = z.object({ epoch: z.string(), revision: big });

/** Rows that JSON carries into a statement: both databases take them in the same way. */
const GIVEN = "jsonb_to_recordset($2::jsonb) as given (account text, debt_shares numeric(78, 0), holdings jsonb)";

export class SqlStore implements PositionStore {
  readonly #database: Database;
  readonly #chain: string;
  readonly #depth: number;
  readonly #companion: Companion | undefined;
  /** As this process left it; another one than the table's says that somebody else writes. */
  #revision: bigint;
  #epoch: string;

  private constructor(
    database: Database,
    chain: string,
    { depth = DEPTH, companion }: StoreOptions,
    state: z.infer<typeof stateRow>,
  ) {
    this.#database = database;
    this.#chain = chain;
    this.#depth = depth;
    this.#companion = companion;
    this.#revision = state.revision;
    this.#epoch = state.epoch;
  }

  /** @param chain Which chain and engine. */
  static async open(database: Database, chain: string, options: StoreOptions = {}): Promise<SqlStore> {
    await migrate(database, { steps: INDEX_STEPS, table: INDEX_TABLES, what: "index" });
    const added = "insert into index_state (chain, epoch, revision) values ($1, $2, 0) on conflict (chain) do nothing";
    await database.run(added, [chain, randomUUID()]);
    return new SqlStore(database, chain, options, await stateOf(database.run, chain));
  }

  /** Another one whenever anything here is. */
  get version(): string {
    return `${this.#epoch}.${this.#revision.toString()}`;
  }

  async recent(): Promise<readonly BlockRef[]> {
    const rows = await this.#database.run(
      "select number, hash from index_blocks where chain = $1 order by number desc",
      [this.#chain],
    );
    return rows.map((row) => blockRow.parse(row));
  }

  async known(accounts: ReadonlySet<string>): Promise<Positions> {
    const rows =
      accounts.size === 0
        ? []
        : await this.#database.run(
            `select account, debt_shares, holdings from index_positions
             where chain = $1 and account in (select jsonb_array_elements_text($2::jsonb))`,
            [this.#chain, JSON.stringify([...accounts])],
          );
    const found = new Map(rows.map(positionOf));
    const positions = new Map([...accounts].map((account) => [account, found.get(account) ?? EMPTY]));
    return { positions, scales: await scalesOf(this.#database.run, this.#chain) };
  }

  async advance(to: BlockRef, { positions, scales }: Positions, final: boolean, also?: Also): Promise<void> {
    await this.#write(async (run, revision) => {
      if (final) {
        await run("delete from index_blocks where chain = $1", [this.#chain]);
        await run("delete from index_undo where chain = $1", [this.#chain]);
      }
      await run("insert into index_blocks (chain, number, hash) values ($1, $2, $3)", [
        this.#chain,
        to.number,
        to.hash,
      ]);
      for (const [asset, scale] of scales) {
        await run(
          `insert into index_assets (chain, asset, scale, number) values ($1, $2, $3, $4)
           on conflict (chain, asset) do update set scale = excluded.scale, number = excluded.number`,
          [this.#chain, asset, scale.toString(), to.number],
        );
      }
      if (positions.size > 0) await this.#replace(run, to, positions, revision, final);
      await also?.(run);
      if (!final) await this.#forget(run, to.number - this.#depth);
    });
  }

  async #replace(
    run: Run,
    { number }: BlockRef,
    positions: Positions["positions"],
    revision: bigint,
    final: boolean,
  ): Promise<void> {
    const given = JSON.stringify([...positions].map(rowOf));
    if (!final) {
      await run(
        `insert into index_undo (chain, number, account, debt_shares, holdings)
         select $1, $3::bigint, given.account, coalesce(p.debt_shares, 0), coalesce(p.holdings, '[]'::jsonb)
         from ${GIVEN} left join index_positions p on p.chain = $1 and p.account = given.account`,
        [this.#chain, given, number],
      );
    }
    await run(
      `insert into index_positions (chain, account, debt_shares, holdings, first_block, revision)
       select $1, account, debt_shares, holdings, $3::bigint, $4::bigint from ${GIVEN}
       on conflict (chain, account) do update
       set debt_shares = excluded.debt_shares, holdings = excluded.holdings, revision = excluded.revision`,
      [this.#chain, given, number, revision.toString()],
    );
  }

  /** What is too old to go back to. */
  async #forget(run: Run, oldest: number): Promise<void> {
    await run("delete from index_blocks where chain = $1 and number < $2", [this.#chain, oldest]);
    await run("delete from index_undo where chain = $1 and number <= $2", [this.#chain, oldest]);
  }

  async rollBack(to: BlockRef): Promise<void> {
    await this.#write(async (run, revision) => {
      // The oldest of what was noted since is what it was then.
      await run(
        `update index_positions p
         set debt_shares = u.debt_shares, holdings = u.holdings, revision = $3::bigint
         from (
           select distinct on (account) account, debt_shares, holdings from index_undo
           where chain = $1 and number > $2 order by account, number
         ) u
         where p.chain = $1 and p.account = u.account`,
        [this.#chain, to.number, revision.toString()],
      );
      for (const table of ["index_undo", "index_blocks", "index_assets"]) {
        await run(`delete from ${table} where chain = $1 and number > $2`, [this.#chain, to.number]);
      }
      await this.#companion?.rollBack(run, to);
    });
  }

  /** Writes something about the block that it is at. Returns whether it is there still. */
  async note(at: BlockRef, also: Also): Promise<boolean> {
    const [tip] = await this.recent();
    if (tip?.hash !== at.hash) return false;
    await this.#write(also);
    return true;
  }

  async reset(): Promise<void> {
    const epoch = randomUUID();
    await this.#write(async (run) => {
      for (const table of ["index_positions", "index_undo", "index_blocks", "index_assets"]) {
        await run(`delete from ${table} where chain = $1`, [this.#chain]);
      }
      await run("update index_state set epoch = $2 where chain = $1", [this.#chain, epoch]);
      await this.#companion?.reset(run);
    });
    this.#epoch = epoch;
  }

  /** Positions that changed after `after`; all of them from the start where the reader's epoch is not this one. */
  async page(after: Cursor, epoch: string | undefined, limit: number): Promise<Page> {
    return await this.#database.transaction(async (run) => {
      // Blocks and positions of one moment.
      await run("set transaction isolation level repeatable read");
      // The index has the order; without statistics, which an embedded database makes for nobody, each page would sort all of them.
      await run("set local enable_sort = off");
      const state = await stateOf(run, this.#chain);
      const from = epoch === state.epoch ? after : START;
      const [block] = await run("select number, hash from index_blocks where chain = $1 order by number desc limit 1", [
        this.#chain,
      ]);
      const rows = await run(
        `select account, debt_shares, holdings, revision from index_positions
         where chain = $1 and (revision, account) > ($2::bigint, $3::text) order by revision, account limit $4`,
        [this.#chain, from.revision.toString(), from.account, limit + 1],
      );
      const found = rows.slice(0, limit);
      const last = found.at(-1);
      const end = last === undefined ? from : cursorRow.parse(last);
      return {
        epoch: state.epoch,
        block: block === undefined ? undefined : blockRow.parse(block),
        positions: found.map(quickly),
        scales: await scalesOf(run, this.#chain),
        next: { revision: end.revision, account: end.account },
        complete: rows.length <= limit,
      };
    });
  }

  /** How many accounts are known, and how many of them owe. */
  async count(): Promise<{ accounts: number; debtors: number }> {
    const [row] = await this.#database.run(
      "select count(*) as accounts, count(*) filter (where debt_shares > 0) as debtors from index_positions where chain = $1",
      [this.#chain],
    );
    return z.object({ accounts: small, debtors: small }).parse(row);
  }

  async totals(): Promise<Totals> {
    const [row] = await this.#database.run(
      "select coalesce(sum(debt_shares), 0) as shares from index_positions where chain = $1",
      [this.#chain],
    );
    const rows = await this.#database.run(
      `select (held ->> 0)::integer as asset, sum((held ->> 1)::numeric) as units
       from index_positions, jsonb_array_elements(holdings) held where chain = $1 group by 1`,
      [this.#chain],
    );
    const balances = rows.map((found) => z.object({ asset: small, units: big }).parse(found));
    const { shares } = z.object({ shares: big }).parse(row);
    return { shares, balances: new Map(balances.map(({ asset, units }) => [asset, units])) };
  }

  async #write(work: (run: Run, revision: bigint) => Promise<void>): Promise<void> {
    const next = this.#revision + 1n;
    await this.#database.transaction(async (run) => {
      const claimed = await run(
        "update index_state set revision = $2 where chain = $1 and revision = $3 returning revision",
        [this.#chain, next.toString(), this.#revision.toString()],
      );
      if (claimed.length === 0) throw new IndexTaken("another process writes this index");
      await work(run, next);
    });
    this.#revision = next;
  }
}

async function stateOf(run: Run, chain: string): Promise<z.infer<typeof stateRow>> {
  const [row] = await run("select epoch, revision from index_state where chain = $1", [chain]);
  return stateRow.parse(row);
}

async function scalesOf(run: Run, chain: string): Promise<Map<number, bigint>> {
  const rows = await run("select asset, scale from index_assets where chain = $1", [chain]);
  return new Map(rows.map((row) => assetRow.parse(row)).map(({ asset, scale }) => [asset, scale]));
}

function rowOf([account, { debtShares, holdings: held }]: readonly [string, Position]): object {
  const packed = held.map(({ asset, amount }) => [Number(asset), amount.toString()]);
  return { account, debt_shares: debtShares.toString(), holdings: packed };
}

function positionOf(row: unknown): [string, Position] {
  return decoded(positionRow.parse(row));
}

/** As {@link positionOf}, for many: what was written here is believed. */
function quickly({ account, debt_shares, holdings: held }: Row): [string, Position] {
  const list = (typeof held === "string" ? JSON.parse(held) : held) as [number, string][];
  const found = list.map(([asset, amount]) => ({ asset: BigInt(asset), amount: BigInt(amount) }));
  return [String(account), { debtShares: BigInt(String(debt_shares)), holdings: found }];
}

function decoded(row: z.infer<typeof positionRow>): [string, Position] {
  const held = row.holdings.map(([asset, amount]) => ({ asset: BigInt(asset), amount: BigInt(amount) }));
  return [row.account, { debtShares: row.debt_shares, holdings: held }];
}
