/** What the demo says at its end: in words for people, as one object for programs. */

import { formatUnits, MaxUint256 } from "ethers";

import { CliError } from "../errors.js";
import type { Measured } from "../../replay/scenario/measured.js";
import type { ScenarioResult } from "../../replay/scenario/run.js";
import type { Handled } from "../../replay/scenario/outcome.js";

const PERCENT = 100;
const BPS_DECIMALS = 4;

/** The last line of `--json`. Amounts are decimal strings in plUSD or USD. */
export interface DemoReport {
  readonly scenario: string;
  readonly steps: number;
  readonly priceUpdates: number;
  readonly accounts: number;
  readonly liquidated: number;
  readonly absorbed: number;
  readonly badDebt: string;
  readonly openUnderwater: number;
  readonly supply: string;
  readonly totalDebt: string;
  readonly collateralValue: string;
  /** How often the risk model observed prices. */
  readonly observations: number;
  /** What it makes of ether in the end: volatility a day, haircuts in force; fractions of 1. */
  readonly etherVolatility: string;
  readonly etherInitialHaircut: string;
  readonly etherMaintenanceHaircut: string;
  /** The reserve's assets at low prices, and what stands behind plUSD: 1 and above is full backing, null when nothing is owed. */
  readonly reserveNav: string;
  readonly backing: string | null;
  /** What could be lost, and what the risk model requires. */
  readonly capital: string;
  readonly required: string;
  /** Staked as first-loss capital, without what is leaving. */
  readonly backstop: string;
  /** Auctions opened. */
  readonly auctions: number;
  /** What rebalancing cost of what was traded; negative where bidders paid more than the oracle's price. */
  readonly rebalanceCostBps: number;
  /** Assets of the reserve outside their bands in the end. */
  readonly weightsOffTarget: number;
  readonly durationMs: number;
}

/** @param durationMs Wall time of the whole run, setting up included. */
export function toReport(result: ScenarioResult, durationMs: number): DemoReport {
  const { audit, outcome, rebalancing } = result;
  const { statement } = audit;
  return {
    scenario: result.path.name,
    steps: result.path.steps.length,
    priceUpdates: result.priceUpdates,
    accounts: result.accounts,
    liquidated: outcome.liquidated.accounts.size,
    absorbed: outcome.absorbed.accounts.size,
    badDebt: formatUnits(audit.badDebt, 18),
    openUnderwater: audit.openUnderwater,
    supply: formatUnits(audit.supply, 18),
    totalDebt: formatUnits(audit.totalDebt, 18),
    collateralValue: formatUnits(audit.collateralValue, 18),
    observations: result.keeper.observations,
    etherVolatility: formatUnits(result.ether.after.volatility, 18),
    etherInitialHaircut: formatUnits(result.ether.after.initialHaircut, BPS_DECIMALS),
    etherMaintenanceHaircut: formatUnits(result.ether.after.maintenanceHaircut, BPS_DECIMALS),
    reserveNav: formatUnits(statement.reserve, 18),
    backing: statement.backing === MaxUint256 ? null : formatUnits(statement.backing, 18),
    capital: formatUnits(statement.capital, 18),
    required: formatUnits(statement.required, 18),
    backstop: formatUnits(statement.backstop, 18),
    auctions: rebalancing.opened,
    rebalanceCostBps: rebalancing.costBps,
    weightsOffTarget: rebalancing.offTarget,
    durationMs,
  };
}

/**
 * @throws {CliError} unless everything held: a demo that lost something must not end as if it had not.
 */
export function requireHeld(result: ScenarioResult): void {
  const broken = result.audit.checks.filter((check) => !check.holds).map((check) => check.name);
  if (broken.length > 0) throw new CliError(`these invariants did not hold: ${broken.join("; ")}`);
}

/** `1,234,567` of an amount with 18 decimals. */
export function whole(amount: bigint): string {
  return (amount / 10n ** 18n).toLocaleString("en-US");
}

