/** What the toolkit throws. Every message says what is wrong; `fix` says what can be done about it. */

/** Something that the caller can put right. */
export class RiskError extends Error {
  override readonly name: string = "RiskError";

  constructor(
    message: string,
    /** What can be done about it, in one sentence. */
    readonly fix?: string,
  ) {
    super(message);
  }
}

/** A data file holds something that no rule covers. */
export class DataError extends RiskError {
  override readonly name = "DataError";

  /**
   * @param file Name of the file.
   * @param line 1 is the header; undefined when it is about the file as a whole.
   */
  constructor(
    readonly file: string,
    readonly line: number | undefined,
    readonly problem: string,
    fix?: string,
  ) {
    super(line === undefined ? `${file}: ${problem}` : `${file}:${line}: ${problem}`, fix);
  }
}

/** A number is outside of what a method can work with. */
export class ArgumentError extends RiskError {
  override readonly name = "ArgumentError";
}

/** A matrix is not what a covariance matrix must be. */
export class NotPositiveDefinite extends RiskError {
  override readonly name = "NotPositiveDefinite";
}

/** @throws {ArgumentError} with `message` unless `condition`. */
export function need(condition: boolean, message: string, fix?: string): asserts condition {
  if (!condition) throw new ArgumentError(message, fix);
}
