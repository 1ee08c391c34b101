/** JSON-RPC over HTTP and WebSocket in front of a chain inside this process: what wallets connect to. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { EthereumProvider } from "hardhat/types/providers";
import { WebSocketServer, type WebSocket } from "ws";
import { z } from "zod";

/** Another program listens on the port. */
export class PortInUse extends Error {
  readonly port: number;

  constructor(port: number) {
    super(`port ${port} is in use by another program`);
    this.name = "PortInUse";
    this.port = port;
  }
}

const MAX_BODY_BYTES = 8 * 1024 * 1024;

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INTERNAL_ERROR = -32603;

const requestSchema = z.object({
  jsonrpc: z.literal("2.0").optional(),
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});

interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

type RpcResponse = { readonly jsonrpc: "2.0"; readonly id: number | string | null } & (
  { readonly result: unknown } | { readonly error: RpcError }
);

/** A running server. */
export interface RpcServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

function describe(error: unknown): RpcError {
  if (!(error instanceof Error)) return { code: INTERNAL_ERROR, message: String(error) };
  const { code, data } = error as Error & { code?: unknown; data?: unknown };
  // The data of a revert is what clients decode custom errors from: hex, whatever it came wrapped in.
  const inner = typeof data === "object" && data !== null && "data" in data ? data.data : data;
  return {
    code: typeof code === "number" ? code : INTERNAL_ERROR,
    message: error.message,
    ...(inner === undefined ? {} : { data: inner }),
  };
}

async function answer(provider: EthereumProvider, payload: unknown): Promise<RpcResponse> {
  const parsed = requestSchema.safeParse(payload);
  if (!parsed.success) {
    return { jsonrpc: "2.0", id: null, error: { code: INVALID_REQUEST, message: "not a JSON-RPC request" } };
  }
  const { id = null, method, params } = parsed.data;
  try {
    return { jsonrpc: "2.0", id, result: (await provider.request({ method, params })) ?? null };
  } catch (error) {
    return { jsonrpc: "2.0", id, error: describe(error) };
  }
}

async function answerAll(provider: EthereumProvider, text: string): Promise<RpcResponse | RpcResponse[]> {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return { jsonrpc: "2.0", id: null, error: { code: PARSE_ERROR, message: "not JSON" } };
  }
  if (!Array.isArray(payload)) return await answer(provider, payload);
  // One after the other: a batch may count on its order.
  const responses: RpcResponse[] = [];
  for (const item of payload as unknown[]) responses.push(await answer(provider, item));
  return responses;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function serveHttp(provider: EthereumProvider, request: IncomingMessage, response: ServerResponse): void {
  // Wallets call from a page's or an extension's origin.
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Methods", "POST, OPTIONS");
  response.setHeader("Access-Control-Allow-Headers", "*");
  response.setHeader("Access-Control-Allow-Private-Network", "true");
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  if (request.method !== "POST") {
    response
      .writeHead(405, { "Content-Type": "text/plain" })
      .end("This is a JSON-RPC endpoint: add it to a wallet as a network.\n");
    return;
  }
  readBody(request)
    .then(async (body) => {
      if (body === undefined) {
        response.writeHead(413).end();
        return;
      }
      const result = await answerAll(provider, body);
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(result));
    })
    // The client went away in the middle of its request.
    .catch(() => response.destroy());
}

function serveSocket(provider: EthereumProvider, socket: WebSocket): void {
  const subscriptions = new Set<unknown>();
  const notify = (payload: { subscription?: unknown }): void => {
    if (socket.readyState !== socket.OPEN || !subscriptions.has(payload.subscription)) return;
    socket.send(JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: payload }));
  };
  provider.on("notification", notify);

  socket.on("message", (message: Buffer) => {
    const text = message.toString("utf8");
    void answerAll(provider, text).then((result) => {
      for (const one of Array.isArray(result) ? result : [result]) {
        if (text.includes("eth_subscribe") && "result" in one) subscriptions.add(one.result);
      }
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(result));
    });
  });
  // Broken connections end in `close` as well.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    provider.removeListener("notification", notify);
    for (const id of subscriptions) {
      provider.request({ method: "eth_unsubscribe", params: [id] }).catch(() => undefined);
    }
  });
}

async function listen(server: Server, hostname: string, port: number): Promise<AddressInfo> {
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PortInUse(port) : error);
    });
    server.listen(port, hostname, () => resolve(server.address() as AddressInfo));
  });
}

/**
 * Serves `provider` on the loopback interface.
 * @param port 0 for any free one.
 * @throws {PortInUse}
 */
export async function serveRpc(provider: EthereumProvider, port: number, hostname = "127.0.0.1"): Promise<RpcServer> {
  const server = createServer((request, response) => serveHttp(provider, request, response));
  const bound = await listen(server, hostname, port);
  const sockets = new WebSocketServer({ server, maxPayload: MAX_BODY_BYTES });
  sockets.on("connection", (socket) => serveSocket(provider, socket));
  return {
    url: `http://${hostname}:${bound.port}`,
    port: bound.port,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
