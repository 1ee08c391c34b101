/** Calls, sent by an ethers signer. */

import type { Signer, TransactionReceipt } from "ethers";

import { withHeadroom } from "../gas.js";
import { present } from "../present.js";
import type { Call } from "./types.js";

/**
 * Sends calls one after another, each once the one before is in a block, with 30% more gas than the node estimates: prices, interest
 * and other people's transactions move between estimate and inclusion, and ethers by itself asks for not a unit more than estimated.
 *
 * @returns the receipts, in the order of the calls
 * @throws whatever ethers throws where a call is refused, reverts or is replaced: `explain` says it in words. Later calls are not sent.
 */
export async function send(signer: Signer, ...calls: readonly Call[]): Promise<TransactionReceipt[]> {
  const receipts: TransactionReceipt[] = [];
  for (const call of calls) {
    const gasLimit = withHeadroom(await signer.estimateGas(call));
    const sent = await signer.sendTransaction({ ...call, gasLimit });
    receipts.push(present(await sent.wait(), "receipt"));
  }
  return receipts;
}
