/** What a browser finds beside the demo's chain: the dashboard's files, where they were built, and the indexer's answers under `/api`. */

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

import type { Answering } from "../../keeper/operation/server.js";
import type { AddressBook } from "../../sdk/addresses.js";

/** Where the dashboard's build is. */
const DIRECTORY = fileURLToPath(new URL("../../app/dist", import.meta.url));
const API = "/api";
const HOST = "127.0.0.1";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

export interface Dashboard {
  readonly url: string;
  /** Whether there are files to serve. */
  readonly built: boolean;
  close(): Promise<void>;
}

export interface DashboardOptions {
  readonly answers: Answering;
  readonly book: AddressBook;
  /** Where it listens, if nobody else does; else anywhere. */
  readonly port: number;
  readonly directory?: string;
}

/**
 * - `/api/<path>`: what the indexer answers at `<path>`.
 * - `/api/deployment`: the address book.
 * - everything else: files of the directory.
 */
export async function serveDashboard({
  answers,
  book,
  port,
  directory = DIRECTORY,
}: DashboardOptions): Promise<Dashboard> {
  const server = createServer((request, response) => {
    answer(request, response, { answers, book, directory }).catch(() => response.destroy());
  });
  await listen(server, port).catch(() => listen(server, 0));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${bound}`,
    built: existsSync(join(directory, "index.html")),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

type Served = Required<Pick<DashboardOptions, "answers" | "book" | "directory">>;

async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const asked = request.url ?? "/";
  if (!URL.canParse(asked, "http://localhost")) {
    say(response, 400, "no page can have that name");
    return;
  }
  const url = new URL(asked, "http://localhost");
  if (url.pathname === `${API}/deployment`) {
    const headers = {
      "content-type": "application/json",
      "access-control-allow-origin": "*",
      "cache-control": "no-store",
    };
    response.writeHead(200, headers).end(`${JSON.stringify(served.book)}\n`);
    return;
  }
  if (url.pathname.startsWith(`${API}/`)) {
    url.pathname = url.pathname.slice(API.length);
    if (await served.answers.handle(request, response, url)) return;
    say(response, 404, ["/deployment", ...served.answers.paths].map((path) => API + path).join("\n"));
    return;
  }
  const file = fileOf(served.directory, url.pathname);
  if (file !== undefined) sendFile(request, response, file, served.book);
  else say(response, 404, `Nothing is here but ${API}/.`);
}

/** The file at a path, if there is one within the directory. */
function fileOf(directory: string, path: string): string | undefined {
  const root = resolve(directory);
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (name.includes("\0")) return undefined;
  const file = resolve(join(root, name.endsWith("/") ? `${name}index.html` : name));
  return file.startsWith(root + sep) && statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}

/**
 * What pages may do: nothing but what this server sends, and ask the node. A page that somebody managed to put a script into could not load another,
 * nor tell anybody.
 */
function policy({ rpcUrl }: AddressBook): string {
  const node = rpcUrl === undefined ? "" : ` ${new URL(rpcUrl).origin}`;
  return [
    "default-src 'self'",
    `connect-src 'self'${node}`,
    // Wallets announce themselves with an icon in the address itself.
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: string, book: AddressBook): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    say(response, 405, "GET only");
    return;
  }
  const headers = {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    // Names of assets change with what is in them.
    "cache-control": file.includes(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": policy(book),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
  response.writeHead(200, headers);
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, HOST, () => {
      server.off("error", failed);
      done();
    });
  });
}
