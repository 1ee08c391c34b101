/**
 * The node under an embedded chain, asked directly: its clock stands still but for its blocks, and what is asked for at one time goes to it in one piece. Each
 * piece is a trip to the node's own thread and back, which takes longer than most answers.
 */

import type { Response } from "@nomicfoundation/edr";

/** What is asked of a node. */
export interface Request {
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** Whatever answers requests of Ethereum's JSON-RPC. */
export interface Requests {
  request(request: Request): Promise<unknown>;
  /** Hands in what makes the next block before anything is asked that depends on it; the answer is there by then. */
  enqueue?(request: Request): Promise<unknown>;
  /** Several in the order given, in one piece. Where one is refused, those after it are not done. */
  requestAll?(requests: readonly Request[]): Promise<readonly unknown[]>;
}

/** A node as Hardhat asks its own: requests as text. */
export interface TextNode {
  handleRequest(text: string): Promise<Pick<Response, "data" | "stackTrace" | "callTraces">>;
}

/** The node refused, or a call reverted. */
export class NodeRefused extends Error {
  override readonly name = "NodeRefused";

  constructor(
    /** What was asked for; all of it, where it was asked for in one piece. */
    readonly method: string,
    readonly code: number,
    message: string,
    readonly data: unknown,
  ) {
    super(message);
  }
}

export type NodeAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

/** The method is among the first characters of a request; what follows may be long. */
const HEAD = 100;
const METHOD = /"method":"(\w+)"/;
const SENDS = /^eth_send(?:Raw)?Transaction$/;
const SETS_TIME = "evm_setNextBlockTimestamp";
const SETS_AUTOMINE = "evm_setAutomine";
const NOTED = new Set([SETS_TIME, SETS_AUTOMINE]);
const MINES = "evm_mine";
/** What is executed as if it were in the next block. */
const TRIES = /^(?:eth_estimateGas|debug_traceCall)$/;
/** What changes nothing, and does not depend on what waits for the next block unless it says so. */
const READS =
  /^eth_(?:call|blockNumber|chainId|getBalance|getBlockBy\w+|getCode|getLogs|getTransaction(?:Count|Receipt))$/;
const PENDING = "pending";

/** A read that waits for the others of its turn. */
interface Asked {
  readonly request: Request;
  readonly answer: (answer: NodeAnswer | PromiseLike<NodeAnswer>) => void;
}

/** What waits to be handed in. */
interface Waiting {
  readonly request: Request;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Whatever a machine's speed, the same requests give the same chain: a block is one second after the one before where nobody says another time. */
export class DirectNode implements Requests, TextNode {
  readonly #node: TextNode;
  /** Time of the next block, if somebody said. (unix seconds) */
  #set: number | undefined;
  #time: number;
  #automine = true;
  #asked: Asked[] = [];
  #waiting: Waiting[] = [];
  /** Until then what was waiting is on its way in. */
  #handingIn: Promise<void> = Promise.resolve();

  /** @param startTime Of the first block. (unix seconds) */
  constructor(node: TextNode, startTime: number) {
    this.#node = node;
    this.#time = startTime;
  }

  /** A request as text, as Hardhat hands it in. */
  async handleRequest(text: string): ReturnType<TextNode["handleRequest"]> {
    await this.#handIn();
    const method = METHOD.exec(text.slice(0, HEAD))?.[1] ?? "";
    const matters = NOTED.has(method) || text.includes(`"${PENDING}"`);
    const before = this.#before(matters ? (JSON.parse(text) as Request) : { method });
    if (before !== undefined) await this.#node.handleRequest(textOf(before));
    return await this.#node.handleRequest(text);
  }

  /** @throws {NodeRefused} */
  async request(request: Request): Promise<unknown> {
    return resultOf(request.method, await this.ask(request));
  }

