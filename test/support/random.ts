import { randomBytes } from "node:crypto";

/**
 * A small reproducible generator (xorshift64*). A test prints its seed and takes another one from `PLIMSOLL_SEED`, so that a failure
 * can be repeated.
 */
export class Random {
  readonly seed: bigint;
  #state: bigint;

  constructor(seed: bigint) {
    this.seed = seed;
    // The state must not be 0; the odd constant spreads small seeds.
    this.#state = BigInt.asUintN(64, (seed + 1n) * 0x9e3779b97f4a7c15n) || 1n;
  }

  /** From `PLIMSOLL_SEED`, or anew each time. */
  static fresh(): Random {
    const given = process.env.PLIMSOLL_SEED;
    return new Random(given === undefined ? BigInt(`0x${randomBytes(6).toString("hex")}`) : BigInt(given));
  }

  /** 64 random bits. */
  bits(): bigint {
    let x = this.#state;
    x ^= x >> 12n;
    x ^= BigInt.asUintN(64, x << 25n);
    x ^= x >> 27n;
    this.#state = x;
    return BigInt.asUintN(64, x * 0x2545f4914f6cdd1dn);
  }

  /** Between `low` and `high`, both included. */
  between(low: bigint, high: bigint): bigint {
    const span = high - low + 1n;
    let word = 0n;
    for (let room = span; room > 0n; room >>= 64n) word = (word << 64n) | this.bits();
    // Another 64 bits make the bias of the remainder negligible.
    return low + (((word << 64n) | this.bits()) % span);
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return Number(this.bits() >> 11n) / 2 ** 53;
  }

  /** Uniform in 0 .. n - 1. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  /** True once in `n` times. */
  oneIn(n: bigint): boolean {
    return this.between(1n, n) === 1n;
  }

  /** Up to `largest`, every order of magnitude alike; 0 now and then. */
  magnitude(largest: bigint): bigint {
    const length = BigInt(largest.toString(2).length);
    return this.between(0n, largest >> this.between(0n, length));
  }
}
