/**
 * The risk model written a second time, on plain bigints and by another route: values in force follow from an asset's own
 * history alone (no groups, no packing, no shared start), and values are exact fractions rounded once at the end.
 */

export const DAY = 86_400n;
export const BPS = 10_000n;
const OCTAVE = 1n << 20n;

/** How fast limits move. bps a day; gap in bps */
export interface Paces {
  maintenanceRise: bigint;
  initialFall: bigint;
  depthFall: bigint;
  minGap: bigint;
}

/** Haircuts in bps, depth in {ledger}. */
export interface Targets {
  initialHaircut: bigint;
  maintenanceHaircut: bigint;
  depth: bigint;
}

/** What is in force: haircuts in bps, depths in {ledger}. */
export interface InForce {
  initial: bigint;
  maintenance: bigint;
  borrowDepth: bigint;
  maintenanceDepth: bigint;
}

export type Status = "unpriced" | "disagreeing" | "live";

/** {USD/tok} 18 decimals */
export interface TwoSided {
  low: bigint;
  high: bigint;
  status: Status;
}

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** A depth as the model stores it: the 21 leading bits. {ledger} */
export function storedDepth(depth: bigint): bigint {
  const dropped = max(0n, BigInt(depth.toString(2).length) - 21n);
  return (depth >> dropped) << dropped;
}

/** Depths on their way down are kept in units of 2^-200 {ledger}, so that no octave is cut off. */
const FINE = 200n;

/**
 * A depth after falling `marks` of 2^-20 octave each: walks octave by octave, within each of which a mark is the same
 * amount. {ledger * 2^200}
 */
function fallen(depth: bigint, marks: bigint): bigint {
  let left = marks;
  let fine = depth;
  while (left > 0n && fine >= 1n << FINE) {
    const base = 1n << BigInt(fine.toString(2).length - 1);
    // On the border of an octave, a step down belongs to the octave below.
    const octaveBase = fine === base ? base >> 1n : base;
    const mark = octaveBase / OCTAVE;
    const steps = min(left, (fine - octaveBase) / mark);
    fine -= steps * mark;
    left -= steps;
  }
  return fine;
}

interface Anchor {
  initial: bigint;
  maintenance: bigint;
  /** {ledger * 2^200} */
  depth: bigint;
}

/** One asset's parameters through time. */
export class ReferenceAsset {
  /** What was in force at `anchoredAt`, when this asset's own course last changed; the depth fine. */
  private anchor: Anchor;
  private anchoredAt: bigint;
  private aim: Targets;

  constructor(
    readonly unitDecimals: bigint,
    readonly maxMaintenance: bigint,
    first: Targets,
    now: bigint,
    private paces: Paces,
    private clockSince: bigint,
  ) {
    this.aim = { ...first, depth: storedDepth(first.depth) };
    this.anchor = {
      initial: this.withGap(first.initialHaircut, first.maintenanceHaircut),
      maintenance: first.maintenanceHaircut,
      depth: this.aim.depth << FINE,
    };
    this.anchoredAt = now;
  }

  /** The values in force at `now`. (unix seconds) */
  at(now: bigint): InForce {
    const { initial, maintenance, depth } = this.exactAt(now);
    return { initial, maintenance, borrowDepth: this.aim.depth, maintenanceDepth: depth >> FINE };
  }

  setTargets(targets: Targets, now: bigint): void {
    const current = this.exactAt(now);
    this.aim = { ...targets, depth: storedDepth(targets.depth) };
    this.anchor = {
      initial: max(current.initial, targets.initialHaircut),
      maintenance: min(current.maintenance, targets.maintenanceHaircut),
      depth: max(current.depth, this.aim.depth << FINE),
    };
    this.anchoredAt = now;
  }

  delist(now: bigint): void {
    this.setTargets({ ...this.aim, initialHaircut: BPS, maintenanceHaircut: this.maxMaintenance }, now);
  }

  setPaces(paces: Paces, now: bigint): void {
    this.anchor = this.exactAt(now);
    this.anchoredAt = now;
    this.paces = paces;
    this.clockSince = now;
    this.anchor.initial = this.withGap(this.anchor.initial, this.anchor.maintenance);
  }

  private exactAt(now: bigint): Anchor {
    const { paces, anchor, aim } = this;
    const maintenance = min(aim.maintenanceHaircut, anchor.maintenance + this.steps(paces.maintenanceRise, 1n, now));
    const paced = max(aim.initialHaircut, anchor.initial - this.steps(paces.initialFall, 1n, now));
    const depth = fallen(anchor.depth, this.steps(paces.depthFall * OCTAVE, BPS, now));
    return { initial: this.withGap(paced, maintenance), maintenance, depth: max(aim.depth << FINE, depth) };
  }

  private withGap(initial: bigint, maintenance: bigint): bigint {
    return max(initial, min(BPS, maintenance + this.paces.minGap));
  }

  /** Whole steps of `perDay / divisor` a day between the anchor and `now`, on the common clock. */
  private steps(perDay: bigint, divisor: bigint, now: bigint): bigint {
    const until = (time: bigint): bigint => (perDay * (time - this.clockSince)) / (divisor * DAY);
    return until(now) - until(this.anchoredAt);
  }
}

/** `P q X (1 - h) / ((X + q) 10^decimals)`, rounded down. {USD} 18 decimals */
export function term(price: bigint, balance: bigint, depth: bigint, unitDecimals: bigint, haircut: bigint): bigint {
  if (depth === 0n) return 0n;
  return (price * balance * depth * (BPS - haircut)) / ((depth + balance) * 10n ** unitDecimals * BPS);
}

/** A repeatable stream of random integers (xorshift64*). */
export class Random {
  private state: bigint;

  constructor(seed: bigint) {
    this.state = BigInt.asUintN(64, seed * 0x9e3779b97f4a7c15n) | 1n;
  }

  /** Uniform over 0 .. 2^64 - 1. */
  word(): bigint {
    let x = this.state;
    x ^= x >> 12n;
    x = BigInt.asUintN(64, x ^ (x << 25n));
    x ^= x >> 27n;
    this.state = x;
    return BigInt.asUintN(64, x * 0x2545f4914f6cdd1dn);
  }

  /** Between `low` and `high`, both included. */
  between(low: bigint, high: bigint): bigint {
    return low + (((this.word() << 64n) | this.word()) % (high - low + 1n));
  }

  /** Of `low` to `high` bits, every length equally likely. */
  ofBits(low: bigint, high: bigint): bigint {
    const bits = this.between(low, high);
    return bits === 0n ? 0n : this.between(1n << (bits - 1n), (1n << bits) - 1n);
  }
}
