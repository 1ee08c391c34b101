/** What a function requires of who calls it, and how requirements are put together. */

/** What a check compares the sender with. Names begin with the contract that declares what they name ("Backstop._sheet"). */
export type Counterpart =
  /** An address that the contract keeps. */
  | { readonly kind: "place"; readonly name: string; readonly immutable: boolean }
  /** What is kept under the sender's own address, or what another contract says of it. */
  | { readonly kind: "register"; readonly name: string }
  /** An account that the call names, or what is kept under one. */
  | { readonly kind: "named" };

/** Of each of these lists one must be who calls. Empty: anybody passes. */
export type Requirement = readonly (readonly Counterpart[])[];

/** The sender is compared with something that these rules do not cover. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";

  constructor(
    readonly contract: string,
    readonly what: string,
  ) {
    super(`${contract}: it cannot be told what the sender is compared with in ${what}`);
  }
}

/** Nothing is required. */
export const ANYBODY: Requirement = [];
const NAMED_ONE: readonly Counterpart[] = [{ kind: "named" }];
/** Whoever the call names. */
export const NAMED: Requirement = [NAMED_ONE];

/** Each of them. */
export const all = (requirements: readonly Requirement[]): Requirement => distinct(requirements.flat());

export const both = (a: Requirement, b: Requirement): Requirement => all([a, b]);

/** One of the two is enough. */
export const either = (a: Requirement, b: Requirement): Requirement =>
  distinct(a.flatMap((one) => b.map((other) => [...one, ...other])));

/** The same without repetitions. Where whoever is named may call, nobody else matters. */
function distinct(requirement: Requirement): Requirement {
  const simple = requirement.map((list) => {
    if (list.some(({ kind }) => kind === "named")) return NAMED_ONE;
    return [...new Map(list.map((one) => [JSON.stringify(one), one])).values()];
  });
  return [...new Map(simple.map((list) => [JSON.stringify(list), list])).values()];
}
