/**
 * Several nodes of one chain as one. Questions go to the first that is up to date; when it fails, to the next. Which are up to date is found out at
 * each {@link NodePool.survey}. Signed transactions go to all of them.
 */

import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { z } from "zod";

import { reasonOf, SILENT, type Log } from "../log.js";
import { Endpoint, NodeFailure, type RpcAnswer } from "./endpoint.js";
import { faultOf, isBelievable, referenceOf, type HeadRules, type ReportedHead } from "./heads.js";

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

/** Nodes tell different things of one block, and no majority tells who is right: nothing can be acted on. */
export class NodesDisagree extends Error {
  override readonly name = "NodesDisagree";
}

interface Head extends ReportedHead {
  readonly hash: string;
}

interface Node {
  readonly endpoint: Endpoint;
  /** Whether it is of the right chain; one that is not is never asked again. Undefined: not known, or not since it failed. */
  ours: boolean | undefined;
  /** Why it is left out at the moment. */
  fault: string | undefined;
  head: Head | undefined;
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
const headSchema = z.object({ number: quantity, timestamp: quantity, hash: z.string() });

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
   * @throws {NodesDisagree} if those that are left contradict each other.
   */
  async survey(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#look(node)));
    const now = this.#options.clock?.() ?? Math.floor(Date.now() / 1_000);
    const { rules } = this.#options;
    const answering = this.#nodes.flatMap(({ head }) => (head === undefined ? [] : [head]));
    const reference = referenceOf(answering, now, rules);
    const verdicts = new Map<Node, string | undefined>();
    for (const node of this.#nodes) {
      if (node.head === undefined) continue;
      verdicts.set(
        node,
        reference === undefined ? "its head is from the future" : faultOf(node.head, reference, now, rules),
      );
    }
    // Also one that is left out because it claims to be far ahead: where there are two, it may be the one that is right.
    const least = reference === undefined ? Infinity : reference.number - rules.behindBlocks;
    const witnesses = [...verdicts].flatMap(([node, fault]) => {
      const { head } = node;
      if (head === undefined || head.number < least || !isBelievable(head, now, rules)) return [];
      return fault === undefined || head.number > (reference?.number ?? 0) ? [{ node, head }] : [];
    });
    const disagreement = await this.#compare(witnesses, verdicts);
    for (const [node, fault] of verdicts) this.#judge(node, fault);
    if (disagreement !== undefined) throw disagreement;
    if (this.#usable().length === 0) throw this.#none();
  }

  /** Whether they have one chain: the hash of the newest block that all of them know says that of all blocks before it as well. */
  async #compare(
    witnesses: readonly { node: Node; head: Head }[],
    verdicts: Map<Node, string | undefined>,
  ): Promise<NodesDisagree | undefined> {
    const common = Math.min(...witnesses.map(({ head }) => head.number));
    const groups = new Map<string, Node[]>();
    await Promise.all(
      witnesses.map(async ({ node, head }) => {
        const hash = head.number === common ? head.hash : await this.#hashAt(node, common);
        if (typeof hash === "string") groups.set(hash, [...(groups.get(hash) ?? []), node]);
        else verdicts.set(node, hash.fault);
      }),
    );
    if (groups.size <= 1) return undefined;
    const block = `block ${common.toString()}`;
    const sizes = [...groups.values()].map(({ length }) => length);
    const asked = sizes.reduce((sum, size) => sum + size, 0);
    const majority = 2 * Math.max(...sizes) > asked;
    for (const nodes of groups.values()) {
      if (majority && 2 * nodes.length > asked) continue;
      for (const node of nodes) verdicts.set(node, `it has another ${block} than ${majority ? "most" : "others"}`);
    }
    if (majority) return undefined;
    const told = [...groups].map(
      ([hash, nodes]) => `${nodes.map(({ endpoint }) => endpoint.name).join(", ")}: ${hash}`,
    );
    return new NodesDisagree(`nodes contradict each other about ${block}: ${told.join("; ")}`);
  }

  async #hashAt({ endpoint }: Node, number: number): Promise<string | { fault: string }> {
    try {
      const answer = await endpoint.call("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
      const block = headSchema.safeParse(answer);
      if (block.success && block.data.number === number) return block.data.hash;
      return { fault: `it does not have block ${number.toString()}, though its head is higher` };
    } catch (error) {
      return { fault: error instanceof NodeFailure ? error.reason : reasonOf(error) };
    }
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
