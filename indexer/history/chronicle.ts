/** Takes in what the protocol's events tell, block by block, as part of following. */

import { reasonOf, SILENT, type Log } from "../../keeper/log.js";
import { ChainMoved, type Also, type ChainReader, type Chronicle, type EventLog, type Header } from "../types.js";
import type { Reader, Told } from "./contracts.js";
import { detailOf, pointsOf, rowOf, type Prices } from "./record.js";
import type { HistoryStore } from "./store.js";

export interface HistoryOptions {
  readonly chain: Pick<ChainReader, "header">;
  readonly reader: Reader;
  readonly store: HistoryStore;
  /** Prices at the end of a block; fails where the node does not have them any more. */
  readonly prices?: (block: number) => Promise<Prices>;
  /** The risk model observed. */
  readonly onObserved?: () => void;
  readonly log?: Log;
}

/** Headers that are asked for at once. */
const AT_ONCE = 16;

interface Taken {
  readonly log: EventLog;
  readonly told: Told;
}

export class History implements Chronicle {
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  async prepare(to: Header, logs: readonly EventLog[]): Promise<Also> {
    const { reader, store } = this.#options;
    const taken = logs.flatMap((log): Taken[] => {
      const told = reader.read(log);
      return told === undefined ? [] : [{ log, told }];
    });
    const at = { number: to.number, time: to.timestamp };
    if (taken.length === 0) return store.write({ to: at, blocks: [], events: [], points: [] });
    const blocks = await this.#blocksOf(to, taken);
    const prices = await this.#pricesOf(taken);
    // Where a price is missing, scales are what the engine told when it listed the asset.
    const scales = taken.some(({ told }) => told.category === "liquidation")
      ? await store.scales()
      : new Map<number, bigint>();
    const events = taken.map(({ log, told }) => {
      const header = blocks.get(log.blockNumber);
      if (header === undefined) throw new ChainMoved(`the chain changed while block ${log.blockNumber} was read`);
      return rowOf(told, log, header.timestamp, detailOf(told, prices.get(log.blockNumber), scales));
    });
    if (taken.some(({ told }) => told.name === "Observed")) this.#options.onObserved?.();
    const points = await pointsOf(events, () => store.targets());
    const rows = [...blocks.values()].map(({ number, hash, timestamp }) => ({ number, hash, time: timestamp }));
    return store.write({ to: at, blocks: rows, events, points });
  }

  /** Events do not tell when they were. */
  async #blocksOf(to: Header, taken: readonly Taken[]): Promise<Map<number, Header>> {
    const hashes = new Map(taken.map(({ log }) => [log.blockNumber, log.blockHash]));
    const wanted = [...hashes.keys()].filter((number) => number !== to.number);
    const blocks = new Map<number, Header>(hashes.has(to.number) ? [[to.number, to]] : []);
    for (let i = 0; i < wanted.length; i += AT_ONCE) {
      const group = wanted.slice(i, i + AT_ONCE);
      for (const header of await Promise.all(group.map((number) => this.#options.chain.header(number)))) {
        if (header !== undefined && hashes.get(header.number) === header.hash) blocks.set(header.number, header);
      }
    }
    return blocks;
  }

  /** Of blocks in which somebody lost collateral; without those that the node does not tell. */
  async #pricesOf(taken: readonly Taken[]): Promise<Map<number, Prices>> {
    const { prices, log = SILENT } = this.#options;
    const found = new Map<number, Prices>();
    if (prices === undefined) return found;
    const wanted = new Set(
      taken.filter(({ told }) => told.values.slice !== undefined).map((one) => one.log.blockNumber),
    );
    // The newest first: a node that has forgotten one has forgotten all before it.
    for (const block of [...wanted].reverse()) {
      try {
        found.set(block, await prices(block));
      } catch (error) {
        log.warn({ block, reason: reasonOf(error) }, "prices of liquidations are not known from there back");
        break;
      }
    }
    return found;
  }
}
