/** The address book of a deployment, whatever network it is on: which of its contracts is where. */

import type { AddressBook } from "../sdk/addresses.js";

/** Names that the modules' results have in common. */
const CONTRACTS = [
  "manager",
  "dollar",
  "oracle",
  "risk",
  "engine",
  "lens",
  "reads",
  "sheet",
  "reserve",
  "rebalancer",
  "backstop",
  "rate",
  "proof",
] as const satisfies readonly (keyof AddressBook["contracts"])[];

/** What a book says beside the contracts of the core. */
export type Surroundings = Omit<AddressBook, "contracts" | "vaults"> & Partial<Pick<AddressBook, "vaults">>;

/** @param at Address of a contract by its name among the module's results. */
export function bookOf(at: (name: string) => string, { vaults = {}, ...surroundings }: Surroundings): AddressBook {
  const entries = CONTRACTS.map((name) => [name, at(name)] as const);
  return { ...surroundings, vaults, contracts: Object.fromEntries(entries) as AddressBook["contracts"] };
}
