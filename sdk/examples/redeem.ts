import { parseEther, type Provider, type Signer } from "ethers";
import { readFullSnapshot, redeem, send, type AddressBook } from "../index.js";

/** Redeems 200 plUSD for USDC: no allowance. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readFullSnapshot(provider, book, await signer.getAddress());
  const intent = { asset: "USDC", amount: parseEther("200") };
  const { paid, problems } = redeem.preview(snapshot, intent);
  if (problems.length > 0 || paid < 199_000_000n) throw new Error(problems[0]?.message ?? "too dear");
  await send(signer, redeem.tx(snapshot, intent));
}