/** The summary, line by line. */
export function toSummary(result: ScenarioResult): string[] {
  const { outcome, audit, keeper, rebalancing } = result;
  const { statement } = audit;
  const handled = new Set([...outcome.liquidated.accounts, ...outcome.absorbed.accounts]).size;
  const lines = [
    "",
    `12-13 March 2020: ${result.priceUpdates.toLocaleString("en-US")} ether price updates, lowest ${usd(result.lowestEth)}`,
    "",
    `  ${handled} of ${result.accounts} accounts failed their limit and were handled, some both ways:`,
    describe("liquidated", outcome.liquidated, "sold through Uniswap, repaid in plUSD"),
    describe("absorbed", outcome.absorbed, "taken over by the reserve"),
    `  The keeper sent ${keeper.liquidations} liquidations and ${keeper.absorptions} absorptions, earned ${whole(keeper.profit)} plUSD before gas ` +
      `and spent ${formatUnits(keeper.gasSpent, 18).slice(0, 6)} ether on gas.`,
    `  The risk model observed prices ${keeper.observations} times; ether: volatility ${change(result, (m) => volatilityOf(m))} a day, ` +
      `haircut for new loans ${change(result, (m) => bps(m.initialHaircut))}, for liquidation ${change(result, (m) => bps(m.maintenanceHaircut))}.`,
    "",
    `  Lost: ${audit.badDebt === 0n ? "nothing" : `${whole(audit.badDebt)} USD`}.` +
      `  Open with more debt than their collateral maintains: ${audit.openUnderwater}.`,
    `  Outstanding: ${whole(audit.supply)} plUSD against loans of ${whole(audit.totalDebt)} and collateral worth ${whole(audit.collateralValue)} USD.`,
    "",
    `  The reserve: ${whole(statement.reserve)} USD, ${whole(audit.invested)} of it earning in the lending market. Capital ${whole(statement.capital)} against ${whole(statement.required)} required ` +
      `(${whole(statement.backstop)} of it staked in the Backstop); backing ${backing(statement.backing)}.`,
    `  ${rebalancing.opened} auctions with ${rebalancing.fills} fills sold ${whole(rebalancing.traded)} USD worth; ` +
      (rebalancing.lost > 0n ? `that cost ${rebalancing.costBps} bps.` : `that earned ${-rebalancing.costBps} bps.`) +
      ` Outside its band for ${hours(rebalancing.longestOff)} at the longest, now: ${rebalancing.offTarget} assets.`,
    "",
  ];
  for (const check of audit.checks)
    lines.push(`  ${check.holds ? "ok    " : "BROKEN"} ${check.name} (${check.detail})`);
  return lines;
}

function change({ ether }: ScenarioResult, say: (measured: Measured) => string): string {
  return `${say(ether.before)} -> ${say(ether.after)}`;
}

/** `4.2%` of a day's volatility. */
export function volatilityOf({ volatility }: Measured): string {
  return `${(Number(formatUnits(volatility, 18)) * PERCENT).toFixed(1)}%`;
}

/** `25.0%` of 2,500 bps. */
export function bps(value: bigint): string {
  return `${(Number(formatUnits(value, BPS_DECIMALS)) * PERCENT).toFixed(1)}%`;
}

function backing(value: bigint): string {
  return value === MaxUint256 ? "full: nothing is owed" : `${(Number(formatUnits(value, 18)) * PERCENT).toFixed(1)}%`;
}

function hours(seconds: number): string {
  return `${(seconds / 3_600).toFixed(1)} hours`;
}

function usd(answer: bigint): string {
  return `${formatUnits(answer, 8)} USD`;
}

function describe(what: string, handled: Handled, how: string): string {
  const cost = handled.collateral - handled.debt;
  const share = handled.debt === 0n ? 0 : (Number(cost) / Number(handled.debt)) * PERCENT;
  return (
    `    ${String(handled.accounts.size).padStart(4)} ${what} in ${handled.slices} slices (${how}): ${whole(handled.debt)} plUSD of debt for ` +
    `${whole(handled.collateral)} USD of collateral; cost to the borrowers ${whole(cost)} USD (${share.toFixed(1)}%)`
  );
}
