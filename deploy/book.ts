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

const GOVERNANCE = ["plim", "governor", "timelock", "guardian"] as const satisfies readonly (keyof NonNullable<
  AddressBook["governance"]
>)[];

/** What a book says beside the contracts of the protocol and its governance. */
export type Surroundings = Omit<AddressBook, "contracts" | "governance" | "depth" | "vaults"> &
  Partial<Pick<AddressBook, "vaults">>;

/** @param at Address of a contract by its name among the module's results. */
export function bookOf(at: (name: string) => string, { vaults = {}, ...surroundings }: Surroundings): AddressBook {
  const of = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, at(name)]));
  return {
    ...surroundings,
    vaults,
    contracts: of(CONTRACTS) as AddressBook["contracts"],
    governance: of(GOVERNANCE) as NonNullable<AddressBook["governance"]>,
    depth: at("depth"),
  };
}
