/** Proposals and votes, as the chain has them. */

import type { AddressBook } from "../addresses.js";
import { PROPOSAL_STATES } from "../errors/format.js";
import { combined, listed, mapped, optional, view, type Query } from "../reads/query.js";
import { GOVERNOR, GUARDIAN, PLIM, TIMELOCK } from "./abi.js";
import { governanceOf } from "./contracts.js";
import { callsIn, type EncodedCall } from "./proposal.js";

/** Where a proposal stands, in the governor's order. */
export const STATES = PROPOSAL_STATES;

export type ProposalState = (typeof STATES)[number];

/** How to vote, in the governor's order. */
export const SUPPORT = { against: 0, for: 1, abstain: 2 } as const;

export type Support = keyof typeof SUPPORT;

/** A proposal as the governor keeps it. */
export interface ProposalRecord {
  readonly id: bigint;
  readonly proposer: string;
  readonly calls: readonly EncodedCall[];
  readonly descriptionHash: string;
  readonly state: ProposalState;
  /** Balances of then vote, from then on. {unix seconds} */
  readonly snapshot: bigint;
  /** Until then, extension included. {unix seconds} */
  readonly deadline: bigint;
  /** From then on it can be executed; 0 until it is queued. {unix seconds} */
  readonly eta: bigint;
  /** {PLIM} */
  readonly votes: { readonly for: bigint; readonly against: bigint; readonly abstain: bigint };
}

/** How votes are held, and who guards. */
export interface GovernanceTerms {
  /** {s} */
  readonly votingDelay: bigint;
  readonly votingPeriod: bigint;
  readonly timelockDelay: bigint;
  /** {PLIM} */
  readonly proposalThreshold: bigint;
  readonly supply: bigint;
  /** How many proposals there have been. */
  readonly count: bigint;
  readonly guardian: { readonly holder: string; readonly expiresAt: bigint; readonly active: boolean };
}

/** @throws {NoGovernance} */
export function governanceTerms(book: AddressBook): Query<GovernanceTerms> {
  const { governor, timelock, plim, guardian } = governanceOf(book);
  const query = combined({
    votingDelay: view<bigint>(governor, GOVERNOR, "votingDelay"),
    votingPeriod: view<bigint>(governor, GOVERNOR, "votingPeriod"),
    timelockDelay: view<bigint>(timelock, TIMELOCK, "getMinDelay"),
    proposalThreshold: view<bigint>(governor, GOVERNOR, "proposalThreshold"),
    supply: view<bigint>(plim, PLIM, "totalSupply"),
    count: view<bigint>(governor, GOVERNOR, "proposalCount"),
    holder: view<string>(guardian, GUARDIAN, "holder"),
    expiresAt: view<bigint>(guardian, GUARDIAN, "expiresAt"),
    active: view<boolean>(guardian, GUARDIAN, "active"),
  });
  return mapped(query, ({ holder, expiresAt, active, ...terms }) => ({
    ...terms,
    guardian: { holder, expiresAt, active },
  }));
}

/** A voter: what he holds, whose votes he has, and who has his. */
export interface Voter {
  /** {PLIM} */
  readonly balance: bigint;
  readonly votes: bigint;
  /** The zero address: a balance that nobody votes with. */
  readonly delegate: string;
}

/** @throws {NoGovernance} */
export function voter(book: AddressBook, account: string): Query<Voter> {
  const { plim } = governanceOf(book);
  return combined({
    balance: view<bigint>(plim, PLIM, "balanceOf", [account]),
    votes: view<bigint>(plim, PLIM, "getVotes", [account]),
    delegate: view<string>(plim, PLIM, "delegates", [account]),
  });
}

/** With how much an account votes in what has this snapshot, which must be past. {PLIM} */
export function votesAt(book: AddressBook, account: string, snapshot: bigint): Query<bigint> {
  return view<bigint>(governanceOf(book).plim, PLIM, "getPastVotes", [account, snapshot]);
}

interface Details {
  readonly targets: readonly string[];
  /** Not `values`: lists have a function of that name. */
  readonly amounts: readonly bigint[];
  readonly calldatas: readonly string[];
  readonly descriptionHash: string;
}

/** The numbers of the proposals from `from` to before `to`, by when they were made. */
export function proposalNumbers(book: AddressBook, from: bigint, to: bigint): Query<readonly bigint[]> {
  const { governor } = governanceOf(book);
  const count = to > from ? Number(to - from) : 0;
  return listed(
    Array.from({ length: count }, (_, i) =>
      mapped(
        view<{ proposalId: bigint }>(governor, GOVERNOR, "proposalDetailsAt", [from + BigInt(i)]),
        ({ proposalId: number }) => number,
      ),
    ),
  );
}

/**
 * Proposals by their numbers; the reading fails if one does not exist.
 * @throws {NoGovernance}
 */
export function proposalRecords(book: AddressBook, numbers: readonly bigint[]): Query<readonly ProposalRecord[]> {
  return listed(numbers.map((number) => proposalRecord(book, number)));
}

function proposalRecord(book: AddressBook, number: bigint): Query<ProposalRecord> {
  const { governor } = governanceOf(book);
  const ask = <T>(name: string): Query<T> => view<T>(governor, GOVERNOR, name, [number]);
  const query = combined({
    details: ask<Details>("proposalDetails"),
    proposer: ask<string>("proposalProposer"),
    state: ask<bigint>("state"),
    snapshot: ask<bigint>("proposalSnapshot"),
    deadline: ask<bigint>("proposalDeadline"),
    eta: ask<bigint>("proposalEta"),
    votes: ask<{ againstVotes: bigint; forVotes: bigint; abstainVotes: bigint }>("proposalVotes"),
  });
  return mapped(query, ({ details, proposer, state, snapshot, deadline, eta, votes }): ProposalRecord => {
    const { targets, amounts, calldatas, descriptionHash } = details;
    return {
      id: number,
      proposer,
      calls: callsIn({ targets: [...targets], values: [...amounts], calldatas: [...calldatas] }),
      descriptionHash,
      state: STATES[Number(state)] ?? "pending",
      snapshot,
      deadline,
      eta,
      votes: { for: votes.forVotes, against: votes.againstVotes, abstain: votes.abstainVotes },
    };
  });
}

/** The votes for and abstentions that it takes at a snapshot; undefined while that is to come. {PLIM} */
export function quorumAt(book: AddressBook, snapshot: bigint): Query<bigint | undefined> {
  return optional(view<bigint>(governanceOf(book).governor, GOVERNOR, "quorum", [snapshot]));
}
