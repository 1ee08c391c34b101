/** An exact fraction of bigints: models compute without rounding, and tests say how far rounding may go. */
export class Rational {
  readonly numerator: bigint;
  /** Always positive. */
  readonly denominator: bigint;

  constructor(numerator: bigint, denominator = 1n) {
    if (denominator === 0n) throw new RangeError("a fraction with denominator 0");
    const sign = denominator < 0n ? -1n : 1n;
    const divisor = gcd(numerator, denominator);
    this.numerator = (sign * numerator) / divisor;
    this.denominator = (sign * denominator) / divisor;
  }

  static readonly ZERO = new Rational(0n);
  static readonly ONE = new Rational(1n);

  static of(value: Rational | bigint): Rational {
    return typeof value === "bigint" ? new Rational(value) : value;
  }

  plus(other: Rational | bigint): Rational {
    const b = Rational.of(other);
    return new Rational(
      this.numerator * b.denominator + b.numerator * this.denominator,
      this.denominator * b.denominator,
    );
  }

  minus(other: Rational | bigint): Rational {
    const b = Rational.of(other);
    return this.plus(new Rational(-b.numerator, b.denominator));
  }

  times(other: Rational | bigint): Rational {
    const b = Rational.of(other);
    return new Rational(this.numerator * b.numerator, this.denominator * b.denominator);
  }

  over(other: Rational | bigint): Rational {
    const b = Rational.of(other);
    return new Rational(this.numerator * b.denominator, this.denominator * b.numerator);
  }

  /** Negative, 0 or positive as this is below, equal to or above the other. */
  compare(other: Rational | bigint): bigint {
    const b = Rational.of(other);
    return this.numerator * b.denominator - b.numerator * this.denominator;
  }

  below(other: Rational | bigint): boolean {
    return this.compare(other) < 0n;
  }

  atMost(other: Rational | bigint): boolean {
    return this.compare(other) <= 0n;
  }

  /** The largest integer not above. */
  floor(): bigint {
    const quotient = this.numerator / this.denominator;
    return this.numerator < 0n && quotient * this.denominator !== this.numerator ? quotient - 1n : quotient;
  }

  /** The smallest integer not below. */
  ceil(): bigint {
    return -new Rational(-this.numerator, this.denominator).floor();
  }

  /** For messages only. */
  toString(): string {
    return `${this.numerator}/${this.denominator}`;
  }

  static min(a: Rational | bigint, b: Rational | bigint): Rational {
    return Rational.of(a).atMost(b) ? Rational.of(a) : Rational.of(b);
  }

  static max(a: Rational | bigint, b: Rational | bigint): Rational {
    return Rational.of(a).atMost(b) ? Rational.of(b) : Rational.of(a);
  }
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
