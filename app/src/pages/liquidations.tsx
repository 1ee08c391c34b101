/** Accounts that failed their limit: what was done about it, and what it cost whom. */

import { type JSX } from "preact";

import type { PageProps } from "../app.js";
import { Figure, Figures, Panel, Past, Status, Table } from "../components/basics.js";
import { useCsv, useHistory } from "../data/history.js";
import { useBorrowers } from "../data/borrowers.js";
import { bps, health, healthOfBps, percent, shortAddress, usd } from "../format/numbers.js";
import { seizedText } from "../format/liquidation.js";
import { healthVerdict } from "../format/standing.js";
import { machine, moment } from "../format/time.js";
import { linkTo } from "../router.js";
import { previewSlice } from "../../../sdk/credit/liquidation.js";
import type { Standing } from "../../../sdk/credit/standing.js";
import { WAD } from "../../../sdk/arithmetic/integer.js";

const SHOWN = 40;
const WEAKEST = 10;

export function Liquidations({ world }: PageProps): JSX.Element {
  const { protocol } = world;
  const { liquidation } = protocol;
  /** What its owner would lose beyond the debt that goes, if it happened now. */
  const cost = (standing: Standing): string => {
    const slice = previewSlice(standing, liquidation, protocol.debt.minimum);
    return slice === undefined ? "–" : usd(slice.gain);
  };
  const told = useHistory((client) => client.liquidations({ limit: SHOWN }), "liquidations");
  const csv = useCsv("/liquidations");
  const borrowers = useBorrowers(world);
  return (
    <div class="page">
      <Figures>
        <Figure label="Brought back to a health of" value={healthOfBps(liquidation.targetHealth)}>
          no more is taken than that needs
        </Figure>
        <Figure
          label="Discount for whoever does it"
          value={`${bps(liquidation.minIncentive)} to ${bps(liquidation.maxIncentive)}`}
        >
          most below a health of {healthOfBps(liquidation.fullIncentiveHealth)}
        </Figure>
        <Figure label="Absorbed by the reserve below" value={healthOfBps(liquidation.absorbHealth)}>
          without any plUSD or market
        </Figure>
        <Figure label="Collateral in the book" value={usd(protocol.collateralValue)}>
          against {usd(protocol.debt.total)} of debt
        </Figure>
      </Figures>
      <Panel
        title="Near the line now"
        note="Of those who borrowed lately, the weakest first, at the prices of this block. Anyone may liquidate an account whose health is below 1."
      >
        <Past told={borrowers} what="list of borrowers">
          {(all) => (
            <>
              <p class="result">
                {all.filter(({ standing }) => standing.liquidatable).length} of {all.length} accounts can be liquidated
                now.
              </p>
              <Table
                caption="Accounts near the line"
                rows={all.slice(0, WEAKEST)}
                empty="Nobody owes anything."
                columns={[
                  {
                    name: "Account",
                    cell: ({ account }) => (
                      <a href={linkTo("borrow", account)}>
                        <code>{shortAddress(account)}</code>
                      </a>
                    ),
                  },
                  {
                    name: "Health",
                    cell: ({ standing }) => {
                      const { level, word } = healthVerdict(standing.health);
                      return (
                        <>
                          {health(standing.health)} <Status level={level}>{word}</Status>
                        </>
                      );
                    },
                  },
                  { name: "Debt", numeric: true, cell: ({ standing }) => usd(standing.debt) },
                  { name: "Collateral", numeric: true, cell: ({ standing }) => usd(standing.collateralValue) },
                  { name: "It would cost", numeric: true, cell: ({ standing }) => cost(standing) },
                ]}
              />
            </>
          )}
        </Past>
      </Panel>
      <Panel
        title="Liquidations and absorptions"
        note="Newest first. A liquidator pays part of the debt and takes collateral at a discount; where nobody does, the reserve takes the position over. The cost is what the account lost beyond its debt, at the prices of that block."
        aside={
          csv !== undefined && (
            <a href={csv} download="plimsoll-liquidations.csv">
              All as CSV
            </a>
          )
        }
      >
        <Past told={told} what="liquidations">
          {({ items, complete }) => {
            const known = items.filter((l) => l.cost !== null);
            const debt = known.reduce((sum, l) => sum + l.debt, 0n);
            const cost = known.reduce((sum, l) => sum + (l.cost ?? 0n), 0n);
            return (
              <>
                {items.length > 0 && (
                  <p class="result">
                    {complete ? "In all" : `The latest ${items.length}`}: {usd(debt)} of debt went, at a cost to
                    borrowers of {usd(cost)}
                    {debt > 0n && ` (${percent((cost * WAD) / debt)} of it)`}.
                  </p>
                )}
                <Table
                  caption="Liquidations and absorptions"
                  rows={items}
                  empty="Nobody has been liquidated."
                  columns={[
                    { name: "When", cell: (l) => <time dateTime={machine(l.time)}>{moment(l.time)}</time> },
                    { name: "What", cell: (l) => l.kind },
                    {
                      name: "Account",
                      cell: (l) => (
                        <a href={linkTo("borrow", l.account)}>
                          <code>{shortAddress(l.account)}</code>
                        </a>
                      ),
                    },
                    { name: "Debt", numeric: true, cell: (l) => usd(l.debt) },
                    {
                      name: "Taken",
                      cell: (l) => seizedText(l.seized, protocol.assets),
                    },
                    { name: "Cost", numeric: true, cell: (l) => (l.cost === null ? "unknown" : usd(l.cost)) },
                    {
                      name: "Of the debt",
                      numeric: true,
                      cell: (l) => (l.cost === null || l.debt === 0n ? "–" : percent((l.cost * WAD) / l.debt)),
                    },
                  ]}
                />
                {!complete && <p class="note">The CSV has all of them.</p>}
              </>
            );
          }}
        </Past>
      </Panel>
    </div>
  );
}
