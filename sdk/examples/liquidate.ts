import type { Provider, Signer } from "ethers";
import { liquidate, positions, read, readSnapshot, send, type AddressBook } from "../index.js";

/** Buys slices of those accounts that fail; what is seized is credited to one's own account. Returns what that gains. {USD} */
export async function run(provider: Provider, book: AddressBook, signer: Signer, accounts: string[]): Promise<bigint> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  const found = await read(provider, book, positions(book, accounts));
  const targets = [...found].map(([account, position]) => ({ account, position }));
  const { gain, problems } = liquidate.preview(snapshot, { targets });
  if (problems.length === 0) await send(signer, liquidate.tx(snapshot, { targets }));
  return problems.length === 0 ? gain : 0n;
}
