import { parseUnits, type Provider, type Signer } from "ethers";
import { callsOf, issue, readFullSnapshot, send, type AddressBook } from "../index.js";

/** Issues plUSD for 1,000 USDC, losing no more than 0.2% to fees and prices. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readFullSnapshot(provider, book, await signer.getAddress());
  const intent = { asset: "USDC", amount: parseUnits("1000", 6), slippage: 20n };
  await send(signer, ...callsOf(issue.requirements(snapshot, intent)), issue.tx(snapshot, intent));
}
