/**
 * A parameter file of `plimsoll risk calibrate`, in the units of the risk model's contract. The file beside this one was written by
 *
 *     plimsoll risk calibrate ETH=eth_usd_1h.csv BTC=btc_usd_1h.csv --also ETH=eth_usd_daily.csv BTC=btc_usd_daily.csv \
 *       --from 2016-01-01 --split 2019-07-01 --out deploy/parameters/risk.json
 */

import { fileURLToPath } from "node:url";

import { readParameters, seedsOf, type ParameterFile } from "../../risk/calibration/parameters.js";

const DAY = 86_400;
const HOURS = 24;
const MILLION = 1e6;
const BPS = 1e4;
/** Doubles hold 53 bits: enough digits of a number below 100, and no noise behind them. */
const DIGITS = 12;

/** What the risk model takes, in its units: the immutable limits of `RiskExtension`. */
export const LIMITS = {
  tau: [DAY, 365 * DAY],
  interval: [3_600, DAY],
  z: [MILLION, 12 * MILLION],
  maintenanceShare: [1_000, BPS],
  sizeFactor: [0, BPS],
  varHorizon: [1, 720],
  guard: [0, BPS],
  volatilityFloor: [5, 1_000],
  horizon: [1, 240],
} as const satisfies Record<string, readonly [minimum: number, maximum: number]>;

/** A parameter that the contract would refuse. */
export class ParameterRangeError extends RangeError {
  constructor(
    readonly parameter: string,
    readonly value: number,
    readonly minimum: number,
    readonly maximum: number,
  ) {
    super(
      `${parameter} is ${value}, but the risk model takes ${minimum} to ${maximum}: change it in the parameter file, or calibrate with other options.`,
    );
    this.name = "ParameterRangeError";
  }
}

function within(parameter: string, value: number, [minimum, maximum]: readonly [number, number]): number {
  if (value < minimum || value > maximum) throw new ParameterRangeError(parameter, value, minimum, maximum);
  return value;
}

/** A number of the file with 18 decimals. */
function wad(value: number): bigint {
  return BigInt(Math.round(value * 10 ** DIGITS)) * 10n ** BigInt(18 - DIGITS);
}

/** `ModelParameters` of the contract: {s}, {s}, {1e-6}, {1e-6}, bps, bps, {h}, bps. */
export interface ContractParameters {
  readonly tau: number;
  readonly interval: number;
  readonly z: number;
  readonly varZ: number;
  readonly maintenanceShare: number;
  readonly sizeFactor: number;
  readonly varHorizon: number;
  readonly guard: number;
}

/** The file's parameters in the contract's units. Multiples of a standard deviation and parts are rounded up, for the protocol. */
export function modelParameters({ global }: ParameterFile): ContractParameters {
  return {
    tau: within("tauDays x 86400", Math.round(global.tauDays * DAY), LIMITS.tau),
    interval: within("intervalSeconds", global.intervalSeconds, LIMITS.interval),
    z: within("z x 10^6", Math.ceil(global.z * MILLION), LIMITS.z),
    varZ: within("varZ x 10^6", Math.ceil(global.varZ * MILLION), LIMITS.z),
    maintenanceShare: within("mu x 10^4", Math.ceil(global.mu * BPS), LIMITS.maintenanceShare),
    sizeFactor: within("k x 10^4", Math.ceil(global.k * BPS), LIMITS.sizeFactor),
    varHorizon: within("varHorizonDays x 24", Math.ceil(global.varHorizonDays * HOURS), LIMITS.varHorizon),
    guard: within("guard x 10^4", Math.ceil(global.guard * BPS), LIMITS.guard),
  };
}

/** What the file says of an asset, in the contract's units. */
export interface CalibratedAsset {
  /** {1e-4 a day}, rounded up */
  readonly volatilityFloor: number;
  /** {h}, rounded up */
  readonly horizon: number;
  readonly bounds: ParameterFile["assets"][string]["bounds"];
  /** Daily variance of its own, and loadings on the assets before it in the file. 18 decimals */
  readonly seed: { readonly variance: bigint; readonly loadings: readonly bigint[] };
}

/** Assets by symbol, in the order of the file, which is to be the order of their numbers. */
export function calibratedAssets(file: ParameterFile): Map<string, CalibratedAsset> {
  const seeds = seedsOf(file);
  return new Map(
    Object.entries(file.assets).map(([symbol, asset]) => {
      const seed = seeds.get(symbol) ?? { variance: 0, loadings: [] };
      return [
        symbol,
        {
          volatilityFloor: within(
            `${symbol}: volatilityFloor x 10^4`,
            Math.ceil(asset.volatilityFloor * BPS),
            LIMITS.volatilityFloor,
          ),
          horizon: within(`${symbol}: horizonDays x 24`, Math.ceil(asset.horizonDays * HOURS), LIMITS.horizon),
          bounds: asset.bounds,
          seed: { variance: wad(seed.variance), loadings: seed.loadings.map(wad) },
        },
      ];
    }),
  );
}

/** The parameters that the project ships, with their evidence. */
export const RISK_FILE: ParameterFile = readParameters(fileURLToPath(new URL("risk.json", import.meta.url)));
