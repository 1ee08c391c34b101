/** One node, asked over HTTP: every question has its time, and what is no proper answer is an error that says so. */

import type { JsonRpcError, JsonRpcPayload, JsonRpcResult } from "ethers";
import { z } from "zod";

import { withoutSecrets } from "../config/sources.js";
import { addressOf } from "./credentials.js";

/** The node did not answer, or not in a way that can be used: another one may. */
export class NodeFailure extends Error {
  override readonly name = "NodeFailure";

  constructor(
    readonly node: string,
    readonly reason: string,
  ) {
    super(`${node}: ${reason}`);
  }
}

export type RpcAnswer = JsonRpcResult | JsonRpcError;

const answerSchema = z.object({
  id: z.number(),
  result: z.unknown(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown() }).partial({ data: true }).nullish(),
});

/** What nodes say when they have had enough of somebody, or are in trouble themselves. */
const TOO_MUCH = -32005;
const LIMITED = new Set([TOO_MUCH, -32016, -32097, 429]);
const LIMIT_TEXT = /rate limit|too many requests|request limit|capacity exceeded|header not found|missing trie node/i;

export class Endpoint {
  /** How it is named in logs: no secrets of its URL. */
  readonly name: string;
  readonly #url: string;
  readonly #timeout: number;
  readonly #headers: Readonly<Record<string, string>> = { "content-type": "application/json" };
  readonly #signed: (body: string) => Promise<Record<string, string>>;

  /**
   * @param timeout For one answer. {ms}
   * @param signed Headers that depend on what is asked.
   */
  constructor(url: string, timeout: number, signed: (body: string) => Promise<Record<string, string>> = none) {
    this.#signed = signed;
    const address = addressOf(url);
    this.#headers = { ...this.#headers, ...address.headers };
    this.#url = address.url;
    this.#timeout = timeout;
    this.name = withoutSecrets(url);
  }

  /**
   * Asks, and checks that there is an answer; a revert is one.
   * @throws {NodeFailure}
   */
  async ask(payload: JsonRpcPayload): Promise<RpcAnswer> {
    const text = await this.#post(JSON.stringify(payload));
    let parsed: z.infer<typeof answerSchema>;
    try {
      parsed = answerSchema.parse(JSON.parse(text));
    } catch {
      throw new NodeFailure(this.name, "its answer is no JSON-RPC");
    }
    const { id, error, result } = parsed;
    if (id !== payload.id) throw new NodeFailure(this.name, "it answers another question");
    if (error === undefined || error === null) {
      if (result === undefined) throw new NodeFailure(this.name, "its answer holds nothing");
      return { id, result };
    }
    // Some say with the same number that there would be too many events: that is no fault, and it helps to ask for fewer blocks.
    const limited = LIMITED.has(error.code) && !(payload.method === "eth_getLogs" && error.code === TOO_MUCH);
    if (limited || LIMIT_TEXT.test(error.message)) throw new NodeFailure(this.name, error.message);
    return { id, error };
  }

  /** {@link ask} for one result. */
  async call(method: string, params: unknown[]): Promise<unknown> {
    const answer = await this.ask({ jsonrpc: "2.0", id: 1, method, params });
    if ("error" in answer) throw new NodeFailure(this.name, answer.error.message ?? "error");
    return answer.result as unknown;
  }

  async #post(body: string): Promise<string> {
    const headers = { ...this.#headers, ...(await this.#signed(body)) };
    try {
      // Of the whole exchange: a node that begins to answer and stops is no better than one that is silent.
      const signal = AbortSignal.timeout(this.#timeout);
      const response = await fetch(this.#url, { method: "POST", headers, body, signal, redirect: "error" });
      const text = await response.text();
      if (!response.ok) throw new NodeFailure(this.name, `HTTP status ${response.status.toString()}`);
      return text;
    } catch (error) {
      if (error instanceof NodeFailure) throw error;
      const timeout = error instanceof Error && error.name === "TimeoutError";
      throw new NodeFailure(this.name, timeout ? `no answer within ${this.#timeout.toString()} ms` : causeOf(error));
    }
  }
}

function none(): Promise<Record<string, string>> {
  return Promise.resolve({});
}

/** What is behind "fetch failed"; its message has no URL. */
function causeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? `no connection (${cause.code})` : "no connection";
}
