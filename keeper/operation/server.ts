/** Serves /metrics, /health, /ready and pages of JSON to whoever watches the process. It only reads. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Registry } from "prom-client";

import { reasonOf } from "../log.js";
import type { Role } from "../replicas/leadership.js";
import type { Complaints, Health } from "./health.js";

export interface WatchServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface Watched {
  /** The role is said where there is one. */
  readonly health: Pick<Health, "alive" | "ready"> & { readonly role?: Role };
  readonly registry: Registry;
  /** JSON, by path. */
  readonly pages: Readonly<Record<string, (query: URLSearchParams) => Promise<string>>>;
  /** Whatever is more than a page of JSON. */
  readonly more?: Answering;
}

/** Answers questions in its own way. */
export interface Answering {
  /** What can be asked, for whoever asks for something else. */
  readonly paths: readonly string[];
  /** Whether it knows the path; then it has answered. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
}

/** What was asked for cannot be understood. */
export class BadQuestion extends Error {
  override readonly name = "BadQuestion";
}

/** Another program listens there, or the address is not this machine's. */
export class CannotListen extends Error {
  override readonly name = "CannotListen";
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const JSON_TYPE = "application/json";

export async function serve(watched: Watched, host: string, port: number): Promise<WatchServer> {
  const server = createServer((request, response) => {
    answer(watched, request, response).catch((error: unknown) => {
      const status = error instanceof BadQuestion ? 400 : 500;
      send(response, { status, type: "text/plain", body: `${reasonOf(error)}\n` });
    });
  });
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound.toString()}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(watched: Watched, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = request.url ?? "/";
  if (!URL.canParse(asked, "http://localhost")) throw new BadQuestion("no page can have that name");
  const url = new URL(asked, "http://localhost");
  if ((await watched.more?.handle(request, response, url)) === true) return;
  if (request.method === "GET" || request.method === "HEAD") send(response, await page(watched, url));
  else send(response, { status: 405, type: "text/plain", body: "GET only\n" });
}

async function page(
  { health, registry, pages, more }: Watched,
  { pathname: path, searchParams: query }: URL,
): Promise<Page> {
  switch (path) {
    case "/metrics":
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    case "/health":
      return verdict(health.alive());
    case "/ready":
      return verdict(await health.ready(), health.role);
    default: {
      const answer = Object.hasOwn(pages, path) ? await pages[path]?.(query) : undefined;
      if (answer !== undefined) return { status: 200, type: JSON_TYPE, body: `${answer}\n` };
      const paths = ["/metrics", "/health", "/ready", ...Object.keys(pages), ...(more?.paths ?? [])].join(", ");
      return { status: 404, type: "text/plain", body: `${paths}\n` };
    }
  }
}

function verdict(complaints: Complaints, role?: Role): Page {
  const ok = complaints.length === 0;
  return { status: ok ? 200 : 503, type: JSON_TYPE, body: `${JSON.stringify({ ok, role, complaints })}\n` };
}

function send(response: ServerResponse, { status, type, body }: Page): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new CannotListen(`cannot listen on ${host}, port ${port.toString()} (${error.code ?? error.message})`));
    });
    server.listen(port, host, () => resolve());
  });
}
