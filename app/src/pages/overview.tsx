/** At a glance: whether what is owed is backed, and how much more may be issued. */

import { MaxUint256 } from "ethers";
import { type JSX } from "preact";
import { useState } from "preact/hooks";

import type { PageProps } from "../app.js";
import { Chart, gapsIn } from "../charts/chart.js";
import { Choice, Figure, Figures, Notice, Panel, Past, Status, Table } from "../components/basics.js";
import { PlimsollLine } from "../components/plimsoll-line.js";
import { useCsv, useHistory } from "../data/history.js";
import { amount, percent, plain, price, share, toNumber, usd, usdShort, yearly } from "../format/numbers.js";
import { backingVerdict } from "../format/standing.js";
import { duration } from "../format/time.js";
import { WAD } from "../../../sdk/arithmetic/integer.js";

const SPANS = { all: 0, day: 86_400, hour: 3_600 } as const;
type Span = keyof typeof SPANS;
const POINTS = 400;

export function Overview({ world }: PageProps): JSX.Element {
  const { sheet, protocol, dollar, block } = world;
  const [span, setSpan] = useState<Span>("all");
  const from = span === "all" ? undefined : Number(block.timestamp) - SPANS[span];
  const range = { from, points: POINTS };
  const statements = useHistory((client) => client.series("statement", range), span);
  const dollars = useHistory((client) => client.series("dollar", range), span);
  const rates = useHistory((client) => client.series("rate", range), span);
  const csv = {
    statement: useCsv("/history/statement"),
    dollar: useCsv("/history/dollar"),
    rate: useCsv("/history/rate"),
  };

  const afloat = sheet.capital >= sheet.required;
  const used = sheet.capital > 0n ? Number((sheet.required * 10_000n) / sheet.capital) / 10_000 : undefined;
  const full = sheet.backing === MaxUint256;
  const backing = backingVerdict(sheet.backing);
  return (
    <div class="page">
      {!sheet.fullyPriced && (
        <Notice level="warn" title="Not everything has a price just now.">
          <p>
            What has none counts as nothing below, on both sides: capital leaves it out, so what there is is more; and
            what is required leaves out what could be lost of it, so what is needed is more as well.
          </p>
        </Notice>
      )}
      <section class="hero" aria-labelledby="line-title">
        <div class="words">
          <h2 id="line-title">The Plimsoll line</h2>
          <p class="lead">
            {afloat ? (
              <>
                Loaded to <b>{used === undefined ? "–" : share(used, 0)}</b> of the line.
              </>
            ) : (
              <b>Loaded past the line: nothing is issued.</b>
            )}
          </p>
          <p>
            The water is the loss that the protocol must be able to take: what its reserve could lose, and what its
            loans could. The mark is what there is to take it. plUSD is issued only while the mark is above the water.
          </p>
          <p class="statuses">
            <Status level={afloat ? "good" : "bad"}>{afloat ? "above water" : "under water"}</Status>
            <Status level={full ? "good" : backing.level}>{full ? "nothing is owed" : backing.word}</Status>
          </p>
          <dl class="pairs">
            <div>
              <dt>Freeboard (headroom)</dt>
              <dd>{usd(afloat ? sheet.capital - sheet.required : 0n)}</dd>
            </div>
            <div>
              <dt>Of the capital, equity</dt>
              <dd>{usd(sheet.equity)}</dd>
            </div>
            <div>
              <dt>Of the capital, Backstop</dt>
              <dd>{usd(sheet.capital - sheet.equity)}</dd>
            </div>
            <div>
              <dt>
                <i class="key reserve" /> Required for the reserve
              </dt>
              <dd>{usd(sheet.required - sheet.loanPart)}</dd>
            </div>
            <div>
              <dt>
                <i class="key loans" /> Required for loans
              </dt>
              <dd>{usd(sheet.loanPart)}</dd>
            </div>
          </dl>
        </div>
        <PlimsollLine sheet={sheet} />
      </section>

      <Figures>
        <Figure label="Backing" value={full ? "full" : percent(sheet.backing)}>
          reserve and loans, for each plUSD that is not staked
        </Figure>
        <Figure label="plUSD outstanding" value={amount(sheet.supply, 18, 0)} title={amount(sheet.supply, 18, 6)}>
          {amount(sheet.loans, 18, 0)} of it lent
        </Figure>
        <Figure label="plUSD price" value={dollar === undefined ? "unknown" : price(dollar)}>
          {dollar === undefined ? "no feed answers" : peg(dollar)}
        </Figure>
        <Figure label="Borrowing costs" value={share(yearly(protocol.debt.rate), 2)}>
          a year, compounded
        </Figure>
        <Figure label="Reserve" value={usdShort(sheet.reserve)} title={usd(sheet.reserve, 2)}>
          at its low prices
        </Figure>
        <Figure label="Can be borrowed now" value={amount(protocol.gate.available, 18, 0)}>
          {protocol.gate.available > 0n ? "plUSD" : whyNothing(world)}
        </Figure>
      </Figures>

      <div class="bar-of-choices">
        <h2>Over time</h2>
        <Choice
          label="How far back"
          value={span}
          onChoose={setSpan}
          options={[
            ["all", "All"],
            ["day", "A day"],
            ["hour", "An hour"],
          ]}
        />
      </div>
      <Past told={statements} what="history">
        {({ points, gaps }) => {
          const times = points.map((p) => p.time);
          const pick = (of: (v: (typeof points)[number]["values"]) => bigint | undefined): (number | null)[] =>
            points.map(({ values }) => {
              const v = of(values);
              return v === undefined ? null : toNumber(v);
            });
          return (
            <>
              <Chart
                title="Capital against required"
                times={times}
                format={usdShort}
                fromZero
                height={280}
                csv={csv.statement}
                lines={[
                  { label: "Capital", colour: "--ink", values: pick((v) => v.capital) },
                  { label: "Required", colour: "--sea", values: pick((v) => v.required), filled: true, dashed: true },
                ]}
              />
              <div class="charts">
                <Chart
                  title="Supply, loans, reserve"
                  times={times}
                  format={usdShort}
                  csv={csv.statement}
                  lines={[
                    { label: "plUSD supply", colour: "--ink", values: pick((v) => v.supply) },
                    { label: "Loans", colour: "--sea", values: pick((v) => v.loans), dashed: true },
                    { label: "Reserve", colour: "--third", values: pick((v) => v.reserve) },
                  ]}
                />
                <Chart
                  title="Backing"
                  times={times}
                  format={(v) => share(v, 0)}
                  csv={csv.statement}
                  gaps={gapsIn(gaps)}
                  lines={[{ label: "Backing", colour: "--sea", values: pick((v) => v.backing) }]}
                />
              </div>
            </>
          );
        }}
      </Past>
      <div class="charts">
        <Past told={dollars} what="prices of plUSD">
          {({ points }) => (
            <Chart
              title="Price of plUSD"
              times={points.map((p) => p.time)}
              format={(v) => `$${plain(v, 4)}`}
              csv={csv.dollar}
              lines={[{ label: "plUSD", colour: "--sea", values: points.map((p) => toNumber(p.values.mid)) }]}
            />
          )}
        </Past>
        <Past told={rates} what="rates">
          {({ points }) => (
            <Chart
              title="Borrow rate, a year"
              times={points.map((p) => p.time)}
              format={(v) => share(v, 2)}
              csv={csv.rate}
              lines={[{ label: "Rate", colour: "--sea", values: points.map((p) => yearly(p.values.rate)) }]}
            />
          )}
        </Past>
      </div>

      <Panel
        title="Balance sheet"
        note="As it would be taken now, in USD: the reserve at its low prices, loans at what is owed."
      >
        <Table
          caption="Balance sheet"
          empty="There is no statement."
          rows={
            [
              ["Reserve", "+", sheet.reserve],
              ["Loans", "+", sheet.loans],
              ["plUSD outstanding", "−", sheet.supply],
              ["Equity", "=", sheet.equity],
              ["Backstop, not cooling down", "+", sheet.capital - sheet.equity],
              ["Capital", "=", sheet.capital],
              ["Required: the larger of value at risk and jump, and the loan part", "", sheet.required],
            ] as const
          }
          columns={[
            { name: "Item", cell: ([name]) => name },
            { name: "Sign", cell: ([, sign]) => sign },
            { name: "USD", numeric: true, cell: ([, , value]) => amount(value) },
          ]}
        />
      </Panel>
    </div>
  );
}

function peg(dollar: bigint): string {
  const off = Number(((dollar - WAD) * 10_000n) / WAD);
  if (Math.abs(off) < 1) return "at par";
  return `${Math.abs(off) / 100}% ${off > 0 ? "above" : "below"} par`;
}

/** Why nothing may be borrowed. */
function whyNothing({ protocol, sheet, block }: PageProps["world"]): string {
  const { gate } = protocol;
  if (sheet.capital < sheet.required) return "capital is below the line";
  if (block.timestamp > gate.takenAt + gate.maxAge) {
    return `the statement is ${duration(block.timestamp - gate.takenAt)} old; the next loan renews it`;
  }
  if (sheet.borrowable === 0n) return "too few liquid stables in the reserve";
  return "the last look at the collateral is too old; the next loan renews it";
}
