import { expect } from "chai";

import { EXIT } from "../../../../cli/errors.js";
import { commandOf, type ReplayOptions } from "../../../../cli/replay/options.js";
import { folderOf, play } from "../../../support/cli.js";

const CANDLES = `timestamp,close
2020-03-12T00:00:00Z,194
2020-03-12T01:00:00Z,193
2020-03-12T02:00:00Z,185
`;

describe("cli/replay: what it is asked for", function () {
  const files = folderOf(this);

  async function refused(code: number, words: string, ...args: string[]): Promise<void> {
    const { code: ended, err, out } = await play("replay", ...args);
    expect(err).to.contain(words);
    expect(ended, err).to.equal(code);
    expect(out).to.equal("");
  }

  it("ends with the code of its kind for everything that it cannot use, and says what to do", async () => {
    const [eth, btc] = [files.write("eth.csv", CANDLES), files.write("btc.csv", CANDLES)];
    const both = ["--price", `ETH=${eth}`, "--price", `BTC=${btc}`];
    await refused(EXIT.usage, "required option '--price", ...[]);
    await refused(EXIT.usage, "the prices of BTC are missing", "--price", `ETH=${eth}`);
    await refused(EXIT.usage, "there is no market DOGE", ...both, "--price", `DOGE=${btc}`);
    await refused(EXIT.usage, "a length such as 30s", ...both, "--step", "1x");
    await refused(EXIT.usage, "a replay cannot leave a gap out", ...both, "--gaps", "split");
    await refused(EXIT.usage, "there is no ratio of rETH", ...both, "--ratio", "rETH=0.9");
    await refused(EXIT.environment, "there is no file", "--price", `ETH=${eth}`, "--price", "BTC=nowhere.csv");
    await refused(EXIT.environment, "do not make up steps of 600 s", ...both, "--step", "10m");
    await refused(EXIT.failed, '"worst" is not an outage', ...both, "--keeper-outage", "worst");
    await refused(EXIT.failed, "outside of what is replayed", ...both, "--keeper-outage", "2021-01-01/6h");
    await refused(EXIT.failed, "nothing is left to replay", ...both, "--from", "2020-03-13");
    const window = ["--window", "2020-03-12/2020-03-13"];
    await refused(EXIT.usage, "--window says already", ...both, ...window, "--from", "2020-03-12");
    await refused(EXIT.usage, "a beginning and a later end", ...both, "--window", "2020-03-13/2020-03-12");
    await refused(EXIT.failed, "two windows overlap", ...both, ...window, ...window);
    await refused(EXIT.failed, "p.json is not JSON", ...both, "--policy", files.write("p.json", "{"));
  });

  it("names bad rows by their line, and takes them where a rule says so", async () => {
    const bad = files.write("bad.csv", CANDLES.replace(",193", ","));
    const eth = files.write("eth.csv", CANDLES);
    const both = ["--price", `ETH=${eth}`, "--price", `BTC=${bad}`];
    await refused(EXIT.environment, "bad.csv:3: the price is missing", ...both);
    // The rule takes it, and the next thing that is wrong is told.
    await refused(
      EXIT.failed,
      "nothing is left",
      ...both,
      "--missing",
      "drop",
      "--gaps",
      "allow",
      "--from",
      "2020-03-13",
    );
  });

  it("tells which windows the command names", () => {
    const options: ReplayOptions = {
      price: ["ETH=eth.csv", "BTC=btc.csv"],
      window: [{ from: 1_583_971_200, to: 1_584_057_600 }],
      accounts: 100,
      seed: 7,
      chapter: 90,
      missing: "error",
      invalid: "error",
      duplicates: "error",
      order: "error",
      gaps: "error",
    };
    expect(commandOf(options)).to.contain(" --window 2020-03-12T00:00:00Z/2020-03-13T00:00:00Z ");
  });

  it("tells the command that makes the same report, without the folders of this machine", () => {
    const options: ReplayOptions = {
      price: ["ETH=/somewhere/eth.csv", "BTC=data/btc.csv#close"],
      ratio: "wstETH=0.94",
      from: 1_583_971_200,
      gas: "/somewhere/gas.csv#gas_avg_gwei",
      keeperOutage: ["worst:6h"],
      accounts: 100,
      seed: 7,
      chapter: 90,
      missing: "error",
      invalid: "drop",
      duplicates: "error",
      order: "error",
      gaps: "allow",
    };
    expect(commandOf(options)).to.equal(
      "plimsoll replay --price ETH=eth.csv --price BTC=btc.csv#close --ratio wstETH=0.94 --from 2020-03-12T00:00:00Z " +
        "--gas gas.csv#gas_avg_gwei --keeper-outage worst:6h --invalid drop --gaps allow --accounts 100 --seed 7 --chapter 90",
    );
  });
});
