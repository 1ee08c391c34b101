/** Which nodes are to be believed, told by the heads that they report. */

export interface ReportedHead {
  readonly number: number;
  /** (unix seconds) */
  readonly timestamp: number;
}

export interface HeadRules {
  /** A node further behind than either of these is left out. Blocks, {s} */
  readonly behindBlocks: number;
  readonly behindSeconds: number;
  /** A head from further in the future than this is a lie. {s} */
  readonly ahead: number;
}

/** Whether a head can be true. */
export function isBelievable(head: ReportedHead, now: number, rules: HeadRules): boolean {
  return head.timestamp <= now + rules.ahead;
}

/**
 * The head that the others are measured by; heads from the future do not count. With three nodes or more it is the second highest, so that a single one cannot
 * pass for the only one that is up to date. Of two it is the higher one if they are near each other; else the lower one, which both of them know, as long as that
 * one is of now: blocks that only one node knows of are not acted on. A lower one that is old by the clock is a node that lags.
 */
export function referenceOf(heads: readonly ReportedHead[], now: number, rules: HeadRules): ReportedHead | undefined {
  const believable = heads.filter((head) => isBelievable(head, now, rules)).sort((a, b) => b.number - a.number);
  const [highest, second] = believable;
  if (highest === undefined || second === undefined || believable.length >= 3) return second ?? highest;
  const apart = highest.number - second.number > rules.behindBlocks;
  // Where chains have a time of their own the clock tells nothing.
  const clocked = Number.isFinite(rules.ahead);
  return apart && clocked && now - second.timestamp <= rules.behindSeconds ? second : highest;
}

/** The latest time that two heads agree has come: one node from the future tells nothing. (unix seconds) */
export function witnessedTime(heads: readonly ReportedHead[]): number {
  return heads.map(({ timestamp }) => timestamp).sort((a, b) => b - a)[1] ?? -Infinity;
}

/** Why a node is left out, if it is. */
export function faultOf(
  head: ReportedHead,
  reference: ReportedHead,
  now: number,
  rules: HeadRules,
): string | undefined {
  if (head.timestamp > now + rules.ahead) return "its head is from the future";
  const blocks = reference.number - head.number;
  if (blocks > rules.behindBlocks) return `it is ${blocks.toString()} blocks behind`;
  if (blocks < -rules.behindBlocks) return `it claims to be ${(-blocks).toString()} blocks ahead of all others`;
  const seconds = reference.timestamp - head.timestamp;
  return seconds > rules.behindSeconds ? `it is ${seconds.toString()} s behind` : undefined;
}
