/**
 * Deployments that this process has made before, sent again. Ignition validates, encodes and waits for each of some hundred calls, which takes seconds a
 * world; its transactions are the same each time, and a node takes all of them in a fraction of one.
 */

import type { NetworkConnection } from "hardhat/types/network";

import { withAnswers } from "../../deploy/answers.js";
import type { EmbeddedChain } from "../../replay/chain/embedded.js";
import { deployWorld } from "../../replay/scenario/world.js";
import type { AddressBook } from "../../sdk/addresses.js";

interface Recording {
  /** Parameters of `eth_sendTransaction`, in the order in which they were sent. */
  readonly sent: readonly (readonly unknown[])[];
  readonly result: unknown;
}

const recordings = new Map<string, Recording>();

/**
 * What `deploy` returns, of a chain with nothing on it.
 * @param name The same for the same deployment on the same kind of chain, and for no other.
 */
export async function recorded<T, Type extends string>(
  name: string,
  connection: NetworkConnection<Type>,
  deploy: () => Promise<T>,
): Promise<T> {
  const known = recordings.get(name);
  if (known !== undefined) {
    for (const params of known.sent) {
      await connection.provider.request({ method: "eth_sendTransaction", params: [...params] });
    }
    return structuredClone(known.result) as T;
  }
  const sent: (readonly unknown[])[] = [];
  const result = await withAnswers(
    connection,
    ({ method, params }, answer) => {
      if (method === "eth_sendTransaction") sent.push(params as readonly unknown[]);
      return answer;
    },
    deploy,
  );
  recordings.set(name, { sent, result: structuredClone(result) });
  return result;
}

/** What a scenario's world stands on, of a chain with nothing on it. */
export async function deployRecorded(embedded: EmbeddedChain): Promise<AddressBook> {
  return await recorded("scenario", embedded.connection, () => deployWorld(embedded));
}
