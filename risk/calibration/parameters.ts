/** The parameter file: what `plimsoll risk calibrate` writes and a deployment reads. */

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

import { z } from "zod";

import { DataError } from "../errors.js";
import { present } from "../../sdk/present.js";
import type { Seed } from "../model/model.js";

const BPS = 10_000;
const bps = z.number().int().min(0).max(BPS);
const probability = z.number().min(0).max(1);

/** A name, never a path: evidence must read the same on every machine. */
const fileName = z.string().regex(/^[^/\\]+$/, "a file name without its folder");

export const evidenceSchema = z.strictObject({
  files: z.array(fileName).min(1),
  /** First and last day judged, ISO dates. */
  span: z.strictObject({ from: z.string().date(), to: z.string().date() }),
  observations: z.number().int().positive(),
  exceedances: z.number().int().min(0),
  kupiecP: probability,
  /** Independence, and conditional coverage. */
  christoffersenP: probability,
  conditionalP: probability,
  confidence: probability,
  /** Mean borrowing power given up against always having the smallest haircut, as a fraction of 1. */
  borrowingPowerCost: z.number(),
});

const assetSchema = z
  .strictObject({
    /** {1/sqrt(d)} */
    volatilityFloor: z.number().min(0).max(5),
    /** {d} */
    horizonDays: z.number().positive().max(365),
    bounds: z.strictObject({ minInitial: bps, maxInitial: bps, minMaintenance: bps, maxMaintenance: bps }),
    seed: z.strictObject({ variance: z.number().min(0).max(90), loadings: z.record(z.number()) }),
  })
  .refine(
    ({ bounds: b }) => b.minInitial <= b.maxInitial && b.minMaintenance <= b.maxMaintenance,
    "a smallest haircut is above the largest",
  );

export const parameterSchema = z
  .strictObject({
    version: z.literal(1),
    global: z.strictObject({
      tauDays: z.number().positive(),
      z: z.number().positive(),
      mu: z.number().positive().max(1),
      k: z.number().min(0).max(1),
      varZ: z.number().positive(),
      varHorizonDays: z.number().positive(),
      guard: probability,
      intervalSeconds: z.number().int().min(3_600),
    }),
    assets: z.record(assetSchema),
    evidence: z.record(evidenceSchema),
  })
  .superRefine(({ assets }, context) => {
    const listed = new Set<string>();
    for (const [symbol, asset] of Object.entries(assets)) {
      for (const other of Object.keys(asset.seed.loadings)) {
        if (listed.has(other)) continue;
        context.addIssue({
          code: "custom",
          path: ["assets", symbol, "seed", "loadings", other],
          message: "loads on an asset that is not listed before it",
        });
      }
      listed.add(symbol);
    }
  });

export type ParameterFile = z.infer<typeof parameterSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;

/** @throws {DataError} naming the field. */
export function parseParameters(text: string, file: string): ParameterFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DataError(file, undefined, `is not JSON: ${String(error)}`, "Write it anew: plimsoll risk calibrate.");
  }
  return checked(json, file);
}

/** @throws {DataError} naming the field. */
function checked(json: unknown, file: string): ParameterFile {
  const result = parameterSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new DataError(file, undefined, `${where}: ${issue?.message ?? "is not understood"}`, "See docs/toolkit.md.");
}

export function readParameters(path: string): ParameterFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new DataError(basename(path), undefined, `cannot be read at ${path}`, "Write one: plimsoll risk calibrate.");
  }
  return parseParameters(text, basename(path));
}

/**
 * Checks and writes. The order of the assets is the order of listing.
 * @throws {DataError} when a deployment would not read it.
 */
export function writeParameters(path: string, parameters: ParameterFile): void {
  writeFileSync(path, `${JSON.stringify(checked(parameters, basename(path)), null, 2)}\n`);
}

/** Seeds in order of listing, each with a loading on every asset before it. */
export function seedsOf(parameters: ParameterFile): Map<string, Seed> {
  const symbols = Object.keys(parameters.assets);
  return new Map(
    symbols.map((symbol, i) => {
      const { seed } = present(parameters.assets[symbol]);
      return [
        symbol,
        { variance: seed.variance, loadings: symbols.slice(0, i).map((each) => seed.loadings[each] ?? 0) },
      ];
    }),
  );
}
