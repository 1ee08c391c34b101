/**
 * Keepers that are asked when there is something for them. In every block all accounts are valued anew, with the keeper's own arithmetic and to the wei as the contracts
 * do it; a whole look, with all the jobs that are due at intervals, takes place when an account fails or did a moment ago, while auctions run, and once an hour.
 */

import type { Provider } from "ethers";

import { headerOf } from "../../indexer/chain.js";
import { AccountBook } from "../../keeper/accounts.js";
import type { Market } from "../../keeper/health/screen.js";
import { assetsOf } from "../../keeper/reserve-contracts.js";
import { Watch, watchedChain } from "../../keeper/watch.js";
import type { AddressBook } from "../../sdk/addresses.js";
import type { Quote } from "../../sdk/credit/valuation.js";
import { present } from "../../sdk/present.js";
import { combined, mapped, type Query, read, view } from "../../sdk/reads/query.js";
import { ICreditEngine__factory, ICreditLens__factory, IRisk__factory } from "../../types/contracts/index.js";
import type { Keepers } from "../scenario/keepers.js";
import type { World } from "../scenario/world.js";

const HOUR = 3_600;
/** Accounts in one confirming call. */
const CHUNK = 1_000;
/** Sums are compared with the engine's so often: the keeper itself does it each hour. {s} */
const AUDIT = 24 * HOUR;

export class AttentiveKeepers implements Keepers {
  /** Whole looks. */
  looks = 0;
  readonly #keepers: Keepers;
  readonly #provider: Provider;
  readonly #watch: Watch;
  readonly #isBusy: () => boolean;
  /** The hour of the last whole look. */
  #hour = -1;
  #looked = true;
  /** Whether accounts failed then. */
  #failed = false;

  /** @param isBusy Whether something else is under way that keepers look after, such as auctions. */
  constructor(keepers: Keepers, { provider, addresses }: Pick<World, "provider" | "addresses">, isBusy: () => boolean) {
    const { contracts, firstBlock } = addresses;
    this.#keepers = keepers;
    this.#provider = provider;
    this.#isBusy = isBusy;
    const engine = ICreditEngine__factory.connect(contracts.engine, provider);
    const lens = ICreditLens__factory.connect(contracts.lens, provider);
    const book = new AccountBook({ provider, engine, firstBlock, auditInterval: AUDIT });
    const chain = watchedChain(engine, lens, provider);
    const market = new MarketReader(provider, addresses);
    this.#watch = new Watch({ ...chain, market: () => market.read() }, book, { chunk: CHUNK });
  }

  get isIdle(): boolean {
    return !this.#looked || this.#keepers.isIdle === true;
  }

  async look(): Promise<number> {
    const head = present(await this.#provider.getBlock("latest"), "block");
    await this.#watch.update(headerOf(head), head.timestamp);
    const hour = Math.floor(head.timestamp / HOUR);
    const isDue = hour !== this.#hour || this.#failed || this.#isBusy();
    this.#looked = isDue || (await this.#watch.failing()).length > 0;
    if (!this.#looked) return 0;
    this.#hour = hour;
    this.looks += 1;
    const failing = await this.#keepers.look();
    this.#failed = failing > 0;
    return failing;
  }

  async work(): ReturnType<Keepers["work"]> {
    return await this.#keepers.work();
  }
}

const engineAbi = ICreditEngine__factory.createInterface();
const riskAbi = IRisk__factory.createInterface();

/** What is asked of the last block at one time, and for which assets and of which model. */
interface Asked {
  readonly mask: bigint;
  readonly model: string;
  readonly query: Query<{ mask: bigint; model: string; market: Market }>;
}

/** What health depends on besides positions, in one call. What is listed and which model counts is known from the last time, and asked again along with the rest. */
class MarketReader {
  readonly #provider: Provider;
  readonly #addresses: AddressBook;
  #asked: Asked;

  constructor(provider: Provider, addresses: AddressBook) {
    this.#provider = provider;
    this.#addresses = addresses;
    this.#asked = this.#ask(0n, addresses.contracts.risk);
  }

  async read(): Promise<Market | undefined> {
    for (;;) {
      const { mask, model, market } = await read(this.#provider, this.#addresses, this.#asked.query);
      if (mask === this.#asked.mask && model === this.#asked.model) return mask === 0n ? undefined : market;
      this.#asked = this.#ask(mask, model);
    }
  }

  #ask(mask: bigint, model: string): Asked {
    const { engine } = this.#addresses.contracts;
    const parts = combined({
      mask: view<bigint>(engine, engineAbi, "listedMask"),
      model: view<string>(engine, engineAbi, "riskModel"),
      index: view<bigint>(engine, engineAbi, "index"),
      list: view<readonly Quote[]>(model, riskAbi, "quote", [mask]),
    });
    const query = mapped(parts, ({ list, index, ...asked }) => {
      const quotes = assetsOf(mask).map((asset, rank): [bigint, Quote] => [asset, present(list[rank])]);
      return { ...asked, market: { quotes: new Map(quotes), index } };
    });
    return { mask, model, query };
  }
}
