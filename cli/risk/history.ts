/** What `plimsoll risk backtest`, `calibrate` and `report` read: aligned history, and the parameters of the model to judge. */

import { fileURLToPath } from "node:url";

import { type ParameterFile, readParameters } from "../../risk/calibration/parameters.js";
import { align, type Panel } from "../../risk/data/panel.js";
import { DAY } from "../../risk/data/returns.js";
import { parseNumber, parseTime } from "../../risk/data/values.js";
import { present } from "../../sdk/present.js";
import { UsageError } from "../errors.js";
import { type DataOptions, loadSeries } from "./common.js";
import { isoTime, percent } from "./output.js";

export interface HistoryOptions extends DataOptions {
  readonly confidence: number;
  readonly split?: number;
  readonly also?: readonly string[];
}

export interface History {
  readonly panel: Panel;
  /** The same assets at other cadences, named after them: "ETH (1 d)". */
  readonly also: readonly { readonly label: string; readonly panel: Panel; readonly files: readonly string[] }[];
  /** {s} */
  readonly split: number;
}

export function loadHistory(specs: readonly string[], options: HistoryOptions): History {
  const load = (each: readonly string[]): Panel => align(each.map((spec) => loadSeries(spec, options)));
  const panel = load(specs);
  const further = options.also ?? [];
  const also = (further.length === 0 ? [] : [load(further)]).map((each) => ({
    label: ` (${Number((each.step / DAY).toFixed(3))} d)`,
    panel: each,
    files: each.files,
  }));
  const middle = present(panel.times[Math.floor(panel.times.length / 2)]);
  return { panel, also, split: options.split ?? middle };
}

export interface SettingsOptions {
  readonly parameters?: string;
  readonly tau?: number;
  readonly z?: number;
  readonly guard?: number;
  readonly floors?: string;
}

/** The model that is judged. */
export interface Settings {
  readonly tauDays: number;
  /** Undefined: to be learned. */
  readonly z: number | undefined;
  readonly guard: number;
  readonly floors: Readonly<Record<string, number>>;
  /** z of the haircuts in the parameter file. */
  readonly haircutZ: number;
  /** What the reader should know about them. */
  readonly notes: readonly string[];
}

/** The parameters that the project deploys with. */
const DEPLOYED = fileURLToPath(new URL("../../deploy/parameters/risk.json", import.meta.url));

/** Options win over the parameter file; without one, tau, floors and guard are the deployed ones, and z is learned. */
export function settingsOf(options: SettingsOptions, { panel, split }: History): Settings {
  const file = readParameters(options.parameters ?? DEPLOYED);
  const named = options.floors === undefined ? undefined : parseFloors(options.floors, panel.names);
  const floors =
    named ?? Object.fromEntries(panel.names.map((name) => [name, file.assets[name]?.volatilityFloor ?? 0]));
  const guard = options.guard ?? file.global.guard;
  const z = options.z ?? (options.parameters === undefined ? undefined : file.global.varZ);
  const list = panel.names.map((name) => `${name} ${(floors[name] ?? 0) === 0 ? "none" : percent(floors[name] ?? 0)}`);
  const notes = [`Volatility floors: ${list.join(", ")}; guard ${percent(guard, 0)}.`];
  const learned = learnedUntil(file);
  if (named === undefined && Object.values(floors).some((each) => each > 0) && learned > split) {
    notes.push(
      `These floors were learned from history up to ${isoTime(learned)}, after the split: --floors none judges without.`,
    );
  }
  return { tauDays: options.tau ?? file.global.tauDays, z, guard, floors, haircutZ: file.global.z, notes };
}

/** Where the evidence of a parameter file begins, its numbers were learned before. {s} */
function learnedUntil({ evidence }: ParameterFile): number {
  return Math.min(...Object.values(evidence).map(({ span }) => parseTime(span.from) ?? Infinity));
}

/** `none`, or `ETH=0.033,BTC=0.018` with a part for each asset that has one. */
function parseFloors(text: string, names: readonly string[]): Record<string, number> {
  if (text === "none") return {};
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name = "", value = ""] = part.trim().split("=");
      const floor = parseNumber(value);
      if (!names.includes(name) || floor === undefined || floor < 0 || floor > 5) {
        throw new UsageError(
          `--floors "${text}": "${part}" is not an asset's daily volatility`,
          `Write "none", or for instance ${names.map((each) => `${each}=0.02`).join(",")}.`,
        );
      }
      return [name, floor];
    }),
  );
}
