/** `plimsoll risk cascade` and `montecarlo`: what has not happened yet. */

import * as risk from "../../risk/index.js";
import { present } from "../../sdk/present.js";
import { UsageError } from "../errors.js";
import { type DataOptions, loadSeries } from "./common.js";
import { answer, columns, percent, withProgress } from "./output.js";

export interface CascadeOptions {
  readonly price: number;
  readonly depth: number;
  readonly shock: number;
  readonly recovery: number;
  readonly accounts: number;
  readonly collateral: number;
  readonly initial: number;
  readonly maintenance: number;
  readonly incentive: number;
  readonly health: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function runCascade(options: CascadeOptions): void {
  const { price, depth, shock, recovery, seed } = options;
  const accounts = risk.population(options.accounts, options.collateral, { price }, options.initial, seed);
  const rules = { maintenanceHaircut: options.maintenance, incentive: options.incentive, targetHealth: options.health };
  const result = risk.cascade(accounts, { price, depth, shock, recovery }, rules);
  const usd = (x: number): string => `${Math.round(x).toLocaleString("en")} USD`;
  answer(options.json, { seed, ...result }, () => [
    `A fall of ${percent(shock, 0)} hits ${options.accounts} accounts with ${options.collateral} tokens; depth ${depth} (seed ${seed})`,
    ...columns([
      ["lowest price", result.lowestPrice.toFixed(2)],
      ["price at the end", result.endPrice.toFixed(2)],
      ["fall, of the shock", `${result.amplification.toFixed(2)} times`],
      ["accounts liquidated", String(result.accounts)],
      ["sold", `${result.sold.toFixed(1)} tokens`],
      ["repaid", usd(result.repaid)],
      ["bad debt", usd(result.badDebt)],
      ["left alone: selling yields less than repaying costs", String(result.stuck)],
      ["steps", String(result.steps.length)],
    ]),
  ]);
}

export interface MonteCarloOptions extends DataOptions {
  readonly exposures: string;
  readonly paths: number;
  readonly horizon: number;
  readonly confidence: number;
  readonly degrees?: number;
  readonly cores?: number;
  readonly seed: number;
}

export async function runMonteCarlo(specs: readonly string[], options: MonteCarloOptions): Promise<void> {
  const panel = risk.align(specs.map((spec) => loadSeries(spec, options)));
  const exposures = options.exposures.split(",").flatMap((each) => risk.parseNumber(each.trim()) ?? []);
  if (exposures.length !== panel.names.length || options.exposures.split(",").length !== exposures.length) {
    throw new UsageError(
      `--exposures "${options.exposures}" does not fit ${panel.names.length} assets`,
      `One number per asset, for instance ${panel.names.map(() => "1000").join(",")} for ${panel.names.join(", ")}.`,
    );
  }
  const { covariance, intensity } = risk.ledoitWolf(risk.dailyPanelReturns(panel));
  const scaled = covariance.map((row) => row.map((each) => each * options.horizon));
  const started = performance.now();
  const { degrees, cores, seed, paths } = options;
  const simulation = { exposures, covariance: scaled, paths, seed, ...(degrees === undefined ? {} : { degrees }) };
  const result = await withProgress("paths", (onProgress) =>
    risk.monteCarloParallel(simulation, options.confidence, { onProgress, ...(cores === undefined ? {} : { cores }) }),
  );
  const seconds = (performance.now() - started) / 1_000;
  const parts = risk.componentVaR(exposures, scaled, risk.normalQuantile(options.confidence));
  const value = { ...result, seed, seconds, shrinkage: intensity, names: panel.names, normal: parts };
  answer(options.json, value, () => [
    `${paths} paths over ${options.horizon} d in ${seconds.toFixed(2)} s, ${degrees === undefined ? "normal" : `Student-t (${degrees})`}, seed ${seed}`,
    `VaR at ${percent(options.confidence, 1)}: ${result.var.toFixed(2)} (standard error ${result.varError.toFixed(2)}); expected shortfall: ${result.expectedShortfall.toFixed(2)}`,
    `Parametric normal: ${parts.total.toFixed(2)}, of which`,
    ...columns(panel.names.map((name, i) => [`  ${name}`, present(parts.components[i]).toFixed(2)])),
  ]);
}
