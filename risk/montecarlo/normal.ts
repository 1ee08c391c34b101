/**
 * Standard normal numbers, fast: xoshiro128++ (Blackman and Vigna) and the ziggurat of Marsaglia and Tsang with 128 layers.
 *
 * Written by hand because of speed: a library's generator hands out one number per call through a closure, and eight million
 * calls alone take most of the second that a million paths of eight assets may take. Here a block is filled at once with the
 * state in local variables. Layer and position come from different draws, which avoids the correlation that Doornik (2005)
 * found in the original.
 */

const LAYERS = 128;
/** Where the tail begins, and the area of each layer. */
const R = 3.442619855899;
const AREA = 9.91256303526217e-3;
const TWO_31 = 2_147_483_648;
const TWO_32 = 4_294_967_296;

/** Right edges of the layers, scaled to a 31-bit integer; heights; and the integers below which no check is needed. */
const width = new Float64Array(LAYERS);
const height = new Float64Array(LAYERS);
const sure = new Float64Array(LAYERS);
{
  const density = (x: number): number => Math.exp((-x * x) / 2);
  let x = R;
  const base = AREA / density(R);
  sure[0] = (R / base) * TWO_31;
  width[0] = base / TWO_31;
  height[0] = 1;
  width[LAYERS - 1] = R / TWO_31;
  height[LAYERS - 1] = density(R);
  sure[1] = 0;
  for (let i = LAYERS - 2; i >= 1; i--) {
    const next = Math.sqrt(-2 * Math.log(AREA / x + density(x)));
    sure[i + 1] = (next / x) * TWO_31;
    x = next;
    width[i] = x / TWO_31;
    height[i] = density(x);
  }
}

/** Turns an integer and a stream number into four words of state. */
function mix(seed: number, stream: number): Int32Array<ArrayBuffer> {
  let s = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)) | 0;
  return Int32Array.from({ length: 4 }, () => {
    s = (s + 0x9e3779b9) | 0;
    let z = s;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  });
}

/** A stream of random numbers, wholly determined by its seed and its number. */
export class NormalStream {
  readonly #state: Int32Array<ArrayBuffer>;

  constructor(seed: number, stream = 0) {
    this.#state = mix(seed, stream);
  }

  /** Uniform in (0, 1), 32 bits. */
  uniform(): number {
    const s = this.#state;
    const s0 = s[0] ?? 0;
    const s1 = s[1] ?? 0;
    let s2 = s[2] ?? 0;
    let s3 = s[3] ?? 0;
    const sum = (s0 + s3) | 0;
    const out = (((sum << 7) | (sum >>> 25)) + s0) | 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s[1] = s1 ^ s2;
    s[0] = s0 ^ s3;
    s[2] = s2 ^ t;
    s[3] = (s3 << 11) | (s3 >>> 21);
    return ((out >>> 0) + 0.5) / TWO_32;
  }

  /** Fills `out` with standard normal numbers. */
  fill(out: Float64Array): void {
    const s = this.#state;
    let s0 = s[0] ?? 0;
    let s1 = s[1] ?? 0;
    let s2 = s[2] ?? 0;
    let s3 = s[3] ?? 0;
    const n = out.length;
    let layer = 0;
    let bits = 0;
    for (let i = 0; i < n; i++) {
      // One draw gives the layers of four numbers. The generator is written out both times, its state in local variables: this loop is
      // most of a simulation, and calls with the state in an array are what it would wait for.
      if ((i & 3) === 0) {
        const sum = (s0 + s3) | 0;
        layer = (((sum << 7) | (sum >>> 25)) + s0) | 0;
        const t = s1 << 9;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = (s3 << 11) | (s3 >>> 21);
      } else layer >>>= 8;
      const sum = (s0 + s3) | 0;
      bits = (((sum << 7) | (sum >>> 25)) + s0) | 0;
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = (s3 << 11) | (s3 >>> 21);
      const k = layer & 127;
      const x = bits * (width[k] ?? 0);
      if ((bits < 0 ? -bits : bits) < (sure[k] ?? 0)) {
        out[i] = x;
        continue;
      }
      // One in eighty: the state goes back, and the slow path takes its draws from it.
      s[0] = s0;
      s[1] = s1;
      s[2] = s2;
      s[3] = s3;
      out[i] = this.#slow(k, x);
      s0 = s[0];
      s1 = s[1];
      s2 = s[2];
      s3 = s[3];
    }
    s[0] = s0;
    s[1] = s1;
    s[2] = s2;
    s[3] = s3;
  }

  /** Decides about a number near the edge of its layer, and draws anew until one is accepted. */
  #slow(k: number, x: number): number {
    for (;;) {
      if (k === 0) {
        // Beyond R, Marsaglia's exponential wedge.
        for (;;) {
          const a = -Math.log(this.uniform()) / R;
          const b = -Math.log(this.uniform());
          if (b + b >= a * a) return x < 0 ? -R - a : R + a;
        }
      }
      const low = height[k] ?? 0;
      const high = height[k - 1] ?? 0;
      if (low + this.uniform() * (high - low) < Math.exp((-x * x) / 2)) return x;
      k = Math.floor(this.uniform() * LAYERS);
      const bits = Math.floor(this.uniform() * TWO_32) - TWO_31;
      x = bits * (width[k] ?? 0);
      if (Math.abs(bits) < (sure[k] ?? 0)) return x;
    }
  }
}
