/** Private relays: they pass transactions on to block producers, and nobody sees them before they are in a block. */

import { id, Wallet } from "ethers";

import type { RelayMethod } from "../config/operator.js";
import type { Intent } from "../journal/types.js";
import { reasonOf, SILENT, type Log } from "../log.js";
import { Endpoint } from "../rpc/endpoint.js";
import { classify, together, type Answer } from "./broadcast.js";

/** What goes where. */
export interface RelayRules {
  /** Blocks after which what no block has goes to nodes as well; 0 for never. */
  readonly patience: number;
  /** Solvency does not wait: what it needs goes to relays and nodes at once. */
  readonly solvencyToAll: boolean;
}

export interface RelayOptions extends RelayRules {
  readonly urls: readonly string[];
  readonly method: RelayMethod;
  /** Whether requests are signed: with a key made for this, which stands for nothing but the sender of these requests. */
  readonly signed?: boolean;
  /** For one answer. {ms} */
  readonly timeout: number;
  readonly log?: Log;
  readonly onAnswer?: (kind: Answer["kind"]) => void;
}

export class Relay {
  readonly #options: RelayOptions;
  readonly #relays: readonly { endpoint: Endpoint; fault: string | undefined }[];
  readonly #log: Log;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#log = options.log ?? SILENT;
    const headers = options.signed === true ? signing() : undefined;
    this.#relays = options.urls.map((url) => ({
      endpoint: new Endpoint(url, options.timeout, headers),
      fault: undefined,
    }));
  }

  /** Tells all of them. */
  async send(raw: string): Promise<Answer> {
    const { method, onAnswer } = this.#options;
    const params = [method === "eth_sendRawTransaction" ? raw : { tx: raw }];
    const answers = await Promise.all(
      this.#relays.map(async (relay) => {
        const answer = await ask(relay.endpoint, method, params);
        this.#judge(relay, answer.kind === "unknown" ? answer.reason : undefined);
        onAnswer?.(answer.kind);
        return answer;
      }),
    );
    return together(answers);
  }

  /** Whether nodes are told of it as well. */
  reveals({ job, purse, transactions }: Intent, block: number): boolean {
    const { patience, solvencyToAll } = this.#options;
    // What only uses a number has nothing to hide, and others wait for it.
    if (job === "gap" || (solvencyToAll && purse === "solvency")) return true;
    return patience > 0 && block - (transactions[0]?.block ?? block) >= patience;
  }

  /** Says once that one does not answer, and that it does again. */
  #judge(relay: { endpoint: Endpoint; fault: string | undefined }, fault: string | undefined): void {
    const { name } = relay.endpoint;
    if (fault !== undefined && relay.fault === undefined)
      this.#log.warn({ relay: name, reason: fault }, "the relay fails");
    if (fault === undefined && relay.fault !== undefined) this.#log.info({ relay: name }, "the relay answers again");
    relay.fault = fault;
  }
}

/** A signature of each request, as relays want it that tell senders apart. */
function signing(): (body: string) => Promise<Record<string, string>> {
  const sender = Wallet.createRandom();
  return async (body) => ({ "x-flashbots-signature": `${sender.address}:${await sender.signMessage(id(body))}` });
}

async function ask(endpoint: Endpoint, method: string, params: unknown[]): Promise<Answer> {
  try {
    const answer = await endpoint.ask({ jsonrpc: "2.0", id: 1, method, params });
    return "error" in answer ? classify(new Error(answer.error.message ?? "error")) : { kind: "taken" };
  } catch (error) {
    // No answer can mean anything.
    return { kind: "unknown", reason: reasonOf(error) };
  }
}
