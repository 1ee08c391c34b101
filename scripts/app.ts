/** Builds the dashboard (`app/dist`), unless it was built from what is there now. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const STAMP = join(root, "cache", "dashboard.txt");
const RESULT = join(root, "app", "dist", "index.html");
/** What the dashboard is made of. */
const SOURCES = [
  "app/index.html",
  "app/vite.config.ts",
  "app/public",
  "app/src",
  "indexer/api",
  "package-lock.json",
  "sdk",
  "types/contracts/factories/contracts/interfaces",
  "types/contracts/factories/contracts/lens",
];

function filesIn(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  const entries = readdirSync(dirname(full), { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && join(dirname(full), entry.name) === full)) return [full];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/[\\/]dist([\\/]|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Changes with every source. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(filesIn))
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file));
  return hash.digest("hex");
}

/** @returns whether there was anything to build. */
export async function buildApp(): Promise<boolean> {
  const print = fingerprint();
  if (existsSync(RESULT) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === print) return false;
  const { build } = await import("vite");
  await build({ configFile: join(root, "app", "vite.config.ts"), logLevel: "warn" });
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, print);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildApp();
