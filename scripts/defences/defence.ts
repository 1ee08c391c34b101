/** One small replacement in one file. `find` must occur exactly once. */
export interface Patch {
  file: string;
  find: string;
  replace: string;
}

/** One thing that the protocol withstands: how to take the defence out, and which tests must notice. */
export interface Defence {
  id: string;
  /** What it is a defence against, in words. */
  withstands: string;
  patch: readonly Patch[];
  /** Test files, relative to the project. */
  tests: readonly string[];
}

/** A defence that is one replacement. */
export function one(
  id: string,
  withstands: string,
  file: string,
  find: string,
  replace: string,
  ...tests: readonly string[]
): Defence {
  return { id, withstands, patch: [{ file, find, replace }], tests };
}
