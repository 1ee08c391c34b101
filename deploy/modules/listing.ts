import type {
  ArgumentType,
  CallableContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { HAIRCUT_BOUNDS, type ListedAsset } from "../parameters/assets.js";
import { present } from "../../sdk/present.js";

interface Listing {
  readonly oracle: NamedArtifactContractDeploymentFuture<"PriceOracle">;
  readonly risk: CallableContractFuture<string>;
  readonly engine: CallableContractFuture<string>;
}

/**
 * Lists assets in oracle, risk model and engine, in the order of their numbers.
 * @param tokens By the assets' token names.
 * @param feeds By the assets' feed names.
 * @returns When each of them is listed everywhere.
 */
export function listAssets(
  m: IgnitionModuleBuilder,
  { oracle, risk, engine }: Listing,
  assets: readonly ListedAsset[],
  tokens: Readonly<Record<string, ArgumentType>>,
  feeds: Readonly<Record<string, ArgumentType>>,
): Future[] {
  const done: Future[] = [];
  const rated: Future[] = [];
  for (const asset of assets) {
    const unit = 10n ** BigInt(asset.unitDecimals);
    const { heartbeat, deviation, minPrice, maxPrice } = asset;
    const feed = { feed: present(feeds[asset.feed], asset.feed), heartbeat, deviation, minPrice, maxPrice };
    const fed = m.call(oracle, "listFeed", [asset.id, feed], { id: `feed_${asset.symbol}` });
    const listed = m.call(
      risk,
      "listAsset",
      [
        asset.id,
        {
          unitDecimals: asset.unitDecimals,
          bounds: HAIRCUT_BOUNDS,
          clamps: clampsOf(asset),
          volatilityFloor: asset.volatilityFloor,
          horizon: asset.horizon,
          depth: asset.depth * unit,
        },
        { variance: asset.seed.variance, loadings: [...asset.seed.loadings] },
      ],
      // A seed may refer to the assets listed before.
      { id: `risk_${asset.symbol}`, after: [fed, ...rated] },
    );
    rated.push(listed);
    const open = m.call(engine, "listAsset", [asset.id, present(tokens[asset.token], asset.token), asset.cap * unit], {
      id: `list_${asset.symbol}`,
      after: [listed],
    });
    done.push(open);
  }
  return done;
}

/** Limits of an asset's haircuts, within the immutable ones. bps */
export function clampsOf(asset: ListedAsset): Record<keyof typeof HAIRCUT_BOUNDS, number> {
  return {
    minInitial: asset.initialHaircut,
    maxInitial: asset.mostInitialHaircut ?? HAIRCUT_BOUNDS.maxInitial,
    minMaintenance: asset.maintenanceHaircut,
    maxMaintenance: asset.mostMaintenanceHaircut ?? HAIRCUT_BOUNDS.maxMaintenance,
  };
}
