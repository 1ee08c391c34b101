/**
 * The node under an embedded chain, asked directly. Hardhat puts handlers for any network around it, and builds a Solidity stack trace for every call that
 * reverts; ethers waits for its timers. All that is for people and distant nodes: a replay asks some hundred million things of a node in its own process.
 *
 * It is the same node: what a chain computes does not depend on how it is asked.
 */

import { EdrContext } from "@nomicfoundation/edr";
import {
  JsonRpcApiProvider,
  Network,
  toQuantity,
  type JsonRpcError,
  type JsonRpcPayload,
  type JsonRpcResult,
  type TransactionRequest,
} from "ethers";
import hre from "hardhat";

import { present } from "../../sdk/present.js";
import { GasMemory } from "./gas-memory.js";
import { DirectNode, type NodeAnswer, type Request, type TextNode } from "./node.js";

/** Numbers that an account has used, in blocks and with what waits. */
interface Counts {
  readonly latest: string;
  readonly pending: string;
}

/** What contracts and keepers read through: ethers' own arithmetic and errors, without its queue. */
export class DirectProvider extends JsonRpcApiProvider {
  readonly #node: DirectNode;
  readonly #gas: GasMemory | undefined;
  /** What was asked in this turn, by account. */
  readonly #counts = new Map<string, Promise<Counts>>();
  #next = 0;

  /** @param remembersGas Whether estimates are made as {@link GasMemory} does. */
  constructor(node: DirectNode, chainId: number, remembersGas: boolean) {
    const network = Network.from(chainId);
    super(network, { cacheTimeout: -1, staticNetwork: network, batchMaxCount: 1 });
    this.#node = node;
    if (remembersGas) this.#gas = new GasMemory(node);
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const answer = await this.#answer({ method, params: Array.isArray(params) ? params : [params] });
    if ("result" in answer) return answer.result;
    const payload: JsonRpcPayload = { jsonrpc: "2.0", id: ++this.#next, method, params };
    throw this.getRpcError(payload, { id: payload.id, error: answer.error });
  }

  /** What is plain already goes to the node as it is. */
  override async call(transaction: TransactionRequest): Promise<string> {
    const { to, from, data, blockTag = "latest", ...others } = transaction;
    const tag = typeof blockTag === "number" ? toQuantity(blockTag) : blockTag;
    const texts = [to, data, tag, from ?? ""];
    if (!texts.every((text) => typeof text === "string") || Object.keys(others).length > 0) {
      return await super.call(transaction);
    }
    return (await this.send("eth_call", [{ to, data, ...(typeof from === "string" ? { from } : {}) }, tag])) as string;
  }

  /** What asks for several things at once; nothing here does. */
  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const payloads = Array.isArray(payload) ? payload : [payload];
    return await Promise.all(
      payloads.map(async ({ id, method, params }) => ({
        id,
        ...(await this.#answer({ method, params: Array.isArray(params) ? params : [params] })),
      })),
    );
  }

  async #answer(request: Request): Promise<NodeAnswer> {
    const { method, params = [] } = request;
    if (method === "eth_estimateGas" && params.length === 1 && this.#gas !== undefined) {
      return await this.#gas.estimate(params[0] as object);
    }
    if (method === "eth_getTransactionCount") {
      const [account, tag] = [String(params[0]), params[1]];
      if (tag === "latest" || tag === "pending") return { result: (await this.#countsNow(account))[tag] };
    }
    return await this.#node.ask(request);
  }

  /** Both counts are asked for at one time as a rule. */
  #countsNow(account: string): Promise<Counts> {
    const asked = this.#counts.get(account);
    if (asked !== undefined) return asked;
    const counts = this.#count(account);
    this.#counts.set(account, counts);
    process.nextTick(() => this.#counts.delete(account));
    return counts;
  }

  /**
   * Numbers that an account has used, and with what waits for the next block. The node would make that block to find out; a node on a network counts what it has, as is
   * done here.
   */
  async #count(account: string): Promise<Counts> {
    const [waiting, latest] = await this.#node.requestAll([
      { method: "eth_pendingTransactions" },
      { method: "eth_getTransactionCount", params: [account, "latest"] },
    ]);
    const own = new Set(
      (waiting as readonly { from: string; nonce: string }[])
        .filter(({ from }) => from.toLowerCase() === account.toLowerCase())
        .map(({ nonce }) => Number(nonce)),
    );
    let next = Number(latest);
    while (own.has(next)) next += 1;
    return { latest: String(latest), pending: toQuantity(next) };
  }
}

/**
 * Does what makes a chain, and keeps hold of the node that is made for it: Hardhat gives it to nobody, so the moment is watched at which Hardhat asks for it.
 * @param startTime Of the first block. (unix seconds)
 * @param other A node that is asked instead of Hardhat's own, whatever Hardhat believes.
 */
export async function withNode<T>(
  startTime: number,
  make: () => Promise<T>,
  other?: TextNode,
): Promise<{ made: T; node: DirectNode }> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the context that it is called on
  const { createProvider } = EdrContext.prototype;
  let node: DirectNode | undefined;
  EdrContext.prototype.createProvider = async function (...parameters) {
    const created = await createProvider.apply(this, parameters);
    const direct = new DirectNode(other ?? created, startTime);
    node = direct;
    // Hardhat asks it for nothing else that matters to a chain.
    return new Proxy(created, {
      get: (target, name) =>
        name === "handleRequest"
          ? (text: string) => direct.handleRequest(text)
          : bound(target, Reflect.get(target, name) as unknown),
    });
  };
  try {
    const made = await make();
    return { made, node: present(node, "node of the chain") };
  } finally {
    EdrContext.prototype.createProvider = createProvider;
  }
}

/**
 * Has no node of this process know the contracts' sources: what a stack trace is made from takes seconds to read, and nobody here asks for one. For processes that only
 * play.
 */
export function withoutStackTraces(): void {
  hre.artifacts.getAllBuildInfoIds = () => Promise.resolve(new Set());
}

function bound(target: object, value: unknown): unknown {
  return typeof value === "function" ? (value.bind(target) as unknown) : value;
}
