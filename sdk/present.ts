/** A value that is missing although the program's own rules say that it is there. */
export class Missing extends Error {
  override readonly name = "Missing";
}

/**
 * The value, which must be there.
 * @throws {Missing}
 */
export function present<T>(value: T | null | undefined, what = "value"): T {
  if (value === undefined || value === null) throw new Missing(`a ${what} is missing that should be there`);
  return value;
}
