import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";

import type { IRisk } from "../../types/contracts/index.js";

/** Parameters of the risk model that tests start from. tau is RiskMetrics' 0.94 a day. */
export const MODEL = {
  tau: 1_396_224n,
  interval: 3_600n,
  z: 3_000_000n,
  varZ: 2_500_000n,
  maintenanceShare: 7_000n,
  sizeFactor: 5_000n,
  varHorizon: 24n,
  guard: 2_500n,
} as const;

/** Deploys the risk model with its extension; everything is called at the model's address. */
export async function deployRiskModel(
  ethers: HardhatEthers,
  manager: string,
  oracle: string,
  paces: Paces,
  model: Readonly<Record<keyof typeof MODEL, bigint>> = MODEL,
): Promise<IRisk> {
  const extension = await ethers.deployContract("RiskExtension", [manager, oracle]);
  const implementation = await ethers.deployContract("RiskModel", [manager, oracle, paces, model, extension]);
  return ethers.getContractAt("IRisk", await implementation.getAddress());
}

/** Paces of the ramps. bps a day, bps */
export interface Paces {
  maintenanceRise: number | bigint;
  initialFall: number | bigint;
  depthFall: number | bigint;
  minGap: number | bigint;
}

/** Limits of both haircuts. bps */
export interface Bounds {
  minInitial: number | bigint;
  maxInitial: number | bigint;
  minMaintenance: number | bigint;
  maxMaintenance: number | bigint;
}

/** Haircuts {bps} and depth {ledger} of an asset. */
export interface Targets {
  initialHaircut: number | bigint;
  maintenanceHaircut: number | bigint;
  depth: bigint;
}

/** 0.1% a day {1e-4} and 6 hours: what a pinned asset is listed with, where both have no effect. */
export const FLOOR = 10n;
export const HORIZON = 6n;

/** Clamps that leave the model no choice. */
function pinned(targets: Targets): Bounds {
  return {
    minInitial: targets.initialHaircut,
    maxInitial: targets.initialHaircut,
    minMaintenance: targets.maintenanceHaircut,
    maxMaintenance: targets.maintenanceHaircut,
  };
}

/** Lists an asset with haircuts that stay where they are, whatever is observed, until {@link aim} moves them. */
export async function listPinned(
  risk: IRisk,
  asset: bigint | number,
  unitDecimals: bigint | number,
  bounds: Bounds,
  first: Targets,
): Promise<void> {
  await risk.listAsset(
    asset,
    { unitDecimals, bounds, clamps: pinned(first), volatilityFloor: FLOOR, horizon: HORIZON, depth: first.depth },
    { variance: 0n, loadings: [] },
  );
}

/** Aims a pinned asset at other haircuts and another depth. */
export async function aim(risk: IRisk, asset: bigint | number, targets: Targets): Promise<void> {
  await risk.setAssetParameters(asset, pinned(targets), FLOOR, HORIZON);
  await risk.setDepth(asset, targets.depth);
}
