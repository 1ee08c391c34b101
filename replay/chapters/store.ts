/** Chapters that have been played: kept in a folder by what they were played from, so that a run that was stopped goes on where it was. */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import type { ChapterJob, ChapterResult } from "./chapter.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What decides what a chapter comes to, besides its job. */
const CODE = ["deploy", "indexer", "keeper", "replay", "sdk"];
const BUILT = join("artifacts", "contracts");

/** A digest of all of the code that plays chapters, the contracts as built included. */
export function digestOfCode(root: string = ROOT): string {
  const hash = createHash("sha256");
  for (const folder of [...CODE, BUILT]) {
    const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      // What deployments leave behind is no code.
      .filter((path) => !path.includes(join("deploy", "deployments")))
      .sort();
    for (const path of files) hash.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}

/** By what a chapter is known: the digest of its job and of the code. */
export function keyOf(job: ChapterJob, code: string): string {
  const text = JSON.stringify(job, (_, value: unknown) => (typeof value === "bigint" ? `${value.toString()}n` : value));
  return createHash("sha256").update(code).update(text).digest("hex").slice(0, 32);
}

export class ChapterStore {
  readonly #folder: string;
  readonly #code: string;

  /**
   * @param folder Made when the first chapter is kept.
   * @param code That plays, and what it plays on.
   */
  constructor(folder: string, code: string = digestOfCode()) {
    this.#folder = folder;
    this.#code = code;
  }

  /** What the chapter came to, if it was played before. */
  find(job: ChapterJob): ChapterResult | undefined {
    let text: string;
    try {
      text = readFileSync(this.#pathOf(job), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    return JSON.parse(text) as ChapterResult;
  }

  /** Written whole or not at all: a reader never finds half of it. */
  keep(job: ChapterJob, result: ChapterResult): void {
    mkdirSync(this.#folder, { recursive: true });
    const path = this.#pathOf(job);
    const draft = `${path}.${process.pid.toString()}`;
    writeFileSync(draft, JSON.stringify(result));
    renameSync(draft, path);
  }

  #pathOf(job: ChapterJob): string {
    return join(this.#folder, `${keyOf(job, this.#code)}.json`);
  }
}
