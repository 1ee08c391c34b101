import { parseEther, type Provider, type Signer } from "ethers";
import { borrow, callsOf, readSnapshot, send, type AddressBook } from "../index.js";

/** Borrows 150 plUSD, if that leaves the account a health of 1.2 or more; first brings the balance sheet up to date if nobody has. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  const intent = { amount: parseEther("150") };
  const { after, problems } = borrow.preview(snapshot, intent);
  if (problems.length > 0 || after.health < parseEther("1.2")) throw new Error(problems[0]?.message ?? "too risky");
  await send(signer, ...callsOf(borrow.requirements(snapshot, intent)), borrow.tx(snapshot, intent));
}
