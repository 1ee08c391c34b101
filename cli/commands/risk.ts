import { type Command, Option } from "commander";

import * as backtest from "../risk/backtest.js";
import * as calibrate from "../risk/calibrate.js";
import { number, time, told, withDataOptions } from "../risk/common.js";
import * as report from "../risk/report.js";
import * as series from "../risk/series.js";
import * as simulate from "../risk/simulate.js";

const DEFAULT_SEED = 2_020;
/** RiskMetrics' 0.94 a day. {d} */
const TAU = 16.16;
const SPECS = "price files, each [NAME=]FILE[#COLUMN]";

const EXAMPLES = `
Examples:
  plimsoll risk var ETH=eth_daily.csv --confidence 0.99
  plimsoll risk backtest BTC=btc_1h.csv ETH=eth_1h.csv --split 2019-07-01 --parameters deploy/parameters/risk.json
  plimsoll risk calibrate BTC=btc_1h.csv ETH=eth_1h.csv --also BTC=btc_daily.csv ETH=eth_daily.csv --out parameters.json
  plimsoll risk report BTC=btc_1h.csv ETH=eth_1h.csv --also BTC=btc_daily.csv ETH=eth_daily.csv --out risk.html
  plimsoll risk cascade --shock 0.3 --depth 5000
`;

/** `plimsoll risk`: the analyst's toolkit. It needs no contracts, so all of it may be imported before they are built. */
export function registerRisk(program: Command): void {
  const risk = program
    .command("risk")
    .description("measure, test and calibrate risk on price history")
    .addHelpText("after", EXAMPLES);
  registerSeries(risk);
  registerModel(risk);
  registerSimulations(risk);
}

const confidence = (command: Command): Command =>
  command.option("--confidence <number>", "for instance 0.99", number(0.5001, 0.9999), 0.99);

function registerSeries(risk: Command): void {
  withDataOptions(
    risk
      .command("returns")
      .description("returns of a price file, and their moments")
      .argument("<file>", "[NAME=]FILE[#COLUMN]"),
  )
    .addOption(new Option("--kind <kind>", "kind of return").choices(["log", "simple"]).default("log"))
    .action((...args: Parameters<(typeof series)["returns"]>) => told(() => series.returns(args[0], args[1])));
  withDataOptions(
    risk
      .command("volatility")
      .description("simple and exponentially weighted volatility")
      .argument("<file>", "[NAME=]FILE[#COLUMN]"),
  )
    .option("--tau <days>", "time constant; 16.16 is 0.94 a day", number(0.1, 3_650), TAU)
    .option("--window <days>", "of the rolling figure", number(2, 3_650), 30)
    .action((...args: Parameters<(typeof series)["volatility"]>) => told(() => series.volatility(args[0], args[1])));
  confidence(
    withDataOptions(
      risk
        .command("var")
        .description("value at risk and expected shortfall by five methods")
        .argument("<file>", "[NAME=]FILE[#COLUMN]"),
    ),
  )
    .option("--degrees <number>", "of Student's t", number(2.01, 1_000), 4)
    .option("--paths <number>", "of the simulations", number(1_000, 10_000_000, true), 1_000_000)
    .option("--seed <number>", "of the simulations", number(0, 2 ** 31, true), DEFAULT_SEED)
    .action((...args: Parameters<(typeof series)["valueAtRisk"]>) => told(() => series.valueAtRisk(args[0], args[1])));
}

function modelCommand(risk: Command, name: string, description: string): Command {
  return confidence(withDataOptions(risk.command(name).description(description).argument("<files...>", SPECS)))
    .option("--also <files...>", "the same assets at another cadence: learned from and judged too")
    .option("--split <date>", "learn before it, judge after it; default: the middle", time);
}

