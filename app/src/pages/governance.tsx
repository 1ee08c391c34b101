/** Who changed what, and what is in force. */

import { type JSX } from "preact";

import type { PageProps } from "../app.js";
import { Panel, Past, Table } from "../components/basics.js";
import { Votes } from "../components/votes.js";
import { useCsv, useHistory } from "../data/history.js";
import { spaced, valueText } from "../format/events.js";
import { amount, bps, shortAddress, usd } from "../format/numbers.js";
import { duration, machine, moment } from "../format/time.js";

const SHOWN = 30;

export function Governance({ world }: PageProps): JSX.Element {
  const { protocol, book, backstop, auctions, reserve } = world;
  const told = useHistory((client) => client.governance({ limit: SHOWN }), "governance");
  const csv = useCsv("/governance");
  const { liquidation, debt, gate } = protocol;
  const rows: readonly (readonly [string, string])[] = [
    ["Least debt of an account", usd(debt.minimum)],
    ["All debts together at most", usd(debt.ceiling)],
    ["Health that a liquidation restores", bps(liquidation.targetHealth, 0)],
    ["Discount at a liquidation", `${bps(liquidation.minIncentive)} to ${bps(liquidation.maxIncentive)}`],
    ["Absorbed below a health of", bps(liquidation.absorbHealth, 0)],
    ["A statement counts for", duration(gate.maxAge)],
    ["Delay to leave the Backstop", duration(backstop.terms.delay)],
    ["Auctions start above the oracle by", bps(auctions.path.premium, 2)],
    ["Auctions end below the oracle by", bps(auctions.path.maxSlippage, 2)],
    ["Auctions run for", duration(auctions.path.duration)],
    ["Fee of redemption in kind", bps(reserve.inKindFee, 2)],
    ["Largest flash mint", `${amount(protocol.flashMint, 18, 0)} plUSD`],
  ];
  const governing = Object.entries(book.governance ?? {});
  return (
    <div class="page">
      <Votes world={world} />
      <div class="halves">
        <Panel
          title="In force"
          note="Each has immutable limits in the contracts: no vote goes beyond them. Repaying, redeeming and leaving cannot be stopped by anybody."
        >
          <Table
            caption="Parameters in force"
            rows={rows}
            empty=""
            columns={[
              { name: "Parameter", cell: ([name]) => name },
              { name: "Value", numeric: true, cell: ([, value]) => value },
            ]}
          />
        </Panel>
        <Panel
          title="Contracts"
          note="None can be upgraded; modules can be replaced by governance, which is written below when it happens."
        >
          <Table
            caption="Contracts"
            rows={[...Object.entries(book.contracts), ...governing]}
            empty=""
            columns={[
              { name: "Contract", cell: ([name]) => spaced(name) },
              { name: "Address", cell: ([, address]) => <code>{address}</code> },
            ]}
          />
        </Panel>
      </div>
      <Panel
        title="What was changed"
        note="Newest first; the first ones are the deployment's own."
        aside={
          csv !== undefined && (
            <a href={csv} download="plimsoll-governance.csv">
              All as CSV
            </a>
          )
        }
      >
        <Past told={told} what="changes">
          {({ items, complete }) => (
            <>
              <Table
                caption="Changes by governance"
                rows={items}
                empty="Nothing was changed yet."
                columns={[
                  { name: "When", cell: (e) => <time dateTime={machine(e.time)}>{moment(e.time)}</time> },
                  { name: "Contract", cell: (e) => spaced(e.contract) },
                  { name: "What", cell: (e) => spaced(e.event) },
                  { name: "To", cell: (e) => <span class="values">{valueText(e.values)}</span> },
                  {
                    name: "Transaction",
                    cell: (e) => <code title={e.transaction}>{shortAddress(e.transaction)}</code>,
                  },
                ]}
              />
              {!complete && <p class="note">The latest {items.length} are shown; the CSV has all.</p>}
            </>
          )}
        </Past>
      </Panel>
    </div>
  );
}
