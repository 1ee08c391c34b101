/** What the demo says at its end: in words for people, as one object for programs. */

import { formatUnits } from "ethers";

import type { ScenarioResult } from "../../replay/scenario/run.js";
import type { Handled } from "../../replay/scenario/outcome.js";

const PERCENT = 100;

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
  readonly durationMs: number;
}

/** @param durationMs Wall time of the whole run, setting up included. */
export function toReport(result: ScenarioResult, durationMs: number): DemoReport {
  const { audit, outcome } = result;
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
    durationMs,
  };
}

/** Whether everything held that must hold. */
export function held(result: ScenarioResult): boolean {
  return result.audit.checks.every((check) => check.holds);
}

/** `1,234,567` of an amount with 18 decimals. */
export function whole(amount: bigint): string {
  return (amount / 10n ** 18n).toLocaleString("en-US");
}

/** The summary, line by line. */
export function toSummary(result: ScenarioResult): string[] {
  const { outcome, audit, keeper } = result;
  const handled = new Set([...outcome.liquidated.accounts, ...outcome.absorbed.accounts]).size;
  const lines = [
    "",
    `12-13 March 2020: ${result.priceUpdates.toLocaleString("en-US")} ether price updates, lowest ${usd(result.lowestEth)}`,
    "",
    `  ${handled} of ${result.accounts} accounts failed their limit and were handled:`,
    describe("liquidated", outcome.liquidated, "sold through Uniswap, repaid in plUSD"),
    describe("absorbed", outcome.absorbed, "taken over by the treasury"),
    `  The keeper sent ${keeper.liquidations} liquidations and ${keeper.absorptions} absorptions, earned ${whole(keeper.profit)} plUSD before gas ` +
      `and spent ${formatUnits(keeper.gasSpent, 18).slice(0, 6)} ether on gas.`,
    "",
    `  Lost: ${audit.badDebt === 0n ? "nothing" : `${whole(audit.badDebt)} USD`}.` +
      `  Open with more debt than their collateral maintains: ${audit.openUnderwater}.`,
    `  Outstanding: ${whole(audit.supply)} plUSD against loans of ${whole(audit.totalDebt)} and collateral worth ${whole(audit.collateralValue)} USD.`,
    "",
  ];
  for (const check of audit.checks)
    lines.push(`  ${check.holds ? "ok    " : "BROKEN"} ${check.name} (${check.detail})`);
  return lines;
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
