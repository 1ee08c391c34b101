/** What a transaction that sells through public pools must leave on chain. */

import { BPS } from "../../sdk/credit/valuation.js";
import { max } from "../order.js";

/**
 * Gas and the least profit are covered in any case; and of what is expected no more may be lost than the operator tolerates, whether the market takes
 * it or somebody who trades around the sale. {plUSD}
 * @param profit Expected before gas. {plUSD} @param cost Of gas. {plUSD} @param minProfit {plUSD} @param slippage Part of the profit after gas that may be lost. bps
 */
export function leastProfit(profit: bigint, cost: bigint, minProfit: bigint, slippage: number): bigint {
  const net = max(profit - cost, 0n);
  return cost + max(minProfit, net - (net * BigInt(slippage)) / BPS);
}
