/** Collateral whose price nobody tells at the moment: since when its last price has been falling, and when nothing is left of it. */

import { useEffect, useState } from "preact/hooks";

import { deployment, type World } from "./world.js";
import { PRICE_STATUS } from "../../../sdk/credit/valuation.js";
import type { Asset } from "../../../sdk/reads/protocol.js";
import { combined, listed, mapped, read, view, type Query } from "../../../sdk/reads/query.js";
import { IPriceOracle__factory } from "../../../types/contracts/factories/contracts/interfaces/IPriceOracle__factory.js";

/** How a last price fades: linearly to 0. (unix seconds) */
export interface Fading {
  /** Undefined: it does not fall yet, because nobody has told the oracle that the source is dead. */
  readonly since: number | undefined;
  readonly zeroAt: number | undefined;
}

/**
 * @param high What is left of it. {USD/tok}
 * @param undecayed What there was. {USD/tok}
 * @param decay How long it falls. {s}
 * @param now {unix seconds}
 */
export function fadingOf(high: bigint, undecayed: bigint, decay: bigint, now: bigint): Fading {
  if (undecayed === 0n || high >= undecayed) return { since: undefined, zeroAt: undefined };
  const left = Number((decay * high) / undecayed);
  const zeroAt = Number(now) + left;
  return { since: zeroAt - Number(decay), zeroAt };
}

export type Unpriced = Fading & { readonly asset: Asset };

/** Of what an account holds, the assets without a live price. */
export function unpricedOf(
  holdings: readonly { readonly asset: bigint; readonly amount: bigint }[],
  assets: readonly Asset[],
): readonly Asset[] {
  return assets.filter(
    (a) => a.status !== PRICE_STATUS.live && holdings.some((h) => h.asset === a.number && h.amount > 0n),
  );
}

function fadings({ book }: World, assets: readonly Asset[]): Query<readonly Unpriced[]> {
  const { oracle } = book.contracts;
  const abi = IPriceOracle__factory.createInterface();
  const query = combined({
    decay: view<bigint>(oracle, abi, "decay"),
    prices: listed(assets.map((a) => view<{ high: bigint }>(oracle, abi, "price", [a.number]))),
    whole: listed(assets.map((a) => view<bigint>(oracle, abi, "undecayedHigh", [a.number]))),
  });
  return mapped(query, ({ decay, prices, whole }, { timestamp }) =>
    assets.map((asset, i) => ({ asset, ...fadingOf(prices[i]?.high ?? 0n, whole[i] ?? 0n, decay, timestamp) })),
  );
}

/** Asks only where there is something to ask. */
export function useUnpriced(
  world: World,
  holdings: readonly { readonly asset: bigint; readonly amount: bigint }[],
): readonly Unpriced[] {
  const dead = unpricedOf(holdings, world.protocol.assets).filter((a) => a.status === PRICE_STATUS.unpriced);
  const [found, setFound] = useState<readonly Unpriced[]>([]);
  useEffect(() => {
    const node = deployment.value?.node;
    if (node === undefined || dead.length === 0) return;
    let current = true;
    read(node, world.book, fadings(world, dead)).then(
      (all) => {
        if (current) setFound(all);
      },
      // What is known without it is shown.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [world, dead.map((a) => a.number).join()]);
  return dead.map(
    (asset) => found.find((f) => f.asset.number === asset.number) ?? { asset, since: undefined, zeroAt: undefined },
  );
}
