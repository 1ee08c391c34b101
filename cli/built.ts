/** Commands that talk to contracts need what the build makes; all others work without, so nothing else may import it first. */

import { EnvironmentError } from "./errors.js";

/**
 * Loads a part of the program that uses the contracts' bindings.
 * @throws {EnvironmentError} when they have not been built.
 */
export async function needsBuild<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" || !/types[\\/]contracts/.test(message)) throw error;
    throw new EnvironmentError("the contracts are not built", "Run this first: npm run build");
  }
}
