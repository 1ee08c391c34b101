/** A node of a public network as Ignition asks it: what fails for the moment is asked again, and what reverts keeps its data. */

import { setTimeout } from "node:timers/promises";

import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { z } from "zod";

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

/** A node behind a URL. @param pauses Before it is asked again, each time. {ms} */
export function nodeAt(url: string, pauses: readonly number[] = PAUSES): Node {
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
      for (const pause of pauses) {
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

const hex = z.string().regex(/^0x[0-9a-f]+$/i);
const bytes = z.string().regex(/^0x([0-9a-f]{2})*$/i);

/** An answer that has to be a quantity. @throws {NodeFailure} where it is none. */
export async function quantity(node: Node, method: string, params: unknown[] = []): Promise<bigint> {
  const answer = hex.safeParse(await node.request({ method, params }));
  if (answer.success) return BigInt(answer.data);
  throw new NodeFailure(method, "its answer is no quantity");
}

/** What ethers takes for a mistake of ours where the node answers something else. */
const ANSWERS: Readonly<Record<string, z.ZodType<string>>> = {
  ...{ eth_call: bytes, eth_getCode: bytes, eth_getStorageAt: bytes },
  ...{ eth_blockNumber: hex, eth_chainId: hex, eth_getBalance: hex, eth_getTransactionCount: hex },
  ...{ eth_estimateGas: hex, eth_gasPrice: hex },
};

/** Questions at a time, at most: more of them and public nodes refuse all. */
const AT_ONCE = 8;

/** The same node for ethers: it is as patient, and its errors name no URL, where services put their keys. */
export class NodeProvider extends JsonRpcApiProvider {
  readonly #node: Node;
  readonly #waiting: (() => void)[] = [];
  #free = AT_ONCE;

  constructor(node: Node, chainId: number) {
    const network = Network.from(chainId);
    // Nothing is kept: blocks of a local chain come faster than a cache expires.
    super(network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1, polling: true });
    this.#node = node;
    this._start();
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    return await Promise.all([payload].flat().map((one) => this.#inTurn(one)));
  }

  async #inTurn(payload: JsonRpcPayload): Promise<JsonRpcResult | JsonRpcError> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#ask(payload);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #ask({ id, method, params }: JsonRpcPayload): Promise<JsonRpcResult | JsonRpcError> {
    try {
      const result = await this.#node.request({ method, params });
      if (ANSWERS[method]?.safeParse(result).success === false) {
        throw new NodeFailure(method, "its answer cannot be used");
      }
      return { id, result };
    } catch (error) {
      if (!(error instanceof NodeError)) throw error;
      const { code, message, data } = error;
      return { id, error: { code, message, data } };
    }
  }
}
