/** Which number the next transaction has. */

/** What a node says of the sender: transactions that are in blocks, and with those that wait without a gap. */
export interface Counts {
  readonly latest: number;
  readonly pending: number;
}

/** So many transactions of the key that the journal does not know may wait, or numbers be missing. A node that tells of more is not believed. */
export const MOST = 16;

/** The first number that neither an intent of the journal has nor a transaction that the node knows. A gap comes before what is behind it. */
export function nextNonce(counts: Counts, taken: ReadonlyMap<number, unknown>): number {
  let nonce = firstUnknown(counts, taken);
  while (taken.has(nonce)) nonce += 1;
  return nonce;
}

/** Numbers that nobody has, but that something behind them waits for; none where {@link isStranded}. */
export function gapsOf(counts: Counts, taken: ReadonlyMap<number, unknown>): number[] {
  if (isStranded(counts, taken)) return [];
  const gaps: number[] = [];
  const last = Math.max(...taken.keys());
  for (let nonce = firstUnknown(counts, taken); nonce < last; nonce++) if (!taken.has(nonce)) gaps.push(nonce);
  return gaps;
}

/** Whether something waits for so many numbers that a node must have told what is not so when it was sent: filling them all would be dear. */
export function isStranded(counts: Counts, taken: ReadonlyMap<number, unknown>): boolean {
  const first = firstUnknown(counts, taken);
  const behind = [...taken.keys()].filter((nonce) => nonce >= first);
  return behind.length > 0 && Math.max(...behind) + 1 - first - behind.length > MOST;
}

function firstUnknown({ latest, pending }: Counts, taken: ReadonlyMap<number, unknown>): number {
  return pending - latest > taken.size + MOST ? latest : Math.max(latest, pending);
}
