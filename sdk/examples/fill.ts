import type { Provider, Signer } from "ethers";
import { auctions, callsOf, fill, fillQuote, read, readSnapshot, send, type AddressBook } from "../index.js";

/** Fills up to a tenth of the first open auction. */
export async function run(provider: Provider, book: AddressBook, signer: Signer): Promise<void> {
  const snapshot = await readSnapshot(provider, book, await signer.getAddress());
  const auction = (await read(provider, book, auctions(book))).open.find((a) => !a.over);
  if (auction === undefined) throw new Error("no auction is open");
  const { sold, bought, left } = auction;
  const intent = { sold, bought, quote: await read(provider, book, fillQuote(book, sold, bought, left / 10n)) };
  await send(signer, ...callsOf(fill.requirements(snapshot, intent)), fill.tx(snapshot, intent));
}
