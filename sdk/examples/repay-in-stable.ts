import { parseEther, type Provider, type Signer } from "ethers";
import { callsOf, readFullSnapshot, repayInStable, type AddressBook } from "../index.js";

/** Repays 10 plUSD of debt with USDC: for when plUSD is dear. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readFullSnapshot(provider, book, await signer.getAddress());
  const intent = { asset: "USDC", amount: parseEther("10") };
  const approvals = callsOf(repayInStable.requirements(snapshot, intent));
  for (const call of [...approvals, repayInStable.tx(snapshot, intent)])
    await (await signer.sendTransaction(call)).wait();
}
