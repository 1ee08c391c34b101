import type { Provider, Signer } from "ethers";
import { MAX_UINT256 } from "../arithmetic/index.js";
import { backstopClaim, readFullSnapshot, send, type AddressBook } from "../index.js";

/** Begins to leave with everything; from `opensAt` on the claim may be marked due. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<bigint> {
  const snapshot = await readFullSnapshot(provider, book, await signer.getAddress());
  const intent = { shares: MAX_UINT256 };
  await send(signer, backstopClaim.tx(snapshot, intent));
  return backstopClaim.preview(snapshot, intent).opensAt;
}
