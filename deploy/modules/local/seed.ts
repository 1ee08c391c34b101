import type {
  CallableContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import type { LocalAsset, LocalTerms, TokenName } from "../../parameters/local.js";

type Callable = CallableContractFuture<string>;

interface Seeded extends Readonly<Record<TokenName, Callable>> {
  readonly sheet: NamedArtifactContractDeploymentFuture<"BalanceSheet">;
  readonly rebalancer: NamedArtifactContractDeploymentFuture<"Rebalancer">;
  readonly reserve: Callable;
}

/** Gives the deployer `amount` of an asset's token: wraps ether, mints test tokens. */
function acquire(m: IgnitionModuleBuilder, token: Callable, asset: LocalAsset, amount: bigint): Future {
  if (asset.token === "weth") return m.call(token, "deposit", [], { id: "seed_get_WETH", value: amount });
  return m.call(token, "mint", [m.getAccount(0), amount], { id: `seed_get_${asset.symbol}` });
}

/**
 * Lists the reserve's assets, funds them, sets jumps and weights, and takes the first statement.
 * @param after The assets must be listed elsewhere before.
 * @returns The first statement: from then on plUSD can be minted.
 */
export function seedReserve(
  m: IgnitionModuleBuilder,
  contracts: Seeded,
  terms: Omit<LocalTerms, "answers">,
  after: Future[],
): Future {
  const { sheet, rebalancer, reserve } = contracts;
  const ready: Future[] = [];
  const [targets, bands] = [new Array<number>(16).fill(0), new Array<number>(16).fill(0)];
  for (const asset of terms.assets) {
    const [token, holding] = [contracts[asset.token], terms.reserve[asset.token]];
    const unit = 10n ** BigInt(asset.unitDecimals);
    const listing = {
      stable: holding.stable,
      cap: asset.cap * unit,
      liquidFloor: holding.liquidFloor * unit,
      liquidCeiling: holding.liquidCeiling * unit,
      baseFee: holding.baseFee,
      maxFee: holding.maxFee,
    };
    const id = (what: string): string => `seed_${what}_${asset.symbol}`;
    const listed = m.call(reserve, "listAsset", [asset.id, token, listing], { id: id("list"), after });
    const amount = holding.seed * 10n ** BigInt(asset.decimals);
    const got = acquire(m, token, asset, amount);
    const approved = m.call(token, "approve", [reserve, amount], { id: id("approve"), after: [got] });
    ready.push(m.call(reserve, "fund", [asset.id, amount], { id: id("fund"), after: [listed, approved] }));
    ready.push(m.call(sheet, "setJump", [asset.id, holding.jump], { id: id("jump"), after }));
    targets[asset.id] = holding.target;
    bands[asset.id] = holding.band;
  }
  const weighted = m.call(rebalancer, "setWeights", [targets, bands], { after: ready });
  const looked = m.call(sheet, "lookAtCollateral", [], { after: [weighted] });
  return m.call(sheet, "refresh", [], { after: [looked] });
}
