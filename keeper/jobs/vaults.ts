/** Keeps vaults booked, and cash between its floor and its ceiling. */

import { MAX_UINT256 } from "../../sdk/arithmetic/integer.js";
import type { VaultInfoStructOutput } from "../../types/contracts/contracts/interfaces/IReserveVaults.sol/IReserveVaultViews.js";
import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import { worthOf, type ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Call, type Job, type Verdict } from "./job.js";
import { RAY } from "../../sdk/arithmetic/integer.js";

/** What a fall must exceed to be one, and not rounding. {ledger} */
const ROUNDING = 2n;
/** One part in so many of what is in a vault is a payment. */
const PAYING_PART = 100n;

/**
 * Books each vault with shares once a day, and at once when its shares fell, or it stopped answering, or answers again, and nobody took note. Asked in every block: until
 * such a vault is marked, cash is paid as if it were good, and until the mark is taken off, as if it were lost.
 */
export class Book implements Job {
  readonly name = "book";
  readonly rank = "rest";
  readonly recheck = 0;
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;
  /** Token units that make a ledger unit, by asset: final once it is listed. */
  readonly #scales = new Map<bigint, bigint>();

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(head: Head): Promise<Verdict> {
    const { reserve } = this.#contracts;
    const calls: Call[] = [];
    let urgent = false;
    for (const vault of await reserve.vaults()) {
      const [info, { low, readable }] = await Promise.all([reserve.vaultInfo(vault), reserve.vaultValue(vault)]);
      if (info.shares === 0n) continue;
      const scale = this.#scales.get(info.asset) ?? (await reserve.assetTerms(info.asset)).scale;
      this.#scales.set(info.asset, scale);
      const booked = bookedOf(info, scale);
      const marked = info.unreadableSince !== 0n;
      const changed = readable ? marked || low + ROUNDING < booked : !marked;
      const old = BigInt(head.timestamp) - info.bookedAt >= BigInt(this.#config.bookInterval);
      // One that does not answer is marked once; it has no price that could be booked.
      if (!changed && !(old && readable)) continue;
      urgent ||= changed;
      calls.push({ transaction: await reserve.bookVault.populateTransaction(vault), subject: vault });
    }
    return calls.length === 0 ? notDue("every vault is booked") : dueNow(calls, urgent);
  }
}

/** A vault, and what the reserve has noted of it. */
interface Listed {
  readonly vault: string;
  readonly info: VaultInfoStructOutput;
}

/** What one of an asset's vaults would take or give. */
interface Move extends Listed {
  /** {asset} token units */
  readonly assets: bigint;
}

/** What each vault would move that does not refuse to. */
async function movesOf(vaults: readonly Listed[], simulate: (vault: string) => Promise<bigint>): Promise<Move[]> {
  const moves: Move[] = [];
  for (const { vault, info } of vaults) {
    const moved = await attempt(() => simulate(vault));
    if (moved.ok) moves.push({ vault, info, assets: moved.value });
  }
  return moves;
}

/** The vault that moves most; undefined where none moves anything. */
function mostOf(moves: readonly Move[]): Move | undefined {
  let most: Move | undefined;
  for (const move of moves) if (move.assets > (most?.assets ?? 0n)) most = move;
  return most;
}

/** Whether a vault that was found failing pays again with that: with a hundredth of what it is booked at. */
function isPayment(info: { shares: bigint; sharePrice: bigint }, assets: bigint, scale: bigint): boolean {
  return assets !== 0n && (assets / scale) * PAYING_PART >= bookedOf(info, scale);
}

/** {ledger} */
function bookedOf(info: { shares: bigint; sharePrice: bigint }, scale: bigint): bigint {
  return (info.shares * info.sharePrice) / (RAY * scale);
}

/** The vaults of each asset that has some. */
async function vaultsByAsset({ reserve }: ReserveContracts): Promise<Map<bigint, Listed[]>> {
  const found = new Map<bigint, Listed[]>();
  for (const vault of await reserve.vaults()) {
    const info = await reserve.vaultInfo(vault);
    found.set(info.asset, [...(found.get(info.asset) ?? []), { vault, info }]);
  }
  return found;
}

/** Invests cash above an asset's ceiling in the vault that takes most of it. */
export class Invest implements Job {
  readonly name = "invest";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(): Promise<Verdict> {
    const { reserve } = this.#contracts;
    const calls: Call[] = [];
    for (const [asset, vaults] of await vaultsByAsset(this.#contracts)) {
      const [{ scale, terms }, { cash }] = await Promise.all([reserve.assetTerms(asset), reserve.position(asset)]);
      if (cash <= terms.liquidCeiling) continue;
      const most = mostOf(await movesOf(vaults, (vault) => reserve.invest.staticCall(vault)));
      if (most === undefined) continue;
      if ((await worthOf(this.#contracts, asset, most.assets / scale)) < this.#config.dust) continue;
      calls.push({ transaction: await reserve.invest.populateTransaction(most.vault), subject: asset.toString() });
    }
    return calls.length === 0 ? notDue("no cash above a ceiling that a vault would take") : dueNow(calls);
  }
}

/** Takes out of vaults what cash lacks, and what is above a vault's caps; takes note of vaults that do not pay, and of those that do again. */
export class Divest implements Job {
  readonly name = "divest";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(): Promise<Verdict> {
    const { reserve } = this.#contracts;
    const calls: Call[] = [];
    let urgent = false;
    for (const [asset, vaults] of await vaultsByAsset(this.#contracts)) {
      const { scale } = await reserve.assetTerms(asset);
      const moves = await movesOf(vaults, (vault) => reserve.divest.staticCall(vault, MAX_UINT256));
      const noteworthy = new Set<string>();
      for (const { vault, info, assets } of moves) {
        if (info.failingSince === 0n ? assets !== 0n : !isPayment(info, assets, scale)) continue;
        noteworthy.add(vault);
        calls.push({ transaction: await reserve.divest.populateTransaction(vault, MAX_UINT256), subject: vault });
      }
      const most = mostOf(moves);
      if (most === undefined || noteworthy.has(most.vault)) continue;
      if ((await worthOf(this.#contracts, asset, most.assets / scale)) < this.#config.dust) continue;
      // A vault that everything is to leave: who set that does not ask what it costs.
      urgent ||= most.info.terms.absoluteCap === 0n;
      const transaction = await reserve.divest.populateTransaction(most.vault, MAX_UINT256);
      calls.push({ transaction, subject: asset.toString() });
    }
    return calls.length === 0 ? notDue("cash is above its floors, vaults within their caps") : dueNow(calls, urgent);
  }
}
