/** An account in lines. */

import { amountText } from "../../sdk/errors/format.js";
import type { Standing } from "../../sdk/credit/standing.js";
import { ledgerWorth, type Asset, type Protocol } from "../../sdk/reads/protocol.js";
import type { Account } from "../../sdk/reads/account.js";
import { columns } from "../columns.js";
import { money, ratio } from "../present.js";

/** What is deposited, by asset, and at which price each would have the account liquidated. */
export function holdingLines(account: Account, standing: Standing, { assets }: Protocol): string[] {
  if (account.holdings.length === 0) return ["Nothing is deposited."];
  const rows = account.holdings.flatMap(({ asset: number, amount }) => {
    const asset = assets.find((a) => a.number === number);
    if (asset === undefined) return [];
    const price = standing.liquidationPrices.get(number);
    return [
      [
        asset.symbol,
        amountText(amount * asset.scale, asset.decimals),
        money(ledgerWorth(asset, amount)),
        money(asset.mid),
        price === undefined ? "-" : money(price),
      ],
    ];
  });
  return columns([["collateral", "amount", "worth USD", "price USD", "liquidated below"], ...rows]);
}

const ROWS: readonly (readonly [string, (s: Standing) => string])[] = [
  ["debt", (s) => `${money(s.debt)} plUSD`],
  ["collateral", (s) => `${money(s.collateralValue)} USD`],
  ["may borrow up to", (s) => `${money(s.borrowLimit)} plUSD`],
  ["may still borrow", (s) => `${money(s.available)} plUSD`],
  ["health", (s) => (s.debt === 0n ? "no debt" : `${ratio(s.health)}${s.liquidatable ? " (may be liquidated)" : ""}`)],
];

export function standingLines(standing: Standing): string[] {
  return columns(ROWS.map(([name, of]) => [name, of(standing)]));
}

/** Before and after, side by side. */
export function changeLines(before: Standing, after: Standing, assets: readonly Asset[]): string[] {
  const rows = ROWS.map(([name, of]) => [name, of(before), of(after)]);
  const prices = [...after.liquidationPrices].flatMap(([number, price]) => {
    const asset = assets.find((a) => a.number === number);
    if (asset === undefined) return [];
    const old = before.liquidationPrices.get(number);
    return [
      [`liquidated below, ${asset.symbol}`, old === undefined ? "-" : `${money(old)} USD`, `${money(price)} USD`],
    ];
  });
  return columns([["", "now", "afterwards"], ...rows, ...prices]);
}

/** What the wallet holds of what the protocol knows. */
export function walletLines(account: Account, { assets }: Protocol, dollar: string): string[] {
  const rows = [...account.wallet.values()].flatMap(({ token, balance }) => {
    const asset = assets.find((a) => a.token === token);
    if (balance === 0n || asset?.answers === false) return [];
    if (token === dollar) return [["plUSD", amountText(balance, 18)]];
    return asset === undefined ? [] : [[asset.symbol, amountText(balance, asset.decimals)]];
  });
  for (const token of new Set([...account.unknown, ...assets.flatMap((a) => (a.answers ? [] : [a.token]))])) {
    const asset = assets.find((a) => a.token === token);
    rows.push([token === dollar ? "plUSD" : (asset?.symbol ?? token), "unknown: the token does not answer"]);
  }
  return rows.length === 0 ? [] : ["", ...columns([["in the wallet", "amount"], ...rows])];
}
