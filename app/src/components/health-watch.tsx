/**
 * Warns an owner: of an account that comes near liquidation or can be liquidated, and of what was taken from it. In the page, whatever page and whoever's
 * account is looked at, and by a notification where that is allowed.
 */

import { MaxUint256 } from "ethers";
import { type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { standingOf } from "../../../sdk/credit/standing.js";
import { WAD } from "../../../sdk/arithmetic/integer.js";
import { termsOf } from "../../../sdk/reads/protocol.js";
import type { Account } from "../../../sdk/reads/account.js";
import type { Liquidation } from "../../../indexer/api/records.js";
import { HealthAlerts, markOf, unseen } from "../data/alerts.js";
import { useHistory } from "../data/history.js";
import { kept, keep } from "../data/kept.js";
import { notify, permission, want, wanted } from "../data/notify.js";
import { useStore } from "../data/store.js";
import type { World } from "../data/world.js";
import { liquidationText } from "../format/liquidation.js";
import { health as healthText, usd } from "../format/numbers.js";
import { WARN_BELOW } from "../format/standing.js";
import { machine, moment } from "../format/time.js";
import { linkTo } from "../router.js";
import { Notice } from "./basics.js";

const alerts = new HealthAlerts();
const SHOWN = 20;

export function HealthWatch({ world }: { readonly world: World }): JSX.Element | null {
  const { own, book } = world;
  if (own === undefined) return null;
  const name = `seen.${book.chainId.toString()}.${book.contracts.engine}.${own.address}`;
  return (
    <>
      <Health world={world} account={own} />
      <Taken key={name} name={name} world={world} address={own.address} />
    </>
  );
}

function Health({ world, account }: { readonly world: World; readonly account: Account }): JSX.Element | null {
  const standing = standingOf(account, termsOf(world.protocol));
  const { health } = standing;
  useEffect(() => {
    const danger = alerts.next(account.address, health);
    if (danger === undefined) return;
    notify(
      danger === "failing"
        ? "Your Plimsoll account can be liquidated"
        : "Your Plimsoll account is close to liquidation",
      `Its health is ${healthText(health)}. Repay, or add collateral.`,
      // Of its own: browsers are silent about what only takes the place of another.
      `health-${danger}`,
    );
  }, [account.address, health]);
  if (health === MaxUint256 || health >= WARN_BELOW) return null;
  return (
    <Notice
      urgent
      level="bad"
      title={health < WAD ? "Your account can be liquidated now." : "Your account is close to liquidation."}
    >
      <p>
        Health {healthText(health)}: you owe {usd(standing.debt)}, and the limit is {usd(standing.maintenanceLimit)}.{" "}
        <a href={linkTo("borrow")}>Repay, or add collateral.</a>
      </p>
    </Notice>
  );
}

interface TakenProps {
  readonly world: World;
  readonly address: string;
  /** Under which the browser keeps what was seen: another deployment has another past. */
  readonly name: string;
}

/** What was taken since somebody last said that he has seen it. */
function Taken({ name, world, address }: TakenProps): JSX.Element | null {
  const { protocol } = world;
  const told = useHistory((client) => client.liquidations({ account: address, limit: SHOWN }), `taken ${address}`);
  const [seen, setSeen] = useState<string | undefined>(kept(name));
  const notified = useRef(seen);
  const items: readonly Liquidation[] | undefined = told.state === "there" ? told.value.items : undefined;
  const [newest] = items ?? [];
  const mark = newest === undefined ? "" : markOf(newest);

  useEffect(() => {
    if (items === undefined) return;
    if (seen === undefined) {
      // Whoever comes for the first time finds the past in the account's history.
      keep(name, mark);
      notified.current = mark;
      setSeen(mark);
      return;
    }
    const news = unseen(items, notified.current ?? seen);
    notified.current = mark;
    if (news.length > 0) {
      const body = news.map((l) => liquidationText(l, protocol.assets)).join(" ");
      notify("Your Plimsoll account was liquidated", body, `taken-${mark}`);
    }
  }, [mark, seen, items === undefined]);

  const fresh = items === undefined || seen === undefined ? [] : unseen(items, seen);
  if (fresh.length === 0) return null;
  return (
    <Notice urgent level="bad" title="Something was taken from your account.">
      <ul class="plain">
        {fresh.map((l) => (
          <li key={markOf(l)}>
            <time dateTime={machine(l.time)}>{moment(l.time)}</time>: {liquidationText(l, protocol.assets)}
          </li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() => {
          keep(name, mark);
          setSeen(mark);
        }}
      >
        I have seen it
      </button>
    </Notice>
  );
}

/** Whether the browser is to tell of it as well. */
export function NotifySwitch(): JSX.Element {
  const allowed = useStore(permission);
  const yes = useStore(wanted);
  if (allowed === "missing") return <p class="note">This browser has no notifications: keep the page in sight.</p>;
  return (
    <div class="switch">
      <label>
        <input
          type="checkbox"
          checked={yes && allowed === "granted"}
          disabled={allowed === "denied"}
          onChange={(event) => {
            void want(event.currentTarget.checked);
          }}
        />{" "}
        Tell me when my health falls below {healthText(WARN_BELOW)}, when it falls below 1, and when something of mine
        was taken
      </label>
      <p class="note">
        {allowed === "denied"
          ? "The browser keeps this page from telling: allow its notifications in the settings of the site."
          : "By a notification, for as long as this page is open, in the background too."}
      </p>
    </div>
  );
}
