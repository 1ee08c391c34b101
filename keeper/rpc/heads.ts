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

/**
 * The head that the others are measured by. With three nodes or more it is the second highest, so that a single one cannot pass for the only one that
 * is up to date; with fewer the highest. Heads from the future do not count.
 */
export function referenceOf(heads: readonly ReportedHead[], now: number, rules: HeadRules): ReportedHead | undefined {
  const believable = heads.filter((head) => head.timestamp <= now + rules.ahead).sort((a, b) => b.number - a.number);
  return believable.length >= 3 ? believable[1] : believable[0];
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
