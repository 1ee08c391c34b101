/** What happened to an account. */

import { type JSX } from "preact";

import { useCsv, useHistory } from "../data/history.js";
import { eventAmount, eventTitle, type EventAsset } from "../format/events.js";
import { shortAddress } from "../format/numbers.js";
import { machine, moment } from "../format/time.js";
import { Panel, Past, Table } from "./basics.js";

const SHOWN = 50;

export function AccountHistory({
  account,
  assets,
}: {
  readonly account: string;
  readonly assets: readonly EventAsset[];
}): JSX.Element {
  const told = useHistory((client) => client.accountEvents(account, { limit: SHOWN }), account);
  const csv = useCsv(`/accounts/${account}/events`);
  return (
    <Panel
      title="History"
      aside={
        csv !== undefined && (
          <a href={csv} download={`plimsoll-${account}.csv`}>
            All of it as CSV
          </a>
        )
      }
    >
      <Past told={told} what="history of this account">
        {({ items, complete }) => (
          <>
            <Table
              caption="History of the account"
              rows={items}
              empty="Nothing has happened to this account yet."
              columns={[
                { name: "When", cell: (e) => <time dateTime={machine(e.time)}>{moment(e.time)}</time> },
                { name: "What", cell: (e) => eventTitle(e) },
                { name: "Amount", numeric: true, cell: (e) => eventAmount(e, assets) },
                { name: "Block", numeric: true, cell: (e) => e.block },
                { name: "Transaction", cell: (e) => <code title={e.transaction}>{shortAddress(e.transaction)}</code> },
              ]}
            />
            {!complete && items.length >= SHOWN && <p class="note">The latest {SHOWN} are shown; the CSV has all.</p>}
          </>
        )}
      </Past>
    </Panel>
  );
}
