/**
 * Writes the SDK's reference from its docstrings, `docs/api`, and beside it a mark of the sources that it was made of: a test compares that, which
 * takes no time, instead of writing all of it again.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sdk = join(root, "sdk");

/** Where the mark is. */
export const MARK = join(root, "docs", "api", "sources.sha256");

/** What the reference depends on: every source of the SDK, and how it is written. */
export function markOfSources(): string {
  const hash = createHash("sha256");
  const files = readdirSync(sdk, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => /\.ts$|^typedoc\.json$/.test(name) && !/^(dist|examples)\//.test(name))
    .sort();
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(sdk, file)));
  return hash.digest("hex");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  rmSync(join(root, "docs", "api"), { recursive: true, force: true });
  const typedoc = join(root, "node_modules", "typedoc", "bin", "typedoc");
  const { status } = spawnSync(process.execPath, [typedoc, "--options", join(sdk, "typedoc.json")], {
    stdio: "inherit",
  });
  if (status === 0) writeFileSync(MARK, `${markOfSources()}\n`);
  process.exitCode = status ?? 1;
}
