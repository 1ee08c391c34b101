/** What the risk model measures, and what follows from it. */

import { type JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import type { PageProps } from "../app.js";
import { Chart, gapsIn } from "../charts/chart.js";
import { HeatMap } from "../charts/heat-map.js";
import { Figure, Figures, Notice, Panel, Past, Table } from "../components/basics.js";
import { backtest } from "../data/backtest.js";
import { useCsv, useHistory } from "../data/history.js";
import { readRisk, type RiskNow } from "../data/risk.js";
import { deployment } from "../data/world.js";
import { bps, percent, share, toNumber, tokens, usd, usdShort } from "../format/numbers.js";
import { duration } from "../format/time.js";

const COLOURS = ["--sea", "--third", "--ink", "--warn", "--good", "--bad"] as const;
const POINTS = 300;
const BPS = 10_000;

type Now =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly why: string }
  | { readonly state: "there"; readonly risk: RiskNow };

export function Risk({ world }: PageProps): JSX.Element {
  const { sheet, protocol, block } = world;
  const [now, setNow] = useState<Now>({ state: "loading" });
  useEffect(() => {
    const node = deployment.value?.node;
    if (node === undefined) return;
    let current = true;
    readRisk(node, world).then(
      (risk) => {
        if (current) setNow({ state: "there", risk });
      },
      (error: unknown) => {
        if (current) setNow({ state: "failed", why: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      current = false;
    };
  }, [world]);

  const told = useHistory((client) => client.series("risk", { points: POINTS }), "risk");
  const csv = { risk: useCsv("/history/risk") };
  const names = protocol.assets.map((a) => a.symbol);
  const rows = protocol.assets.map((asset, i) => ({
    asset,
    parts: now.state === "there" ? now.risk.parts[i] : undefined,
    component: now.state === "there" ? now.risk.components[i] : undefined,
  }));

  return (
    <div class="page">
      <Figures>
        <Figure label="Value at risk of the reserve" value={usd(sheet.valueAtRisk)}>
          over {now.state === "there" ? duration(now.risk.horizon) : "the horizon of the model"}
        </Figure>
        <Figure label="Largest jump" value={usd(sheet.jump)}>
          what could be lost before anybody can sell
        </Figure>
        <Figure label="Loan part" value={usd(sheet.loanPart)}>
          what loans could lose beyond their haircuts
        </Figure>
        <Figure label="Required" value={usd(sheet.required)}>
          the larger of the first two, and the third
        </Figure>
        <Figure
          label="Observed"
          value={now.state === "there" ? `${duration(block.timestamp - now.risk.observedAt)} ago` : "…"}
        >
          anyone may have it observe
        </Figure>
      </Figures>
      {now.state === "failed" && (
        <Notice level="bad" title="The risk model cannot be read.">
          <p>{now.why}</p>
        </Notice>
      )}

      <div class="halves">
        <Panel
          title="How assets move together"
          note="Correlations of daily returns, as measured. Blue: together; amber: against each other."
        >
          {now.state === "there" ? (
            <HeatMap
              caption="Correlations"
              names={names}
              value={(row, column) => toNumber(now.risk.correlations[row]?.[column] ?? 0n)}
            />
          ) : (
            <p class="empty" aria-busy={now.state === "loading"}>
              {now.state === "loading" ? "Reading the risk model…" : "Nothing to show."}
            </p>
          )}
        </Panel>
        <Panel
          title="Value at risk by asset"
          note="What each holding of the reserve adds to the whole. Together they are less than each alone: that is diversification."
        >
          <Table
            caption="Value at risk by asset"
            rows={rows}
            empty="No asset is listed."
            columns={[
              { name: "Asset", cell: (r) => r.asset.symbol },
              {
                name: "Daily volatility",
                numeric: true,
                cell: (r) => (r.parts === undefined ? "…" : percent(r.parts.volatility)),
              },
              { name: "Adds", numeric: true, cell: (r) => (r.component === undefined ? "…" : usd(r.component)) },
            ]}
          />
        </Panel>
      </div>

      <Panel
        title="Haircuts and what they are made of"
        note="The haircut for loans aims at volatility over the time it takes to sell, and at size: how much of the market is deposited. In force, it rises at once and falls slowly; the one for liquidation only ever moves slowly."
      >
        <Table
          caption="Haircuts"
          rows={rows}
          empty="No asset is listed."
          columns={[
            { name: "Asset", cell: (r) => r.asset.symbol },
            {
              name: "From volatility",
              numeric: true,
              cell: (r) => (r.parts === undefined ? "…" : percent(r.parts.volatilityPart)),
            },
            {
              name: "From size",
              numeric: true,
              cell: (r) => (r.parts === undefined ? "…" : percent(r.parts.sizePart)),
            },
            {
              name: "Aim, loans",
              numeric: true,
              cell: (r) => (r.parts === undefined ? "…" : percent(r.parts.initial)),
            },
            { name: "In force, loans", numeric: true, cell: (r) => bps(r.asset.initialHaircut) },
            {
              name: "Aim, liquidation",
              numeric: true,
              cell: (r) => (r.parts === undefined ? "…" : percent(r.parts.maintenance)),
            },
            { name: "In force, liquidation", numeric: true, cell: (r) => bps(r.asset.maintenanceHaircut) },
            {
              name: "Market depth",
              numeric: true,
              cell: (r) =>
                `${tokens(r.asset.borrowDepth * r.asset.scale, 2 < r.asset.decimals ? r.asset.decimals : 2)} ${r.asset.symbol}`,
            },
          ]}
        />
      </Panel>

      <div class="charts">
        <Past told={told} what="history of the risk model">
          {({ points, gaps }) => {
            const times = points.map((p) => p.time);
            const lines = (
              of: (a: (typeof points)[number]["values"]["assets"][number]) => number,
            ): { label: string; colour: string; values: (number | null)[]; dashed: boolean }[] =>
              protocol.assets.map((asset, i) => ({
                label: asset.symbol,
                colour: COLOURS[i % COLOURS.length] ?? "--sea",
                dashed: i % 2 === 1,
                values: points.map(({ values }) => {
                  const found = values.assets.find((a) => BigInt(a.asset) === asset.number);
                  return found === undefined ? null : of(found);
                }),
              }));
            return (
              <>
                <Chart
                  title="Daily volatility"
                  times={times}
                  format={(v) => share(v, 1)}
                  csv={csv.risk}
                  gaps={gapsIn(gaps)}
                  fromZero
                  lines={lines((a) => toNumber(a.volatility))}
                />
                <Chart
                  title="Haircut for loans, in force"
                  times={times}
                  format={(v) => share(v, 0)}
                  csv={csv.risk}
                  gaps={gapsIn(gaps)}
                  fromZero
                  lines={lines((a) => a.initialHaircut / BPS)}
                />
                <Chart
                  title="What each asset adds to the value at risk"
                  times={times}
                  format={usdShort}
                  csv={csv.risk}
                  gaps={gapsIn(gaps)}
                  lines={lines((a) => toNumber(a.component))}
                />
              </>
            );
          }}
        </Past>
        {now.state === "there" && <ValueAtRiskTest horizon={now.risk.horizon} />}
      </div>
    </div>
  );
}

/** Of windows whose loss may be above the value at risk: what its z was calibrated for (`deploy/parameters/risk.json`). */
const EXPECTED = 0.01;
const TEST_POINTS = 2_000;
/** It is of days, and much to ask for. {ms} */
const TEST_EVERY = 300_000;

/** What the reserve's holdings lost over the horizon, against the value at risk at its beginning. @param horizon {s} */
function ValueAtRiskTest({ horizon }: { readonly horizon: number }): JSX.Element {
  const range = { points: TEST_POINTS };
  const told = useHistory(
    async (client) => ({
      reserve: await client.series("reserve", range),
      statement: await client.series("statement", range),
      collateral: await client.series("collateral", range),
    }),
    "value at risk",
    TEST_EVERY,
  );
  const csv = useCsv("/history/reserve");
  const tested = useMemo(
    () =>
      told.state === "there"
        ? backtest(
            told.value.reserve.points.map(({ time, values }) => ({
              time,
              assets: values.assets.map((a) => ({
                asset: a.asset,
                amount: a.cash + a.credit + a.vaulted,
                value: a.midValue,
              })),
            })),
            told.value.statement.points.map(({ time, values }) => ({
              time,
              valueAtRisk: toNumber(values.valueAtRisk),
            })),
            told.value.collateral.points.map(({ time, values }) => ({
              time,
              prices: new Map(values.assets.map((a) => [a.asset, a.mid])),
            })),
            horizon,
          )
        : undefined,
    [told.state === "there" ? told.value : undefined, horizon],
  );
  return (
    <Past told={told} what="history of the reserve">
      {({ reserve }) => {
        const { rolling = [], windows = [], exceeded = 0, leftOut = 0 } = tested ?? {};
        return (
          <Chart
            title="Loss of the reserve's holdings against their value at risk"
            times={reserve.points.map((p) => p.time)}
            format={usdShort}
            csv={csv}
            gaps={gapsIn(reserve.gaps)}
            lines={[
              {
                label: "Value at risk, as said before",
                colour: "--sea",
                values: rolling.map((w) => w?.valueAtRisk ?? null),
                dashed: true,
              },
              {
                label: `Loss over ${duration(horizon)}`,
                colour: "--bad",
                values: rolling.map((w) => w?.loss ?? null),
                filled: true,
              },
            ]}
          >
            <p class="note">
              At each time: what was held {duration(horizon)} before (or at the beginning of the history, where that is
              later), at the prices of then and of now; what came in and went out meanwhile is neither loss nor gain.
              The value at risk is that of then.
            </p>
            <p class="result">
              {windows.length === 0
                ? leftOut > 0
                  ? `No whole window can be judged: of each (${leftOut.toString()}) a price is missing, or nobody looked at its end.`
                  : `The history is shorter than ${duration(horizon)}: there is no whole window to judge it by yet.`
                : `Of ${windows.length.toString()} whole windows, one after the other, ${exceeded.toString()} lost more than the value at risk (${share(exceeded / windows.length, 1)}); ${share(EXPECTED, 0)} are expected to, and few windows say little.`}
              {windows.length > 0 &&
                leftOut > 0 &&
                ` ${leftOut.toString()} more are left out: a price was missing, or nobody looked.`}
            </p>
          </Chart>
        );
      }}
    </Past>
  );
}
