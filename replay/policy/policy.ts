/** How haircuts are governed in a replay: measured as the risk model does it, perhaps with other floors, or fixed as other protocols fix them. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { z } from "zod";

import { HAIRCUT_BOUNDS } from "../../deploy/parameters/assets.js";
import type { LocalAsset } from "../../deploy/parameters/local.js";
import { RiskError } from "../../risk/errors.js";

export type Collateral = "WETH" | "WBTC" | "wstETH" | "USDC";

/** Between the two haircuts the risk model always keeps this (`Paces.minGap`). */
export const LEAST_GAP = 0.03;
const BPS = 10_000;

const part = z.number().min(0).max(1);
const perAsset = <T extends z.ZodTypeAny>(schema: T) =>
  z.strictObject({ WETH: schema, WBTC: schema, wstETH: schema, USDC: schema }).partial();

/** Parts of an asset's value. */
const floorsSchema = z.strictObject({ initial: part.optional(), maintenance: part.optional() });
const fixedSchema = z
  .strictObject({ loanToValue: part, liquidationThreshold: part })
  .refine(
    ({ loanToValue, liquidationThreshold }) => loanToValue <= liquidationThreshold,
    "a loan-to-value is above the liquidation threshold",
  );

export const policySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("measured"),
    name: z.string().optional(),
    /** The least haircuts, where other than the deployed ones. */
    floors: perAsset(floorsSchema).default({}),
  }),
  z.strictObject({
    kind: z.literal("fixed"),
    name: z.string().optional(),
    /** Where the figures come from. */
    source: z.string().optional(),
    /** Assets that are not named keep the deployed rule. */
    assets: perAsset(fixedSchema),
  }),
]);

export type Policy = z.output<typeof policySchema>;
type Fixed = z.output<typeof fixedSchema>;

/** As deployed. */
export const MEASURED: Policy = { kind: "measured", floors: {} };

/** What Aave v2 ran with on Ethereum during most of the history; its staked ether, listed in 2022, as of the spring of that year. */
export const ESTABLISHED: Extract<Policy, { kind: "fixed" }> = {
  kind: "fixed",
  name: "Aave v2",
  source: "docs.aave.com/risk/asset-risk/risk-parameters (WETH, WBTC, USDC); Aave proposal AIP-75 (stETH)",
  assets: {
    WETH: { loanToValue: 0.8, liquidationThreshold: 0.825 },
    WBTC: { loanToValue: 0.7, liquidationThreshold: 0.75 },
    wstETH: { loanToValue: 0.73, liquidationThreshold: 0.75 },
    USDC: { loanToValue: 0.8, liquidationThreshold: 0.85 },
  },
};

/** A policy file cannot be used. */
export class PolicyError extends RiskError {
  override readonly name = "PolicyError";
}

/** @throws {PolicyError} */
export function parsePolicy(text: string, file: string): Policy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new PolicyError(`${file} is not JSON`, 'Write {"kind":"measured"} or {"kind":"fixed","assets":{...}}.');
  }
  const parsed = policySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw new PolicyError(
    `${file}${where}: ${issue?.message ?? "not a policy"}`,
    "See docs/replay.md for what a policy says.",
  );
}

/** @throws {PolicyError} */
export function readPolicy(path: string): Policy {
  const file = basename(path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new PolicyError(`${file} cannot be read (${code})`, "Check the path.");
  }
  return parsePolicy(text, file);
}

export function nameOf(policy: Policy): string {
  return policy.name ?? (policy.kind === "measured" ? "measured" : "fixed");
}

const bps = (x: number): number => Math.round(x * BPS);

/** The same assets under the policy. @throws {PolicyError} where a haircut is outside of the immutable limits. */
export function governed(assets: readonly LocalAsset[], policy: Policy): LocalAsset[] {
  return assets.map((asset) => {
    const symbol = asset.symbol as Collateral;
    if (policy.kind === "measured") {
      const floors = policy.floors[symbol];
      if (floors === undefined) return asset;
      const maintenance = floors.maintenance === undefined ? asset.maintenanceHaircut : bps(floors.maintenance);
      const initial = floors.initial === undefined ? asset.initialHaircut : bps(floors.initial);
      // The model keeps the gap by itself; a floor of its own below it would only say what does not hold.
      return within({
        ...asset,
        maintenanceHaircut: maintenance,
        initialHaircut: Math.max(initial, maintenance + bps(LEAST_GAP)),
      });
    }
    const fixed = policy.assets[symbol];
    return fixed === undefined ? asset : within({ ...asset, ...clampedTo(fixed) });
  });
}

function clampedTo({ loanToValue, liquidationThreshold }: Fixed): Partial<LocalAsset> {
  const [initial, maintenance] = [bps(1 - loanToValue), bps(1 - liquidationThreshold)];
  return {
    initialHaircut: initial,
    mostInitialHaircut: initial,
    maintenanceHaircut: maintenance,
    mostMaintenanceHaircut: maintenance,
  };
}

function within(asset: LocalAsset): LocalAsset {
  const check = (what: string, value: number, least: number, most: number): void => {
    if (value >= least && value <= most) return;
    throw new PolicyError(
      `${asset.symbol}: the ${what} haircut is ${value} bps, the risk model takes ${least} to ${most}`,
      "Change it in the policy.",
    );
  };
  check("initial", asset.initialHaircut, HAIRCUT_BOUNDS.minInitial, HAIRCUT_BOUNDS.maxInitial);
  check("maintenance", asset.maintenanceHaircut, HAIRCUT_BOUNDS.minMaintenance, HAIRCUT_BOUNDS.maxMaintenance);
  return asset;
}
