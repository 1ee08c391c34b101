/**
 * Which accounts fail in a block: every account is valued anew with the block's prices, haircuts, depths and interest, here and to the wei as the contracts
 * do it; those that fail by that are confirmed by the lens, and only they. What is asked of nodes does not depend on how many accounts there are.
 */

import type { BlockTag, ContractRunner } from "ethers";

import type { Header } from "../indexer/types.js";
import type { AccountHealthStructOutput, ICreditLens } from "../types/contracts/contracts/interfaces/ICreditLens.js";
import { IRisk__factory, type ICreditEngine, type IRisk } from "../types/contracts/index.js";
import { BPS, type Quote } from "../sdk/credit/valuation.js";
import type { HealthScreen, Market } from "./health/screen.js";
import { assetsOf } from "./reserve-contracts.js";
import { present } from "../sdk/present.js";

export interface WatchOptions {
  /** Accounts in one confirming call. */
  readonly chunk: number;
}

/** Positions of all accounts with a debt, as far as they are known. */
export interface Accounts {
  readonly screen: Pick<HealthScreen, "screen" | "size" | "position">;
  update(head: Header, time: number): Promise<void>;
}

/** What the chain is asked for. */
export interface WatchedChain {
  /** What health depends on besides positions, in a block; nothing where no asset is listed. */
  market(block: BlockTag): Promise<Market | undefined>;
  /** Those of the accounts with D > M, in a block. */
  confirm(accounts: string[], block: BlockTag): Promise<AccountHealthStructOutput[]>;
}

/** The engine's market and the lens's word. */
export function watchedChain(engine: ICreditEngine, lens: ICreditLens, runner: ContractRunner): WatchedChain {
  let known: { readonly address: string; readonly model: IRisk } | undefined;
  return {
    market: async (blockTag) => {
      const at = { blockTag };
      // The model may be replaced, and with it what everything counts.
      const [mask, index, address] = await Promise.all([engine.listedMask(at), engine.index(at), engine.riskModel(at)]);
      if (mask === 0n) return undefined;
      if (known?.address !== address) known = { address, model: IRisk__factory.connect(address, runner) };
      const list = await known.model.quote(mask, at);
      const quotes = assetsOf(mask).map((asset, rank): [bigint, Quote] => [asset, present(list[rank])]);
      return { quotes: new Map(quotes), index };
    },
    confirm: async (accounts, blockTag) => [...(await lens.failing(accounts, BPS, { blockTag }))],
  };
}

export class Watch {
  readonly #chain: WatchedChain;
  readonly #accounts: Accounts;
  readonly #options: WatchOptions;
  /** The block that is looked at. All is asked of it by its number: what depends on one block can be compared with what other nodes say. */
  #block: BlockTag = "latest";

  constructor(chain: WatchedChain, accounts: Accounts, options: WatchOptions) {
    this.#chain = chain;
    this.#accounts = accounts;
    this.#options = options;
  }

  /** Accounts with a debt. */
  get size(): number {
    return this.#accounts.screen.size;
  }

  /** What an account holds, as last known: bit i for asset i. */
  assetsOf(account: string): bigint {
    const holdings = this.#accounts.screen.position(account)?.holdings ?? [];
    return holdings.reduce((mask, { asset, amount }) => (amount === 0n ? mask : mask | (1n << asset)), 0n);
  }

  /** Learns what became of positions up to a block. What it throws does not make {@link failing} wrong: accounts may be missing from it. */
  async update(head: Header, time: number): Promise<void> {
    this.#block = head.number;
    await this.#accounts.update(head, time);
  }

  /**
   * Accounts with D > M, confirmed.
   * @param but Accounts that need not be looked at.
   */
  async failing(but: ReadonlySet<string> = new Set()): Promise<AccountHealthStructOutput[]> {
    if (this.size === 0) return [];
    const market = await this.#chain.market(this.#block);
    if (market === undefined) return [];
    const candidates = this.#accounts.screen.screen(market).failing.filter((account) => !but.has(account));
    const found: AccountHealthStructOutput[] = [];
    // One call, unless a crash has made more fail than a node values within the gas that it allows.
    for (let i = 0; i < candidates.length; i += this.#options.chunk) {
      found.push(...(await this.#chain.confirm(candidates.slice(i, i + this.#options.chunk), this.#block)));
    }
    return found;
  }
}
