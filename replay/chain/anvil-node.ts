/**
 * Anvil under a chain for replays: another client, in a process of its own, asked over a socket. It keeps no record of the instructions that it executes, which is what
 * most of a replay's time goes into on the node inside this process (NomicFoundation/edr, issue 1657).
 */

import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { startAnvil } from "../../keeper/rehearsal/anvil.js";
import { serveSource } from "../../keeper/rehearsal/source.js";
import { isRead, type NodeAnswer, type Request, type TextNode } from "./node.js";
import { voidChain } from "./void.js";

/** As many as the node in this process has. */
const ACCOUNTS = 20;
/** {gas} */
const BLOCK_GAS_LIMIT = 60_000_000n;
/** Of the first block. {wei} per gas */
const BASE_FEE = 1_000_000_000n;
/** Blocks whose states can be asked for: whoever sets a world up looks for the first block of a contract. */
const STATES = 256;
const ETHER = 10n ** 18n;
/** JSON-RPC: what was asked is not understood, or something went wrong inside. Anvil says the latter of some executions as well. */
const [INTERNAL_ERROR, INVALID_REQUEST] = [-32_603, -32_600];
const OF_THE_EVM = "EVM error ";
const SENDS = new Set(["eth_sendTransaction", "eth_sendRawTransaction"]);

/** Anvil could not do what it was asked, for reasons that lie in it and not in what it was asked. */
export class AnvilFailed extends Error {
  override readonly name: string = "AnvilFailed";
}

/** It has ended, and answers nothing any more. */
export class AnvilEnded extends AnvilFailed {
  override readonly name = "AnvilEnded";

  constructor() {
    super("anvil ended while it was asked");
  }
}

type End = () => void | Promise<void>;

/** An answer that somebody waits for. */
interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: AnvilEnded) => void;
}

export interface Genesis {
  /** Of the first block. (unix seconds) */
  readonly startTime: number;
  readonly chainId: number;
  /** Of each of the node's accounts, in whole ether. {wei} */
  readonly balance: bigint;
}

