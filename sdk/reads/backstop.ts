/** First-loss capital, and what an account has in it. */

import type { AddressBook } from "../addresses.js";
import { assetsFor, type ActivePool } from "../arithmetic/backstop.js";
import { combined, mapped, view, type Query } from "./query.js";
import { IBackstop__factory } from "../../types/contracts/factories/contracts/interfaces/IBackstop__factory.js";
import { IBalanceSheet__factory } from "../../types/contracts/factories/contracts/interfaces/IBalanceSheet__factory.js";

/** A claim to leave. Times in unix seconds. */
export interface Claim {
  /** Its part of the cooling pool. */
  readonly units: bigint;
  /** The least value of a unit so far. 27 decimals {plUSD/unit} */
  readonly least: bigint;
  readonly claimedAt: bigint;
  /** 0 until it was marked due. */
  readonly dueAt: bigint;
  readonly opensAt: bigint;
  readonly closesAt: bigint;
}

/** Times of an exit. s */
export interface ExitTerms {
  readonly delay: bigint;
  readonly settle: bigint;
  readonly window: bigint;
  readonly exitWindow: bigint;
  readonly stream: bigint;
}

export interface Backstop {
  /** What shares are of. */
  readonly pool: ActivePool;
  /** Surplus that still streams in. {plUSD} */
  readonly streaming: bigint;
  /** On its way out: bears losses, earns nothing. {plUSD} */
  readonly cooling: bigint;
  readonly terms: ExitTerms;
  /** Whether every asset that counts has a price: without, nobody begins to leave. */
  readonly priced: boolean;
  /** Whether capital is enough: without, nobody leaves. */
  readonly covered: boolean;
}

/** What {@link Backstop} is made of. */
export function backstop(book: AddressBook): Query<Backstop> {
  const { backstop: address, sheet } = book.contracts;
  const [abi, sheetAbi] = [IBackstop__factory.createInterface(), IBalanceSheet__factory.createInterface()];
  const query = combined({
    assets: view<bigint>(address, abi, "totalAssets"),
    shares: view<bigint>(address, abi, "totalSupply"),
    pools: view<{ streaming: bigint; cooling: bigint }>(address, abi, "pools"),
    terms: view<ExitTerms>(address, abi, "exitTerms"),
    exit: view<{ covered: boolean; priced: boolean }>(sheet, sheetAbi, "exitTerms"),
  });
  return mapped(query, (r) => ({
    pool: { assets: r.assets, shares: r.shares },
    streaming: r.pools.streaming,
    cooling: r.pools.cooling,
    terms: {
      delay: r.terms.delay,
      settle: r.terms.settle,
      window: r.terms.window,
      exitWindow: r.terms.exitWindow,
      stream: r.terms.stream,
    },
    priced: r.exit.priced,
    covered: r.exit.covered,
  }));
}

/** An account's part of the Backstop. */
export interface Stake {
  readonly address: string;
  /** {share} 24 decimals */
  readonly shares: bigint;
  /** Undefined where there is none. */
  readonly claim: Claim | undefined;
}

/** What {@link Stake} is made of. */
export function stake(book: AddressBook, address: string): Query<Stake> {
  const abi = IBackstop__factory.createInterface();
  const query = combined({
    shares: view<bigint>(book.contracts.backstop, abi, "balanceOf", [address]),
    claim: view<Claim>(book.contracts.backstop, abi, "claimOf", [address]),
  });
  return mapped(query, ({ shares, claim }) => ({
    address,
    shares,
    claim:
      claim.units === 0n
        ? undefined
        : {
            units: claim.units,
            least: claim.least,
            claimedAt: claim.claimedAt,
            dueAt: claim.dueAt,
            opensAt: claim.opensAt,
            closesAt: claim.closesAt,
          },
  }));
}

/** What a stake is worth, without what cools. {plUSD} */
export function stakeWorth({ pool }: Backstop, { shares }: Stake): bigint {
  return assetsFor(shares, pool);
}
