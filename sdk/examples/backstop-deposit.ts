import { parseEther, type Provider, type Signer } from "ethers";
import { backstopDeposit, callsOf, readFullSnapshot, send, type AddressBook } from "../index.js";

/** Stakes 100 plUSD as first-loss capital. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readFullSnapshot(provider, book, await signer.getAddress());
  const intent = { amount: parseEther("100") };
  const approvals = callsOf(backstopDeposit.requirements(snapshot, intent));
  await send(signer, ...approvals, backstopDeposit.tx(snapshot, intent));
}
