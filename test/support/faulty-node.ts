/** A node on the loopback interface that answers for a chain inside this process, as badly as it is told to. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { EthereumProvider } from "hardhat/types/providers";

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

/** What it does with a question: `pass` answers it; `hang` never does; `drop` closes the connection; `half` stops in the middle; `instead` answers another one. */
export type Fault =
  | "pass"
  | "hang"
  | "drop"
  | "half"
  | { readonly status: number }
  | { readonly text: string }
  | { readonly error: { code: number; message: string } }
  | { readonly result: unknown }
  | { readonly instead: unknown[] };

export interface FaultyNode {
  readonly url: string;
  /** Methods that it was asked, since last looked at. */
  asked: string[];
  /** Tells what to do from now on. */
  behave: (question: Question) => Fault | Promise<Fault>;
  /** Told the headers of each question, and its bytes. */
  heard: (headers: IncomingHttpHeaders, body: string) => void;
  close(): Promise<void>;
}

export async function startFaultyNode(chain: EthereumProvider): Promise<FaultyNode> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const question = JSON.parse(body) as Question;
      node.asked.push(question.method);
      node.heard(request.headers, body);
      void answer(question, response);
    });
  });

  async function answer(question: Question, response: ServerResponse): Promise<void> {
    const fault = await node.behave(question);
    const body = (content: object): string => JSON.stringify({ jsonrpc: "2.0", id: question.id, ...content });
    if (fault === "hang") return;
    if (fault === "drop") response.destroy();
    else if (fault === "half") response.writeHead(200, { "content-length": "1000" }).write('{"jsonrpc"');
    else if (fault === "pass") response.end(body(await real(question)));
    else if ("status" in fault) response.writeHead(fault.status).end("no");
    else if ("text" in fault) response.end(fault.text);
    else if ("instead" in fault) response.end(body(await real({ ...question, params: fault.instead })));
    else response.end(body(fault));
  }

  async function real({ method, params }: Question): Promise<object> {
    try {
      return { result: (await chain.request({ method, params })) as unknown };
    } catch (error) {
      const { code = -32_000, message, data } = error as Error & { code?: number; data?: unknown };
      const inner = typeof data === "object" && data !== null && "data" in data ? data.data : data;
      return { error: { code, message, data: inner } };
    }
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const node: FaultyNode = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}/v3/secret-key`,
    asked: [],
    behave: () => "pass",
    heard: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return node;
}
