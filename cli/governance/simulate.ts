/** `plimsoll governance simulate`: what a proposal would do, in a fork. Needs the contracts' bindings. */

import { NoAnvil } from "../../keeper/rehearsal/anvil.js";
import {
  CallReverts,
  effectOf,
  type AccountStanding,
  type Comparison,
  type Effect,
  type ProtocolStanding,
} from "../../keeper/rehearsal/effect.js";
import { Fork } from "../../keeper/rehearsal/fork.js";
import { callsIn, encodeProposal, type EncodedCall } from "../../sdk/governance/index.js";
import { amountText } from "../../sdk/errors/format.js";
import { columns } from "../columns.js";
import { CliError, EnvironmentError, EXIT } from "../errors.js";
import { json, money, percent, ratio } from "../present.js";
import { misread, readProposal } from "./file.js";
import { findProposal, parseNumber, withGovernance, type Governance, type GovernanceOptions } from "./open.js";
import { callLines, readable } from "./show.js";

export interface SimulateOptions extends GovernanceOptions {
  /** When limits that move are looked at again. {days} */
  readonly days: number;
}

const DEFAULT_SHOWN = 20;

/** @param what A file, or the number of a proposal. */
export async function simulate(
  what: string,
  options: SimulateOptions,
  say: (line: string) => void,
  progress: (text: string) => void,
): Promise<void> {
  await withGovernance(options, async (governance) => {
    const { provider, book, addresses, deployment } = governance;
    const calls = await callsOf(what, governance);
    const { json: forPrograms, days } = options;
    let fork: Fork;
    try {
      fork = await Fork.at(provider, book.chainId, await provider.getBlockNumber());
    } catch (error) {
      if (error instanceof NoAnvil) throw new EnvironmentError(error.message);
      throw error;
    }
    try {
      const effect = await effectOf({ fork, book, governors: addresses, calls, days, onProgress: progress });
      progress("");
      if (forPrograms === true) say(json({ calls: calls.map((call) => readable(call, deployment)), ...effect }));
      else for (const line of [...callLines(calls, deployment), "", ...effectLines(effect)]) say(line);
    } catch (error) {
      throw refused(error, governance);
    } finally {
      await fork.close();
    }
  });
}

async function callsOf(what: string, governance: Governance): Promise<readonly EncodedCall[]> {
  if (/^(\d+|0x[0-9a-f]+)$/i.test(what)) return (await findProposal(governance, parseNumber(what))).calls;
  const proposal = readProposal(what);
  try {
    return callsIn(encodeProposal(proposal, governance.deployment));
  } catch (error) {
    throw misread(error, what);
  }
}

function refused(error: unknown, { deployment }: Governance): unknown {
  if (!(error instanceof CallReverts)) return error;
  const { call, index, explanation, data } = error;
  const [name = ""] = callLines([call], deployment);
  const reason = explanation?.message ?? data;
  return new CliError(
    `it could not be executed: ${name.replace(/^1\. /, "")} reverts: ${reason}`,
    EXIT.failed,
    explanation?.fix,
    {
      code: explanation?.name ?? error.name,
      values: { call: index, data, ...explanation?.args },
    },
  );
}

// ---- for people

function effectLines({ block, now, later }: Effect): string[] {
  return [
    `At block ${block}, as soon as it is executed:`,
    ...comparisonLines(now),
    "",
    `${later.days} days later, at the same prices:`,
    ...comparisonLines(later),
  ];
}

function comparisonLines({ without, with: proposed, changes }: Comparison): string[] {
  const { liquidatable, overLimit } = changes;
  const debts = liquidatable.reduce((sum, { debt }) => sum + debt, 0n);
  return [
    ...table(without, proposed).map((line) => `  ${line}`),
    liquidatable.length === 0
      ? "  Nobody becomes liquidatable by it."
      : `  ${liquidatable.length} accounts become liquidatable by it, with debts of ${money(debts)} plUSD:`,
    ...accountLines(liquidatable),
    ...(overLimit.length === 0
      ? []
      : [
          `  ${overLimit.length} accounts come to owe more than they could borrow: they cannot withdraw before they repay.`,
        ]),
  ];
}

function accountLines(accounts: readonly AccountStanding[]): string[] {
  const rows = accounts
    .slice(0, DEFAULT_SHOWN)
    .map(({ account, debt, health }) => `    ${account}  ${money(debt)} plUSD, health ${ratio(health)}`);
  const more = accounts.length - rows.length;
  return more > 0 ? [...rows, `    and ${more} more (--json has them all)`] : rows;
}

function table(without: ProtocolStanding, proposed: ProtocolStanding): string[] {
  const money2 = (key: "capital" | "required" | "headroom" | "borrowLimit"): string[] => [
    money(without[key]),
    money(proposed[key]),
  ];
  const rows = [
    ["", "without", "with"],
    ["capital, USD", ...money2("capital")],
    ["required capital, USD", ...money2("required")],
    ["headroom, USD", ...money2("headroom")],
    ["borrow limits of those who owe, USD", ...money2("borrowLimit")],
  ];
  for (const [i, asset] of proposed.assets.entries()) {
    const before = without.assets[i];
    if (before === undefined) continue;
    const changed = (label: string, show: (one: typeof asset) => string): void => {
      if (show(before) !== show(asset)) rows.push([`${asset.symbol}: ${label}`, show(before), show(asset)]);
    };
    changed("haircut for borrowing", (one) => percent(one.initialHaircut));
    changed("haircut for liquidation", (one) => percent(one.maintenanceHaircut));
    changed("cap", (one) => amountText(one.cap * one.scale, one.decimals));
    changed("pauses", (one) => one.pauses.toString(2));
  }
  return columns(rows);
}
