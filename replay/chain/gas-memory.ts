/**
 * What transactions will need. A node finds that out by executing a call a dozen times over with ever closer limits. Here that is done once for each function, in the same
 * way whatever the node; from then on the call is executed once, and what it uses is put in the same proportion: calls of one function that use about as much need about
 * as much.
 */

import { toQuantity } from "ethers";

import { MAX_TRANSACTION_GAS } from "./chain.js";
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
/** A limit that does not suffice is raised by that part of it. */
const STEP = 8n;
/** What is found is that part too high at most. */
const PRECISION = 1_000n;
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
    const used = await this.#used(call);
    const known = used === undefined ? undefined : await this.#alike(call, used);
    // The node says why.
    if (used === undefined || known === undefined) {
      return await this.#node.ask({ method: "eth_estimateGas", params: [call] });
    }
    return { result: toQuantity((known.limit * used + known.used - 1n) / known.used) };
  }

  /** What is known of calls like this one. Undefined where no limit suffices for it. */
  async #alike(call: Call, used: bigint): Promise<Known | undefined> {
    const key = keyOf(call);
    const known = this.#known.get(key);
    if (known !== undefined && isAlike(used, known.used)) return known;
    const limit = await this.#limit(call, used);
    if (limit === undefined) return undefined;
    const found = { limit, used };
    this.#known.set(key, found);
    return found;
  }

  /** The least limit with which it goes through, or a thousandth more: what is given back is given back in the end, and a call passes on 63 parts of 64. */
  async #limit(call: Call, used: bigint): Promise<bigint | undefined> {
    let [low, high] = [used - 1n, used];
    while (!(await this.#suffices(call, high))) {
      if (high >= MAX_TRANSACTION_GAS) return undefined;
      const more = high + high / STEP;
      [low, high] = [high, more < MAX_TRANSACTION_GAS ? more : MAX_TRANSACTION_GAS];
    }
    while ((high - low) * PRECISION > high) {
      const middle = (low + high) / 2n;
      if (await this.#suffices(call, middle)) high = middle;
      else low = middle;
    }
    return high;
  }

  async #suffices(call: Call, gas: bigint): Promise<boolean> {
    return (
      "result" in (await this.#node.ask({ method: "eth_call", params: [{ ...call, gas: toQuantity(gas) }, "pending"] }))
    );
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
