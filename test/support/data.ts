/** Public market history and published figures, which the project does not ship. */

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** `PLIMSOLL_DATA`, or `../shared/data` beside the project. */
export const DATA = resolve(root, process.env.PLIMSOLL_DATA ?? "../shared/data");

export function dataFile(name: string): string {
  return join(DATA, name);
}

/** Skips the suite, saying why, where a file is absent. */
export function needData(suite: Mocha.Suite, ...names: string[]): void {
  const missing = names.filter((name) => !existsSync(dataFile(name)));
  if (missing.length === 0) return;
  suite.beforeAll(`needs ${missing.join(", ")}: set PLIMSOLL_DATA`, function () {
    console.log(`      skipped: ${missing.join(", ")} not found; set PLIMSOLL_DATA to the folder of market data`);
    this.skip();
  });
}

/** The published figures, or an empty object where they are absent: the suite is then skipped. */
export function vectors(): unknown {
  const file = dataFile("risk_vectors.json");
  return (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}) as unknown;
}
