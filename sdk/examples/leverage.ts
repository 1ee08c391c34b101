import { parseEther, type Provider, type Signer } from "ethers";
import { leverage, quoteLeverage, readSnapshot, send, signRequirements, type AddressBook } from "../index.js";

/** Borrows 200 plUSD and buys WETH with them, added to what the account holds: two signatures and one transaction. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  const route = { tokens: [book.tokens.USDC ?? "", book.tokens.WETH ?? ""], fees: [100, 500] };
  const loan = parseEther("200");
  const bought = await quoteLeverage(provider, snapshot, route, loan);
  const intent = { asset: "WETH", margin: 0n, loan, route, bought };
  const { signatures } = await signRequirements(signer, leverage.requirements(snapshot, intent));
  await send(signer, leverage.tx(snapshot, intent, signatures));
}