  /** Reads that are asked for before this turn ends go to the node together. */
  async ask(request: Request): Promise<NodeAnswer> {
    if (isRead(request)) {
      return await new Promise<NodeAnswer>((answer) => {
        if (this.#asked.push({ request, answer }) === 1) process.nextTick(() => void this.#read());
      });
    }
    await this.#handIn();
    const before = this.#before(request);
    if (before !== undefined) await this.#ask(textOf(before));
    return await this.#ask(textOf(request));
  }

  /** @throws {NodeRefused} like whatever has it handed in. */
  enqueue(request: Request): Promise<unknown> {
    if (this.#automine) return this.request(request);
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.push({ request, resolve, reject }));
    // Whoever has it handed in is told as well.
    answer.catch(() => undefined);
    return answer;
  }

  /** @throws {NodeRefused} */
  async requestAll(requests: readonly Request[]): Promise<readonly unknown[]> {
    const waiting = this.#waiting;
    this.#waiting = [];
    await this.#handingIn;
    try {
      const results = await this.#askAll([...waiting.map(({ request }) => request), ...requests]);
      waiting.forEach(({ resolve }, i) => {
        resolve(results[i]);
      });
      return results.slice(waiting.length);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      throw error;
    }
  }

  /** What depends on the transactions that wait for the next block is asked for after this. */
  async #handIn(): Promise<void> {
    if (this.#waiting.length > 0) this.#handingIn = this.requestAll([]).then(() => undefined);
    await this.#handingIn;
  }

  async #read(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    if (asked.length > 1) {
      try {
        const results = await this.#askAll(asked.map(({ request }) => request));
        asked.forEach(({ answer }, i) => {
          answer({ result: results[i] });
        });
        return;
      } catch {
        // One of them was refused, and the node does not say which: each gets an answer of its own.
      }
    }
    for (const { request, answer } of asked) answer(this.#ask(textOf(request)));
  }

  async #askAll(requests: readonly Request[]): Promise<unknown[]> {
    if (requests.length === 0) return [];
    const own: boolean[] = [];
    const texts: string[] = [];
    for (const request of requests) {
      const before = this.#before(request);
      if (before !== undefined) {
        texts.push(textOf(before));
        own.push(false);
      }
      texts.push(textOf(request));
      own.push(true);
    }
    const results = resultOf(requests.map(({ method }) => method).join(", "), await this.#ask(`[${texts.join(",")}]`));
    return (results as unknown[]).filter((_, i) => own[i]);
  }

  async #ask(text: string): Promise<NodeAnswer> {
    const { data } = (await this.#node.handleRequest(text)) as { data: string | NodeAnswer };
    return typeof data === "string" ? (JSON.parse(data) as NodeAnswer) : data;
  }

  /** What must be asked for before a request, if anything: blocks have no time of the machine's, and neither has one that is only thought of. */
  #before({ method, params }: Request): Request | undefined {
    if (method === SETS_TIME) this.#set = Number(params?.[0]);
    else if (method === SETS_AUTOMINE) this.#automine = params?.[0] === true;
    if (TRIES.test(method) || params?.includes(PENDING) === true)
      return this.#set === undefined ? setsTime(this.#time + 1) : undefined;
    if (method !== MINES && !(this.#automine && SENDS.test(method))) return undefined;
    const said = this.#set;
    this.#set = undefined;
    this.#time = said ?? this.#time + 1;
    return said === undefined ? setsTime(this.#time) : undefined;
  }
}

/** Whether it changes nothing, and does not depend on what waits for the next block. */
export function isRead({ method, params }: Request): boolean {
  return READS.test(method) && params?.includes(PENDING) !== true;
}

function setsTime(time: number): Request {
  return { method: SETS_TIME, params: [`0x${time.toString(16)}`] };
}

function textOf({ method, params = [] }: Request): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
}

/** @throws {NodeRefused} */
function resultOf(method: string, answer: NodeAnswer): unknown {
  if ("result" in answer) return answer.result;
  const { code, message, data } = answer.error;
  throw new NodeRefused(method, code, message, data);
}
