/** Asks an indexer. For browsers as well as for Node: nothing but `fetch` and `EventSource`. */

import type { z } from "zod";

import {
  auctionsSchema,
  eventsSchema,
  liquidationsSchema,
  type Auction,
  type Liquidation,
  type RecordedEvent,
} from "./records.js";
import { readSeries, volumesSchema, type SeriesAnswer, type SeriesName, type Volumes } from "./series.js";
import { problemSchema, stepSchema, type Page, type Step } from "./wire.js";

/** It does not answer, or says why not. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor(
    message: string,
    /** Of HTTP; undefined where nothing came back. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** Which part of a series. (unix seconds) */
export interface Range {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** How many at most. */
  readonly points?: number | undefined;
}

/** Which part of a list. */
export interface Paging {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  readonly order?: "newest" | "oldest" | undefined;
}

export interface HistoryClientOptions {
  /** Ends all questions. */
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

/** An indexer that has not answered by then does not. {ms} */
const LONGEST = 15_000;
/** A browser gives a stream up for good when it is answered with an error: it is opened again after so long. {ms} */
const AGAIN = 5_000;

export class HistoryClient {
  readonly #url: string;
  readonly #options: HistoryClientOptions;

  /** @param url Where it answers: `http://127.0.0.1:9465`, or `/api` on a page of `npm start`. */
  constructor(url: string, options: HistoryClientOptions = {}) {
    this.#url = url.replace(/\/$/, "");
    this.#options = options;
  }

  async series<N extends SeriesName>(name: N, range: Range = {}): Promise<SeriesAnswer<N>> {
    return readSeries(name, await this.#ask(`/history/${name}`, { ...range }));
  }

  async volumes(range: Range = {}): Promise<Volumes> {
    return volumesSchema.parse(await this.#ask("/volumes", { ...range }));
  }

  async accountEvents(account: string, paging: Paging = {}): Promise<Page<RecordedEvent>> {
    return await this.#page(`/accounts/${account}/events`, eventsSchema, paging);
  }

  /** @param account Only its own. */
  async liquidations(paging: Paging & { readonly account?: string | undefined } = {}): Promise<Page<Liquidation>> {
    return await this.#page("/liquidations", liquidationsSchema, paging);
  }

  async auctions(paging: Paging = {}): Promise<Page<Auction>> {
    return await this.#page("/auctions", auctionsSchema, paging);
  }

  async governance(paging: Paging = {}): Promise<Page<RecordedEvent>> {
    return await this.#page("/governance", eventsSchema, paging);
  }

  async events(
    paging: Paging & { readonly contract?: string; readonly event?: string } = {},
  ): Promise<Page<RecordedEvent>> {
    return await this.#page("/events", eventsSchema, paging);
  }

  /** Where the same answer is as a table. */
  csv(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): string {
    return this.#address(`${path}.csv`, query);
  }

  /** Told of each step of following until what is returned is called. */
  follow(told: (step: Step) => void): () => void {
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      const own = new EventSource(this.#address("/stream", {}));
      source = own;
      own.addEventListener("step", (event) => {
        const { data } = event as unknown as { readonly data: string };
        told(stepSchema.parse(JSON.parse(data)));
      });
      own.addEventListener("error", () => {
        if (own.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN);
      });
    };
    open();
    return () => {
      clearTimeout(again);
      source?.close();
    };
  }

  async #page<T>(path: string, schema: z.ZodType<Page<T>, z.ZodTypeDef, unknown>, query: object): Promise<Page<T>> {
    return schema.parse(await this.#ask(path, query));
  }

  #address(path: string, query: object): string {
    const asked = Object.entries(query).filter(([, value]) => value !== undefined) as [string, string | number][];
    const search = new URLSearchParams(
      asked.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return `${this.#url}${path}${search === "" ? "" : `?${search}`}`;
  }

  async #ask(path: string, query: object): Promise<unknown> {
    const { signal: end, fetch: ask = fetch } = this.#options;
    const late = AbortSignal.timeout(LONGEST);
    const signal = end === undefined ? late : AbortSignal.any([end, late]);
    let response: Response;
    try {
      response = await ask(this.#address(path, query), { signal });
    } catch (error) {
      throw new NoAnswer(`the indexer does not answer: ${error instanceof Error ? error.message : String(error)}`);
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok && body !== undefined) return body;
    if (signal.aborted) throw new NoAnswer(`the indexer does not answer: ${String(signal.reason)}`);
    const problem = problemSchema.safeParse(body);
    throw new NoAnswer(
      problem.success ? problem.data.error : `the indexer answers with HTTP status ${response.status}`,
      response.status,
    );
  }
}
