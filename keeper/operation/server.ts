/** Serves /metrics, /health, /ready and pages of JSON to whoever watches the process. It only reads. */

import { createServer, type Server, type ServerResponse } from "node:http";
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
    if (request.method !== "GET" && request.method !== "HEAD") {
      send(response, { status: 405, type: "text/plain", body: "GET only\n" });
      return;
    }
    page(watched, request.url ?? "/").then(
      (found) => send(response, found),
      (error: unknown) => {
        const status = error instanceof BadQuestion ? 400 : 500;
        send(response, { status, type: "text/plain", body: `${reasonOf(error)}\n` });
      },
    );
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

async function page({ health, registry, pages }: Watched, asked: string): Promise<Page> {
  if (!URL.canParse(asked, "http://localhost")) throw new BadQuestion("no page can have that name");
  const { pathname: path, searchParams: query } = new URL(asked, "http://localhost");
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
      const paths = ["/metrics", "/health", "/ready", ...Object.keys(pages)].join(", ");
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
