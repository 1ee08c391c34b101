/** The tables of history, beside the index's. All are only ever added to, and cut off where blocks are replaced. */

export const HISTORY = `
  create table history_state (
    chain     text primary key,
    -- Whose events are in it: others, and everything is read again.
    contracts text not null,
    -- The last block that was taken in, and when that was. (unix seconds)
    number    bigint not null default -1,
    time      bigint not null default 0
  );

  -- Blocks with events.
  create table history_blocks (
    chain  text not null,
    number bigint not null,
    hash   text not null,
    -- (unix seconds)
    time   bigint not null,
    primary key (chain, number)
  );

  create table history_events (
    chain       text not null,
    -- Of the block and in it: number * 2^20 + log.
    place       bigint not null,
    time        bigint not null,
    transaction text not null,
    contract    text not null,
    name        text not null,
    category    text not null,
    -- Of an auction: what is sold and bought.
    pair        text,
    -- {plUSD}, or {USD}
    amount      numeric(78, 0),
    fee         numeric(78, 0),
    event_values jsonb not null,
    -- What a view added: what was seized of whom, and prices.
    detail      jsonb,
    primary key (chain, place)
  );
  create index history_events_category on history_events (chain, category, place);
  create index history_events_contract on history_events (chain, contract, place);
  create index history_events_name on history_events (chain, name, place);
  create index history_events_pair on history_events (chain, pair, place) where pair is not null;
  create index history_events_amount on history_events (chain, time) where amount is not null;

  -- Whom they concern.
  create table history_accounts (
    chain   text not null,
    account text not null,
    place   bigint not null,
    primary key (chain, account, place)
  );
  create index history_accounts_place on history_accounts (chain, place);

  create table history_points (
    chain        text not null,
    series       text not null,
    -- As of events; of a view the last of its block.
    place        bigint not null,
    time         bigint not null,
    source       text not null check (source in ('event', 'view')),
    -- Of the block, where a view told.
    hash         text,
    -- The lowest one of a stretch is told as well as the last.
    score        numeric(78, 0),
    point_values jsonb not null,
    primary key (chain, series, place)
  );
  create index history_points_time on history_points (chain, series, time, place);
  create index history_points_views on history_points (chain, place) where source = 'view';

  -- Blocks that no view looked at, up to the one at \`place\`.
  create table history_gaps (
    chain   text not null,
    place   bigint not null,
    -- Null: since the beginning.
    since   bigint,
    until   bigint not null,
    primary key (chain, place)
  );
`;
