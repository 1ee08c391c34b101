/**
 * Whether nodes tell the same. Questions about one block, named by its hash, have one answer: what one node has said is asked of another a moment later, when a look
 * does not have to wait for it. So a node that is asked first can hide or make up what is of a block for one look, and not for longer.
 */

import type { JsonRpcPayload } from "ethers";
import { z } from "zod";

import { NodeFailure, type RpcAnswer } from "./endpoint.js";

/** Who can be asked. */
export interface Party {
  readonly name: string;
  ask(payload: JsonRpcPayload): Promise<RpcAnswer>;
}

/** Something that one of them said. */
interface Said<P> {
  readonly payload: JsonRpcPayload;
  readonly blockHash: string;
  readonly result: string;
  readonly by: P;
  readonly at: number;
  /** Another one said something else, and nobody could tell who is right. */
  disputed: boolean;
}

/** Who was found to say what most others do not. */
export interface Caught<P> {
  readonly party: P;
  readonly reason: string;
}

export interface Findings<P> {
  readonly caught: readonly Caught<P>[];
  /** Where there is no majority: who says what. */
  readonly dispute: string | undefined;
}

/** Questions of one look that are kept; those of its end are what it decides by. */
const KEPT = 32;
/** After that long nobody is asked any more whether it was so: blocks are replaced, and nodes do not keep what was. {ms} */
const PATIENCE = 60_000;
/** How long nothing may be confirmed before that is said. {ms} */
const DOUBT = 300_000;

const log = z.object({
  address: z.string(),
  topics: z.array(z.string()),
  data: z.string(),
  transactionHash: z.string().nullable(),
  logIndex: z.string().nullable(),
});

export class Witness<P extends Party> {
  readonly #steady: () => number;
  #said: Said<P>[] = [];
  /** Since when nothing of a kind could be confirmed, though there was something. {ms} */
  readonly #doubts = new Map<string, number>();
  /** Who is asked next. */
  #turn = 0;

  constructor(steady: () => number = () => performance.now()) {
    this.#steady = steady;
  }

  /** Keeps what was said of a block, to ask another about it. Errors are not kept: they do not pass unnoticed. */
  heard(payload: JsonRpcPayload, answer: RpcAnswer, by: P): void {
    const blockHash = blockOf(payload);
    if (blockHash === undefined || "error" in answer) return;
    const said = { payload, blockHash, result: canonical(payload, answer), by, at: this.#steady(), disputed: false };
    this.#said.push(said);
    while (this.#said.length > KEPT) this.#giveUp(this.#said.shift());
  }

  #giveUp(said: Said<P> | undefined): void {
    if (said === undefined || said.disputed) return;
    const { method } = said.payload;
    if (!this.#doubts.has(method)) this.#doubts.set(method, said.at);
  }

  /** How long nothing was confirmed by a second one, where that is too long. {s} */
  get doubtful(): number | undefined {
    const since = this.#steady() - Math.min(...this.#doubts.values());
    return since >= DOUBT ? Math.floor(since / 1_000) : undefined;
  }

  /** Asks others about what was said since the last time. */
  async check(parties: readonly P[]): Promise<Findings<P>> {
    if (parties.length < 2) {
      // One alone is believed whatever it says, and whoever comes back is not asked about the past.
      this.#said = [];
      this.#doubts.clear();
      return { caught: [], dispute: undefined };
    }
    this.#turn += 1;
    const now = this.#steady();
    const caught = new Map<P, string>();
    let dispute: string | undefined;
    const kept: Said<P>[] = [];
    await Promise.all(
      this.#said.splice(0).map(async (said) => {
        const found = await this.#judge(said, parties);
        if (found === "confirmed") {
          this.#doubts.delete(said.payload.method);
        } else if (found === "unknown") {
          if (now - said.at < PATIENCE) kept.push(said);
          else this.#giveUp(said);
        } else if ("dispute" in found) {
          dispute ??= found.dispute;
          said.disputed = true;
          if (now - said.at < DOUBT) kept.push(said);
        } else {
          for (const one of found.caught) caught.set(one.party, one.reason);
        }
      }),
    );
    this.#said = [...kept, ...this.#said].sort((a, b) => a.at - b.at).slice(-KEPT);
    return { caught: [...caught].map(([party, reason]) => ({ party, reason })), dispute };
  }

  async #judge(
    said: Said<P>,
    parties: readonly P[],
  ): Promise<"confirmed" | "unknown" | { caught: Caught<P>[] } | { dispute: string }> {
    const { payload, by, disputed } = said;
    const others = parties.filter((party) => party !== by);
    const second = others[this.#turn % others.length];
    // What was in dispute is asked again of all: nodes may have come to agree.
    if (!disputed && second !== undefined) {
      const answer = await this.#ask(second, said);
      if (answer === undefined) return "unknown";
      if (answer === said.result) return "confirmed";
    }
    const answers = new Map<string, P[]>();
    const own = disputed ? await this.#ask(by, said) : said.result;
    const all = await Promise.all(
      others.map(async (party): Promise<[P, string | undefined]> => [party, await this.#ask(party, said)]),
    );
    for (const [party, answer] of [[by, own] as const, ...all]) {
      if (answer !== undefined) answers.set(answer, [...(answers.get(answer) ?? []), party]);
    }
    const asked = [...answers.values()].reduce((sum, { length }) => sum + length, 0);
    if (answers.size <= 1) return asked > 1 ? "confirmed" : "unknown";
    const what = `${payload.method} of block ${said.blockHash}`;
    const most = [...answers.values()].find(({ length }) => 2 * length > asked);
    if (most === undefined) {
      const groups = [...answers.values()].map((group) => group.map(({ name }) => name).join(", "));
      return { dispute: `nodes contradict each other about ${what}: ${groups.join(" / ")}` };
    }
    const wrong = [...answers.values()].filter((group) => group !== most).flat();
    return { caught: wrong.map((party) => ({ party, reason: `it says something else than most about ${what}` })) };
  }

  /** What one says to the same question; undefined where it cannot be asked, or does not know the block. */
  async #ask(party: P, { payload, blockHash, result }: Said<P>): Promise<string | undefined> {
    try {
      const answer = await party.ask(payload);
      if ("error" in answer) return undefined;
      const told = canonical(payload, answer);
      if (told === result) return told;
      // Some say that a block which they do not know is empty.
      const block = await party.ask({ ...payload, method: "eth_getBlockByHash", params: [blockHash, false] });
      return "error" in block || block.result === null ? undefined : told;
    } catch (error) {
      if (error instanceof NodeFailure) return undefined;
      throw error;
    }
  }
}

/** The hash of the block that a question is about, if it names one. */
export function blockOf({ method, params }: JsonRpcPayload): string | undefined {
  const [first, second] = Array.isArray(params) ? (params as unknown[]) : [];
  const where = method === "eth_call" ? second : method === "eth_getLogs" ? first : undefined;
  const { blockHash } = (typeof where === "object" && where !== null ? where : {}) as { blockHash?: unknown };
  return typeof blockHash === "string" ? blockHash : undefined;
}

/** An answer without what nodes may write differently. */
function canonical({ method }: JsonRpcPayload, answer: RpcAnswer): string {
  const result: unknown = "result" in answer ? answer.result : undefined;
  const logs = method === "eth_getLogs" ? z.array(log).safeParse(result) : undefined;
  return JSON.stringify(logs?.success === true ? logs.data : result).toLowerCase();
}
