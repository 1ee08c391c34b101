/** Answers questions about history over HTTP. It only reads, and everything that it tells is public. */

import type { IncomingMessage, ServerResponse } from "node:http";

import { BadQuestion } from "../../keeper/operation/server.js";
import { reasonOf } from "../../keeper/log.js";
import { OBSERVED, SERIES_NAMES, type SeriesName } from "../api/series.js";
import type { Block } from "../api/wire.js";
import { CursorVoid, type Archive, type Listed, type Span } from "./archive.js";
import { dateOf, tableOf, toCsv } from "./csv.js";
import * as questions from "./questions.js";
import type { Stream } from "./stream.js";

export interface HistoryPagesOptions {
  readonly archive: Archive;
  readonly stream: Stream;
  /** Another one whenever answers may be. */
  readonly version: () => string;
}

/** An answer before it is JSON or a table. */
interface Answer {
  readonly block: Block | null;
  readonly body: unknown;
  /** Lines of the table. */
  readonly records: readonly object[];
  readonly columns: readonly string[];
  /** Where the table goes on. */
  readonly next?: string;
}

type Page = (query: URLSearchParams, csv: boolean) => Promise<Answer>;

/** There is no such page. */
class Unknown extends Error {
  override readonly name = "Unknown";
}

const PLACE = ["date", "time", "block", "transaction", "log"];
const HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "ETag, Last-Block, Link",
  vary: "Accept",
  // Asked again each time, and told "304 Not Modified" as long as nothing is new.
  "cache-control": "no-cache",
};
const PREFLIGHT = {
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "*",
  "access-control-allow-private-network": "true",
  "access-control-max-age": "86400",
};
/** Tables that are made at one time: each is up to 20,000 lines, and nothing else is answered while one is written. */
const MOST_TABLES = 2;
/** {s} */
const RETRY = "2";
const CSV = "text/csv; charset=utf-8";
const JSON_TYPE = "application/json";

/** Paths that it knows. */
export const PATHS = [
  "/history",
  "/history/<series>",
  "/volumes",
  "/accounts/<address>/events",
  "/liquidations",
  "/auctions",
  "/governance",
  "/events",
  "/stream",
] as const;

export class HistoryPages {
  readonly paths = PATHS;
  readonly #options: HistoryPagesOptions;
  readonly #pages: Readonly<Record<string, Page>>;
  #tables = 0;

