/** Which number the next transaction has. */

/** What a node says of the sender: transactions that are in blocks, and with those that wait without a gap. */
export interface Counts {
  readonly latest: number;
  readonly pending: number;
}

/** The first number that neither an intent of the journal has nor a transaction that the node knows. A gap comes before what is behind it. */
export function nextNonce({ latest, pending }: Counts, taken: ReadonlyMap<number, unknown>): number {
  let nonce = Math.max(latest, pending);
  while (taken.has(nonce)) nonce += 1;
  return nonce;
}

/** Numbers that nobody has, but that something behind them waits for. */
export function gapsOf({ latest, pending }: Counts, taken: ReadonlyMap<number, unknown>): number[] {
  const gaps: number[] = [];
  const last = Math.max(...taken.keys());
  for (let nonce = Math.max(latest, pending); nonce < last; nonce++) if (!taken.has(nonce)) gaps.push(nonce);
  return gaps;
}
