/** One's account: what is there, what could be done and what it would come to, what happened. */

import { getAddress, isAddress } from "ethers";
import { type JSX } from "preact";
import { useState } from "preact/hooks";

import type { PageProps } from "../app.js";
import { AccountHistory } from "../components/account-history.js";
import { ActionPanel } from "../components/action-panel.js";
import { Bar, Figure, Figures, Notice, Panel, Status, Table } from "../components/basics.js";
import { NotifySwitch } from "../components/health-watch.js";
import { WhatIf } from "../components/what-if.js";
import { useStore } from "../data/store.js";
import { unpricedOf, useUnpriced } from "../data/unpriced.js";
import type { World } from "../data/world.js";
import {
  bps,
  health as healthText,
  price,
  share,
  shortAddress,
  tokens,
  toNumber,
  usd,
  yearly,
} from "../format/numbers.js";
import { accountVerdict } from "../format/standing.js";
import { duration, moment } from "../format/time.js";
import { linkTo, route } from "../router.js";
import { session } from "../wallet/session.js";
import { standingOf, type Standing } from "../../../sdk/credit/standing.js";
import { PRICE_STATUS } from "../../../sdk/credit/valuation.js";
import { PAUSE, termsOf, worth, type Asset } from "../../../sdk/reads/protocol.js";
import type { Account } from "../../../sdk/reads/account.js";

export function Borrow({ world }: PageProps): JSX.Element {
  const current = useStore(session);
  const { account } = world;
  const { rest } = useStore(route);
  const own = account !== undefined && account.address === current?.address;
  if (rest !== undefined && !namesAccount(rest)) {
    return (
      <div class="page">
        <Notice level="warn" title={`There is no account "${rest}".`}>
          <p>
            That is not an address: 0x and 40 hexadecimal digits.{" "}
            <a href={linkTo("borrow")}>Look at your own account.</a>
          </p>
        </Notice>
        <LookElsewhere />
        <Market world={world} />
      </div>
    );
  }
  return (
    <div class="page">
      {rest !== undefined && !own && (
        <Notice level="none" title={`You are looking at ${rest}.`}>
          <p>
            Only whoever holds its key can act for it. <a href={linkTo("borrow")}>Look at your own account.</a>
          </p>
        </Notice>
      )}
      {account === undefined ? (
        current === undefined && rest === undefined ? (
          <Invitation />
        ) : (
          <p class="empty" aria-busy="true">
            Reading the account…
          </p>
        )
      ) : (
        <Open world={world} account={account} own={own} />
      )}
      <Market world={world} />
      {account === undefined ? null : <AccountHistory account={account.address} assets={world.protocol.assets} />}
      {own ? <LookElsewhere /> : null}
    </div>
  );
}

function namesAccount(text: string): boolean {
  return isAddress(text);
}

function Invitation(): JSX.Element {
  return (
    <Panel
      title="Connect a wallet"
      note="Deposit collateral, borrow plUSD against it, watch your health, and leave whenever you like. The button is at the top of the page; a page sees nothing of a wallet before that."
    >
      <LookElsewhere bare />
    </Panel>
  );
}

/** Any account is public. */
function LookElsewhere({ bare = false }: { readonly bare?: boolean }): JSX.Element {
  const [wrong, setWrong] = useState(false);
  const form = (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget).get("address");
        const text = typeof given === "string" ? given.trim() : "";
        setWrong(!isAddress(text));
        if (isAddress(text)) location.hash = linkTo("borrow", getAddress(text));
      }}
    >
      <label for="other-address">Look at any account</label>
      <input
        id="other-address"
        name="address"
        placeholder="0x…"
        autocomplete="off"
        spellcheck={false}
        aria-invalid={wrong}
      />
      <button type="submit">Look</button>
      {wrong && (
        <p role="alert" class="problem">
          That is not an address: 0x and 40 hexadecimal digits.
        </p>
      )}
    </form>
  );
  return bare ? form : <Panel title="Another account">{form}</Panel>;
}

function Open({
  world,
  account,
  own,
}: {
  readonly world: World;
  readonly account: Account;
  readonly own: boolean;
}): JSX.Element {
  const { protocol } = world;
  const standing = standingOf(account, termsOf(protocol));
  const verdict = accountVerdict(standing.health, unpricedOf(account.holdings, protocol.assets).length === 0);
  const used = standing.borrowLimit === 0n ? 0 : toNumber(standing.debt) / toNumber(standing.borrowLimit);
  return (
    <>
      <OldPrices world={world} account={account} />
      <Figures>
        <Figure label="Health" value={healthText(standing.health)}>
          <Status level={verdict.level}>{verdict.word}</Status>
        </Figure>
        <Figure label="Collateral" value={usd(standing.collateralValue)}>
          at market prices
        </Figure>
        <Figure label="You owe" value={usd(standing.debt, 2)}>
          plUSD, {share(yearly(protocol.debt.rate), 2)} a year
        </Figure>
        <Figure label="You may owe up to" value={usd(standing.borrowLimit)}>
          <Bar value={used} label={`${share(used, 0)} of the borrow limit is used`} />
        </Figure>
        <Figure label="Liquidated above" value={usd(standing.maintenanceLimit)}>
          of debt, at today's prices
        </Figure>
      </Figures>
      {own && <NotifySwitch />}
      <div class="columns">
        <div>
          <Collateral account={account} standing={standing} assets={protocol.assets} />
          <WhatIf world={world} account={account} />
        </div>
        <ActionPanel world={world} account={account} own={own} />
      </div>
    </>
  );
}

