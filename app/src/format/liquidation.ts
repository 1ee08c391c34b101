/** What was taken from an account, in a sentence. */

import type { Liquidation } from "../../../indexer/api/records.js";
import type { EventAsset } from "./events.js";
import { tokens, usd } from "./numbers.js";

type Told = Pick<Liquidation, "kind" | "debt" | "seized" | "value" | "cost">;

const BY: Readonly<Record<Liquidation["kind"], string>> = {
  liquidated: "was repaid by a liquidator",
  absorbed: "was taken over by the reserve",
  "written off": "was written off",
};

/** `1.2 WETH, 300 USDC` */
export function seizedText(seized: Told["seized"], assets: readonly EventAsset[]): string {
  return seized
    .map(({ asset, tokens: taken }) => {
      const found = assets.find((a) => a.number === BigInt(asset));
      return found === undefined
        ? `${taken.toString()} of asset ${asset.toString()}`
        : `${tokens(taken, found.decimals)} ${found.symbol}`;
    })
    .join(", ");
}

/** How much of the debt went, what was taken for it, and what that cost. */
export function liquidationText({ kind, debt, seized, value, cost }: Told, assets: readonly EventAsset[]): string {
  const went = `${usd(debt, 2)} of your debt ${BY[kind]}`;
  const taken = seizedText(seized, assets);
  if (taken === "") return `${went}.`;
  if (value === null || cost === null) return `${went}, and ${taken} of your collateral was taken.`;
  return `${went}, and ${taken} of your collateral was taken, worth ${usd(value, 2)}: it cost you ${usd(cost, 2)}.`;
}
