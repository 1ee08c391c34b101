/** The Backstop: first to lose, first to earn. */

import { type JSX } from "preact";

import type { PageProps } from "../app.js";
import { Chart, gapsIn } from "../charts/chart.js";
import { Figure, Figures, Panel, Past, Status } from "../components/basics.js";
import { StakeForm } from "../components/stake-form.js";
import { useCsv, useHistory } from "../data/history.js";
import { amount, percent, plain, share, toNumber, usdShort } from "../format/numbers.js";
import { duration, moment } from "../format/time.js";
import { claimWorth } from "../../../sdk/arithmetic/backstop.js";
import { YEAR } from "../../../sdk/arithmetic/interest.js";
import { stakeWorth } from "../../../sdk/reads/backstop.js";
import { WAD } from "../../../sdk/arithmetic/integer.js";

const POINTS = 300;
const DAY = 86_400;
const YEAR_DAYS = YEAR / DAY;

export function Earn({ world }: PageProps): JSX.Element {
  const { backstop, stake, sheet, account, book } = world;
  const told = useHistory((client) => client.series("backstop", { points: POINTS }), "backstop");
  const csv = useCsv("/history/backstop");
  const { terms, pool } = backstop;
  const days = Number(terms.stream) / DAY;
  // What streams now, spread over the time it takes, as a part of what is staked.
  const pace =
    pool.assets > 0n && days > 0 ? (toNumber(backstop.streaming) / toNumber(pool.assets) / days) * YEAR_DAYS : 0;
  const dollars = account?.wallet.get(book.contracts.dollar)?.balance;
  return (
    <div class="page">
      <Figures>
        <Figure label="Staked" value={amount(pool.assets, 18, 0)}>
          plUSD
        </Figure>
        <Figure label="On its way out" value={amount(backstop.cooling, 18, 0)}>
          bears losses, earns nothing
        </Figure>
        <Figure label="Streams in now" value={amount(backstop.streaming, 18, 2)}>
          plUSD over {duration(terms.stream)} at most: up to {share(pace, 2)} a year at this pace
        </Figure>
        <Figure
          label="Part of the capital"
          value={sheet.capital > 0n ? percent(((sheet.capital - sheet.equity) * WAD) / sheet.capital, 0) : "–"}
        >
          first to be burned when equity is negative
        </Figure>
        <Figure label="Leaving" value={backstop.covered && backstop.priced ? "open" : "closed"}>
          <Status level={backstop.covered && backstop.priced ? "good" : "warn"}>
            {!backstop.priced ? "something has no price" : backstop.covered ? "capital is enough" : "capital is short"}
          </Status>
        </Figure>
      </Figures>
      <Panel
        title="Your stake"
        note={`Who stakes takes losses first and gets the surplus. Leaving takes ${duration(terms.delay)}, then ${duration(terms.settle)} more; it is paid at the lowest share price of the three moments, and has to be taken within ${duration(terms.exitWindow)}.`}
      >
        {account === undefined || stake === undefined ? (
          <p class="empty">Connect a wallet to see your stake.</p>
        ) : (
          <>
            <dl class="pairs">
              <div>
                <dt>Staked, worth</dt>
                <dd>{amount(stakeWorth(backstop, stake), 18, 2)} plUSD</dd>
              </div>
              {stake.claim !== undefined && (
                <div>
                  <dt>Cooling, on its way out</dt>
                  <dd>
                    at most {amount(claimWorth(stake.claim.units, stake.claim.least, backstop.cooling), 18, 2)} plUSD
                  </dd>
                </div>
              )}
              <div>
                <dt>In your wallet</dt>
                <dd>{amount(dollars ?? 0n, 18, 2)} plUSD</dd>
              </div>
              <div>
                <dt>Claim to leave</dt>
                <dd>
                  {stake.claim === undefined
                    ? "none"
                    : stake.claim.dueAt === 0n
                      ? `can be marked due from ${moment(stake.claim.opensAt)} to ${moment(stake.claim.closesAt)}`
                      : `is paid from ${moment(stake.claim.opensAt)} to ${moment(stake.claim.closesAt)}`}
                </dd>
              </div>
            </dl>
            <StakeForm world={world} account={account} stake={stake} />
          </>
        )}
      </Panel>
      <Past told={told} what="history of the Backstop">
        {({ points, gaps }) => (
          <div class="charts">
            <Chart
              title="Price of a share"
              times={points.map((p) => p.time)}
              format={(v) => plain(v, 4)}
              csv={csv}
              gaps={gapsIn(gaps)}
              lines={[
                { label: "plUSD a share", colour: "--sea", values: points.map((p) => toNumber(p.values.sharePrice)) },
              ]}
            />
            <Chart
              title="Staked, cooling, streaming"
              times={points.map((p) => p.time)}
              format={usdShort}
              csv={csv}
              gaps={gapsIn(gaps)}
              fromZero
              lines={[
                {
                  label: "Staked",
                  colour: "--sea",
                  values: points.map((p) => toNumber(p.values.active)),
                  filled: true,
                },
                {
                  label: "Cooling",
                  colour: "--third",
                  values: points.map((p) => toNumber(p.values.cooling)),
                  dashed: true,
                },
                { label: "Streaming", colour: "--ink", values: points.map((p) => toNumber(p.values.streaming)) },
              ]}
            />
          </div>
        )}
      </Past>
    </div>
  );
}
