/** The journal's tables, in steps: each is taken once, in order, and never changed afterwards. */

import type { Database } from "./database.js";
import { JournalError } from "./types.js";

/** Any number that nobody else uses for a lock. */
const LOCK = 7_546_655;

const MIGRATIONS: readonly string[] = [
  `
  create table intents (
    id          text primary key,
    -- Which chain (id and first block) and whose numbers: several keepers may share a database.
    chain       text not null,
    sender      text not null,
    nonce       bigint not null,
    job         text not null,
    subject     text not null,
    accounts    jsonb not null,
    sales       integer not null,
    -- {plUSD}, 18 decimals
    expected    numeric(78, 0) not null,
    loss        numeric(78, 0) not null,
    purse       text not null,
    coin_price  numeric(78, 0) not null,
    -- {wei} per gas
    gas_price   numeric(78, 0) not null,
    call_to     text not null,
    call_data   text not null,
    call_value  numeric(78, 0) not null,
    gas_limit   bigint not null,
    made_at     bigint not null,
    state       text not null check
      (state in ('prepared', 'sent', 'included', 'confirmed', 'reverted', 'replaced', 'dropped')),
    -- Where it was included, and what it came to.
    included_hash text,
    block_number  bigint,
    block_hash    text,
    succeeded     boolean,
    gas_used      bigint,
    fee           numeric(78, 0),
    flows         jsonb,
    realised      numeric(78, 0)
  );
  -- Never two intents with one number.
  create unique index intents_number on intents (chain, sender, nonce) where state <> 'dropped';
  create index intents_open on intents (chain, sender) where state in ('prepared', 'sent', 'included');
  create index intents_time on intents (chain, sender, made_at);

  create table transactions (
    hash      text primary key,
    intent    text not null references intents (id),
    position  integer not null,
    kind      text not null check (kind in ('work', 'nothing')),
    raw       text not null,
    max_fee   numeric(78, 0) not null,
    tip       numeric(78, 0) not null,
    block     bigint not null,
    unique (intent, position)
  );

  create table probe (id integer primary key, probed_at timestamptz not null);
  `,
  `
  -- Of several processes with one key, which one acts. A term is over when the next begins: whoever writes in an earlier one is refused.
  create table leaders (
    chain    text not null,
    sender   text not null,
    term     bigint not null,
    holder   text not null,
    taken_at timestamptz not null,
    primary key (chain, sender)
  );
  `,
  `
  -- What a node refused may be sent once more, by another intent with the same number: the same bytes, and the same hash.
  alter table transactions drop constraint transactions_pkey;
  alter table transactions drop constraint transactions_intent_position_key;
  alter table transactions add primary key (intent, position);
  `,
];

/** Which tables are meant: the journal's, if nobody says. */
export interface Schema {
  readonly steps: readonly string[];
  /** Where it is noted which steps were taken. */
  readonly table: string;
  readonly what: string;
}

const JOURNAL: Schema = { steps: MIGRATIONS, table: "migrations", what: "journal" };

/**
 * Brings the tables up to date.
 * @throws {JournalError} where a later version of the program has written them.
 */
export async function migrate(database: Database, { steps, table, what }: Schema = JOURNAL): Promise<void> {
  await database.transaction(async (run) => {
    // One at a time, where several keepers start against one server.
    await run("select pg_advisory_xact_lock($1)", [LOCK]);
    await run(`create table if not exists ${table} (version integer primary key, taken_at timestamptz not null)`);
    const [row] = await run(`select coalesce(max(version), 0) as version from ${table}`);
    const version = Number(row?.version ?? 0);
    if (version > steps.length) {
      throw new JournalError(
        `the ${what} is of version ${version.toString()}, this program knows ${steps.length.toString()}: it is older than what wrote it`,
      );
    }
    for (const [index, step] of steps.entries()) {
      if (index < version) continue;
      for (const statement of statementsOf(step)) await run(statement);
      await run(`insert into ${table} (version, taken_at) values ($1, now())`, [index + 1]);
    }
  });
}

/** One statement at a time is what both databases take with parameters. */
function statementsOf(step: string): string[] {
  const lines = step.split("\n").filter((line) => !line.trim().startsWith("--"));
  return lines
    .join("\n")
    .split(";")
    .filter((statement) => statement.trim() !== "");
}
