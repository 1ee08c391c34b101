/** The index's tables, beside the journal's if both are in one database. Several chains and engines may share them. */

import { HISTORY } from "./history/schema.js";

export const INDEX_TABLES = "index_migrations";

/** In steps: each is taken once, in order, and never changed afterwards. */
export const INDEX_STEPS: readonly string[] = [
  `
  create table index_state (
    chain    text primary key,
    -- Another one whenever everything is read anew: what was told before it is void.
    epoch    text not null,
    -- Of the last change.
    revision bigint not null
  );

  -- Blocks to go back to; the highest is the one that the positions are of.
  create table index_blocks (
    chain  text not null,
    number bigint not null,
    hash   text not null,
    primary key (chain, number)
  );

  create table index_assets (
    chain  text not null,
    asset  integer not null,
    scale  numeric(78, 0) not null,
    -- Block of its listing, or a later one.
    number bigint not null,
    primary key (chain, asset)
  );

  create table index_positions (
    chain       text not null,
    account     text not null,
    debt_shares numeric(78, 0) not null,
    -- [[asset, amount], ...], ascending; {ledger}
    holdings    jsonb not null,
    -- Where it was heard of first.
    first_block bigint not null,
    revision    bigint not null,
    primary key (chain, account)
  );
  create index index_positions_revision on index_positions (chain, revision, account);

  -- Positions as they were before a block.
  create table index_undo (
    chain       text not null,
    number      bigint not null,
    account     text not null,
    debt_shares numeric(78, 0) not null,
    holdings    jsonb not null,
    primary key (chain, number, account)
  );
  `,
  HISTORY,
];
