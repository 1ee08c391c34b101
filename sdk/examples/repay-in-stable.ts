import { parseEther, type Provider, type Signer } from "ethers";
import { callsOf, readFullSnapshot, repayInStable, send, type AddressBook } from "../index.js";

/** Repays 10 plUSD of debt with USDC: for when plUSD is dear. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readFullSnapshot(provider, book, await signer.getAddress());
  const intent = { asset: "USDC", amount: parseEther("10") };
  const approvals = callsOf(repayInStable.requirements(snapshot, intent));
  await send(signer, ...approvals, repayInStable.tx(snapshot, intent));
}
