/** What keepers say about what they do. */

export type JobName =
  | "liquidate"
  | "absorb"
  | "record"
  | "observe"
  | "look"
  | "refresh"
  | "settle"
  | "exit"
  | "fill"
  | "close"
  | "open"
  | "adjust"
  | "book"
  | "divest"
  | "invest"
  | "collect"
  | "tips"
  | "distribute"
  | "rate";

/** Every job, in no particular order. */
export const JOB_NAMES: readonly JobName[] = [
  "liquidate",
  "absorb",
  "record",
  "observe",
  "look",
  "refresh",
  "settle",
  "exit",
  "fill",
  "close",
  "open",
  "adjust",
  "book",
  "divest",
  "invest",
  "collect",
  "tips",
  "distribute",
  "rate",
];

/** What became of a transaction. */
export type Fate = "done" | "reverted" | "lost";

/** A transaction that the keeper sent. */
export interface Sent {
  readonly job: JobName;
  readonly hash: string;
  readonly accounts: readonly string[];
  /** Which asset or vault it is about, where a job has several. */
  readonly subject: string;
  /** What is expected to be left after gas; negative where the keeper pays. {plUSD} */
  readonly expected: bigint;
}

/** A transaction that a dry run would have sent. */
export type Planned = Omit<Sent, "hash">;

/** A job that was not done, and why. */
export interface Idle {
  readonly job: JobName;
  readonly reason: string;
}

/** What one look at the chain led to. */
export interface Tick {
  readonly block: number;
  /** Of the block. (unix seconds) */
  readonly time: number;
  /** Accounts with a debt. */
  readonly borrowers: number;
  readonly failing: number;
  readonly sent: readonly Sent[];
  /** What would have been sent, in a dry run. */
  readonly planned: readonly Planned[];
  /** Of the reserve's jobs. */
  readonly idle: readonly Idle[];
}

/** What became of the keeper's transactions so far. */
export interface KeeperTotals {
  /** Accounts. */
  liquidations: number;
  /** Accounts. */
  absorptions: number;
  records: number;
  observations: number;
  reverted: number;
  /** Never included: taken back, or another transaction had their number. */
  lost: number;
  /** Of liquidations. {plUSD}, before gas */
  profit: bigint;
  /** {wei} */
  gasSpent: bigint;
  /** Transactions that did their work, by job. */
  readonly jobs: Record<JobName, number>;
}

export function newTotals(): KeeperTotals {
  return {
    liquidations: 0,
    absorptions: 0,
    records: 0,
    observations: 0,
    reverted: 0,
    lost: 0,
    profit: 0n,
    gasSpent: 0n,
    jobs: Object.fromEntries(JOB_NAMES.map((name) => [name, 0])) as Record<JobName, number>,
  };
}
