import { parseEther, type Provider, type Signer } from "ethers";
import { quoteUnwind, readSnapshot, send, signRequirements, unwind, type AddressBook } from "../index.js";

/** Repays 100 plUSD of debt by selling WETH out of the account; what is not sold of 0.7 WETH arrives in the wallet. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  const route = { tokens: [book.tokens.USDC ?? "", book.tokens.WETH ?? ""], fees: [100, 500] };
  const repay = parseEther("100");
  const sold = await quoteUnwind(provider, snapshot, route, repay);
  const intent = { asset: "WETH", repay, withdraw: parseEther("0.7"), route, sold };
  const { signatures } = await signRequirements(signer, unwind.requirements(snapshot, intent));
  await send(signer, unwind.tx(snapshot, intent, signatures));
}
