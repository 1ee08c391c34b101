/** What the protocol owns: against what it should own, where it earns, what is for sale. */

import { type JSX } from "preact";

import type { PageProps } from "../app.js";
import { Chart, gapsIn } from "../charts/chart.js";
import { Bar, Figure, Figures, Panel, Past, Status, Table } from "../components/basics.js";
import { useCsv, useHistory } from "../data/history.js";
import { amount, bps, percent, price, share, toNumber, tokens, usd, usdShort } from "../format/numbers.js";
import { duration, machine, moment } from "../format/time.js";
import { DOLLAR, type Auction } from "../../../sdk/reads/auctions.js";
import { ledgerWorth, type Asset } from "../../../sdk/reads/protocol.js";

const COLOURS = ["--sea", "--third", "--ink", "--warn", "--good", "--bad"] as const;
const BPS = 10_000;
const POINTS = 300;

export function ReservePage({ world }: PageProps): JSX.Element {
  const { sheet, reserve, auctions, protocol, book, block } = world;
  const told = useHistory((client) => client.series("reserve", { points: POINTS }), "reserve");
  const past = useHistory((client) => client.auctions({ limit: 20 }), "auctions");
  const csv = { reserve: useCsv("/history/reserve"), auctions: useCsv("/auctions") };
  const assetOf = (number: bigint): Asset | undefined => protocol.assets.find((a) => a.number === number);
  const nameOf = (number: bigint): string =>
    number === DOLLAR ? "plUSD" : (assetOf(number)?.symbol ?? `asset ${number.toString()}`);
  const ledger = (number: bigint, units: bigint): string => {
    const asset = assetOf(number);
    return asset === undefined ? units.toString() : tokens(units * asset.scale, asset.decimals);
  };
  const rows = reserve.assets.map((held) => {
    const line = sheet.lines.find((l) => l.asset === held.asset);
    const weight = auctions.weights[Number(held.asset)] ?? { now: 0n, target: 0n, band: 0n };
    return { ...held, ...weight, value: line?.value ?? 0n, vault: book.vaults[nameOf(held.asset)] };
  });
  const live = auctions.open.filter((a) => !a.over);
  const waiting = auctions.open.length - live.length;
  const widest = Math.max(1, ...rows.flatMap((r) => [Number(r.now), Number(r.target + r.band)])) / BPS;
  const off = rows.filter((r) => r.now > r.target + r.band || r.now + r.band < r.target);
  const invested = rows.reduce((sum, r) => {
    const asset = assetOf(r.asset);
    return asset === undefined ? sum : sum + ledgerWorth({ mid: asset.low, unit: asset.unit }, r.vaulted);
  }, 0n);
  return (
    <div class="page">
      <Figures>
        <Figure label="Reserve" value={usd(sheet.reserve)}>
          at its low prices
        </Figure>
        <Figure label="Earning in vaults" value={usd(invested)}>
          {sheet.reserve > 0n ? share(toNumber(invested) / toNumber(sheet.reserve), 0) : "–"} of it
        </Figure>
        <Figure label="Outside its band" value={`${off.length} of ${rows.length}`}>
          <Status level={off.length === 0 ? "good" : "warn"}>
            {off.length === 0 ? "on target" : off.map((r) => nameOf(r.asset)).join(", ")}
          </Status>
        </Figure>
        <Figure label="Risky targets in force" value={bps(auctions.derisking.scale, 0)}>
          {auctions.derisking.buysDollar ? "plUSD is bought and burned" : "scaled down when capital is short"}
        </Figure>
        <Figure label="Realised so far" value={usd(reserve.income)}>
          fees, yield and gains
        </Figure>
        <Figure label="Auctions may still lose" value={usd(auctions.lossBudget)}>
          against the oracle; refills daily
        </Figure>
      </Figures>

      <Panel
        title="Composition"
        note="The bar is the weight now, the line its target, the shade the band within which nothing is done. At low prices."
      >
        <Table
          caption="Composition of the reserve"
          rows={rows}
          empty="The reserve holds nothing."
          columns={[
            { name: "Asset", cell: (r) => nameOf(r.asset) },
            {
              name: "Weight",
              cell: (r) => (
                <Bar
                  value={Number(r.now) / BPS}
                  target={Number(r.target) / BPS}
                  band={Number(r.band) / BPS}
                  full={widest}
                  label={`${bps(r.now)} now, target ${bps(r.target)}, band ${bps(r.band)}`}
                />
              ),
            },
            { name: "Now", numeric: true, cell: (r) => bps(r.now) },
            { name: "Target", numeric: true, cell: (r) => `${bps(r.target)} ± ${bps(r.band)}` },
            { name: "Worth", numeric: true, cell: (r) => usd(r.value) },
            { name: "At hand", numeric: true, cell: (r) => ledger(r.asset, r.cash + r.credit) },
            { name: "In a vault", numeric: true, cell: (r) => ledger(r.asset, r.vaulted) },
            {
              name: "Issue against it",
              numeric: true,
              cell: (r) => (r.stable ? `${amount(r.issuable, 18, 0)} plUSD` : "–"),
            },
          ]}
        />
      </Panel>

      <Panel
        title="Auctions now"
        note="What is overweight is sold for what is underweight, from above the oracle's price downwards; anyone may fill."
      >
        <Table<Auction>
          caption="Open auctions"
          rows={live}
          empty="Nothing is for sale: the reserve is on target, or its auctions have ended."
          columns={[
            { name: "Sold", cell: (a) => `${ledger(a.sold, a.left)} ${nameOf(a.sold)}` },
            { name: "For", cell: (a) => nameOf(a.bought) },
            { name: "Price, of the oracle's", numeric: true, cell: (a) => percent(a.factor, 2) },
            {
              name: "Worth",
              numeric: true,
              cell: (a) => {
                const asset = assetOf(a.sold);
                return asset === undefined ? "–" : usd((asset.mid * a.left) / asset.unit);
              },
            },
            {
              name: "Ends",
              numeric: true,
              cell: (a) => `in ${duration(a.endsAt - block.timestamp)}`,
            },
          ]}
        />
        {waiting > 0 && (
          <p class="note">{waiting} more ran out of time and wait to be closed, or to make way for the next.</p>
        )}
      </Panel>

      <Past told={told} what="history of the reserve">
        {({ points, gaps }) => {
          const times = points.map((p) => p.time);
          const valueOf = (asset: bigint): (number | null)[] =>
            points.map(({ values }) => {
              const found = values.assets.find((a) => BigInt(a.asset) === asset);
              return found === undefined ? null : toNumber(found.value);
            });
          const weightOf = (asset: bigint): (number | null)[] =>
            points.map(({ values }) => {
              const found = values.assets.find((a) => BigInt(a.asset) === asset);
              return found === undefined ? null : found.weight / BPS;
            });
          const lines = (
            of: (asset: bigint) => (number | null)[],
          ): { label: string; colour: string; values: (number | null)[]; dashed: boolean }[] =>
            rows.map((r, i) => ({
              label: nameOf(r.asset),
              colour: COLOURS[i % COLOURS.length] ?? "--sea",
              values: of(r.asset),
              dashed: i % 2 === 1,
            }));
          return (
            <div class="charts">
              <Chart
                title="Worth by asset"
                times={times}
                format={usdShort}
                csv={csv.reserve}
                gaps={gapsIn(gaps)}
                lines={lines(valueOf)}
                fromZero
              />
              <Chart
                title="Weights"
                times={times}
                format={(v) => share(v, 0)}
                csv={csv.reserve}
                gaps={gapsIn(gaps)}
                lines={lines(weightOf)}
                fromZero
              />
            </div>
          );
        }}
      </Past>

      <Panel
        title="Past auctions"
        aside={
          csv.auctions !== undefined && (
            <a href={csv.auctions} download="plimsoll-auctions.csv">
              All as CSV
            </a>
          )
        }
      >
        <Past told={past} what="past auctions">
          {({ items }) => (
            <Table
              caption="Past auctions"
              rows={items}
              empty="There has been none."
              columns={[
                { name: "Opened", cell: (a) => <time dateTime={machine(a.time)}>{moment(a.time)}</time> },
                {
                  name: "Sold",
                  cell: (a) =>
                    `${nameOf(BigInt(a.sold))} for ${a.bought === null ? "plUSD" : nameOf(BigInt(a.bought))}`,
                },
                { name: "Fills", numeric: true, cell: (a) => a.fills },
                { name: "Given", numeric: true, cell: (a) => usd(a.given) },
                { name: "Received", numeric: true, cell: (a) => usd(a.received) },
                {
                  name: "Against the oracle",
                  numeric: true,
                  cell: (a) => (a.given === 0n ? "–" : percent(((a.received - a.given) * 10n ** 18n) / a.given, 2)),
                },
                { name: "Ended", cell: (a) => (a.endedAt === null ? "not closed" : moment(a.endedAt)) },
              ]}
            />
          )}
        </Past>
      </Panel>

      <Panel title="Where it earns">
        <Table
          caption="Vaults"
          rows={rows.filter((r) => r.vault !== undefined)}
          empty="Nothing is invested anywhere."
          columns={[
            { name: "Asset", cell: (r) => nameOf(r.asset) },
            { name: "In the vault", numeric: true, cell: (r) => `${ledger(r.asset, r.vaulted)} ${nameOf(r.asset)}` },
            { name: "Price", numeric: true, cell: (r) => price(assetOf(r.asset)?.low ?? 0n) },
            {
              name: "Cash is kept between",
              numeric: true,
              cell: (r) => `${ledger(r.asset, r.liquidFloor)} and ${ledger(r.asset, r.liquidCeiling)}`,
            },
            { name: "Vault", cell: (r) => <code>{r.vault}</code> },
          ]}
        />
      </Panel>
    </div>
  );
}
