/** What values of proposals are named with. */

import { getAddress, isAddress } from "ethers";

import type { AddressBook } from "../addresses.js";
import type { NamedAsset } from "../errors/format.js";
import { callables, type Callable } from "./contracts.js";

/** A deployment, as far as proposals name parts of it. */
export interface Deployment {
  readonly book: AddressBook;
  readonly assets: readonly NamedAsset[];
  readonly callables: readonly Callable[];
}

/** @param assets As the chain lists them: `readSnapshot(...).protocol.assets`. */
export function deploymentOf(book: AddressBook, assets: readonly NamedAsset[]): Deployment {
  return { book, assets, callables: callables(book) };
}

/** Contracts, then vaults ("USDC vault"), then tokens ("WETH"): the first that has the address gives it its name. */
function* named({ book, assets, callables: known }: Deployment): Generator<readonly [name: string, address: string]> {
  for (const { name, address } of known) yield [name, address];
  for (const [symbol, vault] of Object.entries(book.vaults)) yield [`${symbol} vault`, vault];
  for (const { symbol, token } of assets) yield [symbol, token];
  for (const [symbol, token] of Object.entries(book.tokens)) yield [symbol, token];
}

/** An address that is written out, or that of something by its name; undefined if nothing is called that. */
export function addressNamed(text: string, deployment: Deployment): string | undefined {
  const written: boolean = isAddress(text);
  if (written) return getAddress(text);
  const wanted = text.trim().toLowerCase();
  for (const [name, address] of named(deployment)) if (name.toLowerCase() === wanted) return getAddress(address);
  return undefined;
}

/** The name of an address, or the address itself. */
export function nameOfAddress(address: string, deployment: Deployment): string {
  const wanted = getAddress(address);
  for (const [name, at] of named(deployment)) if (getAddress(at) === wanted) return name;
  return wanted;
}

/** An asset by its symbol or number. */
export function assetNamed(text: string, { assets }: Deployment): NamedAsset | undefined {
  const wanted = text.trim().toLowerCase();
  return assets.find(({ symbol, number }) => symbol.toLowerCase() === wanted || number.toString() === wanted);
}

/** The asset that a vault takes. */
export function assetOfVault(vault: string, deployment: Deployment): NamedAsset | undefined {
  const entry = Object.entries(deployment.book.vaults).find(([, at]) => getAddress(at) === getAddress(vault));
  return entry === undefined ? undefined : assetNamed(entry[0], deployment);
}
