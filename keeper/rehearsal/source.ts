/** What a fork is made from: the keeper's own nodes, behind an address on the loopback interface that only reads. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { z } from "zod";

import { reasonOf } from "../log.js";

export interface Source {
  readonly url: string;
  /** What the nodes failed with last, and how often they did. */
  readonly faults: { readonly count: number; readonly reason: string };
  close(): Promise<void>;
}

/** Who answers: any of the keeper's nodes. */
export interface Answering {
  send(method: string, params: unknown[]): Promise<unknown>;
}

const question = z.object({
  id: z.union([z.number(), z.string(), z.null()]).default(null),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});

/** Whatever begins otherwise might change something. */
const READS =
  /^(eth_get\w+|eth_(chainId|blockNumber|gasPrice|feeHistory|maxPriorityFeePerGas|call|syncing)|net_version|web3_clientVersion)$/;
const NOT_FOUND = -32_601;
const FAILED = -32_603;

/**
 * Serves it. The nodes' URLs, which hold keys, stay in this process; and what is not a question is not passed on, so that nothing in the
 * fork can reach the chain.
 */
export async function serveSource(nodes: Answering): Promise<Source> {
  const faults = { count: 0, reason: "" };
  const answer = async (asked: unknown): Promise<object> => {
    const parsed = question.safeParse(asked);
    if (!parsed.success) return { jsonrpc: "2.0", id: null, error: { code: FAILED, message: "no question" } };
    const { id, method, params } = parsed.data;
    if (!READS.test(method)) {
      return { jsonrpc: "2.0", id, error: { code: NOT_FOUND, message: `${method} is not asked of the chain` } };
    }
    try {
      return { jsonrpc: "2.0", id, result: await nodes.send(method, params) };
    } catch (error) {
      faults.count += 1;
      faults.reason = reasonOf(error);
      return { jsonrpc: "2.0", id, error: { code: FAILED, message: faults.reason } };
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const work = async (): Promise<string> => {
        const asked: unknown = JSON.parse(Buffer.concat(chunks).toString());
        return JSON.stringify(Array.isArray(asked) ? await Promise.all(asked.map(answer)) : await answer(asked));
      };
      work().then(
        (text) => response.writeHead(200, { "content-type": "application/json" }).end(text),
        () => response.writeHead(400).end(),
      );
    });
  });
  // Anvil keeps connections, and ends over a question that is lost when one is closed under it: they stay open as long as the source is there.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    faults,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
