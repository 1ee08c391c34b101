/** From events to rows. */

import { decodeSlice } from "../../sdk/credit/slice.js";
import type { EventValue } from "../api/records.js";
import type { SeriesName, WireValues } from "../api/series.js";
import type { BlockRef, EventLog } from "../types.js";
import type { Told } from "./contracts.js";
import { placeOf } from "./place.js";

export interface BlockRow extends BlockRef {
  /** (unix seconds) */
  readonly time: number;
}

export interface EventRow extends Told {
  readonly place: number;
  readonly time: number;
  readonly transaction: string;
  readonly detail: Detail | undefined;
}

export interface PointRow<N extends SeriesName = SeriesName> {
  readonly series: N;
  readonly place: number;
  readonly time: number;
  /** The lowest of a stretch is told as well as the last. */
  readonly score: bigint | undefined;
  readonly values: WireValues<N>;
}

/** What an asset is worth, and how it is counted, at the end of a block. */
export interface Priced {
  /** {USD/tok} 18 decimals; 0 where there is none. */
  readonly mid: bigint;
  /** Token units per ledger unit. */
  readonly scale: bigint;
  readonly decimals: bigint;
}
export type Prices = ReadonlyMap<number, Priced>;

/** What was taken of an account, and what that was worth; amounts as text, as it is kept. */
export interface Detail {
  readonly seized: readonly { readonly asset: number; readonly tokens: string; readonly price: string | null }[];
  /** {USD} at mid, rounded down; null where a price is missing. */
  readonly value: string | null;
}

/** @param prices Undefined where nobody could be asked. @param scales By asset, where prices do not say it. */
export function detailOf(
  told: Told,
  prices: Prices | undefined,
  scales: ReadonlyMap<number, bigint>,
): Detail | undefined {
  if (told.category !== "liquidation") return undefined;
  const slice = told.values.slice as readonly string[] | undefined;
  // Nothing is taken with what is written off but what is not priced.
  if (slice === undefined) return { seized: [], value: null };
  const taken = [...decodeSlice(slice.map(BigInt)).amounts].map(([asset, units]) => {
    const priced = prices?.get(asset);
    const tokens = units * (priced?.scale ?? scales.get(asset) ?? 1n);
    if (priced === undefined || priced.mid === 0n) return { asset, tokens, price: undefined, value: undefined };
    return { asset, tokens, price: priced.mid, value: (tokens * priced.mid) / 10n ** priced.decimals };
  });
  const values = taken.flatMap(({ value }) => value ?? []);
  const complete = values.length === taken.length;
  return {
    seized: taken.map(({ asset, tokens, price }) => {
      return { asset, tokens: tokens.toString(), price: price?.toString() ?? null };
    }),
    value: complete ? values.reduce((sum, value) => sum + value, 0n).toString() : null,
  };
}

export function rowOf(told: Told, log: EventLog, time: number, detail: Detail | undefined): EventRow {
  return { ...told, place: placeOf(log.blockNumber, log.index), time, transaction: log.transactionHash, detail };
}

/** What is sold and bought in an auction, as one word. */
export function pairOf({ category, values }: Told): string | undefined {
  return category === "auction" ? `${text(values.sold)}:${text(values.bought)}` : undefined;
}

// ---- points

/** Haircuts that are aimed at, by asset. */
export type Targets = WireValues<"targets">["assets"];

/**
 * What events say of series.
 * @param before Haircuts that were aimed at before; asked only where one event says those of one asset.
 */
export async function pointsOf(rows: readonly EventRow[], before: () => Promise<Targets>): Promise<PointRow[]> {
  const points: PointRow[] = [];
  let aimed: Targets | undefined;
  for (const row of rows) {
    const add = <N extends SeriesName>(series: N, values: WireValues<N>, score?: bigint): void => {
      points.push({ series, place: row.place, time: row.time, score, values });
    };
    const { values } = row;
    switch (`${row.contract}.${row.name}`) {
      case "sheet.StatementTaken": {
        const statement = statementOf(values);
        add("statement", statement, BigInt(statement.capital) - BigInt(statement.required));
        break;
      }
      case "rate.RateAimed":
        add("rate", { rate: text(values.rate), aim: text(values.aim) });
        if (text(values.price) !== "0") add("dollar", { mid: text(values.price) }, BigInt(text(values.price)));
        break;
      case "engine.Accrue":
        add("rate", { rate: text(values.rate), index: text(values.index) });
        break;
      case "risk.Observed":
        aimed = aimsOf(values.aims as readonly string[]);
        add("targets", { assets: aimed });
        break;
      case "risk.TargetsSet": {
        const asset = Number(values.asset);
        const others: Targets = (aimed ?? (await before())).filter((known) => known.asset !== asset);
        const own = { asset, initial: Number(values.initialHaircut), maintenance: Number(values.maintenanceHaircut) };
        aimed = [...others, own].sort((a, b) => a.asset - b.asset);
        add("targets", { assets: aimed });
        break;
      }
    }
  }
  return points;
}

function statementOf(values: Told["values"]): WireValues<"statement"> {
  const of = (name: string): string => text(values[name]);
  return {
    reserve: of("reserve"),
    loans: of("loans"),
    supply: of("supply"),
    equity: of("equity"),
    backstop: of("backstop"),
    capital: (BigInt(of("equity")) + BigInt(of("backstop"))).toString(),
    valueAtRisk: of("valueAtRisk"),
    required: of("required"),
    headroom: of("headroom"),
  };
}

const AIM_BITS = 55n;
const HAIRCUT = (1n << 14n) - 1n;
const MAINTENANCE_SHIFT = 27n;
const INITIAL_SHIFT = 41n;

/** As `RiskTerms` packs them: four assets a word. */
function aimsOf(words: readonly string[]): Targets {
  return words.flatMap((word, group) =>
    [0, 1, 2, 3].flatMap((lane) => {
      const aim = BigInt(word) >> (BigInt(lane) * AIM_BITS);
      const initial = Number((aim >> INITIAL_SHIFT) & HAIRCUT);
      const maintenance = Number((aim >> MAINTENANCE_SHIFT) & HAIRCUT);
      // What is listed has haircuts.
      return initial === 0 ? [] : [{ asset: 4 * group + lane, initial, maintenance }];
    }),
  );
}

function text(value: EventValue | undefined): string {
  if (typeof value !== "string") throw new TypeError("an event lacks a number");
  return value;
}
