/** The second client that some tests run on. */

import { findAnvil } from "../../keeper/rehearsal/anvil.js";

/**
 * Skips what needs anvil, saying so, where its package has no binary for the machine: nothing else than this client can take its place.
 * @param context Of a test, or of a suite's hook.
 */
export function needAnvil(context: Mocha.Context): void {
  if (findAnvil() !== undefined) return;
  console.log("      skipped: no anvil for this machine");
  // The package has no binary for some processors; the test command counts what is skipped, and where there is one nothing is.
  context.skip();
}
