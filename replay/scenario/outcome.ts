/** What became of the accounts, read from the events of the chain. */

import type { Provider } from "ethers";

import { decodeSlice } from "../../sdk/credit/slice.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { IBalanceSheet__factory, ICreditEngine__factory } from "../../types/contracts/index.js";
import type { LocalAsset } from "../../deploy/parameters/local.js";
import { present } from "../../sdk/present.js";

const engineAbi = ICreditEngine__factory.createInterface();
const sheetAbi = IBalanceSheet__factory.createInterface();
const WATCHED = [
  engineAbi.getEvent("Liquidate").topicHash,
  engineAbi.getEvent("Absorb").topicHash,
  engineAbi.getEvent("WriteOff").topicHash,
  sheetAbi.getEvent("LossBooked").topicHash,
];

/** Sums over one way of ending a position. Amounts in USD or plUSD with 18 decimals. */
export interface Handled {
  /** Distinct accounts. */
  readonly accounts: Set<string>;
  /** Slices taken; an account can lose several. */
  slices: number;
  /** Debt taken off. {plUSD} */
  debt: bigint;
  /** Collateral taken, at the feed's price of the moment. {USD} */
  collateral: bigint;
}

/** Adds up what happened to accounts. */
export class Outcome {
  readonly liquidated: Handled = { accounts: new Set(), slices: 0, debt: 0n, collateral: 0n };
  readonly absorbed: Handled = { accounts: new Set(), slices: 0, debt: 0n, collateral: 0n };
  /** Debt that nothing was left to pay. {plUSD} */
  writtenOff = 0n;
  /** Losses that the protocol booked: absorbed collateral worth less than the debt, and debts written off. {USD} */
  losses = 0n;

  readonly #provider: Provider;
  readonly #addresses: AddressBook;
  readonly #assets: ReadonlyMap<number, LocalAsset>;

  constructor(provider: Provider, addresses: AddressBook, assets: readonly LocalAsset[]) {
    this.#provider = provider;
    this.#addresses = addresses;
    this.#assets = new Map(assets.map((asset) => [asset.id, asset]));
  }

  /** Reads the events of the blocks `from`..`to`, if there are any; collateral counts at `prices` (by symbol, {USD/tok} 18 decimals). */
  async read(from: number, to: number, prices: Readonly<Record<string, bigint>>): Promise<void> {
    // Nodes do not agree on what is in blocks that are not there.
    if (from > to) return;
    const logs = await this.#provider.getLogs({
      address: [this.#addresses.contracts.engine, this.#addresses.contracts.sheet],
      topics: [WATCHED],
      fromBlock: from,
      toBlock: to,
    });
    for (const log of logs) {
      if (log.address === this.#addresses.contracts.sheet) {
        const { args } = present(sheetAbi.parseLog(log));
        // What the reserve books are vaults and auctions: not lost on accounts.
        if (args.issuer === this.#addresses.contracts.engine) this.losses += args.amount as bigint;
        continue;
      }
      const { name, args } = present(engineAbi.parseLog(log));
      const account = args.account as string;
      if (name === "Liquidate") {
        this.#count(this.liquidated, account, args.repaid as bigint, args.getValue("slice") as bigint[], prices);
      } else if (name === "Absorb") {
        this.#count(this.absorbed, account, args.debtRemoved as bigint, args.getValue("slice") as bigint[], prices);
      } else {
        this.writtenOff += args.debt as bigint;
      }
    }
  }

  #count(
    handled: Handled,
    account: string,
    debt: bigint,
    slice: bigint[],
    prices: Readonly<Record<string, bigint>>,
  ): void {
    handled.accounts.add(account);
    handled.slices += 1;
    handled.debt += debt;
    for (const [id, amount] of decodeSlice([...slice]).amounts) {
      const asset = this.#assets.get(id);
      if (asset === undefined) throw new RangeError(`asset ${id} is not part of the scenario`);
      handled.collateral += (amount * present(prices[asset.symbol])) / 10n ** BigInt(asset.unitDecimals);
    }
  }
}
