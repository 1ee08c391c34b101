/**
 * Several nodes of one chain as one. Questions go to the first that is up to date; when it fails, to the next. Which are up to date is found out at
 * each {@link NodePool.survey}. Signed transactions go to all of them, and all of them are asked how many a sender has. What the first one says of a certain block is
 * asked of another at the next survey.
 */

import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { z } from "zod";

import { reasonOf, SILENT, type Log } from "../log.js";
import { countOf, middleOf } from "./counts.js";
import { Endpoint, NodeFailure, type RpcAnswer } from "./endpoint.js";
import { faultOf, isBelievable, referenceOf, witnessedTime, type HeadRules, type ReportedHead } from "./heads.js";
import { Witness } from "./witness.js";

export interface PoolOptions {
  readonly urls: readonly string[];
  readonly chainId: number;
  /** For one answer. {ms} */
  readonly timeout: number;
  readonly rules: HeadRules;
  readonly log?: Log;
  /** (unix seconds) */
  readonly clock?: () => number;
  /** Time that nobody sets. {ms} */
  readonly steady?: () => number;
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
  /** That it told what most others do not; how long it is not asked for that. {ms} */
  caught: { readonly reason: string; readonly until: number } | undefined;
  readonly name: string;
  ask(payload: JsonRpcPayload): Promise<RpcAnswer>;
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
/** All are asked this, as it decides which number a transaction has. */
const COUNT = "eth_getTransactionCount";
/** How long a node is left out that told what most others do not. {ms} */
const DISTRUST = 600_000;
/** How nodes say that a call reverts. */
const REVERTED = 3;
/** Blocks whose hashes are known. */
const HASHES = 64;

export class NodePool extends JsonRpcApiProvider {
  readonly #nodes: readonly Node[];
  readonly #options: PoolOptions;
  readonly #log: Log;
  readonly #steady: () => number;
  readonly #witness: Witness<Node>;
  /** Of the blocks that were told last, by number. */
  readonly #hashes = new Map<number, string>();
  #clockIsBehind = false;

  constructor(options: PoolOptions) {
    const network = Network.from(options.chainId);
    // Nothing is kept: what was true a moment ago is what keepers must not act on.
    super(network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
    this.#options = options;
    this.#log = options.log ?? SILENT;
    this.#steady = options.steady ?? (() => performance.now());
    this.#witness = new Witness(this.#steady);
    this.#nodes = options.urls.map((url) => {
      const endpoint = new Endpoint(url, options.timeout);
      const ask = async (payload: JsonRpcPayload): Promise<RpcAnswer> => await endpoint.ask(payload);
      const unknown = { ours: undefined, fault: undefined, head: undefined, caught: undefined };
      return { endpoint, name: endpoint.name, ask, ...unknown };
    });
    this._start();
  }

  get nodes(): readonly NodeState[] {
    return this.#nodes.map(({ endpoint, fault, head }) => ({ name: endpoint.name, fault, head: head?.number }));
  }

  /** Why nobody can tell whether nodes say the same, where that has been so for long. */
  get unchecked(): string | undefined {
    const seconds = this.#witness.doubtful;
    return seconds === undefined
      ? undefined
      : `no second node has confirmed what the first one says for ${seconds.toString()} s`;
  }

