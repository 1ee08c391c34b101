import { parseEther, type Provider, type Signer } from "ethers";
import { callsOf, deposit, readSnapshot, send, signRequirements, type AddressBook } from "../index.js";

/** Puts 2 WETH into one's account: signs a permit where the token has one, approves where it has none. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  const intent = { asset: "WETH", amount: parseEther("2") };
  const { signatures, rest } = await signRequirements(signer, deposit.requirements(snapshot, intent));
  await send(signer, ...callsOf(rest), deposit.tx(snapshot, intent, signatures));
}
