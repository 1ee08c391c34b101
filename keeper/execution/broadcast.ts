/** Gives signed bytes to a node, and makes sense of its answer: nodes say the same things in many words. */

import { JsonRpcApiProvider, type Provider } from "ethers";

import { reasonOf } from "../log.js";
import { cannotPay } from "../rpc/cannot-pay.js";

/**
 * - taken: the node has it, or had it already
 * - refused: it is not taken, now or as it is, and the node does not have it
 * - outbid: the node has another transaction with this number that offers as much
 * - unknown: no answer, or one that can mean anything: it may be on its way
 */
export type Answer =
  { readonly kind: "taken" } | { readonly kind: "refused" | "outbid" | "unknown"; readonly reason: string };

const KNOWN = /already known|known transaction|already imported|already in (the )?mempool|alreadyknown/i;
const OUTBID = /underpriced|fee too low|replacement/i;
const REFUSED =
  /intrinsic gas|exceeds (the )?(block )?gas limit|gas limit is too|gas uint64|max fee per gas less than block base fee|less than .*base ?fee|invalid sender|invalid chain|exceeds transaction gas limit|tx fee .* exceeds|oversized data/i;

export async function broadcast(provider: Provider, raw: string): Promise<Answer> {
  try {
    // Nothing else is asked along with it, whose failure would look like this one's.
    if (provider instanceof JsonRpcApiProvider) await provider.send("eth_sendRawTransaction", [raw]);
    else await provider.broadcastTransaction(raw);
    return { kind: "taken" };
  } catch (error) {
    return classify(error);
  }
}

/** What several answers say together: one that has it counts for more than others that do not, and no answer for more than a refusal. */
export function together(answers: readonly Answer[]): Answer {
  for (const kind of ["taken", "unknown", "outbid"]) {
    const found = answers.find((answer) => answer.kind === kind);
    if (found !== undefined) return found;
  }
  return answers[0] ?? { kind: "unknown", reason: "nobody was told" };
}

/** What an error says of the transaction. */
export function classify(error: unknown): Answer {
  const reason = reasonOf(error);
  const text = `${reason} ${innerMessage(error)} ${codeOf(error)}`;
  if (KNOWN.test(text)) return { kind: "taken" };
  if (OUTBID.test(text)) return { kind: "outbid", reason };
  if (cannotPay(text) || REFUSED.test(text)) return { kind: "refused", reason };
  return { kind: "unknown", reason };
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  // As the library names what nodes say.
  if (code === "INSUFFICIENT_FUNDS") return "insufficient funds";
  return code === "REPLACEMENT_UNDERPRICED" ? "underpriced" : "";
}

/** What the node itself said, which the library wraps. */
function innerMessage(error: unknown): string {
  const { error: inner, info } = (error ?? {}) as {
    error?: { message?: unknown };
    info?: { error?: { message?: unknown } };
  };
  return [inner?.message, info?.error?.message].filter((text) => typeof text === "string").join(" ");
}
