/** Gas headroom for what Ignition sends. */

import { withHeadroom } from "../sdk/gas.js";
import { withAnswers, type Asked } from "./answers.js";

/**
 * Does `work` with headroom on all gas estimates of a connection. Ignition sends what the node estimated, to the unit; but it estimates a
 * whole batch before any of it is mined, and what a transaction meets by then may cost more.
 */
export async function withGasHeadroom<T>(connection: Asked, work: () => Promise<T>): Promise<T> {
  return await withAnswers(
    connection,
    ({ method }, answer) =>
      method === "eth_estimateGas" ? `0x${withHeadroom(BigInt(answer as string)).toString(16)}` : answer,
    work,
  );
}
