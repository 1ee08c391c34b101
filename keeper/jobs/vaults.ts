/** Keeps vaults booked, and cash between its floor and its ceiling. */

import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import { worthOf, type ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Call, type Job, type Verdict } from "./job.js";

const RAY = 10n ** 27n;
const MAX_UINT256 = 2n ** 256n - 1n;
/** What a fall must exceed to be one, and not rounding. {ledger} */
const ROUNDING = 2n;

/** Books each vault with shares once a day, and at once when its shares fell, or it stopped answering and nobody took note. */
export class Book implements Job {
  readonly name = "book";
  readonly rank = "rest";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;

  constructor(contracts: ReserveContracts, config: ReserveConfig) {
    this.#contracts = contracts;
    this.#config = config;
  }

  async due(head: Head): Promise<Verdict> {
    const { reserve } = this.#contracts;
    const calls: Call[] = [];
    let fell = false;
    for (const vault of await reserve.vaults()) {
      const info = await reserve.vaultInfo(vault);
      if (info.shares === 0n) continue;
      const { scale } = await reserve.assetTerms(info.asset);
      const booked = (info.shares * info.sharePrice) / (RAY * scale);
      const { low, readable } = await reserve.vaultValue(vault);
      const worse = readable ? low + ROUNDING < booked : info.unreadableSince === 0n;
      const old = BigInt(head.timestamp) - info.bookedAt >= BigInt(this.#config.bookInterval);
      // One that does not answer is marked once; it has no price that could be booked.
      if (!worse && !(old && readable)) continue;
      fell ||= worse;
      calls.push({ transaction: await reserve.bookVault.populateTransaction(vault), subject: vault });
    }
    return calls.length === 0 ? notDue("every vault is booked") : dueNow(calls, fell);
  }
}

/** What one of an asset's vaults would take or give. */
interface Move {
  readonly vault: string;
  /** {asset} token units */
  readonly assets: bigint;
}

/** The vault that moves most; undefined where none moves anything. */
async function mostOf(
  vaults: readonly string[],
  simulate: (vault: string) => Promise<bigint>,
): Promise<Move | undefined> {
  let most: Move | undefined;
  for (const vault of vaults) {
    const moved = await attempt(() => simulate(vault));
    if (moved.ok && moved.value > (most?.assets ?? 0n)) most = { vault, assets: moved.value };
  }
  return most;
}

/** The vaults of each asset that has some. */
async function vaultsByAsset({ reserve }: ReserveContracts): Promise<Map<bigint, string[]>> {
  const found = new Map<bigint, string[]>();
  for (const vault of await reserve.vaults()) {
    const { asset } = await reserve.vaultInfo(vault);
    found.set(asset, [...(found.get(asset) ?? []), vault]);
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
      const { scale, terms } = await reserve.assetTerms(asset);
      const { cash } = await reserve.position(asset);
      if (cash <= terms.liquidCeiling) continue;
      const most = await mostOf(vaults, (vault) => reserve.invest.staticCall(vault));
      if (most === undefined) continue;
      if ((await worthOf(this.#contracts, asset, most.assets / scale)) < this.#config.dust) continue;
      calls.push({ transaction: await reserve.invest.populateTransaction(most.vault), subject: asset.toString() });
    }
    return calls.length === 0 ? notDue("no cash above a ceiling that a vault would take") : dueNow(calls);
  }
}

/** Takes out of vaults what cash lacks, and what is above a vault's caps. */
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
      const most = await mostOf(vaults, (vault) => reserve.divest.staticCall(vault, MAX_UINT256));
      if (most === undefined) continue;
      if ((await worthOf(this.#contracts, asset, most.assets / scale)) < this.#config.dust) continue;
      // A vault that everything is to leave: who set that does not ask what it costs.
      const { terms } = await reserve.vaultInfo(most.vault);
      urgent ||= terms.absoluteCap === 0n;
      const transaction = await reserve.divest.populateTransaction(most.vault, MAX_UINT256);
      calls.push({ transaction, subject: asset.toString() });
    }
    return calls.length === 0 ? notDue("cash is above its floors, vaults within their caps") : dueNow(calls, urgent);
  }
}
