/**
 * Several nodes of one chain as one. Questions go to the first that is up to date; when it fails, to the next. Which are up to date is found out at
 * each {@link NodePool.survey}. Signed transactions go to all of them.
 */

import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { z } from "zod";

import { reasonOf, SILENT, type Log } from "../log.js";
import { Endpoint, NodeFailure, type RpcAnswer } from "./endpoint.js";
import { faultOf, referenceOf, type HeadRules, type ReportedHead } from "./heads.js";

export interface PoolOptions {
  readonly urls: readonly string[];
  readonly chainId: number;
  /** For one answer. {ms} */
  readonly timeout: number;
  readonly rules: HeadRules;
  readonly log?: Log;
  /** (unix seconds) */
  readonly clock?: () => number;
}

/** No node could be asked. */
export class NoNode extends Error {
  override readonly name = "NoNode";
}

interface Node {
  readonly endpoint: Endpoint;
  /** Whether it is of the right chain; one that is not is never asked again. Undefined: not known, or not since it failed. */
  ours: boolean | undefined;
  /** Why it is left out at the moment. */
  fault: string | undefined;
  head: ReportedHead | undefined;
}

/** How a node is, for those who watch. */
export interface NodeState {
  readonly name: string;
  readonly fault: string | undefined;
  readonly head: number | undefined;
}

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/i)
  .transform(Number)
  .refine(Number.isSafeInteger);
const headSchema = z.object({ number: quantity, timestamp: quantity });

/** Questions whose answer must not come from a node that happens to be first: all are told. */
const TO_ALL = "eth_sendRawTransaction";

export class NodePool extends JsonRpcApiProvider {
  readonly #nodes: readonly Node[];
  readonly #options: PoolOptions;
  readonly #log: Log;

  constructor(options: PoolOptions) {
    const network = Network.from(options.chainId);
    // Nothing is kept: what was true a moment ago is what keepers must not act on.
    super(network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
    this.#options = options;
    this.#log = options.log ?? SILENT;
    this.#nodes = options.urls.map((url) => ({
      endpoint: new Endpoint(url, options.timeout),
      ours: undefined,
      fault: undefined,
      head: undefined,
    }));
    this._start();
  }

  get nodes(): readonly NodeState[] {
    return this.#nodes.map(({ endpoint, fault, head }) => ({ name: endpoint.name, fault, head: head?.number }));
  }

  /**
   * Asks every node for its head, and leaves out those that do not answer, are behind, or tell what cannot be.
   * @throws {NoNode} if none is left.
   */
  async survey(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#look(node)));
    const now = this.#options.clock?.() ?? Math.floor(Date.now() / 1_000);
    const { rules } = this.#options;
    const answering = this.#nodes.flatMap(({ head }) => (head === undefined ? [] : [head]));
    const reference = referenceOf(answering, now, rules);
    for (const node of this.#nodes) {
      if (node.head === undefined) continue;
      this.#judge(
        node,
        reference === undefined ? "its head is from the future" : faultOf(node.head, reference, now, rules),
      );
    }
    if (this.#usable().length === 0) throw this.#none();
  }

  async #look(node: Node): Promise<void> {
    node.head = undefined;
    if (node.ours === false) return;
    try {
      if (node.ours === undefined) {
        const chainId = quantity.safeParse(await node.endpoint.call("eth_chainId", []));
        node.ours = chainId.success && chainId.data === this.#options.chainId;
        if (!node.ours) {
          this.#judge(node, `it is of another chain than ${this.#options.chainId.toString()}`);
          return;
        }
      }
      const head = headSchema.safeParse(await node.endpoint.call("eth_getBlockByNumber", ["latest", false]));
      if (head.success) node.head = head.data;
      else this.#judge(node, "its head is no block");
    } catch (error) {
      this.#judge(node, error instanceof NodeFailure ? error.reason : reasonOf(error));
    }
  }

  #judge(node: Node, fault: string | undefined): void {
    // Another may answer in its place when it is back.
    if (fault !== undefined && node.ours === true) node.ours = undefined;
    if ((node.fault === undefined) !== (fault === undefined)) {
      const { name } = node.endpoint;
      if (fault === undefined) this.#log.info({ node: name }, "the node is used again");
      else this.#log.warn({ node: name, reason: fault }, "the node is left out");
    }
    node.fault = fault;
  }

  #usable(): Node[] {
    return this.#nodes.filter((node) => node.fault === undefined);
  }

  #none(): NoNode {
    const reasons = this.#nodes.map(({ endpoint, fault }) => `${endpoint.name}: ${fault ?? "no answer"}`);
    return new NoNode(`no node can be used: ${reasons.join("; ")}`);
  }

  /** Of the library: how all its questions are asked. */
  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const payloads = Array.isArray(payload) ? payload : [payload];
    return await Promise.all(payloads.map((one) => (one.method === TO_ALL ? this.#askAll(one) : this.#askFirst(one))));
  }

  /** Asks one node after the other. One that fails is left out until the next survey finds that it answers. */
  async #askFirst(payload: JsonRpcPayload): Promise<RpcAnswer> {
    for (const node of this.#usable()) {
      try {
        return await node.endpoint.ask(payload);
      } catch (error) {
        if (!(error instanceof NodeFailure)) throw error;
        this.#judge(node, error.reason);
      }
    }
    throw this.#none();
  }

  /** Tells all usable nodes. That one of them took it counts for more than that others did not; no answer counts for more than a refusal. */
  async #askAll(payload: JsonRpcPayload): Promise<RpcAnswer> {
    const usable = this.#usable();
    const answers = await Promise.allSettled(usable.map((node) => node.endpoint.ask(payload)));
    let refusal: RpcAnswer | undefined;
    let failure: NodeFailure | undefined;
    for (const [index, answer] of answers.entries()) {
      if (answer.status === "fulfilled") {
        if ("result" in answer.value) return answer.value;
        refusal ??= answer.value;
      } else if (answer.reason instanceof NodeFailure) {
        failure ??= answer.reason;
        const node = usable[index];
        if (node !== undefined) this.#judge(node, answer.reason.reason);
      } else {
        throw answer.reason;
      }
    }
    // It may have it all the same.
    if (failure !== undefined) throw failure;
    if (refusal !== undefined) return refusal;
    throw this.#none();
  }
}
