/** The address book of a deployment to a public network. */

import type { AddressBook } from "../../sdk/addresses.js";
import { present } from "../../sdk/present.js";
import { bookOf } from "../book.js";
import { publicModule } from "../modules/public/Public.js";
import type { PublicNetwork } from "../networks/network.js";
import type { FinishedRecord } from "./record.js";

/** The future whose events a book's first block is about. */
export const ENGINE = "Core#CreditEngine";

/** @param firstBlock The one in which the engine was made. */
export function publicBook(
  network: PublicNetwork,
  { contracts }: Pick<FinishedRecord, "contracts">,
  firstBlock: number,
): AddressBook {
  const module = publicModule(network);
  const results = module.results as Readonly<Record<string, { readonly id: string } | undefined>>;
  const at = (name: string): string => present(contracts[present(results[name], name).id], name);
  const tokens = Object.entries(network.tokens).map(
    ([symbol, { address }]) => [symbol, address ?? present(contracts[`${module.id}#${symbol}`], symbol)] as const,
  );
  const feeds = Object.entries(network.feeds).map(([name, { address }]) => [name.toLowerCase(), address] as const);
  return bookOf(at, {
    chainId: network.chainId,
    firstBlock,
    tokens: Object.fromEntries(tokens),
    feeds: { ...Object.fromEntries(feeds), dollar: at("dollarFeed") },
    uniswap: { ...network.uniswap, router: at("router") },
    leverage: at("leverage"),
    ...(results.faucet === undefined ? {} : { faucet: at("faucet") }),
  });
}