  /**
   * Asks every node for its head, and leaves out those that do not answer, are behind, or tell what cannot be. Then asks a second one what the first has said since
   * the last time.
   * @throws {NoNode} if none is left.
   * @throws {NodesDisagree} if those that are left contradict each other.
   */
  async survey(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#look(node)));
    const { rules } = this.#options;
    const answering = this.#nodes.flatMap(({ head }) => (head === undefined ? [] : [head]));
    const now = this.#now(answering);
    const reference = referenceOf(answering, now, rules);
    const verdicts = new Map<Node, string | undefined>();
    for (const node of this.#nodes) {
      if (node.head === undefined) continue;
      if (node.caught !== undefined && this.#steady() > node.caught.until) node.caught = undefined;
      const fault = reference === undefined ? "its head is from the future" : faultOf(node.head, reference, now, rules);
      verdicts.set(node, node.caught?.reason ?? fault);
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
    if (this.#nodes.length > 1) await this.#verify();
    if (this.#usable().length === 0) throw this.#none();
  }

  /** The time; if this machine's clock is far behind what two nodes say, theirs. (unix seconds) */
  #now(heads: readonly ReportedHead[]): number {
    const clock = this.#options.clock?.() ?? Math.floor(Date.now() / 1_000);
    const witnessed = witnessedTime(heads);
    const isBehind = witnessed > clock + this.#options.rules.ahead;
    if (isBehind && !this.#clockIsBehind) {
      this.#log.error({ seconds: witnessed - clock }, "this machine's clock is behind what several nodes say");
    }
    this.#clockIsBehind = isBehind;
    return isBehind ? witnessed : clock;
  }

  /** Whether what was told of blocks since the last survey is what others say, too. */
  async #verify(): Promise<void> {
    const { caught, dispute } = await this.#witness.check(this.#usable());
    for (const { party, reason } of caught) {
      party.caught = { reason, until: this.#steady() + DISTRUST };
      this.#log.error({ node: party.name, reason }, "a node tells what others do not");
      this.#judge(party, reason);
    }
    if (dispute === undefined) return;
    for (const node of this.#usable()) this.#judge(node, "it contradicts others");
    throw new NodesDisagree(dispute);
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
    return await Promise.all(payloads.map((one) => this.#ask(one)));
  }

  async #ask(payload: JsonRpcPayload): Promise<RpcAnswer> {
    // One node alone cannot be compared with anything.
    if (this.#nodes.length === 1) return (await this.#askFirst(payload)).answer;
    switch (payload.method) {
      case TO_ALL:
        return await this.#askAll(payload);
      case COUNT:
        return await this.#count(payload);
      case "eth_getBlockByNumber": {
        const { answer } = await this.#askFirst(payload);
        this.#learn(answer);
        return answer;
      }
      case "eth_getLogs":
      case "eth_call":
        return await this.#askChecked(payload);
      default:
        return (await this.#askFirst(payload)).answer;
    }
  }

  #learn(answer: RpcAnswer): void {
    const block = "result" in answer ? headSchema.safeParse(answer.result) : undefined;
    if (block?.success !== true) return;
    const { number, hash } = block.data;
    this.#hashes.delete(number);
    this.#hashes.set(number, hash);
    for (const oldest of this.#hashes.keys()) if (this.#hashes.size > HASHES) this.#hashes.delete(oldest);
  }

  /** Asks the first, by the hash of the block where it is known: then the answer can be compared with another's. */
  async #askChecked(payload: JsonRpcPayload): Promise<RpcAnswer> {
    const [call, tag] = payload.params as unknown[];
    const blockHash = payload.method === "eth_call" ? this.#hashes.get(Number(tag)) : undefined;
    const exact = blockHash === undefined ? payload : { ...payload, params: [call, { blockHash }] };
    const { answer, node } = await this.#askFirst(exact);
    // Not every node can be asked by hash. A revert is an answer.
    if (
      exact !== payload &&
      "error" in answer &&
      answer.error.code !== REVERTED &&
      (answer.error.data ?? null) === null
    ) {
      return (await this.#askFirst(payload)).answer;
    }
    this.#witness.heard(exact, answer, node);
    return answer;
  }

  /** Asks one node after the other. One that fails is left out until the next survey finds that it answers. */
  async #askFirst(payload: JsonRpcPayload): Promise<{ answer: RpcAnswer; node: Node }> {
    for (const node of this.#usable()) {
      try {
        return { answer: await node.ask(payload), node };
      } catch (error) {
        if (!(error instanceof NodeFailure)) throw error;
        this.#judge(node, error.reason);
      }
    }
    throw this.#none();
  }

  /** Asks all, and leaves out those that fail. */
  async #askEach(payload: JsonRpcPayload): Promise<RpcAnswer[]> {
    const answers = await Promise.all(
      this.#usable().map(async (node) => {
        try {
          return [await node.ask(payload)];
        } catch (error) {
          if (!(error instanceof NodeFailure)) throw error;
          this.#judge(node, error.reason);
          return [];
        }
      }),
    );
    return answers.flat();
  }

  /**
   * How many transactions a sender has: what most nodes say, see {@link middleOf}. Two that count other transactions in blocks are asked how many there are in the newest
   * block that both know, which has one answer.
   * @throws {NodesDisagree} if they have none.
   */
  async #count(payload: JsonRpcPayload): Promise<RpcAnswer> {
    const answers = await this.#askEach(payload);
    const [first] = answers;
    if (first === undefined) throw this.#none();
    const counts = countsOf(answers);
    const count = middleOf(counts);
    // An error of all of them.
    if (count === undefined) return first;
    const [sender, tag] = payload.params as unknown[];
    const pair = counts.length === 2 && tag === "latest" && counts[0] !== counts[1];
    const settled = pair ? await this.#countOfPair(payload, sender, counts) : count;
    return { id: payload.id, result: `0x${settled.toString(16)}` };
  }

  async #countOfPair(payload: JsonRpcPayload, sender: unknown, told: readonly number[]): Promise<number> {
    const heads = this.#usable().flatMap(({ head }) => (head === undefined ? [] : [head.number]));
    const common = `0x${Math.min(...heads).toString(16)}`;
    const counts = heads.length === 2 ? countsOf(await this.#askEach({ ...payload, params: [sender, common] })) : [];
    const [one, other] = counts;
    if (one !== undefined && one === other) return one;
    throw new NodesDisagree(`nodes contradict each other about how many transactions the key has: ${told.join(", ")}`);
  }

  /** Tells all usable nodes. That one of them took it counts for more than that others did not; no answer counts for more than a refusal. */
  async #askAll(payload: JsonRpcPayload): Promise<RpcAnswer> {
    const usable = this.#usable();
    const answers = await Promise.allSettled(usable.map((node) => node.ask(payload)));
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

function countsOf(answers: readonly RpcAnswer[]): number[] {
  return answers.flatMap((answer) => ("result" in answer ? (countOf(answer.result) ?? []) : []));
}
