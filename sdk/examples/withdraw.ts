import { parseEther, type Provider, type Signer } from "ethers";
import { readSnapshot, send, withdraw, type AddressBook } from "../index.js";

/** Takes half a WETH out, unless that would be refused. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  const intent = { asset: "WETH", amount: parseEther("0.5") };
  const [problem] = withdraw.preview(snapshot, intent).problems;
  if (problem !== undefined) throw new Error(`${problem.message} ${problem.fix}`);
  await send(signer, withdraw.tx(snapshot, intent));
}
