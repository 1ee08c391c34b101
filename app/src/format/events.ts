/** What happened, in words. */

import type { EventValue, RecordedEvent } from "../../../indexer/api/records.js";
import { amountText } from "../../../sdk/errors/format.js";

/** What is known of an asset for its amounts to be said. */
export interface EventAsset {
  readonly number: bigint;
  readonly symbol: string;
  readonly decimals: number;
}

const DOLLAR_DECIMALS = 18;
/** Amounts in plUSD by the contracts' names for them. */
const DOLLARS = ["repaid", "debtRemoved", "debt", "assets", "dollars"] as const;

const WORDS: Readonly<Record<string, string>> = {
  Deposit: "Deposited",
  Withdraw: "Withdrew",
  Borrow: "Borrowed",
  Repay: "Repaid",
  RepayInStable: "Repaid in a stable",
  Liquidate: "Liquidated",
  LiquidateInStable: "Liquidated in a stable",
  Absorb: "Absorbed by the reserve",
  WriteOff: "Written off",
  Credit: "Credited",
  Claimed: "Began to leave the Backstop",
  MarkedDue: "Claim marked due",
  Released: "Left the Backstop",
  Restaked: "Staked again",
};

/** `RiskModelSet` to `Risk model set`. */
export function spaced(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function eventTitle({ event, contract }: Pick<RecordedEvent, "event" | "contract">): string {
  if (contract === "backstop" && event === "Deposit") return "Staked in the Backstop";
  return WORDS[event] ?? spaced(event);
}

function whole(value: EventValue | undefined): bigint | undefined {
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

/** The amount that an event is about, with its unit; empty where it is about none. */
export function eventAmount({ contract, event, values }: RecordedEvent, assets: readonly EventAsset[]): string {
  const number = whole(values.asset);
  const given = whole(values.amount);
  const asset = assets.find((a) => a.number === number);
  if (asset !== undefined && given !== undefined) return `${amountText(given, asset.decimals)} ${asset.symbol}`;
  if (given !== undefined && contract !== "dollar" && (event === "Borrow" || event === "Repay"))
    return `${amountText(given, DOLLAR_DECIMALS)} plUSD`;
  for (const name of DOLLARS) {
    const dollars = whole(values[name]);
    if (dollars !== undefined) return `${amountText(dollars, DOLLAR_DECIMALS)} plUSD`;
  }
  return "";
}

/** A value of an event as text: for parameters that governance changed. */
export function valueText(value: EventValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return (value as readonly EventValue[]).map(valueText).join(", ");
  return Object.entries(value as Readonly<Record<string, EventValue>>)
    .map(([name, inner]) => `${spaced(name).toLowerCase()} ${valueText(inner)}`)
    .join(", ");
}
