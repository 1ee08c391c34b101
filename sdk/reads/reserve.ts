/** The protocol's own assets. */

import type { AddressBook } from "../addresses.js";
import type { StableQuote } from "../arithmetic/fees.js";
import { decodeHolding } from "../credit/holdings.js";
import { combined, mapped, view, listed, optional, type Query } from "./query.js";
import type { Asset, Protocol } from "./protocol.js";
import { IReserve__factory } from "../../types/contracts/factories/contracts/interfaces/IReserve.sol/IReserve__factory.js";
import { IBalanceSheet__factory } from "../../types/contracts/factories/contracts/interfaces/IBalanceSheet__factory.js";

/** How many assets there can be. */
const ASSETS = 16;
const LANES = 4;
const LANE_BITS = 64;
const LANE_MASK = (1n << 64n) - 1n;

/** What the reserve holds of an asset, and how. */
export interface ReserveAsset {
  readonly asset: bigint;
  readonly token: string;
  /** Token units per ledger unit. */
  readonly scale: bigint;
  readonly stable: boolean;
  /** In the reserve itself. {ledger} */
  readonly cash: bigint;
  /** In the engine's ledger: absorbed and not yet collected. {ledger} */
  readonly credit: bigint;
  /** In vaults, as last booked. {ledger} */
  readonly vaulted: bigint;
  /** {ledger} all three */
  readonly cap: bigint;
  readonly liquidFloor: bigint;
  readonly liquidCeiling: bigint;
  /** bps */
  readonly baseFee: bigint;
  readonly maxFee: bigint;
  /** Of a dollar that comes in. bps; 0: none may */
  readonly requirement: bigint;
  /** What the reserve may mint against it now. {plUSD} */
  readonly issuable: bigint;
}

export interface Reserve {
  readonly assets: readonly ReserveAsset[];
  /** min(1, b). 18 decimals */
  readonly backing: bigint;
  /** Fees, yield and gains realised so far. {plUSD} */
  readonly income: bigint;
  /** Of redemption in kind. bps */
  readonly inKindFee: bigint;
}

interface Terms {
  readonly token: string;
  readonly scale: bigint;
  readonly terms: {
    readonly stable: boolean;
    readonly cap: bigint;
    readonly liquidFloor: bigint;
    readonly liquidCeiling: bigint;
    readonly baseFee: bigint;
    readonly maxFee: bigint;
  };
}

/** Four amounts a word, those of assets 0 to 3 first: cash, then vaults. {ledger} */
function stockOf(
  { words, credits }: { readonly words: readonly bigint[]; readonly credits: readonly bigint[] },
  asset: number,
): Pick<ReserveAsset, "cash" | "credit" | "vaulted"> {
  const first = 2 * Math.floor(asset / LANES);
  const lane = (word: bigint | undefined): bigint => ((word ?? 0n) >> BigInt((asset % LANES) * LANE_BITS)) & LANE_MASK;
  const credit = credits.map(decodeHolding).find((c) => c.asset === BigInt(asset));
  return { cash: lane(words[first]), vaulted: lane(words[first + 1]), credit: credit?.amount ?? 0n };
}

/** What {@link Reserve} is made of. */
export function reserve(book: AddressBook): Query<Reserve> {
  const { reserve: address, sheet } = book.contracts;
  const [abi, sheetAbi] = [IReserve__factory.createInterface(), IBalanceSheet__factory.createInterface()];
  const each = listed(
    Array.from({ length: ASSETS }, (_, asset) =>
      combined({
        // An asset that the reserve does not hold has no terms.
        terms: optional(view<Terms>(address, abi, "assetTerms", [asset])),
        requirement: view<bigint>(sheet, sheetAbi, "unitRequirement", [asset]),
        issuable: view<bigint>(sheet, sheetAbi, "available", [address, asset]),
      }),
    ),
  );
  const query = combined({
    each,
    stock: view<{ words: bigint[]; credits: bigint[] }>(address, abi, "stock"),
    // The same whichever asset it begins with.
    backing: view<bigint>(address, abi, "cappedBacking", [0]),
    income: view<bigint>(address, abi, "income"),
    inKindFee: view<bigint>(address, abi, "inKindFee"),
  });
  return mapped(query, (r) => ({
    assets: r.each.flatMap(({ terms, requirement, issuable }, asset) =>
      terms === undefined
        ? []
        : [
            {
              asset: BigInt(asset),
              token: terms.token,
              scale: terms.scale,
              stable: terms.terms.stable,
              ...stockOf(r.stock, asset),
              cap: terms.terms.cap,
              liquidFloor: terms.terms.liquidFloor,
              liquidCeiling: terms.terms.liquidCeiling,
              baseFee: terms.terms.baseFee,
              maxFee: terms.terms.maxFee,
              requirement,
              issuable,
            },
          ],
    ),
    backing: r.backing,
    income: r.income,
    inKindFee: r.inKindFee,
  }));
}

/** The reserve does not take or pay this asset. */
export class NotInReserve extends Error {
  override readonly name = "NotInReserve";

  constructor(readonly asset: Asset) {
    super(`the reserve does not hold ${asset.symbol}`);
  }
}

/** What counts when a stable is issued against, redeemed or paid with. */
export function stableQuote(held: ReserveAsset, asset: Asset): StableQuote {
  return {
    cap: held.cap,
    liquidFloor: held.liquidFloor,
    liquidCeiling: held.liquidCeiling,
    baseFee: held.baseFee,
    maxFee: held.maxFee,
    low: asset.low,
    high: asset.high,
    unit: asset.unit,
    cash: held.cash,
    credit: held.credit,
    vaulted: held.vaulted,
  };
}

/** @throws {NotInReserve} */
export function heldOf(r: Reserve, asset: Asset): ReserveAsset {
  const held = r.assets.find((a) => a.asset === asset.number);
  if (held === undefined) throw new NotInReserve(asset);
  return held;
}

/** The stables, with what the lending book says of them. */
export function stablesOf(r: Reserve, { assets }: Pick<Protocol, "assets">): Asset[] {
  return assets.filter((a) => r.assets.some((held) => held.stable && held.asset === a.number));
}
