/**
 * Seeded random numbers: xoshiro128** (Blackman and Vigna), its state filled by a splitmix32 sequence.
 *
 * `Math.random` cannot be seeded, and a replay that cannot be repeated proves nothing. Streams are named, so that one more
 * consumer of random numbers does not shift the numbers of all the others.
 */

import { present } from "../../sdk/present.js";

/** A source of pseudo-random numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** An independent source, determined by this one's seed and `label` alone. */
  fork(label: string): Random;
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** FNV-1a, 32 bits: turns a label into a number. */
function hash(text: string, start: number): number {
  let h = (0x811c9dc5 ^ start) >>> 0;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return h;
}

class Xoshiro implements Random {
  readonly #seed: number;
  readonly #state: Uint32Array;
  #spare: number | undefined;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    let s = this.#seed;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      s = (s + 0x9e3779b9) >>> 0;
      let z = s;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return (z ^ (z >>> 16)) >>> 0;
    });
  }

  #next(): number {
    const s = this.#state;
    const [s0, s1, s2, s3] = [present(s[0]), present(s[1]), present(s[2]), present(s[3])];
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    const n2 = s2 ^ s0;
    const n3 = s3 ^ s1;
    s[1] = s1 ^ n2;
    s[0] = s0 ^ n3;
    s[2] = n2 ^ t;
    s[3] = rotateLeft(n3, 11);
    return result;
  }

  uniform(): number {
    // 53 bits, as many as a double holds.
    return ((this.#next() >>> 5) * 0x4000000 + (this.#next() >>> 6)) / 0x20000000000000;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    // Box and Muller; 1 - u is in (0, 1], so that the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  fork(label: string): Random {
    return new Xoshiro(hash(label, this.#seed));
  }
}

/** A source of random numbers that is wholly determined by `seed`, an integer. */
export function seeded(seed: number): Random {
  if (!Number.isInteger(seed)) throw new RangeError(`a seed is an integer, not ${seed}`);
  return new Xoshiro(seed);
}
