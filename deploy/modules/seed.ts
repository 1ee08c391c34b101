import type {
  CallableContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import type { Holding, ListedAsset } from "../parameters/assets.js";
import { present } from "../../sdk/present.js";

type Callable = CallableContractFuture<string>;

interface Seeded {
  readonly sheet: NamedArtifactContractDeploymentFuture<"BalanceSheet">;
  readonly rebalancer: NamedArtifactContractDeploymentFuture<"Rebalancer">;
  readonly reserve: Callable;
}

/** Numbers of assets that the Rebalancer's lists have room for. */
const PLACES = 16;

/** How the deployer comes by the seed. */
export type Source = "wrap" | "mint" | "held";

/** Gives the deployer the seed in an asset's token: wraps ether or mints test tokens; nothing where it has them. */
function acquire(
  m: IgnitionModuleBuilder,
  token: Callable,
  asset: ListedAsset,
  source: Source,
  amount: bigint,
): Future[] {
  const id = `seed_get_${asset.symbol}`;
  if (source === "wrap") return [m.call(token, "deposit", [], { id, value: amount })];
  if (source === "mint") return [m.call(token, "mint", [m.getAccount(0), amount], { id })];
  return [];
}

/** Targets and bands by asset number, as the Rebalancer takes them. bps */
export function weightsOf(
  assets: readonly ListedAsset[],
  holdings: Readonly<Record<string, Holding>>,
): { targets: number[]; bands: number[] } {
  const [targets, bands] = [new Array<number>(PLACES).fill(0), new Array<number>(PLACES).fill(0)];
  for (const { id, token } of assets) {
    const holding = present(holdings[token], token);
    targets[id] = holding.target;
    bands[id] = holding.band;
  }
  return { targets, bands };
}

/** How the reserve keeps an asset, in ledger units. */
export function termsOf(
  asset: ListedAsset,
  holding: Holding,
): {
  stable: boolean;
  cap: bigint;
  liquidFloor: bigint;
  liquidCeiling: bigint;
  baseFee: number;
  maxFee: number;
} {
  const unit = 10n ** BigInt(asset.unitDecimals);
  return {
    stable: holding.stable,
    cap: asset.cap * unit,
    liquidFloor: holding.liquidFloor * unit,
    liquidCeiling: holding.liquidCeiling * unit,
    baseFee: holding.baseFee,
    maxFee: holding.maxFee,
  };
}

/**
 * Lists the reserve's assets, funds them, sets jumps and weights, and takes the first statement.
 * @param tokens By the assets' token names, as are `holdings`.
 * @param sourceOf How the deployer comes by an asset's seed.
 * @param after The assets must be listed elsewhere before.
 * @returns The first statement: from then on plUSD can be minted.
 */
export function seedReserve(
  m: IgnitionModuleBuilder,
  { sheet, rebalancer, reserve }: Seeded,
  assets: readonly ListedAsset[],
  tokens: Readonly<Record<string, Callable>>,
  holdings: Readonly<Record<string, Holding>>,
  sourceOf: (asset: ListedAsset) => Source,
  after: Future[],
): Future {
  const ready: Future[] = [];
  for (const asset of assets) {
    const [token, holding] = [present(tokens[asset.token], asset.token), present(holdings[asset.token], asset.token)];
    const id = (what: string): string => `seed_${what}_${asset.symbol}`;
    const terms = termsOf(asset, holding);
    const listed = m.call(reserve, "listAsset", [asset.id, token, terms], { id: id("list"), after });
    const got = acquire(m, token, asset, sourceOf(asset), holding.seed);
    const approved = m.call(token, "approve", [reserve, holding.seed], { id: id("approve"), after: got });
    ready.push(m.call(reserve, "fund", [asset.id, holding.seed], { id: id("fund"), after: [listed, approved] }));
    ready.push(m.call(sheet, "setJump", [asset.id, holding.jump], { id: id("jump"), after }));
  }
  const { targets, bands } = weightsOf(assets, holdings);
  const weighted = m.call(rebalancer, "setWeights", [targets, bands], { after: ready });
  const looked = m.call(sheet, "lookAtCollateral", [], { after: [weighted] });
  return m.call(sheet, "refresh", [], { after: [looked] });
}
