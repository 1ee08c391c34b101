/** What the keeper expected and what came of it, from its journal. */

import { FINAL, type Entry, type IntentJob, type IntentState } from "./types.js";

/** The sum of some intents. */
export interface Account {
  /** How many ended, or stand, in each state. */
  readonly states: Readonly<Partial<Record<IntentState, number>>>;
  /** What was expected to be left after gas, of what is final. {plUSD} */
  readonly expected: bigint;
  /** What was left. {plUSD} */
  readonly realised: bigint;
  /** {wei} */
  readonly fees: bigint;
  /** Tokens that came in and went out, by token. Token units */
  readonly flows: Readonly<Record<string, bigint>>;
}

export interface Ledger {
  readonly jobs: readonly (Account & { readonly job: IntentJob })[];
  readonly total: Account;
}

export function ledgerOf(intents: readonly Entry[]): Ledger {
  const names = [...new Set(intents.map((intent) => intent.job))].sort();
  const jobs = names.map((job) => ({ job, ...accountOf(intents.filter((intent) => intent.job === job)) }));
  return { jobs, total: accountOf(intents) };
}

function accountOf(intents: readonly Entry[]): Account {
  const states: Partial<Record<IntentState, number>> = {};
  const flows: Record<string, bigint> = {};
  let [expected, realised, fees] = [0n, 0n, 0n];
  for (const { state, inclusion, outcome, ...intent } of intents) {
    states[state] = (states[state] ?? 0) + 1;
    // What was included has cost its fee, whether or not it stays.
    fees += inclusion?.fee ?? 0n;
    if (!FINAL.includes(state)) continue;
    expected += intent.expected;
    realised += outcome?.realised ?? 0n;
    for (const [token, amount] of Object.entries(outcome?.flows ?? {})) flows[token] = (flows[token] ?? 0n) + amount;
  }
  return { states, expected, realised, fees, flows };
}

/** One JSON object; amounts as text, as they are larger than JSON's numbers. */
export function toJson(ledger: Ledger): string {
  return JSON.stringify(ledger, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}
