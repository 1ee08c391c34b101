import type { Provider, Signer } from "ethers";
import { backstopExit, backstopMarkDue, readFullSnapshot, send, type AddressBook } from "../index.js";

/** Does whichever of the two later moments is next; returns what still stands in its way. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<string | undefined> {
  const snapshot = await readFullSnapshot(provider, book, await signer.getAddress());
  const moment = snapshot.stake.claim?.dueAt === 0n ? backstopMarkDue : backstopExit;
  const [problem] = moment.preview(snapshot, {}).problems;
  if (problem === undefined) await send(signer, moment.tx(snapshot, {}));
  return problem?.message;
}
