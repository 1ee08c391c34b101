/**
 * What transactions will need. A node finds that out by executing a call a dozen times over with ever closer limits. Here that is done once for each function; from then on
 * the call is executed once, and what it uses is put in the same proportion: calls of one function that use about as much need about as much.
 */

import type { DirectNode, NodeAnswer } from "./node.js";

/** What is known of a function. {gas} */
interface Known {
  /** The least limit with which it went through. */
  readonly limit: bigint;
  /** What it used then. */
  readonly used: bigint;
}

/** Where a call uses more or less by more than that part of what is known, it is a call of another kind. */
const ALIKE = 8n;
/** Characters of a selector, and of one word of arguments. */
const SELECTOR = 10;
const WORD = 64;
const TRACE = { tracer: "callTracer", tracerConfig: { onlyTopCall: true } };

interface Call {
  readonly to?: string;
  readonly from?: string;
  readonly data?: string;
  readonly input?: string;
}

export class GasMemory {
  readonly #node: Pick<DirectNode, "ask">;
  readonly #known = new Map<string, Known>();

  constructor(node: Pick<DirectNode, "ask">) {
    this.#node = node;
  }

  /** As `eth_estimateGas` answers: what reverts now is refused with the reason, whatever is known. */
  async estimate(call: Call): Promise<NodeAnswer> {
    const key = keyOf(call);
    const used = await this.#used(call);
    const known = this.#known.get(key);
    if (used !== undefined && known !== undefined && isAlike(used, known.used)) {
      return { result: `0x${((known.limit * used + known.used - 1n) / known.used).toString(16)}` };
    }
    const answer = await this.#node.ask({ method: "eth_estimateGas", params: [call] });
    if (used !== undefined && "result" in answer) {
      this.#known.set(key, { limit: BigInt(String(answer.result)), used });
    }
    return answer;
  }

  /** Undefined where it reverts. */
  async #used(call: Call): Promise<bigint | undefined> {
    const answer = await this.#node.ask({ method: "debug_traceCall", params: [call, "pending", TRACE] });
    if (!("result" in answer)) return undefined;
    const { gasUsed, error } = answer.result as { gasUsed: string; error?: string };
    return error === undefined ? BigInt(gasUsed) : undefined;
  }
}

/** Calls that may be alike: of one function, with arguments of one length. */
function keyOf({ to = "", from = "", data, input }: Call): string {
  const text = data ?? input ?? "0x";
  return `${from} ${to} ${text.slice(0, SELECTOR)} ${Math.ceil(text.length / WORD).toString()}`.toLowerCase();
}

function isAlike(used: bigint, known: bigint): boolean {
  const off = used > known ? used - known : known - used;
  return off * ALIKE <= known;
}
