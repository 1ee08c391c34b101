import { readFileSync } from "node:fs";

import { expect } from "chai";

import { CliError } from "../../../../cli/errors.js";
import { requireSound } from "../../../../cli/replay/run.js";
import { folderOf, play, type Played } from "../../../support/cli.js";
import { dataFile, needData } from "../../../support/data.js";

const [ETH, BTC] = ["hourly/eth_usd_1h.csv", "hourly/btc_usd_1h.csv"];
const GAS = "crash/gas_gwei_10m_7crashdays_2020_2021.csv";
const FIELDS = [
  "steps",
  "priceUpdates",
  "liquidated",
  "absorbed",
  "badDebt",
  "minBacking",
  "minCapitalRatio",
  "maxVarBreachRun",
  "rebalanceCostBps",
  "borrowerCostBps",
  "avgBorrowingPower",
  "durationMs",
];

type Totals = Readonly<Record<string, number | string | null>>;

const lastLine = ({ out }: Played): Totals => JSON.parse(out.trim().split("\n").at(-1)!) as Totals;

describe("cli/replay: crash windows of real history", function () {
  needData(this, ETH, BTC, GAS);
  const files = folderOf(this);
  const replay = (...args: string[]): Promise<Played> =>
    play(
      "replay",
      "--price",
      `ETH=${dataFile(ETH)}`,
      "--price",
      `BTC=${dataFile(BTC)}`,
      "--gas",
      dataFile(GAS),
      ...args,
    );

  it("19 May 2021: nothing is lost while the keeper works, and the same command gives the same report", async function () {
    this.timeout(240_000);
    const window = [
      "--from",
      "2021-05-19T11:00:00Z",
      "--to",
      "2021-05-19T15:00:00Z",
      "--accounts",
      "24",
      "--seed",
      "3",
    ];
    const reports: string[] = [];
    const totals: Totals[] = [];
    for (const name of ["one.html", "two.html"]) {
      const played = await replay(...window, "--json", "--report", files.path(name));
      expect(played.code, played.err).to.equal(0);
      reports.push(readFileSync(files.path(name), "utf8"));
      totals.push(lastLine(played));
    }
    expect(Object.keys(totals[0]!)).to.deep.equal(FIELDS);
    expect(totals[0]).to.include({ badDebt: "0.0" });
    expect(totals[0]!.minBacking).to.be.above(1);
    expect(Number(totals[0]!.liquidated) + Number(totals[0]!.absorbed), "accounts handled").to.be.above(0);
    expect({ ...totals[1], durationMs: 0 }).to.deep.equal({ ...totals[0], durationMs: 0 });

    const [report] = reports;
    expect(reports[1]).to.equal(report);
    expect(report).to.contain("--from 2021-05-19T11:00:00Z").and.to.contain("--seed 3");
    expect(report).to.contain("Every invariant held at every step").and.to.contain("The worst days");
    for (const title of ["Haircuts", "Capital", "Backing", "Composition", "Liquidations", "Auctions", "Losses"]) {
      expect(report).to.contain(`<h2>${title}</h2>`);
    }
    // Nothing is loaded from elsewhere, and no folder of this machine is told.
    expect(report).to.not.match(/(?:src|href)=/);
    expect(report).to.not.contain(files.path("").replace(/\/$/, ""));
  });

  it("12 March 2020: out for six hours of it, staked ether at a discount: what is lost is covered, and the protocol recovers", async function () {
    this.timeout(240_000);
    const played = await replay(
      ...["--from", "2020-03-12T20:00:00Z", "--to", "2020-03-13T06:00:00Z", "--accounts", "24", "--seed", "3"],
      ...["--keeper-outage", "worst:6h", "--ratio", "wstETH=0.94", "--json"],
    );
    expect(played.code, played.err).to.equal(0);
    const totals = lastLine(played);
    console.log(
      `      bad debt ${String(totals.badDebt)}, least backing ${String(totals.minBacking)}, capital ${String(totals.minCapitalRatio)}`,
    );
    expect(Number(totals.absorbed) + Number(totals.liquidated), "accounts handled at its return").to.be.above(2);
    expect(totals.minBacking).to.be.above(1);
    expect(totals.minCapitalRatio).to.be.above(1);
  });

  it("ends badly, saying what and when, where something did not hold", () => {
    expect(() => requireSound([])).to.not.throw();
    expect(() => requireSound([{ time: 1_583_971_200, what: "backing is 0.990000" }])).to.throw(
      CliError,
      "this did not hold: 2020-03-12T00:00Z: backing is 0.990000",
    );
  });
});