/** What stands on prices that nobody tells any more, and for how long. */
function OldPrices({ world, account }: { readonly world: World; readonly account: Account }): JSX.Element | null {
  const dead = useUnpriced(world, account.holdings);
  const disagreeing = unpricedOf(account.holdings, world.protocol.assets).filter(
    (a) => a.status === PRICE_STATUS.disagreeing,
  );
  if (dead.length === 0 && disagreeing.length === 0) return null;
  const now = Number(world.block.timestamp);
  return (
    <Notice level="warn" title="Not everything here has a live price.">
      {dead.map(({ asset: { symbol, high }, since, zeroAt }) => (
        <p key={symbol}>
          {since === undefined || zeroAt === undefined
            ? `There is no price for ${symbol}. Health rests on its last one, ${price(high)}, which will fall to 0 from when anyone tells the oracle of it.`
            : zeroAt <= now
              ? `There has been no price for ${symbol} for so long that its last one has fallen to 0: it counts for nothing.`
              : `There has been no price for ${symbol} since ${moment(since)}. Health rests on what is left of its last one, ${price(high)}, which falls to 0 by ${moment(zeroAt)}, in ${duration(zeroAt - now)}.`}{" "}
          It counts nothing for new loans and for what may leave, and the figure for collateral leaves it out.
        </p>
      ))}
      {disagreeing.map(({ symbol }) => (
        <p key={symbol}>
          The sources of the price of {symbol} disagree: it counts nothing for new loans until they agree again.
        </p>
      ))}
    </Notice>
  );
}

function Collateral({
  account,
  standing,
  assets,
}: {
  readonly account: Account;
  readonly standing: Standing;
  readonly assets: readonly Asset[];
}): JSX.Element {
  const rows = account.holdings.flatMap(({ asset: number, amount }) => {
    const asset = assets.find((a) => a.number === number);
    return asset === undefined ? [] : [{ asset, amount, liquidation: standing.liquidationPrices.get(number) }];
  });
  return (
    <Panel
      title="Collateral"
      note="The price of liquidation is the market price of that asset alone: all others as they are."
    >
      <Table
        caption="Collateral of the account"
        rows={rows}
        empty="Nothing is deposited yet."
        columns={[
          { name: "Asset", cell: ({ asset }) => asset.symbol },
          {
            name: "Deposited",
            numeric: true,
            cell: ({ asset, amount }) => tokens(amount * asset.scale, asset.decimals),
          },
          {
            name: "Worth",
            numeric: true,
            cell: ({ asset, amount }) => (asset.mid === 0n ? "no price" : usd(worth(asset, amount * asset.scale))),
          },
          { name: "Price", numeric: true, cell: ({ asset }) => (asset.mid === 0n ? "none" : price(asset.mid)) },
          {
            name: "Liquidation at",
            numeric: true,
            cell: ({ asset, liquidation }) =>
              liquidation === undefined ? (
                <span title="The fall of this asset alone does not lead to liquidation">–</span>
              ) : (
                <>
                  {price(liquidation)} <small>({fall(asset.mid, liquidation)})</small>
                </>
              ),
          },
        ]}
      />
    </Panel>
  );
}

function fall(now: bigint, then: bigint): string {
  if (now === 0n) return "–";
  const change = toNumber(then) / toNumber(now) - 1;
  return `${change >= 0 ? "+" : ""}${share(change, 0)}`;
}

function Market({ world }: PageProps): JSX.Element {
  return (
    <Panel
      title="What can be deposited"
      note="Haircuts follow what the market does: the first limits new loans and withdrawals, the second decides about liquidation and moves only slowly."
    >
      <Table
        caption="Collateral assets"
        rows={world.protocol.assets}
        empty="No asset is listed."
        columns={[
          {
            name: "Asset",
            cell: (a) => (
              <>
                {a.symbol} {marks(a)}
              </>
            ),
          },
          { name: "Price", numeric: true, cell: (a) => (a.mid === 0n ? "none" : price(a.mid)) },
          { name: "Haircut, loans", numeric: true, cell: (a) => bps(a.initialHaircut) },
          { name: "Haircut, liquidation", numeric: true, cell: (a) => bps(a.maintenanceHaircut) },
          { name: "Deposited by all", numeric: true, cell: (a) => usd(a.value) },
          {
            name: "Room for",
            numeric: true,
            cell: (a) => `${tokens((a.cap > a.total ? a.cap - a.total : 0n) * a.scale, a.decimals)} ${a.symbol}`,
          },
        ]}
      />
      <p class="note">
        Oldest loan or newest, the rate is one for all. The least that an account may owe is{" "}
        {usd(world.protocol.debt.minimum)}. Addresses:{" "}
        {world.protocol.assets.map((a) => (
          <span key={a.symbol}>
            {a.symbol} <code title={a.token}>{shortAddress(a.token)}</code>{" "}
          </span>
        ))}
      </p>
    </Panel>
  );
}

function marks(a: Asset): JSX.Element | null {
  if (a.delisted) return <Status level="bad">delisted</Status>;
  if (a.status === PRICE_STATUS.unpriced) return <Status level="bad">no price</Status>;
  if (a.status === PRICE_STATUS.disagreeing) return <Status level="warn">sources disagree</Status>;
  if ((a.pauses & (PAUSE.deposit | PAUSE.borrow)) !== 0n) return <Status level="warn">paused</Status>;
  return null;
}