  constructor(options: HistoryPagesOptions) {
    this.#options = options;
    this.#pages = {
      "/history": () => this.#index(),
      "/volumes": (query) => this.#volumes(query),
      "/liquidations": (query, csv) => this.#liquidations(query, csv),
      "/auctions": (query, csv) => this.#auctions(query, csv),
      "/governance": (query, csv) => this.#list({ category: "governance" }, query, csv),
      "/events": async (query, csv) => {
        const { contract, event: name, ...paging } = questions.ask(questions.eventsQuestion(csv), query);
        return listed(await options.archive.events({ contract, name }, questions.pagingOf(paging)), EVENT);
      },
    };
  }

  /** Answers, if the path is one of its own. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const found = this.#pageAt(url.pathname);
    if (found === undefined) return false;
    try {
      await this.#answer(request, response, url, found);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, statusOf(error), reasonOf(error));
    }
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, url: URL, found: Found): Promise<void> {
    const { stream, version } = this.#options;
    if (request.method === "OPTIONS") {
      response.writeHead(204, { ...HEADERS, ...PREFLIGHT }).end();
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      refuse(response, 405, "GET only");
      return;
    }
    if (found === "stream") {
      if (request.method === "HEAD") response.writeHead(200, HEADERS).end();
      else if (stream.open) stream.add(response);
      else refuse(response, 503, "too many listen already");
      return;
    }
    const csv = found.csv || prefersCsv(request);
    const tag = `"${version()}${csv ? "-csv" : ""}"`;
    if (request.headers["if-none-match"]?.split(/, */).includes(tag) === true) {
      response.writeHead(304, { ...HEADERS, etag: tag }).end();
      return;
    }
    if (csv && this.#tables >= MOST_TABLES) {
      refuse(response, 503, "too many tables are being made already", { "retry-after": RETRY });
      return;
    }
    const { text, block, next } = await this.#made(found.page, url.searchParams, csv);
    const more = new URLSearchParams(url.searchParams);
    if (next !== undefined) more.set("after", next);
    response.writeHead(200, {
      ...HEADERS,
      "content-type": csv ? CSV : JSON_TYPE,
      // Of what was there before the question: what came meanwhile is asked for again.
      etag: tag,
      ...(block === null ? {} : { "last-block": block.number.toString() }),
      ...(next === undefined ? {} : { link: `<?${more.toString()}>; rel="next"` }),
    });
    response.end(request.method === "HEAD" ? undefined : text);
  }

  async #made(
    page: Page,
    query: URLSearchParams,
    csv: boolean,
  ): Promise<Pick<Answer, "block" | "next"> & { text: string }> {
    if (!csv) {
      const answer = await page(query, csv);
      return { ...answer, text: `${JSON.stringify(answer.body)}\n` };
    }
    this.#tables++;
    try {
      const answer = await page(query, csv);
      const { records, columns } = answer;
      return { ...answer, text: toCsv(tableOf(records as readonly Readonly<Record<string, unknown>>[], columns)) };
    } finally {
      this.#tables--;
    }
  }

  #pageAt(asked: string): Found | undefined {
    const csv = asked.endsWith(".csv");
    const path = csv ? asked.slice(0, -".csv".length) : asked;
    if (asked === "/stream") return "stream";
    const page = Object.hasOwn(this.#pages, path) ? this.#pages[path] : undefined;
    if (page !== undefined) return { page, csv };
    const [, kind, name = "", rest] = /^\/(history|accounts)\/([^/]+)(\/events)?$/.exec(path) ?? [];
    if (kind === "history" && rest === undefined) return { page: (query) => this.#series(name, query), csv };
    if (kind === "accounts" && rest !== undefined) {
      return { page: (query, table) => this.#list({ account: questions.accountOf(name) }, query, table), csv };
    }
    return undefined;
  }

  // ---- pages

  async #index(): Promise<Answer> {
    const extent = await this.#options.archive.extent();
    const series = SERIES_NAMES.map((name) => ({ series: name, observed: OBSERVED.has(name) }));
    return { block: null, body: { ...(extent ?? { from: null, to: null }), series }, records: series, columns: [] };
  }

  async #series(name: string, query: URLSearchParams): Promise<Answer> {
    if (!isSeries(name)) throw new Unknown(`there is no series ${name}, but ${SERIES_NAMES.join(", ")}`);
    const span = await this.#span(query);
    const { block, gaps, points } = await this.#options.archive.series(name, span);
    const body = { series: name, block, from: span.from, to: span.to, gaps, points };
    return { block, body, records: points, columns: ["date", "time", "block", "source"] };
  }

  async #volumes(query: URLSearchParams): Promise<Answer> {
    const span = await this.#span(query);
    const { from, to, points } = span;
    const { block, sums } = await this.#options.archive.volumes(span);
    const edge = (bucket: number): number => from + Math.ceil((bucket * (to - from + 1)) / points);
    const stretches = Array.from({ length: points }, (_, bucket) => {
      return { from: edge(bucket), to: edge(bucket + 1) - 1, sums: sums.get(bucket) ?? {} };
    });
    const records = stretches.flatMap((stretch) =>
      Object.entries(stretch.sums).map(([kind, sum]) => ({
        date: dateOf(stretch.from),
        from: stretch.from,
        to: stretch.to,
        kind,
        ...sum,
      })),
    );
    // Nobody needs to have looked at anything for this.
    const body = { block, from, to, gaps: [], points: stretches.filter((stretch) => stretch.from <= stretch.to) };
    return { block, body, records, columns: ["date", "from", "to", "kind", "count", "amount", "fees"] };
  }

  async #list(selection: Parameters<Archive["events"]>[0], query: URLSearchParams, csv: boolean): Promise<Answer> {
    const paging = questions.pagingOf(questions.ask(questions.listQuestion(csv), query));
    return listed(await this.#options.archive.events(selection, paging), EVENT);
  }

  async #liquidations(query: URLSearchParams, csv: boolean): Promise<Answer> {
    const { account, ...paging } = questions.ask(questions.liquidationsQuestion(csv), query);
    return listed(await this.#options.archive.liquidations(account, questions.pagingOf(paging)), LIQUIDATION);
  }

  async #auctions(query: URLSearchParams, csv: boolean): Promise<Answer> {
    const paging = questions.pagingOf(questions.ask(questions.listQuestion(csv), query));
    return listed(await this.#options.archive.auctions(paging), PLACE);
  }

  /** All that there is, where nobody says which part. */
  async #span(query: URLSearchParams): Promise<Span> {
    const { from, to, points } = questions.ask(questions.rangeQuestion, query);
    const extent = (await this.#options.archive.extent()) ?? { from: 0, to: 0 };
    const end = to ?? Math.max(extent.to, from ?? 0);
    return { from: Math.min(from ?? extent.from, end), to: end, points };
  }
}

type Found = "stream" | { readonly page: Page; readonly csv: boolean };

const EVENT = [...PLACE, "contract", "event"];
const LIQUIDATION = [...PLACE, "kind", "account", "caller", "debt", "value", "cost"];

function listed(found: Listed<object>, columns: readonly string[]): Answer {
  const { block, items, complete } = found;
  const next = found.next === undefined ? null : questions.encodeCursor(found.next);
  return {
    block,
    body: { block, items, next, complete },
    records: items,
    columns,
    ...(complete || next === null ? {} : { next }),
  };
}

function isSeries(name: string): name is SeriesName {
  return (SERIES_NAMES as readonly string[]).includes(name);
}

function prefersCsv(request: IncomingMessage): boolean {
  const { accept = "" } = request.headers;
  return accept.split(",").some((part) => part.split(";")[0]?.trim() === "text/csv");
}

function statusOf(error: unknown): number {
  if (error instanceof BadQuestion) return 400;
  if (error instanceof Unknown) return 404;
  return error instanceof CursorVoid ? 410 : 500;
}

function refuse(
  response: ServerResponse,
  status: number,
  error: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const headers = { ...HEADERS, ...more, "cache-control": "no-store", "content-type": JSON_TYPE };
  response.writeHead(status, headers).end(`${JSON.stringify({ error })}\n`);
}