/** Answers as the node in this process does, one request after the other. */
export class AnvilNode implements TextNode {
  readonly #socket: Socket;
  /** What ends it, in this order. */
  readonly #ends: readonly End[];
  readonly #waiting: Waiting[] = [];
  #text = "";
  #automine = true;
  /** Until then something else is done: anvil does what it is asked at one time in any order. */
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(socket: Socket, ends: readonly End[]) {
    this.#socket = socket;
    this.#ends = ends;
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => this.#take(part));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new AnvilEnded());
    });
  }

  /** @throws {NoAnvil} */
  static async start({ startTime, chainId, balance }: Genesis): Promise<AnvilNode> {
    const ends: End[] = [];
    try {
      const fees = { gasLimit: BLOCK_GAS_LIMIT, baseFee: BASE_FEE };
      const origin = await serveSource(voidChain({ chainId, time: startTime, ...fees }));
      ends.unshift(() => origin.close());
      const folder = mkdtempSync(join(tmpdir(), "plimsoll-anvil-"));
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      process.once("exit", remove);
      ends.unshift(() => {
        process.off("exit", remove);
        remove();
      });
      const path = process.platform === "win32" ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, "ipc");
      const anvil = await startAnvil([
        ...[
          "--ipc",
          path,
          "--fork-url",
          origin.url,
          "--fork-block-number",
          "0",
          "--no-storage-caching",
          "--no-rate-limit",
        ],
        ...["--chain-id", chainId.toString(), "--hardfork", "osaka", "--order", "fifo"],
        ...["--timestamp", startTime.toString(), "--base-fee", BASE_FEE.toString()],
        ...["--gas-limit", BLOCK_GAS_LIMIT.toString(), "--accounts", ACCOUNTS.toString()],
        ...["--balance", (balance / ETHER).toString(), "--prune-history", STATES.toString()],
      ]);
      ends.unshift(() => anvil.close());
      const socket = connect(path);
      ends.unshift(() => void socket.destroy());
      await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      return new AnvilNode(socket, ends);
    } catch (error) {
      for (const end of ends) await end();
      throw error;
    }
  }

  async handleRequest(text: string): ReturnType<TextNode["handleRequest"]> {
    const asked = JSON.parse(text) as Request | readonly Request[];
    const answer = this.#busy.then(() => (isSeveral(asked) ? this.#all(asked) : this.#one(asked)));
    this.#busy = answer.catch(() => undefined);
    const data = await answer;
    return { data, stackTrace: () => null, callTraces: () => [] };
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end();
  }

  async #one(request: Request): Promise<NodeAnswer> {
    const { method, params = [] } = request;
    if (method === "eth_pendingTransactions") return await this.#pending();
    if (method === "evm_setAutomine") this.#automine = params[0] === true;
    if (this.#automine && SENDS.has(method)) return await this.#send(request);
    return sound(method, JSON.parse(await this.#ask({ jsonrpc: "2.0", id: 1, method, params })) as NodeAnswer);
  }

  /** Answers when the transaction's block is there; anvil answers before. */
  async #send({ method, params = [] }: Request): Promise<NodeAnswer> {
    const text = await this.#ask({ jsonrpc: "2.0", id: 1, method: `${method}Sync`, params });
    const answer = sound(method, JSON.parse(text) as NodeAnswer);
    return "error" in answer ? answer : { result: (answer.result as { transactionHash: string }).transactionHash };
  }

  /** What only reads is asked for in one piece; everything else in its order, until something is refused. */
  async #all(requests: readonly Request[]): Promise<NodeAnswer> {
    const answers = requests.every(isRead) ? await this.#together(requests) : await this.#inTurn(requests);
    const results: unknown[] = [];
    for (const answer of answers) {
      if ("error" in answer) return answer;
      results.push(answer.result);
    }
    return { result: results };
  }

  async #together(requests: readonly Request[]): Promise<readonly NodeAnswer[]> {
    const piece = requests.map(({ method, params = [] }, id) => ({ jsonrpc: "2.0", id, method, params }));
    const answers = JSON.parse(await this.#ask(piece)) as (NodeAnswer & { readonly id: number })[];
    return answers.sort((a, b) => a.id - b.id).map((answer, i) => sound(requests[i]?.method ?? "", answer));
  }

  async #inTurn(requests: readonly Request[]): Promise<readonly NodeAnswer[]> {
    const answers: NodeAnswer[] = [];
    for (const request of requests) {
      const answer = await this.#one(request);
      answers.push(answer);
      if ("error" in answer) break;
    }
    return answers;
  }

  /** What waits for the next block, as the node in this process lists it. */
  async #pending(): Promise<NodeAnswer> {
    const answer = await this.#one({ method: "txpool_content" });
    if ("error" in answer) return answer;
    const { pending, queued } = answer.result as Record<"pending" | "queued", Record<string, Record<string, unknown>>>;
    return { result: [pending, queued].flatMap((pool) => Object.values(pool).flatMap((own) => Object.values(own))) };
  }

  async #ask(what: object): Promise<string> {
    if (this.#socket.destroyed) throw new AnvilEnded();
    return await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // Hexadecimal digits and names of methods: ASCII, and quicker so.
      this.#socket.write(JSON.stringify(what), "latin1");
    });
  }

  /** Answers come in lines, one for each piece. */
  #take(part: string): void {
    const lines = (this.#text + part).split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) this.#waiting.shift()?.resolve(line);
  }
}

function isSeveral(asked: Request | readonly Request[]): asked is readonly Request[] {
  return Array.isArray(asked);
}

/** @throws {AnvilFailed} rather than let it pass for a call that reverts. */
function sound(method: string, answer: NodeAnswer): NodeAnswer {
  if ("result" in answer) return answer;
  const { code, message } = answer.error;
  const isProtocols = code >= INTERNAL_ERROR && code <= INVALID_REQUEST;
  if (isProtocols && !message.startsWith(OF_THE_EVM)) throw new AnvilFailed(`anvil failed at ${method}: ${message}`);
  return answer;
}
