/**
 * The node under an embedded chain, asked directly. Hardhat puts handlers for any network around it, and builds a Solidity stack trace for every call that
 * reverts; ethers waits for its timers. All that is for people and distant nodes: a replay asks some hundred million things of a node in its own process.
 *
 * It is the same node: what a chain computes does not depend on how it is asked.
 */

import { ContractDecoder, EdrContext, type Provider as Node, type Response } from "@nomicfoundation/edr";
import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";

import { present } from "../../sdk/present.js";

/** Whatever answers requests of Ethereum's JSON-RPC. */
export interface Requests {
  request(request: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
}

/** The node refused, or a call reverted. */
export class NodeRefused extends Error {
  override readonly name = "NodeRefused";

  constructor(
    readonly method: string,
    readonly code: number,
    message: string,
    readonly data: unknown,
  ) {
    super(message);
  }
}

/** The method is among the first characters of a request; what follows may be long. */
const HEAD = 100;
const METHOD = /"method":"(\w+)"/;
const SENDS = /^eth_send(?:Raw)?Transaction$/;
const SETS_TIME = "evm_setNextBlockTimestamp";
const SETS_AUTOMINE = "evm_setAutomine";

/**
 * A node whose clock stands still but for its blocks: one second each where nobody says another time. Whatever a machine's speed, the same requests give the
 * same chain.
 */
class Clocked {
  readonly #node: Node;
  /** Time of the next block, if somebody said. (unix seconds) */
  #set: number | undefined;
  #time: number;
  #automine = true;

  constructor(node: Node, startTime: number) {
    this.#node = node;
    this.#time = startTime;
  }

  async handleRequest(text: string): Promise<Response> {
    const method = METHOD.exec(text.slice(0, HEAD))?.[1] ?? "";
    if (method === SETS_TIME) this.#set = Number(firstOf(text));
    else if (method === SETS_AUTOMINE) this.#automine = firstOf(text) === true;
    else if (method === "evm_mine" || (this.#automine && SENDS.test(method))) await this.#tick();
    return await this.#node.handleRequest(text);
  }

  async #tick(): Promise<void> {
    this.#time = this.#set ?? this.#time + 1;
    if (this.#set === undefined) {
      const request = { jsonrpc: "2.0", id: 0, method: SETS_TIME, params: [`0x${this.#time.toString(16)}`] };
      await this.#node.handleRequest(JSON.stringify(request));
    }
    this.#set = undefined;
  }
}

function firstOf(text: string): unknown {
  return (JSON.parse(text) as { params?: readonly unknown[] }).params?.[0];
}

type NodeAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

/** The node itself. */
export class DirectNode implements Requests {
  readonly #node: Pick<Node, "handleRequest">;
  #id = 0;

  constructor(node: Pick<Node, "handleRequest">) {
    this.#node = node;
  }

  /** @throws {NodeRefused} */
  async request({ method, params = [] }: { method: string; params?: readonly unknown[] }): Promise<unknown> {
    const answer = await this.ask({ jsonrpc: "2.0", id: ++this.#id, method, params });
    if ("result" in answer) return answer.result;
    const { code, message, data } = answer.error;
    throw new NodeRefused(method, code, message, data);
  }

  async ask(payload: object): Promise<NodeAnswer> {
    const { data } = (await this.#node.handleRequest(JSON.stringify(payload))) as { data: string | NodeAnswer };
    return typeof data === "string" ? (JSON.parse(data) as NodeAnswer) : data;
  }
}

/** What contracts and keepers read through: ethers' own arithmetic and errors, without its queue. */
export class DirectProvider extends JsonRpcApiProvider {
  readonly #node: DirectNode;
  #next = 0;

  constructor(node: DirectNode, chainId: number) {
    const network = Network.from(chainId);
    super(network, { cacheTimeout: -1, staticNetwork: network, batchMaxCount: 1 });
    this.#node = node;
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const payload: JsonRpcPayload = { jsonrpc: "2.0", id: ++this.#next, method, params };
    const answer = await this.#node.ask(payload);
    if ("result" in answer) return answer.result;
    throw this.getRpcError(payload, { id: payload.id, error: answer.error });
  }

  /** What asks for several things at once; nothing here does. */
  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const payloads = Array.isArray(payload) ? payload : [payload];
    return await Promise.all(payloads.map(async (each) => ({ id: each.id, ...(await this.#node.ask(each)) })));
  }
}

/**
 * Does what makes a chain, and keeps hold of the node that is made for it: Hardhat gives it to nobody, so the moment is watched at which Hardhat asks for it.
 * @param startTime Of the first block. (unix seconds)
 */
export async function withNode<T>(startTime: number, make: () => Promise<T>): Promise<{ made: T; node: DirectNode }> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the context that it is called on
  const { createProvider } = EdrContext.prototype;
  let node: Clocked | undefined;
  EdrContext.prototype.createProvider = async function (...parameters) {
    const created = await createProvider.apply(this, parameters);
    const clocked = new Clocked(created, startTime);
    node = clocked;
    // Hardhat asks it for nothing else that matters to a chain.
    return new Proxy(created, {
      get: (target, name) =>
        name === "handleRequest"
          ? (text: string) => clocked.handleRequest(text)
          : bound(target, Reflect.get(target, name) as unknown),
    });
  };
  try {
    const made = await make();
    return { made, node: new DirectNode(present(node, "node of the chain")) };
  } finally {
    EdrContext.prototype.createProvider = createProvider;
  }
}

/**
 * Has no node of this process know the contracts' sources: what a stack trace is made from takes seconds to read, and nobody here asks for one. For processes that only
 * play.
 */
export function withoutStackTraces(): void {
  ContractDecoder.withContracts = () => new ContractDecoder();
}

function bound(target: object, value: unknown): unknown {
  return typeof value === "function" ? (value.bind(target) as unknown) : value;
}
