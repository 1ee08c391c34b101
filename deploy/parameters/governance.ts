/** How votes are held where a network's file says nothing else; each can be changed by votes, within immutable limits. */

const WAD = 10n ** 18n;
const HOUR = 3_600n;
const DAY = 24n * HOUR;

/** How many PLIM there will ever be. {PLIM} */
export const PLIM_SUPPLY = 100_000_000n * WAD;

export const VOTING = {
  /** From a proposal to the moment whose balances vote: time to delegate. {s} */
  votingDelay: DAY,
  /** {s} */
  votingPeriod: 5n * DAY,
  /** A quarter of a percent of the supply. {PLIM} */
  proposalThreshold: PLIM_SUPPLY / 400n,
  /** Part of the supply that must vote for or abstain. {1/100} */
  quorum: 4n,
  /** What a vote that reaches its quorum late stays open for. {s} */
  extension: 2n * DAY,
} as const;

/** How long what was voted waits. {s} */
export const TIMELOCK_DELAY = 3n * DAY;

/** The guardian's first term. {s} */
export const GUARDIAN_TERM = 90n * DAY;
