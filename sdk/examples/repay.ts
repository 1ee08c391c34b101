import { parseEther, type Provider, type Signer } from "ethers";
import { explain, readSnapshot, repay, send, type AddressBook } from "../index.js";

/** Repays 20 plUSD: no allowance, no price. An error of a contract is told in a sentence. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  try {
    await send(signer, repay.tx(snapshot, { amount: parseEther("20") }));
  } catch (error) {
    throw new Error(explain(error, { assets: snapshot.protocol.assets, book })?.message ?? "not understood");
  }
}
