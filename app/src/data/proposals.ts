/** What was proposed, and what whoever is connected has to vote with. Read on the page about it alone, and only then loaded. */

import type { AddressBook } from "../../../sdk/addresses.js";
import type { GovernanceTerms, ProposalRecord, Voter } from "../../../sdk/governance/index.js";
import type { NamedAsset } from "../../../sdk/errors/index.js";
import { combined, listed, mapped, read, view, type Query } from "../../../sdk/reads/query.js";
import type { NodeReader } from "./node.js";

/** How many proposals are shown. */
const SHOWN = 10n;

/** A proposal, as it is shown. */
export interface ShownProposal {
  readonly record: ProposalRecord;
  /** What it would call, in words: "engine.setAssetCap" and its arguments; an address and data where that is not known. */
  readonly calls: readonly { readonly name: string; readonly values: string }[];
  /** Whether whoever is connected has voted. */
  readonly voted: boolean;
}

export interface Ballot {
  readonly terms: GovernanceTerms;
  /** The latest first. */
  readonly proposals: readonly ShownProposal[];
  readonly voter: Voter | undefined;
}

/** @returns undefined where the deployment has no governor. */
export async function readBallot(
  node: NodeReader,
  book: AddressBook,
  assets: readonly NamedAsset[],
  account: string | undefined,
): Promise<Ballot | undefined> {
  if (book.governance === undefined) return undefined;
  const { governor } = book.governance;
  const sdk = await import("../../../sdk/governance/index.js");
  const nobody: Query<undefined> = { readings: [], decode: () => undefined };
  const { terms, voter } = await read(
    node,
    book,
    combined({ terms: sdk.governanceTerms(book), voter: account === undefined ? nobody : sdk.voter(book, account) }),
  );
  const from = terms.count > SHOWN ? terms.count - SHOWN : 0n;
  const numbers = await read(node, book, sdk.proposalNumbers(book, from, terms.count));
  const voted = (number: bigint): Query<boolean> =>
    account === undefined
      ? mapped(nobody, () => false)
      : view<boolean>(governor, sdk.GOVERNOR, "hasVoted", [number, account]);
  const { records, votes } = await read(
    node,
    book,
    combined({ records: sdk.proposalRecords(book, numbers), votes: listed(numbers.map(voted)) }),
  );
  const deployment = sdk.deploymentOf(book, assets);
  const proposals = records.map((record, i) => ({
    record,
    voted: votes[i] === true,
    calls: record.calls.map((call) => {
      const known = sdk.decodeCall(call, deployment);
      const sends = sdk.valueText(call) ?? [];
      if (known === undefined) return { name: call.target, values: [call.data].concat(sends).join(", ") };
      const values = Object.entries(known.arguments).map(([name, value]) => `${name} ${wordsOf(value)}`);
      return { name: `${known.contract}.${known.function}`, values: values.concat(sends).join(", ") };
    }),
  }));
  return { terms, voter, proposals: proposals.reverse() };
}

/** Lists and structs in one line. */
function wordsOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(wordsOf).join(", ")}]`;
  return `(${Object.entries(value)
    .map(([name, inner]) => `${name} ${wordsOf(inner)}`)
    .join(", ")})`;
}
