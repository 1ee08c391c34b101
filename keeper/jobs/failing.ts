/** Accounts that fail, and what a slice of each would be. */

import { previewSlice, type LiquidationParameters, type SlicePreview } from "../../sdk/credit/liquidation.js";
import type { ICreditEngine } from "../../types/contracts/index.js";
import type { Desk } from "../desk.js";
import type { Watch } from "../watch.js";

export interface Failing {
  readonly account: string;
  /** 18 decimals */
  readonly health: bigint;
  /** {plUSD} */
  readonly debt: bigint;
  /** What it holds: bit i for asset i. 0 where nobody knows. */
  readonly assets: bigint;
  readonly preview: SlicePreview;
}

/** What decides a slice, as the engine has it now. */
export async function liquidationTerms(
  engine: ICreditEngine,
): Promise<{ p: LiquidationParameters; minimumDebt: bigint }> {
  const [p, limits] = [await engine.liquidationParameters(), await engine.debtLimits()];
  return { p, minimumDebt: limits.minimumDebt };
}

/** Failing accounts that no transaction on its way is about. */
export async function findFailing(desk: Desk, engine: ICreditEngine, watch: Watch): Promise<Failing[]> {
  const list = await watch.failing(desk.busy);
  const found: Failing[] = [];
  let terms: { p: LiquidationParameters; minimumDebt: bigint } | undefined;
  for (const h of list) {
    terms ??= await liquidationTerms(engine);
    const preview = previewSlice(h, terms.p, terms.minimumDebt);
    if (preview === undefined) continue;
    const { account, health, debt } = h;
    found.push({ account, health, debt, assets: watch.assetsOf(account), preview });
  }
  return found;
}