/** What is judged: a parameter file, or single parameters. */
function withSettings(command: Command): Command {
  return command
    .option("--parameters <file>", "judge this parameter file: its z, tau, floors and guard")
    .option(
      "--z <number>",
      "quantile of the VaR; default: the parameter file's, else learned before the split",
      number(0.1, 20),
    )
    .option("--tau <days>", "time constant of the covariance; default: the deployed one", number(0.1, 3_650))
    .option("--floors <list>", "least daily volatility: ETH=0.033,BTC=0.018, or none; default: the deployed ones")
    .option("--guard <number>", "share of the VaR without diversification; default: the deployed one", number(0, 1));
}

function registerModel(risk: Command): void {
  withSettings(
    modelCommand(risk, "backtest", "the on-chain model's VaR against what happened: Kupiec, Christoffersen, Basel"),
  )
    .option("--horizon <days>", "of the VaR", number(0.04, 60), 1)
    .action((...args: Parameters<(typeof backtest)["runBacktest"]>) =>
      told(() => backtest.runBacktest(args[0], args[1])),
    );
  modelCommand(risk, "calibrate", "write the parameter file that a deployment reads, with its evidence")
    .requiredOption("--out <file>", "where to write it")
    .option("--tau <days>", "time constant of the covariance", number(0.1, 3_650), TAU)
    .option("--horizon <days>", "that a liquidation may take", number(0.04, 60), 1)
    .option("--guard <number>", "share of the VaR without diversification", number(0, 1), 0.2)
    .option("--interval <seconds>", "between two observations", number(3_600, 604_800, true), 3_600)
    .action((...args: Parameters<(typeof calibrate)["calibrate"]>) =>
      told(() => calibrate.calibrate(args[0], args[1])),
    );
  withSettings(modelCommand(risk, "report", "one HTML file: volatility, haircut, VaR and loss, correlation"))
    .requiredOption("--out <file>", "where to write it")
    .option("--haircut-z <number>", "quantile of the haircut; default: the parameter file's", number(0.1, 20))
    .action((...args: Parameters<(typeof report)["report"]>) => told(() => report.report(args[0], args[1])));
}

function registerSimulations(risk: Command): void {
  const fraction = number(0, 0.9999);
  risk
    .command("cascade")
    .description("liquidations whose selling moves the price")
    .option("--price <usd>", "before the shock", number(1e-9, 1e9), 2_000)
    .option("--depth <tokens>", "sale that takes half the price received", number(1e-9, 1e12), 20_000)
    .option("--shock <fraction>", "the fall that starts it", fraction, 0.3)
    .option("--recovery <fraction>", "of the selling pressure that is gone by the next step", number(0, 1), 0)
    .option("--accounts <number>", "how many", number(1, 1_000_000, true), 1_000)
    .option("--collateral <tokens>", "of all accounts", number(1e-9, 1e12), 10_000)
    .option("--initial <fraction>", "initial haircut", fraction, 0.25)
    .option("--maintenance <fraction>", "maintenance haircut", fraction, 0.17)
    .option("--incentive <fraction>", "of the liquidator", number(0, 0.5), 0.05)
    .option("--health <number>", "after a liquidation", number(1, 3), 1.1)
    .option("--seed <number>", "of the accounts", number(0, 2 ** 31, true), DEFAULT_SEED)
    .option("--json", "print one JSON object")
    .action((options: simulate.CascadeOptions) => told(() => simulate.runCascade(options)));
  confidence(
    withDataOptions(
      risk
        .command("montecarlo")
        .description("simulated VaR of a portfolio, on all cores")
        .argument("<files...>", SPECS),
    ),
  )
    .requiredOption("--exposures <list>", "value held of each, comma-separated")
    .option("--paths <number>", "how many", number(1_000, 100_000_000, true), 1_000_000)
    .option("--horizon <days>", "of the loss", number(0.04, 365), 1)
    .option("--degrees <number>", "of Student's t; default: normal", number(2.01, 1_000))
    .option("--cores <number>", "default: all", number(1, 1_024, true))
    .option("--seed <number>", "of the paths", number(0, 2 ** 31, true), DEFAULT_SEED)
    .action((...args: Parameters<(typeof simulate)["runMonteCarlo"]>) =>
      told(() => simulate.runMonteCarlo(args[0], args[1])),
    );
}
