/** How the `plimsoll risk` commands answer: lines or JSON, files, progress. */

import { statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import cliProgress from "cli-progress";

import type { OnProgress } from "../../risk/progress.js";
import { EnvironmentError } from "../errors.js";

export { columns } from "../columns.js";

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** One JSON object, or lines for people. */
export function answer(json: boolean | undefined, value: unknown, lines: () => readonly string[]): void {
  if (json === true) say(JSON.stringify(value));
  else for (const line of lines()) say(line);
}

export function percent(x: number, digits = 2): string {
  return `${(100 * x).toFixed(digits)}%`;
}

/** A step in the largest unit that it is a whole number of, or in days. */
export function stepText(seconds: number): string {
  const unit = ([86_400, 3_600, 60] as const).find((each) => seconds % each === 0);
  if (unit === undefined) return `${seconds} s`;
  return `${seconds / unit} ${{ 86_400: "d", 3_600: "h", 60: "min" }[unit]}`;
}

export function isoTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(/T00:00:00.000Z$|\.000Z$/, "");
}

/**
 * That a file can be written, told before the work and not after it.
 * @throws {EnvironmentError}
 */
export function checkOut(path: string): void {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new EnvironmentError(
      `there is no folder ${folder} to write ${path} to`,
      "Create it, or choose another --out.",
    );
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new EnvironmentError(`${path} is a folder`, "Name a file: --out file.");
  }
}

/** Runs what writes `path`. @throws {EnvironmentError} when the system refuses. */
export function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new EnvironmentError(`${path} cannot be written (${code})`, "Choose another --out.");
  }
}

export function writeText(path: string, text: string): void {
  writing(path, () => {
    writeFileSync(path, text);
  });
}

/** Runs `work` under a bar on a terminal, in silence elsewhere: results go to standard output, progress to standard error. */
export async function withProgress<T>(what: string, work: (onProgress: OnProgress) => T | Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return await work(() => undefined);
  const bar = new cliProgress.SingleBar(
    {
      format: `{bar} {percentage}%  ${what} {value}/{total}  ETA {eta_formatted}`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(1, 0);
  try {
    return await work((done, total) => {
      bar.setTotal(total);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}
