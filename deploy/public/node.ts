/** A node of a public network as Ignition asks it: what fails for the moment is asked again, and what reverts keeps its data. */

import { setTimeout } from "node:timers/promises";

import { Endpoint, NodeFailure } from "../../keeper/rpc/endpoint.js";

/** Whoever answers JSON-RPC. */
export interface Node {
  request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
}

/** The node answered, and what it answered is an error. */
export class NodeError extends Error {
  override readonly name = "NodeError";

  constructor(
    message: string,
    readonly code: number,
    readonly data: unknown,
  ) {
    super(message);
  }
}

/** For one answer. {ms} */
const TIMEOUT = 30_000;
/** Public nodes limit how much is asked in a second. {ms} */
const PAUSES = [500, 1_000, 2_000, 4_000];

/** A node behind a URL. */
export function nodeAt(url: string): Node {
  const endpoint = new Endpoint(url, TIMEOUT);
  let id = 0;
  const ask = async (method: string, params: unknown[]): Promise<unknown> => {
    const answer = await endpoint.ask({ jsonrpc: "2.0", id: ++id, method, params });
    if (!("error" in answer)) return answer.result as unknown;
    const { code, message = "error" } = answer.error;
    throw new NodeError(message, code, answer.error.data as unknown);
  };
  return {
    async request({ method, params }): Promise<unknown> {
      const list = Array.isArray(params) ? (params as unknown[]) : [];
      for (const pause of PAUSES) {
        try {
          return await ask(method, list);
        } catch (error) {
          // Nothing here does harm when it is done twice: a transaction that a node has already is the same one.
          if (!(error instanceof NodeFailure)) throw error;
          await setTimeout(pause);
        }
      }
      return await ask(method, list);
    },
  };
}

/** An answer that has to be a quantity. */
export async function quantity(node: Node, method: string, params: unknown[] = []): Promise<bigint> {
  return BigInt((await node.request({ method, params })) as string);
}
