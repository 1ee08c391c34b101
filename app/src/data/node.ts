/** The node, by JSON-RPC: what a page needs of it is a handful of questions. */

/** It answers with an error, or not at all. `data` and `code` are where the SDK looks for reverts. */
export class NodeError extends Error {
  override readonly name = "NodeError";

  constructor(
    message: string,
    readonly code?: number,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

export type Ask = (method: string, params?: readonly unknown[]) => Promise<unknown>;

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code?: number; readonly message?: string; readonly data?: unknown };
}

export interface NodeReader {
  readonly url: string;
  readonly ask: Ask;
  /** What the SDK's reads take. */
  call(request: object): Promise<string>;
}

/** A node that has not answered by then does not. {ms} */
const LONGEST = 15_000;

export function nodeAt(url: string): NodeReader {
  let id = 0;
  const ask: Ask = async (method, params = []) => {
    const signal = AbortSignal.timeout(LONGEST);
    let response: Response;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }),
        signal,
      });
    } catch {
      throw new NodeError(`The node at ${url} does not answer.`);
    }
    const { result, error } = (await response.json().catch(() => ({}))) as RpcAnswer;
    if (error !== undefined) throw new NodeError(error.message ?? "The node refuses.", error.code, error.data);
    if (result === undefined && signal.aborted) throw new NodeError(`The node at ${url} does not answer.`);
    if (result === undefined) throw new NodeError(`The node at ${url} answers with HTTP status ${response.status}.`);
    return result;
  };
  return {
    url,
    ask,
    async call(request) {
      const { to, data, from } = request as { to?: string; data?: string; from?: string };
      return (await ask("eth_call", [{ to, data, ...(from === undefined ? {} : { from }) }, "latest"])) as string;
    },
  };
}
