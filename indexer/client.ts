/** Positions from an indexer. It is asked, not believed: whoever uses them checks the block, the sums, and each account that matters. */

import { getAddress } from "ethers";

import { reasonOf } from "../keeper/log.js";
import { addressOf } from "../keeper/rpc/credentials.js";
import type { Position } from "../sdk/credit/valuation.js";
import type { BlockRef, Scales } from "./types.js";
import { decodePage, type Identity, type ReadPage } from "./wire.js";

/** All positions as of a block. */
export interface Snapshot {
  readonly block: BlockRef;
  readonly positions: ReadonlyMap<string, Position>;
  readonly scales: Scales;
}

/** Where positions can be had at once, instead of reading every event. */
export interface AccountSource {
  /** @throws {SourceUnusable} */
  snapshot(identity: Identity): Promise<Snapshot>;
}

/** It does not answer, or with something else. */
export class SourceUnusable extends Error {
  override readonly name = "SourceUnusable";
}

/** For one page. {ms} */
const TIMEOUT = 10_000;
/** For all of them. {ms} */
const PATIENCE = 60_000;
/** How often an index may be made anew while it is read. */
const ATTEMPTS = 3;

export class IndexerClient implements AccountSource {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param url May hold a user and a password. */
  constructor(url: string) {
    const address = addressOf(url);
    this.#url = address.url.replace(/\/$/, "");
    this.#headers = address.headers;
  }

  async snapshot(identity: Identity): Promise<Snapshot> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const snapshot = await this.#read(identity);
      if (snapshot !== undefined) return snapshot;
    }
    throw new SourceUnusable("the indexer began anew each time it was read");
  }

  /** All pages; undefined where the index was made anew between two of them. */
  async #read(identity: Identity): Promise<Snapshot | undefined> {
    const positions = new Map<string, Position>();
    let last: ReadPage | undefined;
    const until = performance.now() + PATIENCE;
    do {
      if (performance.now() > until) throw new SourceUnusable("the indexer's pages have no end");
      const page = await this.#page(last);
      if (page.chain !== identity.chain || page.engine !== getAddress(identity.engine)) {
        throw new SourceUnusable(
          `the indexer is of chain ${page.chain} and engine ${page.engine}, not of ${identity.chain} and ${identity.engine}`,
        );
      }
      if (last !== undefined && last.epoch !== page.epoch) return undefined;
      // What changed while pages were read comes again in a later one: of the last page's block is the last that is told.
      for (const [account, position] of page.positions) positions.set(account, position);
      last = page;
    } while (!last.complete);
    if (last.block === undefined) throw new SourceUnusable("the indexer has not read any block yet");
    return { block: last.block, positions, scales: last.scales };
  }

  async #page(last: ReadPage | undefined): Promise<ReadPage> {
    const query =
      last === undefined ? "" : `?${new URLSearchParams({ epoch: last.epoch, after: last.next }).toString()}`;
    try {
      const signal = AbortSignal.timeout(TIMEOUT);
      const how: RequestInit = { headers: this.#headers, signal, redirect: "error" };
      const response = await fetch(`${this.#url}/positions${query}`, how);
      if (!response.ok) throw new SourceUnusable(`the indexer answers with HTTP status ${response.status}`);
      return decodePage(await response.json());
    } catch (error) {
      if (error instanceof SourceUnusable) throw error;
      const nonsense = error instanceof Error && (error.name === "ZodError" || error instanceof SyntaxError);
      throw new SourceUnusable(
        nonsense ? "the indexer's answer is no page of positions" : `the indexer does not answer: ${causeOf(error)}`,
      );
    }
  }
}

function causeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? cause.code : reasonOf(error);
}
