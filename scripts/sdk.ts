/**
 * Makes the SDK's package: JavaScript and declarations of `sdk/` and of the bindings that it uses. `npm pack ./sdk` runs it.
 * It compiles without the types of Node, so that nothing that a browser lacks gets in.
 */

import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Builds into a folder, from nothing; the compiler's complaints, or nothing. */
export function buildSdk(folder = join(root, "sdk", "dist")): string {
  rmSync(folder, { recursive: true, force: true });
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", join(root, "sdk", "tsconfig.json"), "--outDir", folder];
  const { status, stdout, error } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (error !== undefined) return error.message;
  return status === 0 ? "" : stdout;
}

/** Puts beside the package's README what every package carries, and npm takes from nowhere but its folder: the licence. */
export function addLicence(folder = join(root, "sdk")): void {
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const complaints = buildSdk();
  addLicence();
  if (complaints !== "") console.error(complaints);
  process.exitCode = complaints === "" ? 0 : 1;
}
